"""Plots of one run: curves over a size, and dot charts of everything else beside its reference rows."""

from dataclasses import dataclass
from math import ceil, sqrt

import look
from families import Curve, Line, Panel
from look import COLOURS, FAINT, INK, MARKERS, REFERENCE, REFERENCES, WIDTH, plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from store import Row
from units import Scale, ratio, scale_for

# Inches for a column of ratios; with more kinds of reference rows than this the columns are left out.
RATIO_COLUMN = 0.85
MOST_RATIOS = 3

BETTER = {"lower": "lower is better", "higher": "higher is better"}


@dataclass
class Caption:
    title: str
    subtitle: str


def metric_label(metric: str) -> str:
    return metric.replace("_", " ")


def axis_label(metric: str, unit: str) -> str:
    """The metric and its unit, without saying the same twice: bytes per second in GiB/s is a throughput."""
    if unit.endswith("B/s"):
        return f"throughput, {unit}"
    words = metric_label(metric).removesuffix(" per second")
    return unit if unit.endswith(f" {words}/s") else f"{metric_label(metric)}, {unit}".removesuffix(", ")


def shared_scale(rows: list[Row]) -> Scale:
    """The display unit that suits the middle of an axis from the least to the greatest value."""
    medians = [abs(row.summary.median) for row in rows]
    return scale_for(rows[0].unit, sqrt(min(medians) * max(medians)))


def describe(rows: list[Row]) -> str:
    counts = sorted({row.summary.count for row in rows})
    span = f"{counts[0]}" if len(counts) == 1 else f"{counts[0]} to {counts[-1]}"
    plural = "" if counts == [1] else "es"
    return f"{BETTER[rows[0].direction]}; median of {span} process{plural}"


def draw_curve(axes: Axes, curve: Curve, factor: float, **style) -> None:
    sizes = sorted(curve.points)
    summaries = [curve.points[size].summary for size in sizes]
    axes.plot(sizes, [s.median * factor for s in summaries], **style)
    if not curve.is_reference:
        axes.fill_between(
            sizes,
            [s.low * factor for s in summaries],
            [s.high * factor for s in summaries],
            color=style["color"],
            alpha=0.15,
            linewidth=0,
        )


def draw_panel(axes: Axes, panel: Panel, colours: dict[str, str], factor: float) -> None:
    drawn = set()
    for curve, label, references in zip(panel.curves, panel.labels, panel.references):
        for reference in references:
            shared = sum(reference in others for others in panel.references) > 1
            if reference.key not in drawn:
                drawn.add(reference.key)
                draw_curve(
                    axes,
                    reference,
                    factor,
                    color=FAINT if shared else colours[label],
                    linestyle=(0, (3, 2)),
                    linewidth=1.2,
                    alpha=0.9,
                )
        if curve.is_reference:
            draw_curve(axes, curve, factor, color=colours[label], linestyle=(0, (3, 2)), linewidth=1.4)
        else:
            draw_curve(axes, curve, factor, color=colours[label], marker="o", markersize=3.6)
    axes.set_title(panel.title)


def legend_entries(panels: list[Panel], colours: dict[str, str]) -> list[Line2D]:
    entries = [
        Line2D([], [], color=colour, marker="o", markersize=4, label=label)
        for label, colour in colours.items()
    ]
    names = sorted(
        {
            reference.key[0]
            if panel.curves[0].key and reference.key[0] != panel.curves[0].key[0]
            else reference.name
            for panel in panels
            for group in panel.references
            for reference in group
        }
    )
    if names:
        entries.append(
            Line2D(
                [],
                [],
                color=FAINT,
                linestyle=(0, (3, 2)),
                linewidth=1.2,
                label="dashed: " + ", ".join(names[:4]) + (", ..." if len(names) > 4 else ""),
            )
        )
    return entries


def curves_figure(panels: list[Panel], caption: Caption) -> Figure:
    """Small multiples over a size axis, two or three across, all on the same axes."""
    columns = 3 if len(panels) == 3 else min(2, len(panels))
    lines = ceil(len(panels) / columns)
    height = 1.25 + (2.55 if len(panels) > 1 else 3.2) * lines
    figure, grid = plt.subplots(
        lines, columns, figsize=(WIDTH, height), squeeze=False, sharex=True, sharey=True
    )
    labels = list(dict.fromkeys(label for panel in panels for label in panel.labels))
    colours = {label: COLOURS[i % len(COLOURS)] for i, label in enumerate(labels)}
    everything = [
        row
        for panel in panels
        for curves in (panel.curves, *panel.references)
        for curve in curves
        for row in curve.points.values()
    ]
    scale = shared_scale(everything)
    sizes = sorted({size for panel in panels for curve in panel.curves for size in curve.points})
    for axes, panel in zip(grid.flat, panels):
        draw_panel(axes, panel, colours, scale.factor)
        look.size_axis(axes, sizes, room=13 / columns)
        look.value_axis(
            axes,
            "y",
            [row.summary.median * scale.factor for row in everything],
            axis_label(everything[0].metric, scale.unit),
        )
        axes.label_outer()
    for axes in list(grid.flat)[len(panels) :]:
        axes.remove()
    # A removed panel leaves the one above it without its size names.
    for axes in list(grid.flat)[max(0, len(panels) - columns) : len(panels)]:
        axes.tick_params(labelbottom=True)
        axes.set_xlabel("size")
    look.headline(figure, caption.title, f"{caption.subtitle}\n{describe(everything)}; shaded: quartiles")
    entries = legend_entries(panels, colours)
    figure.legend(
        handles=entries,
        loc="upper left",
        bbox_to_anchor=(0.01, 1 - 0.70 / height),
        ncol=min(len(entries), 5),
        columnspacing=1.6,
        handlelength=2.0,
        borderaxespad=0,
    )
    figure.subplots_adjust(
        left=0.085, right=0.985, top=1 - 1.22 / height, bottom=0.5 / height, hspace=0.28, wspace=0.12
    )
    return figure


def line_name(line: Line) -> str:
    return look.shortened(line.row.case, 46)


def first_part(line: Line) -> str:
    return line.row.case.split("/")[0]


def own_name(lines: list[Line]) -> str:
    """What the blue dots are: the part that all ids share and no companion has, if there is just one."""
    companions = {part for line in lines for _, row in line.references for part in row.case.split("/")}
    shared = set.intersection(*(set(line.row.case.split("/")) for line in lines)) - companions
    return shared.pop() if len(shared) == 1 else "measured"


def draw_line(axes: Axes, y: int, line: Line, factor: float, kinds: dict[str, int]) -> None:
    ours = line.row.summary
    others = [row.summary.median * factor for _, row in line.references]
    if others:
        ends = [ours.median * factor, *others]
        axes.plot(
            [min(ends), max(ends)], [y, y], color="#cfd6df", linewidth=2.2, solid_capstyle="round", zorder=1
        )
    for (kind, _), value in zip(line.references, others):
        axes.plot(
            value,
            y,
            marker=MARKERS[1 + kinds[kind] % 5],
            markersize=5.5,
            color=REFERENCES[kinds[kind] % 4],
            markeredgecolor="white",
            markeredgewidth=0.6,
            linestyle="none",
            zorder=2,
        )
    axes.plot(
        [ours.low * factor, ours.high * factor], [y, y], color=COLOURS[0], linewidth=4.5, alpha=0.28, zorder=2
    )
    axes.plot(
        ours.median * factor,
        y,
        marker="o",
        markersize=7,
        color=REFERENCE if line.row.is_reference else COLOURS[0],
        markeredgecolor="white",
        markeredgewidth=0.8,
        linestyle="none",
        zorder=3,
    )


def ratio_texts(line: Line) -> list[tuple[str, str]]:
    return [
        (kind, ratio(line.row.summary.median / row.summary.median))
        for kind, row in line.references
        if row.summary.median
    ]


def draw_ratios(axes: Axes, lines: list[Line], kinds: dict[str, int], width: float) -> None:
    """One column of ratios to the right of axes `width` inches wide for each kind of reference row."""
    for kind, index in kinds.items():
        x = 1 + (index + 1) * RATIO_COLUMN / width
        axes.text(
            x, 1.01, f"vs {kind}", transform=axes.transAxes, ha="right", va="bottom", fontsize=8, color=FAINT
        )
        for y, line in enumerate(lines):
            text = dict(ratio_texts(line)).get(kind)
            if text:
                axes.text(
                    x, y, text, transform=axes.get_yaxis_transform(), ha="right", va="center", fontsize=8.5
                )


def dots_figure(lines: list[Line], caption: Caption) -> Figure:
    """A line for each benchmark: its median, its quartiles, its reference rows and how they compare."""
    height = 1.7 + 0.27 * len(lines)
    figure, axes = plt.subplots(figsize=(WIDTH, height))
    kinds = {
        kind: i for i, kind in enumerate(dict.fromkeys(kind for line in lines for kind, _ in line.references))
    }
    rows = [line.row for line in lines] + [row for line in lines for _, row in line.references]
    scale = shared_scale(rows)
    for y, line in enumerate(lines):
        draw_line(axes, y, line, scale.factor, kinds)
    starts = [y for y in range(1, len(lines)) if first_part(lines[y]) != first_part(lines[y - 1])]
    if len(starts) <= len(lines) // 2:
        for y in starts:
            axes.axhline(y - 0.5, color="#d3d9e2", linewidth=0.8)
    axes.set_yticks(range(len(lines)), [line_name(line) for line in lines])
    axes.tick_params(axis="y", colors=INK)
    axes.set_ylim(len(lines) - 0.4, -0.6)
    axes.grid(axis="y", visible=False)
    look.value_axis(
        axes, "x", [row.summary.median * scale.factor for row in rows], axis_label(rows[0].metric, scale.unit)
    )
    look.headline(
        figure, caption.title, f"{caption.subtitle}\n{describe([line.row for line in lines])}; bar: quartiles"
    )
    entries = [
        Line2D([], [], marker="o", color=COLOURS[0], markersize=7, linestyle="none", label=own_name(lines))
    ]
    entries += [
        Line2D(
            [],
            [],
            marker=MARKERS[1 + i % 5],
            color=REFERENCES[i % 4],
            markersize=5.5,
            linestyle="none",
            label=kind,
        )
        for kind, i in kinds.items()
    ]
    if kinds:
        figure.legend(
            handles=entries,
            loc="upper left",
            bbox_to_anchor=(0.005, 1 - 0.70 / height),
            ncol=6,
            borderaxespad=0,
            handletextpad=0.2,
        )
    widest = max(len(line_name(line)) for line in lines)
    left = 0.25 + 0.072 * widest
    right = 0.25 + (RATIO_COLUMN * len(kinds) if len(kinds) <= MOST_RATIOS else 0)
    if len(kinds) <= MOST_RATIOS:
        draw_ratios(axes, lines, kinds, WIDTH - left - right)
    figure.subplots_adjust(
        left=left / WIDTH,
        right=1 - right / WIDTH,
        top=1 - (1.14 if kinds else 0.8) / height,
        bottom=0.5 / height,
    )
    return figure
