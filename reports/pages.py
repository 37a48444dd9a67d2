"""The Markdown pages: an index and a page a suite."""

from dataclasses import dataclass, field
from math import log

import ratios
from store import Row, Run, Summary, Verdict
from units import change, natural, percent, quantity, ratio, size_name, utc

RUNS_SHOWN = 20
CHANGES_SHOWN = 10
KINDS = ("regressed", "failed", "missing", "not comparable", "improved", "new", "unchanged", "inconclusive")
MARK = {"regressed": "**regressed**", "failed": "**failed**", "missing": "**missing**"}


@dataclass
class SuitePage:
    name: str
    title: str
    question: str
    description: str
    rows: list[Row]
    overviews: list[str] = field(default_factory=list)
    trends: list[str] = field(default_factory=list)


@dataclass
class Report:
    """Everything the pages speak of."""

    runs: list[Run]
    run: Run | None
    baseline: str
    baseline_runs: list[str]
    verdicts: dict[tuple[str, str], Verdict]
    history: dict[tuple[str, int, str, str], dict[str, Summary]]
    trend_runs: list[Run]
    suites: list[SuitePage]


def cell(text: str) -> str:
    """Text that keeps a table's shape."""
    return text.replace("|", "\\|").replace("\n", " ")


def table(head: list[str], body: list[list[str]]) -> str:
    """The first column is text, the others are aligned to the right when their head ends in a space."""
    rule = ["---:" if name.endswith(" ") else "---" for name in head]
    lines = [head, rule, *body]
    return "\n".join("| " + " | ".join(cell(part).strip() for part in line) + " |" for line in lines) + "\n"


def machine_line(run: Run) -> str:
    machine = run.machine
    parts = [
        machine["cpu_model"],
        f"{machine['cores']} cores",
        f"{size_name(round(machine['memory_bytes'] / 2**30, 1) * 2**30)}" " memory",
        f"Linux {machine['kernel'].removeprefix('Linux ')}",
    ]
    parts.append(f"governor {machine['governor'] or 'unknown'}")
    parts.append("virtualised" if machine["virtualised"] else "not virtualised")
    parts.append(f"{machine['numa_nodes']} NUMA node" + ("s" if machine["numa_nodes"] != 1 else ""))
    return ", ".join(parts)


def state(run: Run) -> str:
    return run.status if run.status == "complete" else f"**{run.status}** (incomplete)"


def run_facts(report: Report) -> str:
    run = report.run
    minutes = f", {(run.finished_ns - run.started_ns) / 60e9:.1f} min" if run.finished_ns else ""
    facts = [
        ["Run", f"`{run.id}`, {utc(run.started_ns)} UTC{minutes}"],
        ["State", f"{state(run)}, {run.profile} profile, seed {run.seed}"],
        ["Commit", f"`{run.revision or 'unknown'}`" + (" with uncommitted changes" if run.dirty else "")],
        ["Built with", f"{run.compiler or 'unknown'} {run.flags}".strip()],
        ["Machine", machine_line(run)],
        ["Command", f"`{run.command_line}`"],
    ]
    return table(["", ""], facts)


def compared(report: Report, row: Row) -> float | None:
    """Median of the run over the median of the baseline's runs; none when the run is the baseline."""
    if report.run is None or report.run.id in report.baseline_runs:
        return None
    seen = report.history.get((row.benchmark, row.version, row.metric, row.unit), {})
    medians = sorted(seen[run].median for run in report.baseline_runs if run in seen)
    if not medians:
        return None
    base = (medians[(len(medians) - 1) // 2] + medians[len(medians) // 2]) / 2
    return row.summary.median / base if base else None


def primary(rows: list[Row]) -> dict[str, Row]:
    """The row each benchmark is judged by."""
    return {row.benchmark: row for row in rows if row.deciding}


def against(row: Row, by_case: dict[tuple[str, str], Row]) -> str:
    """The ratios to the rows the targets name, with what was promised where there is a promise."""
    texts = []
    for target in row.targets:
        other = by_case.get((target["vs"], row.metric))
        if other is None or target["metric"] != row.metric or not other.summary.median:
            continue
        value = row.summary.median / other.summary.median
        kept = value <= target["ratio"] if row.direction == "lower" else value >= target["ratio"]
        promise = f"{'at most' if row.direction == 'lower' else 'at least'} {ratio(target['ratio'])}"
        texts.append(f"{ratio(value)} `{target['vs']}` ({promise}{'' if kept else ': **missed**'})")
    return "<br>".join(texts)


def suite_rows(report: Report, page: SuitePage, rows: list[Row]) -> str:
    mains = primary(rows)
    by_case = {(row.case, row.metric): row for row in page.rows}
    body = []
    for main in sorted(mains.values(), key=lambda row: (row.is_reference, natural(row.case))):
        others = [
            f"{quantity(row.summary.median, row.unit)}"
            for row in rows
            if row.benchmark == main.benchmark and row.metric != main.metric
        ]
        moved = compared(report, main)
        verdict = report.verdicts.get((main.benchmark, main.metric))
        kind = MARK.get(verdict.kind, verdict.kind) if verdict else ""
        body.append(
            [
                f"`{main.case}`" + (" (reference)" if main.is_reference else ""),
                quantity(main.summary.median, main.unit),
                percent(main.summary.spread),
                str(main.summary.count),
                ", ".join(others),
                against(main, by_case),
                change(moved) if moved else "",
                kind,
            ]
        )
    head = ["Benchmark", "Median ", "Spread ", "Processes ", "Also ", "Against", "To baseline ", "Verdict"]
    used = [i for i in range(len(head)) if i == 0 or any(line[i] for line in body)]
    return table([head[i] for i in used], [[line[i] for i in used] for line in body])


def failures(run: Run, suite: str | None = None) -> str:
    listed = [(name, error) for name, error in run.failures if suite is None or name.startswith(suite + "/")]
    if not listed:
        return ""
    return (
        "## Failed\n\n"
        + table(["Benchmark", "Error"], [[f"`{name}`", error] for name, error in listed])
        + "\n"
    )


def ratio_text(value: ratios.Ratio | None) -> str:
    if value is None:
        return ""
    if value.low is None or value.high is None:
        return ratio(value.value)
    return f"{ratio(value.value)} ({ratio(value.low)} to {ratio(value.high)})"


def mean_text(column: ratios.Column, found: ratios.Table) -> str:
    """Says so when some rows of the table are not in the mean."""
    missing = column.mean is not None and len(column.ratios) < len(found.rows)
    return ratio_text(column.mean) + (f", {len(column.ratios)} of {len(found.rows)}" if missing else "")


def ratio_tables(page: SuitePage) -> str:
    """The ratios that the suite asks for, geometric means last."""
    text = ""
    for found in ratios.tables(page.rows):
        head = ["", *(f"{column.own} / {column.other} " for column in found.columns)]
        body = [
            [f"`{row}`", *(ratio_text(column.ratios.get(row)) for column in found.columns)]
            for row in found.rows
        ]
        if any(column.mean for column in found.columns):
            body.append(["**geometric mean**", *(mean_text(column, found) for column in found.columns)])
        text += (
            f"## Ratios\n\n{found.metric}, {found.direction} is better; in brackets the 95 % interval over the "
            f"rounds of the run.\n\n{table(head, body)}\n"
        )
    return text


def pictures(names: list[str], alt: str) -> str:
    return "".join(f"![{alt}]({name})\n\n" for name in names)


def suite_page(report: Report, page: SuitePage) -> str:
    text = f"# {page.title or page.name}\n\n[All suites](index.md)\n\n"
    text += "".join(f"{part}\n\n" for part in (page.question, page.description) if part)
    text += failures(report.run, page.name)
    text += pictures(page.overviews, f"{page.name}, latest run")
    text += ratio_tables(page)
    text += (
        "## Figures\n\nMedian of the processes' medians; spread: distance of their quartiles. The ratio in "
        "*Against* is this row divided by the row named.\n\n"
    )
    groups: dict[str, list[Row]] = {}
    for row in sorted(page.rows, key=lambda row: (row.is_reference, natural(row.case))):
        groups.setdefault(row.case.split("/")[0], []).append(row)
    if len(page.rows) <= 30 or len(groups) > 12:
        groups = {"": page.rows}
    for name, rows in groups.items():
        text += (f"### {name}\n\n" if name else "") + suite_rows(report, page, rows) + "\n"
    text += "## Over runs\n\n"
    if page.trends:
        text += pictures(page.trends, f"{page.name} over runs")
    else:
        text += "One run of this machine class so far: a trend needs two.\n"
    return text.rstrip() + "\n"


def verdict_counts(report: Report, suite: str) -> str:
    kinds = [
        verdict.kind for verdict in report.verdicts.values() if verdict.benchmark.startswith(suite + "/")
    ]
    return ", ".join(f"{kinds.count(kind)} {kind}" for kind in KINDS if kind in kinds)


def suite_summary(report: Report) -> str:
    body = []
    for page in report.suites:
        failed = sum(name.startswith(page.name + "/") for name, _ in report.run.failures)
        missed = missed_promises(page)
        body.append(
            [
                f"[{page.name}]({page.name}.md)",
                page.question or page.title,
                str(len(primary(page.rows))),
                str(failed or ""),
                str(missed or ""),
                verdict_counts(report, page.name),
            ]
        )
    head = ["Suite", "Question", "Benchmarks ", "Failed ", "Targets missed ", "Verdicts"]
    used = [i for i in range(len(head)) if i < 3 or any(line[i] for line in body)]
    return table([head[i] for i in used], [[line[i] for i in used] for line in body])


def missed_promises(page: SuitePage) -> int:
    by_case = {(row.case, row.metric): row for row in page.rows}
    return sum(against(row, by_case).count("**missed**") for row in page.rows)


def biggest_changes(report: Report) -> str:
    """The rows that moved most against the baseline, by the judge's words where it has spoken."""
    moved = []
    for page in report.suites:
        for row in primary(page.rows).values():
            value = compared(report, row)
            if value and not row.is_reference:
                moved.append((value, row, report.verdicts.get((row.benchmark, row.metric))))
    if not moved:
        return ""
    moved.sort(
        key=lambda entry: (
            entry[2] is None or entry[2].kind not in ("regressed", "improved"),
            -abs(log(entry[0])),
        )
    )
    body = []
    for value, row, verdict in moved[:CHANGES_SHOWN]:
        interval = ""
        if verdict and verdict.low is not None and verdict.high is not None:
            interval = f"{change(verdict.low)} to {change(verdict.high)}"
        kind = MARK.get(verdict.kind, verdict.kind) if verdict else "not judged"
        better = "lower" if row.direction == "lower" else "higher"
        judged = verdict.ratio if verdict and verdict.ratio is not None else value
        body.append(
            [
                f"[`{row.benchmark}`]({row.suite}.md)",
                f"{row.metric} ({better} is better)",
                quantity(row.summary.median, row.unit),
                change(judged),
                interval,
                kind,
            ]
        )
    return (
        f"## Biggest changes to baseline `{report.baseline}`\n\n"
        + table(["Benchmark", "Metric", "Median ", "Change ", "Interval ", "Verdict"], body)
        + "\n"
    )


def run_table(report: Report) -> str:
    body = []
    for run in report.runs[:RUNS_SHOWN]:
        marks = [
            mark
            for mark, holds in (
                ("this report", report.run is not None and run.id == report.run.id),
                (f"baseline {report.baseline}", run.id in report.baseline_runs),
            )
            if holds
        ]
        body.append(
            [
                utc(run.started_ns),
                f"`{run.id[:8]}`",
                f"`{run.commit}`",
                run.profile,
                state(run),
                str(run.measured),
                str(len(run.failures) or ""),
                run.machine["machine_class"][:12],
                ", ".join(marks),
            ]
        )
    text = table(
        ["Started (UTC)", "Run", "Commit", "Profile", "State", "Benchmarks ", "Failed ", "Machine", ""], body
    )
    if len(report.runs) > RUNS_SHOWN:
        text += f"\n{len(report.runs) - RUNS_SHOWN} older runs are in the store.\n"
    return text


def comparison_note(report: Report) -> str:
    if not report.baseline_runs:
        return f"There is no baseline `{report.baseline}` in this store: nothing is compared.\n\n"
    if report.run.id in report.baseline_runs:
        return (
            f"This run is part of the baseline `{report.baseline}`: there is nothing to compare it with.\n\n"
        )
    if not report.verdicts:
        return (
            f"Differences of medians to baseline `{report.baseline}` are shown without verdicts: "
            f"`vmbench compare {report.baseline}` has not judged this run.\n\n"
        )
    return f"Judged against baseline `{report.baseline}`.\n\n"


def index_page(report: Report) -> str:
    text = "# Benchmark report\n\n"
    if report.run is None:
        return text + (
            "The store holds no run yet: `vmbench run` measures one.\n"
            if not report.runs
            else "No run in the store has finished a measurement yet.\n\n## Runs\n\n" + run_table(report)
        )
    text += run_facts(report) + "\n" + comparison_note(report)
    if len(report.trend_runs) == 1:
        text += "The store holds one run of this machine class: trends begin with the second.\n\n"
    text += "## Suites\n\n" + suite_summary(report) + "\n" + biggest_changes(report)
    for page in report.suites:
        text += "".join(f"[![{page.name}]({name})]({page.name}.md)\n\n" for name in page.overviews[:1])
    text += failures(report.run)
    return text + "## Runs\n\n" + run_table(report)
