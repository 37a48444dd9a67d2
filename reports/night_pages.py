"""The Markdown pages of a report on nights: an index and a page a suite."""

from math import exp, expm1
from typing import NamedTuple

from nights import Change, Horizon, Night, NightReport, Series, partners, ratio_to
from pages import cell, pictures, table
from units import change, percent, quantity, ratio

MOVES_SHOWN = 10
CHANGES_SHOWN = 30
NIGHTS_SHOWN = 20
STATES = {"confirmed": "**confirmed**", "found": "not tested yet", "unconfirmed": "not confirmed"}


class Pictures(NamedTuple):
    trends: list[str]
    ratios: list[str]


def moved(size: float) -> str:
    """A difference of logarithms as a signed change."""
    return change(exp(size))


def link(series_or_change: Series | Change) -> str:
    name = (
        series_or_change.row.benchmark if isinstance(series_or_change, Series) else series_or_change.benchmark
    )
    return f"[`{name}`]({name.split('/')[0]}.md)"


def state(night: Night) -> str:
    return night.status if night.status == "complete" else f"**{night.status}**"


def facts(report: NightReport) -> str:
    night = report.tonight
    lines = [
        ["Night", f"{night.number}, {night.date} UTC, {state(night)}"],
        ["Head", f"`{night.head}`"],
        ["Reference", f"`{night.reference}`"],
        ["Last release", f"`{night.release}`" if night.release else "none"],
        ["Benchmarks", str(night.measured)],
        ["Machine", f"{report.machine} (class `{night.machine_class[:12]}`)"],
    ]
    if night.note:
        lines.append(["Note", cell(night.note)])
    return table(["", ""], lines)


def horizon_text(report: NightReport, horizon: Horizon) -> str:
    then = report.nights[horizon.position]
    found = horizon.moved()
    worse = sum(move.worse for move in found)
    text = (
        f"### Since {horizon.name}\n\n"
        f"Night {then.number} ({then.date} UTC, `{then.commit}`): {worse} worse, {len(found) - worse} better, "
        f"{len(horizon.moves) - len(found)} within what nights differ by.\n\n"
    )
    if not found:
        return text
    body = []
    for move in found[:MOVES_SHOWN]:
        index = move.series.at(len(report.nights) - 1)
        now = quantity(move.series.head[index], move.series.row.unit) if index is not None else ""
        body.append([link(move.series), now, moved(move.size), "worse" if move.worse else "better"])
    text += table(["Benchmark", "Now ", "Change ", ""], body) + "\n"
    if len(found) > MOVES_SHOWN:
        text += f"{len(found) - MOVES_SHOWN} more moved less.\n\n"
    return text


def commit_range(change_: Change) -> str:
    text = f"`{change_.older[:12]}..{change_.newer[:12]}`"
    return f"{text} ({change_.commits})" if change_.commits else text


def tested(change_: Change) -> str:
    if change_.low is None or change_.high is None:
        return ""
    return f"{moved(change_.low)} to {moved(change_.high)}"


def change_table(report: NightReport, changes: list[Change]) -> str:
    body = []
    for one in changes:
        night = report.nights[one.position]
        body.append(
            [
                link(one),
                moved(one.size) + (" worse" if one.worse else " better"),
                f"{night.number} ({night.date[:10]})",
                commit_range(one),
                STATES[one.state],
                tested(one),
                one.note if one.state != "confirmed" else "",
            ]
        )
    head = ["Benchmark", "Change ", "From night", "Commits", "State", "By the test ", ""]
    return table(head, body) + "\n"


def all_changes(report: NightReport, suite: str | None = None) -> list[Change]:
    """Newest first, the largest of a night before the others."""
    changes = [one for series in report.series if suite in (None, series.row.suite) for one in series.changes]
    return sorted(changes, key=lambda one: (-one.position, -abs(one.size)))


def changes_text(report: NightReport) -> str:
    changes = all_changes(report)
    if not changes:
        return (
            "None found"
            + ("" if len(report.nights) >= 20 else ": they are looked for from 20 nights on")
            + ".\n\n"
        )
    text = change_table(report, changes[:CHANGES_SHOWN])
    if len(changes) > CHANGES_SHOWN:
        text += f"{len(changes) - CHANGES_SHOWN} older ones are on the pages of the suites.\n\n"
    return text


def suite_names(report: NightReport) -> list[str]:
    return sorted({series.row.suite for series in report.series})


def mean_move(horizon: Horizon, suite: str) -> str:
    """Geometric mean of the suite's rows, reference rows left out."""
    sizes = [m.size for m in horizon.moves if m.series.row.suite == suite and not m.series.row.is_reference]
    return moved(sum(sizes) / len(sizes)) if sizes else ""


def suite_table(report: NightReport) -> str:
    body = []
    for name in suite_names(report):
        rows = [series for series in report.series if series.row.suite == name]
        confirmed = sum(one.state == "confirmed" for series in rows for one in series.changes)
        title, question = report.suites.get(name, (name, ""))
        body.append(
            [f"[{name}]({name}.md)", question or title, str(len(rows)), str(confirmed or "")]
            + [mean_move(horizon, name) for horizon in report.horizons]
        )
    head = ["Suite", "Question", "Benchmarks ", "Changes confirmed "]
    return table(head + [f"Since {horizon.name} " for horizon in report.horizons], body)


def night_table(report: NightReport) -> str:
    shown = report.nights[::-1][:NIGHTS_SHOWN]
    body = [
        [
            str(n.number),
            n.date,
            f"`{n.commit}`",
            f"`{n.reference[:8]}`",
            n.release,
            state(n),
            str(n.measured),
            n.note,
        ]
        for n in shown
    ]
    head = ["Night ", "Started (UTC)", "Head", "Reference", "Release", "State", "Benchmarks ", "Note"]
    text = table(head, body)
    if len(report.nights) > len(shown):
        text += f"\n{len(report.nights) - len(shown)} older nights are in the store.\n"
    return text


def index_page(report: NightReport, drawn: dict[str, Pictures]) -> str:
    text = "# Nightly report\n\n" + facts(report) + "\n## What changed\n\n"
    if not report.horizons:
        text += "This is the first night: there is nothing to compare it with.\n\n"
    else:
        text += (
            "A benchmark counts as moved when it did by more than four times what its nights differ by, and 1 %. Whether "
            "the code did it is what the test of a change of level says, below.\n\n"
        )
    text += "".join(horizon_text(report, horizon) for horizon in report.horizons)
    text += "## Changes of level\n\n" + changes_text(report)
    text += "## Suites\n\nMeans are geometric; below zero is less time.\n\n" + suite_table(report) + "\n"
    for name in suite_names(report):
        text += "".join(f"[![{name}]({picture})]({name}.md)\n\n" for picture in drawn[name].trends[:1])
    return text + "## Nights\n\n" + night_table(report)


def move_of(series: Series, horizon: Horizon) -> str:
    for move in horizon.moves:
        if move.series is series:
            return f"**{moved(move.size)}**" if move.beyond_noise else moved(move.size)
    return ""


def beside(series: Series, by_case: dict[str, Series], position: int) -> str:
    texts = []
    for other in partners(series, by_case):
        positions, ratios = ratio_to(series, other)
        if len(positions) and positions[-1] == position:
            texts.append(f"{ratio(ratios[-1])} `{other.row.case}`")
    return "<br>".join(texts)


def row_table(report: NightReport, rows: list[Series]) -> str:
    last = len(report.nights) - 1
    by_case = {series.row.case: series for series in rows}
    body = []
    for series in rows:
        index = series.at(last)
        if index is None:
            continue
        interval = ""
        if series.ratio_low[index] == series.ratio_low[index]:
            interval = f"{moved(series.ratio_low[index])} to {moved(series.ratio_high[index])}"
        body.append(
            [
                f"`{series.row.case}`" + (" (reference row)" if series.row.is_reference else ""),
                quantity(series.head[index], series.row.unit),
                moved(series.ratio[index]),
                interval,
                str(int(series.pairs[index])),
                percent(expm1(series.spread[index])),
                *[move_of(series, horizon) for horizon in report.horizons],
                beside(series, by_case, last),
            ]
        )
    head = ["Benchmark", "Median ", "To reference ", "Interval ", "Pairs ", "Spread "]
    head += [f"Since {horizon.name} " for horizon in report.horizons] + ["Against"]
    used = [i for i in range(len(head)) if i == 0 or any(line[i] for line in body)]
    return table([head[i] for i in used], [[line[i] for i in used] for line in body])


def suite_page(report: NightReport, name: str, drawn: Pictures) -> str:
    title, question = report.suites.get(name, (name, ""))
    rows = [series for series in report.series if series.row.suite == name]
    text = f"# {title or name}\n\n[All suites](index.md)\n\n" + (f"{question}\n\n" if question else "")
    text += pictures(drawn.trends, f"{name} over nights")
    if drawn.ratios:
        text += "## Beside other engines and builds\n\n" + pictures(
            drawn.ratios, f"{name}: ratios over nights"
        )
    text += (
        "## Tonight\n\nMedian of head; *to reference* is head over the pinned build, measured in turns, with its interval; "
        "spread is that of pairs. Bold has moved by more than nights differ by anyway.\n\n"
    )
    text += row_table(report, rows) + "\n## Changes of level\n\n"
    changes = all_changes(report, name)
    text += change_table(report, changes) if changes else "None found.\n"
    accepted = [one for series in rows for one in series.accepted]
    if accepted:
        text += "\n## Accepted\n\n" + table(
            ["Benchmark", "From night", "Reason"],
            [
                [f"`{one.benchmark}`", str(report.nights[one.position].number), one.reason]
                for one in sorted(accepted, key=lambda one: -one.position)
            ],
        )
    return text.rstrip() + "\n"
