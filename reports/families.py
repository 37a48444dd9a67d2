"""How the cases of a suite are arranged into charts, judged by nothing but their ids, tags and targets.

A component of an id that is a size (4KiB) makes an axis when a family has enough of them: the cases that
differ in that component alone are one curve. Everything else becomes a line of a dot chart, together with the
reference rows its targets name.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from itertools import combinations

from store import Row
from units import natural, size_in_bytes

# A curve needs this many sizes, a panel holds this many curves of ours, a dot chart this many lines.
ENOUGH_SIZES = 3
CURVES_IN_PANEL = 4
LINES_IN_CHART = 32

Key = tuple[str, ...]


@dataclass
class Curve:
    """Rows that differ only in one size, by size."""

    key: Key
    points: dict[int, Row]

    @property
    def name(self) -> str:
        return " ".join(self.key)

    @property
    def is_reference(self) -> bool:
        return all(row.is_reference for row in self.points.values())


@dataclass
class Panel:
    """Curves of ours on common axes, and for each of them the reference curves its targets name."""

    title: str
    curves: list[Curve]
    labels: list[str]
    references: list[list[Curve]]


@dataclass
class Line:
    """One line of a dot chart: a benchmark and its reference rows, by what distinguishes each."""

    row: Row
    references: list[tuple[str, Row]] = field(default_factory=list)


def chart_metric(rows: list[Row]) -> str | None:
    """The metric worth drawing: a rate if every benchmark has it, else the commonest deciding one."""
    by_metric = defaultdict(set)
    for row in rows:
        by_metric[row.metric].add(row.benchmark)
    everything = {row.benchmark for row in rows}
    rates = sorted(
        {
            row.metric
            for row in rows
            if row.unit.endswith("/s") and row.direction == "higher" and by_metric[row.metric] == everything
        }
    )
    deciding = Counter(row.metric for row in rows if row.deciding)
    return [*rates, *(metric for metric, _ in deciding.most_common()), None][0]


def curve_key(case: str) -> tuple[Key, int] | None:
    """The id without its last size, and that size in bytes."""
    parts = case.split("/")
    for index in reversed(range(len(parts))):
        size = size_in_bytes(parts[index])
        if size is not None:
            return tuple(parts[:index] + parts[index + 1 :]), size
    return None


def split(rows: list[Row]) -> tuple[list[Curve], list[Row]]:
    """The curves among the rows of one metric, and the rows that belong to none."""
    curves: dict[Key, Curve] = {}
    rest = []
    for row in rows:
        found = curve_key(row.case)
        if found is None:
            rest.append(row)
        else:
            curves.setdefault(found[0], Curve(found[0], {})).points[found[1]] = row
    for key, curve in list(curves.items()):
        if len(curve.points) < ENOUGH_SIZES:
            rest += curves.pop(key).points.values()
    return sorted(curves.values(), key=lambda curve: natural("/".join(curve.key))), rest


def arranged(rows: list[Row]) -> tuple[list[Curve], list[Row]]:
    """Curves and other rows of a suite, each part by the metric that is worth drawing for it."""
    curves, rest = split([row for row in rows if row.deciding])
    on_curves = {row.benchmark for curve in curves for row in curve.points.values()}
    others = {row.benchmark for row in rest}
    curve_rows = [row for row in rows if row.benchmark in on_curves]
    rest_rows = [row for row in rows if row.benchmark in others]
    curves, _ = split([row for row in curve_rows if row.metric == chart_metric(curve_rows)])
    return curves, [row for row in rest_rows if row.metric == chart_metric(rest_rows)]


def reference_keys(curve: Curve) -> list[Key]:
    """The curves that the targets of this curve's cases name."""
    keys = []
    for row in curve.points.values():
        for target in row.targets:
            found = curve_key(target["vs"])
            if found and found[0] != curve.key and found[0] not in keys:
                keys.append(found[0])
    return keys


def differing(keys: list[Key]) -> list[int]:
    """The positions at which the keys are not all the same."""
    width = max(len(key) for key in keys)
    return [i for i in range(width) if len({key[i] if i < len(key) else "" for key in keys}) > 1]


def grouped(keys: list[Key], compared: list[tuple[Key, Key]]) -> dict[Key, list[Key]]:
    """Keys by the components that make the best panels, each small enough to read.

    Best is what keeps compared keys together, then what makes few panels, then what names them by words rather than
    numbers.
    """
    if len(keys) <= CURVES_IN_PANEL:
        return {(): keys}
    positions = differing(keys)
    best = {key: [key] for key in keys}
    lowest = (len(compared), len(best), True)
    counts = range(1, len(positions))
    for chosen in (combination for count in counts for combination in combinations(positions, count)):
        title = {key: tuple(key[i] for i in chosen if i < len(key)) for key in keys}
        groups = defaultdict(list)
        for key in keys:
            groups[title[key]].append(key)
        apart = sum(title[one] != title[other] for one, other in compared)
        numbers = any(part.isdigit() for name in groups for part in name)
        cost = (apart, len(groups), numbers)
        if max(map(len, groups.values())) <= CURVES_IN_PANEL and cost < lowest:
            best, lowest = groups, cost
    return best


def panels(curves: list[Curve]) -> list[Panel]:
    """The curves of ours spread over panels. References nobody names get a panel of their own."""
    by_key = {curve.key: curve for curve in curves}
    named = {key for curve in curves if not curve.is_reference for key in reference_keys(curve)}
    drawn = [curve for curve in curves if not (curve.is_reference and curve.key in named)] or curves
    drawn.sort(key=lambda curve: curve.is_reference)
    keys_drawn = [curve.key for curve in drawn]
    compared = [
        (curve.key, other) for curve in drawn for other in reference_keys(curve) if other in keys_drawn
    ]
    result = []
    for title, keys in grouped(keys_drawn, compared).items():
        varying = differing(keys) if len(keys) > 1 else []
        members = [by_key[key] for key in keys]
        labels = [
            " ".join(key[i] for i in varying if i < len(key))
            or " ".join(part for part in key if part not in title)
            or "measured"
            for key in keys
        ]
        references = [
            [by_key[key] for key in reference_keys(curve) if key in by_key and by_key[key].is_reference]
            for curve in members
        ]
        result.append(Panel(" ".join(title), members, labels, references))
    return result


def distinction(case: str, other: str) -> str:
    """What `other` has that `case` has not: read/4 against raw_read/4 is raw_read."""
    ours = case.split("/")
    theirs = other.split("/")
    return "/".join(part for part in theirs if part not in ours) or other


def companions(rows: list[Row]) -> set[str]:
    """The cases drawn on the lines of others: references, and what one other case is compared with and no more."""
    named = Counter(target["vs"] for row in rows for target in row.targets)
    return {row.case for row in rows if row.is_reference or (named[row.case] == 1 and not row.targets)}


def lines(rows: list[Row]) -> list[Line]:
    """A line for each row, with the companions its targets or, failing that, their siblings name."""
    by_case = {row.case: row for row in rows}
    beside = companions(rows)
    result = []
    used: set[str] = set()
    for row in sorted(rows, key=lambda row: natural(row.case)):
        if row.case in beside:
            continue
        named = {target["vs"]: None for target in row.targets if target["vs"] in beside}
        result.append(Line(row, [(distinction(row.case, name), by_case[name]) for name in named]))
        used.update(named)
    for case in sorted(beside - used):
        owner = sibling(by_case[case], result)
        if owner is not None:
            owner.references.append((distinction(owner.row.case, case), by_case[case]))
        else:
            result.append(Line(by_case[case]))
    return result


def sibling(reference: Row, candidates: list[Line]) -> Line | None:
    """The one line of ours whose id differs from the reference's in a single component."""
    parts = reference.case.split("/")
    found = []
    for line in candidates:
        ours = line.row.case.split("/")
        if (
            not line.row.is_reference
            and len(ours) == len(parts)
            and len(parts) > 1
            and sum(a != b for a, b in zip(ours, parts)) == 1
        ):
            found.append(line)
    return found[0] if len(found) == 1 else None


def charts(all_lines: list[Line]) -> list[list[Line]]:
    """Lines cut into charts of readable height, where possible between first components."""
    groups: dict[str, list[Line]] = defaultdict(list)
    for line in all_lines:
        groups[line.row.case.split("/")[0]].append(line)
    result: list[list[Line]] = [[]]
    for group in groups.values():
        if result[-1] and len(result[-1]) + len(group) > LINES_IN_CHART:
            result.append([])
        result[-1] += group
    cut = [chart[i : i + LINES_IN_CHART] for chart in result for i in range(0, len(chart), LINES_IN_CHART)]
    return [chart for chart in cut if chart]
