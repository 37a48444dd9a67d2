#!/usr/bin/python3
"""Writes a report on the runs or the nights of a results store: index.md, a page a suite, and plots."""

import argparse
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import night_report
import publish
from pages import Report, SuitePage, index_page, suite_page
from store import Run, Store, StoreError

# A trend shows this many runs of the machine class, the newest ones.
TREND_RUNS = 40


def default_database() -> Path:
    if os.environ.get("VMBENCH_DB"):
        return Path(os.environ["VMBENCH_DB"])
    data = Path(os.environ.get("XDG_DATA_HOME", ""))
    # The specification has relative paths ignored. (XDG Base Directory Specification, "Basics")
    return (data if data.is_absolute() else Path.home() / ".local/share") / "vmbench/vmbench.db"


def parse_arguments(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="reports", description=__doc__)
    parser.add_argument(
        "--db",
        type=Path,
        default=default_database(),
        help="results store (default: VMBENCH_DB, else vmbench/vmbench.db in the user's data directory)",
    )
    parser.add_argument(
        "--output", type=Path, required=True, help="folder to write; an older report there is replaced"
    )
    parser.add_argument(
        "--run", help="run to report on: its id or the start of it (default: the newest with results)"
    )
    parser.add_argument("--baseline", default="main", help="baseline to compare with (default: %(default)s)")
    parser.add_argument("--nights", action="store_true", help="report on the nights instead of a run")
    parser.add_argument("--night", type=int, help="report on the nights as of this one (default: the newest)")
    return parser.parse_args(arguments)


def choose_run(runs: list[Run], wanted: str | None) -> Run | None:
    if wanted is None:
        return next((run for run in runs if run.measured), None)
    found = [run for run in runs if run.id.startswith(wanted)]
    if len(found) != 1:
        raise StoreError(f"run '{wanted}' {'is not in the store' if not found else 'is not unique'}")
    return found[0]


def collect(store: Store, wanted: str | None, baseline: str) -> Report:
    runs = store.runs()
    run = choose_run(runs, wanted)
    if run is None:
        return Report(runs, None, baseline, [], {}, {}, [], [])
    same_machine = [
        other
        for other in runs
        if other.machine["machine_class"] == run.machine["machine_class"]
        and other.measured
        and other.started_ns <= run.started_ns
    ]
    trend_runs = same_machine[:TREND_RUNS][::-1]
    baseline_runs = store.baseline_runs(baseline)
    history = store.history(list({*(other.id for other in trend_runs), *baseline_runs}))
    rows = store.rows(run.id)
    known = store.suites()
    names = sorted({row.suite for row in rows} | {name.split("/")[0] for name, _ in run.failures})
    suites = []
    for name in names:
        about = known[name] if name in known else {"title": name, "question": "", "description": ""}
        suites.append(
            SuitePage(
                name,
                about["title"],
                about["question"],
                about["description"],
                [row for row in rows if row.suite == name],
            )
        )
    return Report(
        runs, run, baseline, baseline_runs, store.verdicts(run.id, baseline), history, trend_runs, suites
    )


def draw_suite(folder: Path, page: SuitePage, report: Report) -> tuple[list[str], list[str]]:
    """Draws one suite's plots; the names of the overviews and of the trends."""
    # Matplotlib takes a second to load, so only the processes that draw load it.
    import families
    import look
    import overview
    import ratio_bars
    import ratios
    import trends

    run = report.run
    caption = overview.Caption(
        page.title or page.name,
        f"{page.name} at {run.commit}, {run.started_text}, {run.machine['cpu_model']}",
    )
    drawn = [
        ratio_bars.bars_figure(table, columns, caption)
        for table in ratios.tables(page.rows)
        for columns in ratios.charts(table)
    ]
    curves, rest = families.arranged(page.rows)
    if curves:
        drawn.append(overview.curves_figure(families.panels(curves), caption))
    drawn += [overview.dots_figure(chart, caption) for chart in families.charts(families.lines(rest))]
    overviews = [f"{page.name}-{i}.png" for i in range(1, len(drawn) + 1)]
    for figure, name in zip(drawn, overviews):
        look.save(figure, str(folder / name))
    names = []
    if len(report.trend_runs) > 1:
        deciding = [row for row in page.rows if row.deciding]
        for chosen in trends.figures(trends.trends(deciding, report.history, report.trend_runs)):
            names.append(f"{page.name}-trend-{len(names) + 1}.png")
            look.save(trends.trends_figure(chosen, report.trend_runs, caption), str(folder / names[-1]))
    return overviews, names


def write(folder: Path, report: Report) -> None:
    with ProcessPoolExecutor(initializer=publish.die_with_parent) as pool:
        drawings = [pool.submit(draw_suite, folder, page, report) for page in report.suites]
        for page, drawing in zip(report.suites, drawings):
            page.overviews, page.trends = drawing.result()
            (folder / f"{page.name}.md").write_text(suite_page(report, page), encoding="utf-8")
    (folder / "index.md").write_text(index_page(report), encoding="utf-8")


def main(arguments: list[str]) -> int:
    options = parse_arguments(arguments)
    try:
        store = Store(options.db)
        if options.nights or options.night is not None:
            night_report.write(store, options.night, options.output)
        else:
            report = collect(store, options.run, options.baseline)
            with publish.published(options.output) as folder:
                write(folder, report)
    except (StoreError, publish.PublishError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(options.output / "index.md")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
