"""Plots over runs and nights: one small chart a benchmark, a line in a band, its reference row dashed, and marks
where something changed."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Protocol

import look
from look import COLOURS, FAINT, WIDTH, plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator
from overview import BETTER, Caption, metric_label
from store import Row, Summary
from units import natural, scale_for

COLUMNS = 3
CHARTS_IN_FIGURE = 24
# Noise of a few per cent should look like that, not like a mountain range.
SMALLEST_SPAN = 0.25
# With more points than this a line is drawn without its dots.
MOST_DOTS = 60

# How a mark on a chart is drawn, by what it says.
MARKS = {
    "change confirmed": {"color": COLOURS[1], "linewidth": 1.3},
    "change found, not tested yet": {"color": COLOURS[1], "linewidth": 1.0, "linestyle": (0, (4, 2))},
    "change not confirmed": {"color": FAINT, "linewidth": 0.8, "linestyle": (0, (1, 2))},
    "accepted": {"color": COLOURS[2], "linewidth": 1.3},
}


class Named(Protocol):
    """A place on the axis: a run or a night."""

    @property
    def commit(self) -> str:
        ...


@dataclass
class Mark:
    """Something that happened at a position; `kind` is one of MARKS."""

    position: int
    kind: str


@dataclass
class Words:
    """What a figure says of its lines."""

    over: str = "over runs"
    line: str = "line: median of processes, band: quartiles"
    span: float = SMALLEST_SPAN


@dataclass
class Trend:
    """One benchmark's metric over runs; position -> summary."""

    row: Row
    points: dict[int, Summary]
    reference: dict[int, Summary] = field(default_factory=dict)
    marks: list[Mark] = field(default_factory=list)
    title: str = ""  # default: the case


def reference_of(row: Row, by_case: dict[str, Row]) -> Row | None:
    for target in row.targets:
        other = by_case.get(target["vs"])
        if other is not None and other.is_reference and target["metric"] == row.metric:
            return other
    return None


def trends(rows: list[Row], history: dict, runs: list[Named]) -> list[Trend]:
    """The rows of ours with the points they have in the runs (oldest first)."""
    by_case = {row.case: row for row in rows}

    def points(row: Row) -> dict[int, Summary]:
        seen = history.get((row.benchmark, row.version, row.metric, row.unit), {})
        return {i: seen[run.id] for i, run in enumerate(runs) if run.id in seen}

    result = []
    for row in sorted(rows, key=lambda row: natural(row.case)):
        if not row.is_reference:
            reference = reference_of(row, by_case)
            result.append(Trend(row, points(row), points(reference) if reference else {}))
    return result


def figures(all_trends: list[Trend]) -> list[list[Trend]]:
    """Trends cut into figures, where possible between first components of the ids."""
    groups: dict[str, list[Trend]] = defaultdict(list)
    for trend in all_trends:
        groups[trend.row.case.split("/")[0]].append(trend)
    result: list[list[Trend]] = [[]]
    for group in groups.values():
        if result[-1] and len(result[-1]) + len(group) > CHARTS_IN_FIGURE:
            result.append([])
        result[-1] += group
    cut = [
        chart[i : i + CHARTS_IN_FIGURE] for chart in result for i in range(0, len(chart), CHARTS_IN_FIGURE)
    ]
    return [chart for chart in cut if chart]


def draw_series(axes: Axes, points: dict[int, Summary], factor: float, colour: str, dashed: bool) -> None:
    at = sorted(points)
    medians = [points[i].median * factor for i in at]
    if dashed:
        axes.plot(at, medians, color=colour, linewidth=1.0, linestyle=(0, (3, 2)))
        return
    axes.fill_between(
        at,
        [points[i].low * factor for i in at],
        [points[i].high * factor for i in at],
        color=colour,
        alpha=0.18,
        linewidth=0,
    )
    if len(at) > MOST_DOTS:
        axes.plot(at, medians, color=colour, linewidth=1.0)
    else:
        axes.plot(at, medians, color=colour, linewidth=1.5, marker="o", markersize=2.6 if len(at) > 1 else 4)


def limits(values: list[float], span: float) -> tuple[float, float]:
    """A range around the values of at least `span` of their middle."""
    low, high = min(values), max(values)
    middle = (low + high) / 2
    half = max((high - low) * 0.62, abs(middle) * span / 2)
    return max(0.0, middle - half) if low >= 0 else middle - half, middle + half or 1.0


def draw_trend(axes: Axes, trend: Trend, span: float) -> None:
    points = [*trend.points.values()]
    middle = sorted(point.median for point in points)[len(points) // 2]
    scale = scale_for(trend.row.unit, middle)
    near = [p for p in trend.reference.values() if middle / 4 < p.median < middle * 4]
    draw_series(axes, trend.points, scale.factor, COLOURS[0], dashed=False)
    if near:
        draw_series(axes, trend.reference, scale.factor, FAINT, dashed=True)
    axes.set_ylim(
        *limits(
            [value * scale.factor for p in points for value in (p.low, p.high)]
            + [p.median * scale.factor for p in near],
            span,
        )
    )
    axes.yaxis.set_major_locator(MaxNLocator(4))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: look.short(value)))
    for mark in trend.marks:
        # Between the position and the one before: the level begins there.
        axes.axvline(mark.position - 0.5, zorder=1.5, **MARKS[mark.kind])
    axes.set_title(look.shortened(trend.title or trend.row.case, 36), fontsize=8.2)
    axes.set_ylabel(scale.unit, fontsize=8, labelpad=2)
    axes.tick_params(labelsize=7.5)


def run_axis(axes: Axes, runs: list[Named]) -> None:
    """Names at most eight of the runs by their commits; the newest is always named."""
    step = max(1, -(-len(runs) // 8))
    named = list(range(len(runs)))[::-1][::step][::-1]
    axes.set_xlim(-0.4, len(runs) - 0.6)
    axes.xaxis.set_major_locator(FixedLocator(named))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda at, _: runs[int(at)].commit))
    axes.tick_params(axis="x", labelsize=7, labelbottom=True)
    plt.setp(axes.get_xticklabels(), rotation=40, ha="right", rotation_mode="anchor")


def mark_legend(figure: Figure, chosen: list[Trend]) -> None:
    """Says what the marks mean, at the top right; nothing where there are none."""
    used = {mark.kind for trend in chosen for mark in trend.marks}
    if not used:
        return
    lines = [Line2D([], [], label=kind, **style) for kind, style in MARKS.items() if kind in used]
    figure.legend(handles=lines, loc="upper right", fontsize=7.5, ncol=2, handlelength=1.6, borderaxespad=0.4)


def trends_figure(chosen: list[Trend], runs: list[Named], caption: Caption, words: Words = Words()) -> Figure:
    """Charts three across over the same runs, oldest on the left, commits on the axis."""
    columns = min(COLUMNS, len(chosen))
    lines = -(-len(chosen) // columns)
    height = 1.55 + 1.32 * lines
    figure, grid = plt.subplots(lines, columns, figsize=(WIDTH, height), squeeze=False, sharex=True)
    cells = list(grid.flat)
    for axes, trend in zip(cells, chosen):
        draw_trend(axes, trend, words.span)
    for axes in cells[len(chosen) :]:
        axes.remove()
    # The lowest chart of each column names the runs for those above it.
    for axes in cells[max(0, len(chosen) - columns) : len(chosen)]:
        run_axis(axes, runs)
    row = chosen[0].row
    dashed = "; dashed: reference row" if any(trend.reference for trend in chosen) else ""
    look.headline(
        figure,
        f"{caption.title}: {words.over}",
        f"{caption.subtitle}\n{metric_label(row.metric)}, {BETTER[row.direction]}; "
        f"{words.line}{dashed}; commits on the axis, oldest left",
    )
    mark_legend(figure, chosen)
    figure.subplots_adjust(
        left=0.075, right=0.985, top=1 - 0.98 / height, bottom=0.72 / height, hspace=0.48, wspace=0.26
    )
    return figure
