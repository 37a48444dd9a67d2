"""How every plot looks: colours, type sizes, axes. Drawn for 900 pixels of width, at twice that resolution."""

from math import log2

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt  # noqa: E402  (the backend comes first)
from matplotlib.axes import Axes  # noqa: E402
from matplotlib.figure import Figure  # noqa: E402
from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, NullLocator  # noqa: E402

from units import number, size_name  # noqa: E402

WIDTH = 9.0
RESOLUTION = 160

INK = "#1f2733"
FAINT = "#6b7685"
GRID = "#e4e8ee"
# Told apart by readers who do not see red and green as different, and in print.
COLOURS = ("#2563a8", "#d9622b", "#1f9e89", "#8e4b9e", "#c79a1b", "#5b6b7d")
REFERENCE = "#8a94a3"
REFERENCES = ("#8a94a3", "#c79a1b", "#8e4b9e", "#1f9e89")
MARKERS = ("o", "s", "D", "^", "v", "P")

plt.rcParams.update(
    {
        "font.family": "DejaVu Sans",
        "font.size": 9,
        "text.color": INK,
        "axes.edgecolor": "#b8c0cc",
        "axes.labelcolor": INK,
        "axes.titlesize": 9.5,
        "axes.titleweight": "bold",
        "axes.titlelocation": "left",
        "axes.labelsize": 9,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.grid": True,
        "axes.axisbelow": True,
        "grid.color": GRID,
        "grid.linewidth": 0.8,
        "xtick.color": FAINT,
        "ytick.color": FAINT,
        "xtick.labelsize": 8.5,
        "ytick.labelsize": 8.5,
        "xtick.major.size": 0,
        "ytick.major.size": 0,
        "legend.frameon": False,
        "legend.fontsize": 8.5,
        "lines.linewidth": 1.8,
        "figure.facecolor": "white",
        "savefig.facecolor": "white",
    }
)


def headline(figure: Figure, title: str, subtitle: str) -> None:
    """The two lines above the axes, at a fixed distance in inches from the top."""
    height = figure.get_figheight()
    figure.text(0.1 / WIDTH, 1 - 0.10 / height, title, fontsize=12.5, fontweight="bold", va="top")
    figure.text(0.1 / WIDTH, 1 - 0.36 / height, subtitle, fontsize=8.8, color=FAINT, va="top")


def save(figure: Figure, path: str) -> None:
    figure.savefig(path, dpi=RESOLUTION, metadata={"Software": None})
    plt.close(figure)


def is_wide(values: list[float]) -> bool:
    """Whether the values need a logarithmic axis."""
    return min(values) > 0 and max(values) / min(values) > 12


def value_axis(axes: Axes, which: str, values: list[float], label: str) -> None:
    """Names and scales the x or y axis for values already in the display unit."""
    axis = getattr(axes, which + "axis")
    getattr(axes, f"set_{which}label")(label)
    if is_wide(values):
        getattr(axes, f"set_{which}scale")("log")
        low, high = min(values) / 1.35, max(values) * 1.35
        getattr(axes, f"set_{which}lim")(low, high)
        few = high / low < 1000
        axis.set_major_locator(LogLocator(base=10, subs=(1, 2, 5) if few else (1,), numticks=12))
        axis.set_minor_locator(NullLocator())
    else:
        getattr(axes, f"set_{which}lim")(0, max(values) * 1.12 or 1)
    axis.set_major_formatter(FuncFormatter(lambda value, _: short(value)))


def short(value: float) -> str:
    """A tick label: no needless zeros."""
    text = number(value)
    return text.rstrip("0").rstrip(".") if "." in text and "e" not in text else text


def size_axis(axes: Axes, sizes: list[int], room: int) -> None:
    """A base-2 axis with at most `room` of the measured sizes named."""
    axes.set_xscale("log", base=2)
    apart = log2(sizes[-1] / sizes[0]) / room
    named = sizes[-1:]
    for size in reversed(sizes):
        if log2(named[0] / size) >= apart:
            named.insert(0, size)
    axes.xaxis.set_major_locator(FixedLocator(named))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: size_name(value)))
    axes.set_xlim(sizes[0] / 1.3, sizes[-1] * 1.3)


def shortened(case: str, room: int) -> str:
    """A case id as a label of at most `room` characters; the middle goes first."""
    name = case.replace("/", "  ")
    if len(name) <= room:
        return name
    return name[: room * 3 // 5 - 1].rstrip() + "\u2026" + name[len(name) - room * 2 // 5 :].lstrip()
