"""Bar charts of ratios: a group of bars for each row of a table, on a logarithmic axis that begins at 1."""

import look
from look import COLOURS, FAINT, INK, REFERENCE, WIDTH, plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator
from overview import BETTER, Caption, metric_label
from ratios import Column, Ratio, Table
from units import number

# Inches: a bar, and the room between two groups.
BAR = 0.15
GAP = 0.12

MEAN = "geometric mean"


def colours(columns: list[Column]) -> list[str]:
    ours = iter(COLOURS * len(columns))
    return [REFERENCE if column.is_reference else next(ours) for column in columns]


def draw_bar(axes: Axes, y: float, height: float, ratio: Ratio, colour: str) -> None:
    axes.barh(y, ratio.value - 1, left=1, height=height, color=colour, zorder=2)
    end = ratio.value
    if ratio.low is not None and ratio.high is not None:
        axes.plot([ratio.low, ratio.high], [y, y], color=INK, linewidth=1.0, zorder=3)
        end = ratio.high if end >= 1 else ratio.low
    axes.annotate(
        number(ratio.value),
        (end, y),
        xytext=(3 if end >= 1 else -3, 0),
        textcoords="offset points",
        ha="left" if end >= 1 else "right",
        va="center",
        fontsize=6.8,
        color=FAINT,
    )


def draw_groups(axes: Axes, rows: list[str], columns: list[Column], height: float) -> None:
    """Bars of all columns below each other, a row's centre at a whole number."""
    painted = colours(columns)
    for y, row in enumerate(rows):
        for i, column in enumerate(columns):
            ratio = column.mean if row == MEAN else column.ratios.get(row)
            if ratio is not None:
                draw_bar(axes, y + (i - (len(columns) - 1) / 2) * height, height * 0.9, ratio, painted[i])


def ratio_axis(axes: Axes, columns: list[Column]) -> None:
    """From the lowest end of an interval to the highest, with room for the numbers beside them."""
    ratios = [ratio for column in columns for ratio in column.ratios.values()]
    ends = [end for ratio in ratios for end in (ratio.value, ratio.low, ratio.high) if end is not None]
    low, high = min(1, *ends), max(1, *ends)
    room = max(1.1, (high / low) ** 0.1)
    axes.set_xscale("log")
    axes.set_xlim(low / (room if low < 1 else 1.1), high * (room if high > 1 else 1.1))
    few = high / low < 100
    axes.xaxis.set_major_locator(LogLocator(base=10, subs=(1, 2, 5) if few else (1, 3), numticks=12))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{look.short(value)}x"))
    axes.axvline(1, color=INK, linewidth=1.0, zorder=4)


def bars_figure(table: Table, columns: list[Column], caption: Caption) -> Figure:
    """Columns of the table that are ratios to the same, and their geometric means as the last group."""
    other = columns[0].other
    rows = [row for row in table.rows if any(row in column.ratios for column in columns)]
    rows += [MEAN] if any(column.mean for column in columns) else []
    group = BAR * len(columns) + GAP
    height = 1.75 + group * len(rows)
    figure, axes = plt.subplots(figsize=(WIDTH, height))
    draw_groups(axes, rows, columns, BAR / group)
    axes.set_yticks(range(len(rows)), [look.shortened(row, 40) for row in rows])
    axes.tick_params(axis="y", colors=INK)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.grid(axis="y", visible=False)
    if rows[-1] == MEAN:
        axes.axhline(len(rows) - 1.5, color="#b8c0cc", linewidth=0.8)
        axes.get_yticklabels()[-1].set_fontweight("bold")
    ratio_axis(axes, columns)
    axes.set_xlabel(f"{metric_label(table.metric)}, times {other}")
    look.headline(
        figure,
        caption.title,
        f"{caption.subtitle}\n{BETTER[table.direction]}; 1 is {other}; line: 95 % interval over the rounds",
    )
    figure.legend(
        handles=[Patch(color=colour, label=column.own) for column, colour in zip(columns, colours(columns))],
        loc="upper left",
        bbox_to_anchor=(0.005, 1 - 0.70 / height),
        ncol=6,
        borderaxespad=0,
    )
    left = 0.25 + 0.072 * max(len(row) for row in rows)
    figure.subplots_adjust(
        left=left / WIDTH, right=1 - 0.25 / WIDTH, top=1 - 1.14 / height, bottom=0.5 / height
    )
    return figure
