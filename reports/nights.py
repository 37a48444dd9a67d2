"""Nights as the store holds them: what each measured beside the pinned reference, and where levels changed."""

import json
import sqlite3
from dataclasses import dataclass, field
from math import expm1

import numpy as np

from store import Row, Store, StoreError, Summary
from units import natural, utc

# The tables of nights came with this version of the schema.
OLDEST_SCHEMA = 4
DAY = 86_400_000_000_000
# A single night or the median of this many is compared, so that one bad night says nothing of a week.
SMOOTHED = 3
# A benchmark has moved when it did by more than this many spreads of a night, and by this much.
SPREADS = 4.0
LEAST_MOVE = 0.01
# For a normal distribution: standard deviations in a median absolute deviation.
MAD_SCALE = 1.4826


@dataclass
class Night:
    number: int
    run_id: str
    started_ns: int
    status: str
    head: str
    reference: str
    machine_class: str
    release: str
    note: str
    measured: int = 0

    @property
    def commit(self) -> str:
        return self.head[:8]

    @property
    def date(self) -> str:
        return utc(self.started_ns)


@dataclass
class Change:
    """A level that begins at `position`, one of the report's nights."""

    benchmark: str
    position: int
    size: float  # of logarithms
    state: str
    commits: int | None
    older: str
    newer: str
    low: float | None
    high: float | None
    note: str
    worse: bool


@dataclass
class Accepted:
    benchmark: str
    position: int
    reason: str


@dataclass
class Series:
    """One benchmark's metric over the nights that measured it. Arrays are parallel; values are logarithms."""

    row: Row
    positions: np.ndarray  # of nights of the report, ascending
    corrected: np.ndarray  # head's time without what moved the reference, too
    low: np.ndarray  # its interval; NaN where a night had too few pairs
    high: np.ndarray
    head: np.ndarray  # median, in the row's unit
    ratio: np.ndarray  # head / reference
    ratio_low: np.ndarray
    ratio_high: np.ndarray
    pairs: np.ndarray
    spread: np.ndarray
    changes: list[Change] = field(default_factory=list)
    accepted: list[Accepted] = field(default_factory=list)

    def at(self, position: int) -> int | None:
        """Where the night is in the arrays."""
        index = int(np.searchsorted(self.positions, position))
        return index if index < len(self.positions) and self.positions[index] == position else None

    def noise(self) -> float:
        """What one night differs from the next by chance: a robust standard deviation of a night."""
        if len(self.corrected) < 3:
            return 0.0
        steps = np.diff(self.corrected)
        return float(MAD_SCALE * np.median(np.abs(steps - np.median(steps))) / np.sqrt(2))

    def level(self, position: int, nights: int) -> float | None:
        """Median of the last `nights` values up to this night; None when the night itself has none."""
        index = self.at(position)
        if index is None:
            return None
        return float(np.median(self.corrected[max(0, index + 1 - nights) : index + 1]))


@dataclass
class Move:
    series: Series
    size: float  # of logarithms, above 0: more
    beyond_noise: bool

    @property
    def worse(self) -> bool:
        return (self.size > 0) == (self.series.row.direction == "lower")


@dataclass
class Horizon:
    """What tonight is compared with."""

    name: str
    position: int
    moves: list[Move]

    def moved(self) -> list[Move]:
        return sorted((m for m in self.moves if m.beyond_noise), key=lambda m: -abs(m.size))


@dataclass
class NightReport:
    nights: list[Night]  # of one machine class, oldest first; the last is reported on
    machine: str
    series: list[Series]
    suites: dict[str, tuple[str, str]]  # name -> title, question
    horizons: list[Horizon]

    @property
    def tonight(self) -> Night:
        return self.nights[-1]


def check_schema(store: Store) -> None:
    version = store.connection.execute("SELECT max(version) FROM schema_version").fetchone()[0]
    if version < OLDEST_SCHEMA:
        raise StoreError(
            f"the results store has schema version {version}, nights need {OLDEST_SCHEMA}: any vmbench command on it"
            " brings it up to date"
        )


def read_nights(store: Store, last: int | None) -> list[Night]:
    """The nights of one machine class, that of the night reported on, oldest first."""
    rows = store.connection.execute(
        "SELECT number, coalesce(run_id, ''), started_ns, status, head_revision, reference_revision, machine_class,"
        " release, note FROM night WHERE ? IS NULL OR number <= ? ORDER BY number",
        (last, last),
    )
    nights = [Night(*row) for row in rows]
    if not nights or (last is not None and nights[-1].number != last):
        raise StoreError("there is no night yet" if last is None else f"there is no night {last}")
    nights = [night for night in nights if night.machine_class == nights[-1].machine_class]
    counts = dict(store.connection.execute("SELECT night, count(*) FROM night_point GROUP BY night"))
    for night in nights:
        night.measured = counts.get(night.number, 0)
    return nights


def read_points(store: Store, machine_class: str, last: int) -> dict[int, np.ndarray]:
    """Trend -> its points, a line each: night, log ratio, low, high, head, reference, spread, pairs."""
    rows = store.connection.execute(
        "SELECT trend, night, log_ratio, low, high, head, reference, spread, pairs FROM night_point"
        " JOIN trend ON trend.number = trend JOIN series ON series.id = series_id"
        " WHERE machine_class = ? AND night <= ? ORDER BY trend, night",
        (machine_class, last),
    )
    rows.row_factory = None
    table = np.array(rows.fetchall(), dtype=float).reshape(-1, 9)
    table = table[(table[:, 5] > 0) & (table[:, 6] > 0)]
    starts = np.flatnonzero(np.diff(table[:, 0], prepend=np.nan) != 0)
    return {int(part[0, 0]): part[:, 1:] for part in np.split(table, starts[1:]) if len(part)}


def corrected(
    log_ratio: np.ndarray, log_reference: np.ndarray, slope: float, levels: np.ndarray
) -> np.ndarray:
    """Head's log time less `slope` times the reference's movement about its level (harness/duel/trend.h)."""
    return log_reference + log_ratio - slope * (log_reference - levels)


def levels_at(references: list[str], log_reference: np.ndarray, known: dict[str, float]) -> np.ndarray:
    """The level of each night's reference: the store's, or the median for one that the detector has not met."""
    names = np.array(references)
    levels = np.empty_like(log_reference)
    for name in set(references):
        of_build = names == name
        levels[of_build] = known[name] if name in known else np.median(log_reference[of_build])
    return levels


def make_series(
    row: Row, points: np.ndarray, nights: list[Night], slope: float, known: dict[str, float]
) -> Series:
    """`known`: the levels of references."""
    points = points[np.argsort(points[:, 0], kind="stable")]
    numbers = [night.number for night in nights]
    positions = np.searchsorted(numbers, points[:, 0])
    log_reference = np.log(points[:, 5])
    levels = levels_at([nights[i].reference for i in positions], log_reference, known)
    values = corrected(points[:, 1], log_reference, slope, levels)
    return Series(
        row,
        positions,
        values,
        values + points[:, 2] - points[:, 1],
        values + points[:, 3] - points[:, 1],
        points[:, 4],
        points[:, 1],
        points[:, 2],
        points[:, 3],
        points[:, 7],
        points[:, 6],
    )


def read_series(store: Store, nights: list[Night]) -> dict[int, Series]:
    """Trend -> series; the trends of a renamed benchmark are one."""
    levels: dict[int, dict[str, float]] = {}
    for trend, reference, level in store.connection.execute(
        "SELECT trend, reference_revision, level FROM trend_level"
    ):
        levels.setdefault(trend, {})[reference] = level
    points = read_points(store, nights[-1].machine_class, nights[-1].number)
    merged: dict[tuple, list[sqlite3.Row]] = {}
    for trend in store.connection.execute(
        "SELECT trend.number, slope, benchmark.id AS benchmark, benchmark.definition_version AS version, metric, unit,"
        " direction, tags, targets FROM trend JOIN series ON series.id = series_id JOIN benchmark"
        " ON benchmark.id = series.benchmark AND benchmark.definition_version = series.definition_version"
        " ORDER BY trend.number"
    ):
        if trend["number"] in points:
            key = (store.current_name(trend["benchmark"]), trend["version"], trend["metric"], trend["unit"])
            merged.setdefault(key, []).append(trend)
    found: dict[int, Series] = {}
    for (benchmark, version, metric, unit), trends in merged.items():
        newest = trends[-1]
        suite, _, case = benchmark.partition("/")
        table = np.concatenate([points[trend["number"]] for trend in trends])
        latest = table[np.argmax(table[:, 0])]
        row = Row(
            benchmark,
            suite,
            case,
            version,
            metric,
            unit,
            newest["direction"],
            True,
            json.loads(newest["tags"]),
            json.loads(newest["targets"]),
            Summary(latest[4], latest[4], latest[4], int(latest[7])),
        )
        known = {name: level for trend in trends for name, level in levels.get(trend["number"], {}).items()}
        series = make_series(row, table, nights, newest["slope"], known)
        found.update({trend["number"]: series for trend in trends})
    return found


def add_changes(store: Store, nights: list[Night], found: dict[int, Series]) -> None:
    """Changes that were known on the last of these nights."""
    place = {night.number: position for position, night in enumerate(nights)}
    for row in store.connection.execute("SELECT * FROM change_point ORDER BY first_night"):
        series = found.get(row["trend"])
        if series is None or row["first_night"] not in place or row["last_night"] not in place:
            continue
        size = row["level_after"] - row["level_before"]
        series.changes.append(
            Change(
                series.row.benchmark,
                place[row["first_night"]],
                size,
                row["state"],
                row["commits"],
                nights[place[row["last_night"]]].head,
                nights[place[row["first_night"]]].head,
                row["low"],
                row["high"],
                row["note"],
                (size > 0) == (series.row.direction == "lower"),
            )
        )


def add_accepted(store: Store, nights: list[Night], found: dict[int, Series]) -> None:
    """Changes somebody accepted, at the first night after."""
    starts = [night.started_ns for night in nights]
    by_name: dict[str, list[Series]] = {}
    for series in {id(series): series for series in found.values()}.values():
        by_name.setdefault(series.row.benchmark, []).append(series)
    for row in store.connection.execute("SELECT * FROM decision WHERE kind = 'accepted' ORDER BY created_ns"):
        position = int(np.searchsorted(starts, row["created_ns"]))
        if position == len(nights):
            continue
        for series in by_name.get(store.current_name(row["benchmark"]), []):
            series.accepted.append(Accepted(series.row.benchmark, position, row["reason"]))


def horizons(nights: list[Night], all_series: list[Series]) -> list[Horizon]:
    """Yesterday, last week and the last release, as far as there are nights of them."""
    last = len(nights) - 1
    chosen: list[tuple[str, int]] = []
    if last > 0:
        chosen.append(("yesterday", last - 1))
    week = [i for i in range(last) if nights[last].started_ns - nights[i].started_ns >= 6.5 * DAY]
    if week:
        chosen.append(("last week", week[-1]))
    release = nights[last].release
    first = next(i for i, night in enumerate(nights) if night.release == release)
    if release and first < last:
        chosen.append((f"release {release}", first))
    return [Horizon(name, position, moves(all_series, position, last)) for name, position in chosen]


def moves(all_series: list[Series], then: int, now: int) -> list[Move]:
    nights = SMOOTHED if now - then >= 2 * SMOOTHED else 1
    result = []
    for series in all_series:
        before, after = series.level(then, nights), series.level(now, nights)
        if before is None or after is None:
            continue
        size = after - before
        limit = max(SPREADS * series.noise() * (2 / nights) ** 0.5, LEAST_MOVE)
        result.append(Move(series, size, abs(expm1(size)) > limit))
    return result


def machine_text(store: Store, nights: list[Night]) -> str:
    row = store.connection.execute(
        "SELECT cpu_model, cores FROM machine WHERE machine_class = ? LIMIT 1", (nights[-1].machine_class,)
    ).fetchone()
    return f"{row['cpu_model']}, {row['cores']} cores" if row else nights[-1].machine_class


def read(store: Store, last: int | None) -> NightReport:
    """Everything about the nights up to number `last` (the newest when None)."""
    check_schema(store)
    nights = read_nights(store, last)
    found = read_series(store, nights)
    add_changes(store, nights, found)
    add_accepted(store, nights, found)
    unique = {id(series): series for series in found.values()}.values()
    all_series = sorted(unique, key=lambda series: (series.row.suite, natural(series.row.case)))
    suites = {name: (row["title"], row["question"]) for name, row in store.suites().items()}
    return NightReport(nights, machine_text(store, nights), all_series, suites, horizons(nights, all_series))


def ratio_to(series: Series, other: Series) -> tuple[np.ndarray, np.ndarray]:
    """Positions both have, and head's median over the other's there."""
    both, ours, theirs = np.intersect1d(series.positions, other.positions, return_indices=True)
    return both, series.head[ours] / other.head[theirs]


def partners(series: Series, by_case: dict[str, Series]) -> list[Series]:
    """Rows to set it beside: what its targets name, and the interpreter's for a compiled one."""
    names = [target["vs"] for target in series.row.targets if target["metric"] == series.row.metric]
    parts = series.row.case.split("/")
    if "jit" in parts:
        names.append("/".join("interp" if part == "jit" else part for part in parts))
    unique = dict.fromkeys(name for name in names if name in by_case and name != series.row.case)
    return [by_case[name] for name in unique]
