"""Numbers for readers: values with the unit that suits their size, ratios, times of day."""

import math
import re
from datetime import datetime, timezone
from typing import NamedTuple


class Scale(NamedTuple):
    """A display unit: value_shown = value * factor."""

    factor: float
    unit: str


TIME = ((1, "ns"), (1e3, "µs"), (1e6, "ms"), (1e9, "s"))
BYTES = ((1, "B"), (2**10, "KiB"), (2**20, "MiB"), (2**30, "GiB"), (2**40, "TiB"))
DECIMAL = ((1, ""), (1e3, "k"), (1e6, "M"), (1e9, "G"), (1e12, "T"))
SIZE = re.compile(r"^(\d+)(B|KiB|MiB|GiB)$")


def scale_for(unit: str, value: float) -> Scale:
    """The display unit in which `value` of `unit` has one to three digits before the point."""
    if unit == "ns":
        steps, name = TIME, "{}"
    elif unit in ("B", "bytes"):
        steps, name = BYTES, "{}"
    elif unit in ("B/s", "bytes/s"):
        steps, name = BYTES, "{}/s"
    elif unit.endswith("/s"):
        steps, name = DECIMAL, "{} " + unit
    else:
        steps, name = ((1, ""),), unit
    fitting = [step for step in steps if abs(value) >= step[0]] or [steps[0]]
    factor, prefix = fitting[-1]
    return Scale(1 / factor, name.format(prefix).strip())


def number(value: float) -> str:
    """Three significant digits, no exponent between 0.001 and a million."""
    if value == 0 or not math.isfinite(value):
        return "0" if value == 0 else "-"
    if not 1e-3 <= abs(value) < 1e6:
        return f"{value:.2e}"
    digits = max(0, 2 - math.floor(math.log10(abs(value))))
    return f"{value:,.{digits}f}"


def quantity(value: float, unit: str) -> str:
    scale = scale_for(unit, value)
    return f"{number(value * scale.factor)} {scale.unit}".strip()


def ratio(value: float) -> str:
    if value >= 100:
        return f"{value:,.0f}x"
    return f"{value:.3f}x" if 0.01 <= value < 0.1 else f"{number(value)}x"


def percent(value: float) -> str:
    return f"{value * 100:.1f} %"


def change(value: float) -> str:
    """A ratio as a signed change: 1.034 -> +3.4 %."""
    return f"{(value - 1) * 100:+.1f} %"


def size_in_bytes(word: str) -> int | None:
    """4KiB -> 4096; None for what is no size."""
    match = SIZE.match(word)
    if not match:
        return None
    return int(match.group(1)) * {unit: factor for factor, unit in BYTES}[match.group(2)]


def size_name(size: float) -> str:
    factor, unit = [step for step in BYTES if size >= step[0]][-1]
    return f"{size / factor:g} {unit}"


def utc(nanoseconds: int) -> str:
    return datetime.fromtimestamp(nanoseconds / 1e9, timezone.utc).strftime("%Y-%m-%d %H:%M")


def natural(text: str) -> list[tuple[int, float, str]]:
    """A sort key in which read/4/4KiB comes before read/16/64KiB."""
    key = []
    for part in text.split("/"):
        size = size_in_bytes(part)
        if size is None and part.isdigit():
            size = int(part)
        key.append((0, float(size), "") if size is not None else (1, 0.0, part))
    return key
