"""Ratios between the benchmarks of one run, as suites ask for them: a table by what ids share and what differs.

The method is that of harness/judge/ratios.h: a round of the run is the replicate.
"""

from collections import defaultdict
from dataclasses import dataclass
from math import exp, log
from statistics import fmean, median
from typing import NamedTuple

from store import Row
from units import natural

CONFIDENCE = 0.95


class Contrast(NamedTuple):
    """sort/jit against sort/native: `sort`, by `jit` and by `native`."""

    shared: str
    own: str
    other: str


@dataclass
class Ratio:
    """How many times one value is another, with its interval where there are rounds enough."""

    value: float
    low: float | None
    high: float | None


@dataclass
class Column:
    """All benchmarks that have the component `own`, over those that have `other` in its place."""

    own: str
    other: str
    ratios: dict[str, Ratio]
    mean: Ratio | None
    is_reference: bool


@dataclass
class Table:
    metric: str
    direction: str
    rows: list[str]
    columns: list[Column]


def contrast(case: str, other: str) -> Contrast | None:
    """How two ids differ that have all components but one in common."""
    ours, theirs = case.split("/"), other.split("/")
    differing = [i for i, (own, of_other) in enumerate(zip(ours, theirs)) if own != of_other]
    if len(ours) != len(theirs) or len(differing) != 1 or len(ours) < 2:
        return None
    at = differing[0]
    return Contrast("/".join(ours[:at] + ours[at + 1 :]), ours[at], theirs[at])


def left_out(count: int) -> int:
    """How many of the lowest Walsh averages of so many values lie outside the interval, as of the highest.

    From the exact distribution of Wilcoxon's signed-rank sum. (Hollander and Wolfe, 3.1 and 3.3)
    """
    ways = [1] + [0] * (count * (count + 1) // 2)
    for rank in range(1, count + 1):
        for total in range(len(ways) - 1, rank - 1, -1):
            ways[total] += ways[total - rank]
    allowed = (1 - CONFIDENCE) / 2 * 2**count
    cut = 0
    while sum(ways[: cut + 1]) <= allowed:
        cut += 1
    return cut


def centre(logs: list[float]) -> Ratio:
    """The Hodges-Lehmann centre of logarithms, as a ratio."""
    averages = sorted((a + b) / 2 for i, a in enumerate(logs) for b in logs[i:])
    cut = left_out(len(logs))
    if cut == 0:
        return Ratio(exp(median(averages)), None, None)
    return Ratio(exp(median(averages)), exp(averages[cut - 1]), exp(averages[-cut]))


def log_ratios(own: Row, other: Row) -> dict[int, float]:
    """By round, of values above zero."""
    return {
        number: log(value / other.rounds[number])
        for number, value in own.rounds.items()
        if value > 0 and other.rounds.get(number, 0) > 0
    }


def mean_of(cells: list[dict[int, float]]) -> Ratio | None:
    """The geometric mean over all cells in the rounds that they all have."""
    shared = set.intersection(*(set(cell) for cell in cells))
    if len(cells) < 2 or not shared:
        return None
    return centre([fmean(cell[number] for cell in cells) for number in sorted(shared)])


def column(own: str, other: str, compared: dict[str, tuple[Row, Row]]) -> Column | None:
    cells = {shared: log_ratios(*rows) for shared, rows in compared.items()}
    cells = {shared: logs for shared, logs in cells.items() if logs}
    if not cells:
        return None
    ratios = {shared: centre(list(logs.values())) for shared, logs in cells.items()}
    is_reference = all(row.is_reference for row, _ in compared.values())
    return Column(own, other, ratios, mean_of(list(cells.values())), is_reference)


def tables(rows: list[Row]) -> list[Table]:
    """A table for each metric that decides about benchmarks which name others to be compared with."""
    by_case = {row.case: row for row in rows if row.deciding}
    compared: dict[tuple[str, str], dict[tuple[str, str], dict[str, tuple[Row, Row]]]] = defaultdict(
        lambda: defaultdict(dict)
    )
    for row in by_case.values():
        for versus in row.versus:
            other, difference = by_case.get(versus), contrast(row.case, versus)
            if other is None or difference is None or (other.metric, other.unit) != (row.metric, row.unit):
                continue
            columns = compared[(row.metric, row.direction)]
            columns[(difference.own, difference.other)][difference.shared] = (row, other)
    result = []
    for (metric, direction), columns in sorted(compared.items()):
        made = [column(own, other, pairs) for (own, other), pairs in sorted(columns.items())]
        kept = [one for one in made if one is not None]
        names = sorted({name for one in kept for name in one.ratios}, key=natural)
        if kept:
            result.append(Table(metric, direction, names, kept))
    return result


def charts(table: Table) -> list[list[Column]]:
    """The columns by what they are ratios to, and by company: those that are also ratios to one another, or to
    the same third, are seen side by side. What has no company shares a chart."""
    found: dict[tuple[str, frozenset[str]], list[Column]] = {}
    for column in table.columns:
        company = company_of(column.own, table, column.other)
        found.setdefault((column.other, company if len(company) > 1 else frozenset()), []).append(column)
    return sorted(found.values(), key=lambda columns: table.columns.index(columns[0]))


def company_of(own: str, table: Table, besides: str) -> frozenset[str]:
    """All that ratios lead to from `own`, in either direction, without those to `besides`."""
    pairs = [{column.own, column.other} for column in table.columns if column.other != besides]
    company = {own}
    while joining := [pair for pair in pairs if pair & company and not pair <= company]:
        company = company.union(*joining)
    return frozenset(company)
