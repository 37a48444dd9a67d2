"""Reads the results store. Nothing here writes to it."""

import json
import sqlite3
import statistics
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Iterable

from units import utc

# The schema this package was written for: the column `versus` of benchmarks came with version 5.
OLDEST_SCHEMA = 5


class StoreError(Exception):
    """What the user is told when the store cannot be read."""


@dataclass
class Run:
    id: str
    started_ns: int
    finished_ns: int | None
    profile: str
    status: str
    seed: int
    command_line: str
    harness_version: str
    planned: int
    machine: dict
    revision: str = ""
    dirty: bool = False
    compiler: str = ""
    flags: str = ""
    measured: int = 0
    failures: list[tuple[str, str]] = field(default_factory=list)

    @property
    def started_text(self) -> str:
        return f"{utc(self.started_ns)} UTC"

    @property
    def commit(self) -> str:
        return (self.revision[:8] or "unknown") + ("+" if self.dirty else "")


@dataclass
class Summary:
    """The processes of one run for one metric, each represented by the median of its samples."""

    median: float
    low: float
    high: float
    count: int

    @property
    def spread(self) -> float:
        return (self.high - self.low) / abs(self.median) if self.median else 0.0


@dataclass
class Row:
    """One metric of one benchmark in one run."""

    benchmark: str
    suite: str
    case: str
    version: int
    metric: str
    unit: str
    direction: str
    deciding: bool
    tags: list[str]
    targets: list[dict]
    summary: Summary
    versus: list[str] = field(default_factory=list)  # cases of the suite that it is compared with
    rounds: dict[int, float] = field(default_factory=dict)  # the median of the process of each round

    @property
    def is_reference(self) -> bool:
        return "reference" in self.tags


@dataclass
class Verdict:
    benchmark: str
    metric: str
    kind: str
    ratio: float | None
    low: float | None
    high: float | None
    note: str


def summarise(values: Iterable[float]) -> Summary:
    """Median and quartiles (inclusive method) of the values of whole processes."""
    ordered = sorted(values)
    if len(ordered) == 1:
        return Summary(ordered[0], ordered[0], ordered[0], 1)
    low, middle, high = statistics.quantiles(ordered, n=4, method="inclusive")
    return Summary(middle, low, high, len(ordered))


class Store:
    def __init__(self, path: Path):
        if not path.is_file():
            raise StoreError(f"cannot open results store '{path}': no such file")
        try:
            self.connection = sqlite3.connect(path.resolve().as_uri() + "?mode=ro", uri=True)
            self.connection.row_factory = sqlite3.Row
            version = self.connection.execute("SELECT max(version) FROM schema_version").fetchone()[0]
        except sqlite3.Error as error:
            raise StoreError(f"cannot read results store '{path}': {error}") from error
        if version is None or version < OLDEST_SCHEMA:
            raise StoreError(
                f"results store '{path}' has schema version {version}, {OLDEST_SCHEMA} or newer is needed:"
                " any vmbench command on it brings it up to date"
            )
        self.aliases = dict(
            self.connection.execute("SELECT old_benchmark, new_benchmark FROM alias").fetchall()
        )

    def current_name(self, benchmark: str) -> str:
        """The name a renamed benchmark has now; a circle of renames ends where it began."""
        seen = set()
        while benchmark in self.aliases and benchmark not in seen:
            seen.add(benchmark)
            benchmark = self.aliases[benchmark]
        return benchmark

    def runs(self) -> list[Run]:
        """Every run, newest first."""
        rows = self.connection.execute(
            "SELECT run.*, cpu_model, cores, memory_bytes, kernel, governor, virtualised, numa_nodes, machine_class"
            " FROM run JOIN machine ON machine.id = run.machine_id ORDER BY started_ns DESC, run.id"
        )
        runs = [self._run(row) for row in rows]
        by_id = {run.id: run for run in runs}
        builds = self.connection.execute(
            "SELECT DISTINCT run_id, revision, dirty, compiler, flags FROM process"
            " JOIN build ON build.id = build_id ORDER BY run_id, revision"
        )
        for run_id, revision, dirty, compiler, flags in builds:
            run = by_id[run_id]
            run.revision, run.dirty, run.compiler, run.flags = revision, bool(dirty), compiler, flags
        for run_id, count in self.connection.execute(
            "SELECT run_id, count(DISTINCT benchmark) FROM process WHERE error = '' GROUP BY run_id"
        ):
            by_id[run_id].measured = count
        for run_id, benchmark, error in self.connection.execute(
            "SELECT run_id, benchmark, min(error) FROM process WHERE error <> '' GROUP BY run_id, benchmark"
            " ORDER BY benchmark"
        ):
            by_id[run_id].failures.append((self.current_name(benchmark), error))
        return runs

    @staticmethod
    def _run(row: sqlite3.Row) -> Run:
        names = (
            "cpu_model",
            "cores",
            "memory_bytes",
            "kernel",
            "governor",
            "virtualised",
            "numa_nodes",
            "machine_class",
        )
        return Run(
            id=row["id"],
            started_ns=row["started_ns"],
            finished_ns=row["finished_ns"],
            profile=row["profile"],
            status=row["status"],
            seed=row["seed"],
            command_line=row["command_line"],
            harness_version=row["harness_version"],
            planned=row["planned_processes"],
            machine={name: row[name] for name in names},
        )

    def suites(self) -> dict[str, sqlite3.Row]:
        return {row["name"]: row for row in self.connection.execute("SELECT * FROM suite ORDER BY name")}

    def rows(self, run_id: str) -> list[Row]:
        """What one run measured: a row for each benchmark and metric."""
        values: dict[tuple, dict[tuple[int, str], list[float]]] = defaultdict(lambda: defaultdict(list))
        for row in self.connection.execute(
            "SELECT benchmark, definition_version, metric, unit, direction, replicate, process_id, value"
            " FROM observation WHERE run_id = ?",
            (run_id,),
        ):
            values[tuple(row)[:5]][row["replicate"], row["process_id"]].append(row["value"])
        definitions = {
            (row["id"], row["definition_version"]): row
            for row in self.connection.execute("SELECT * FROM benchmark")
        }
        return [self._row(key, processes, definitions[key[:2]]) for key, processes in values.items()]

    def _row(self, key: tuple, processes: dict[tuple[int, str], list[float]], definition: sqlite3.Row) -> Row:
        stored, version, metric, unit, direction = key
        benchmark = self.current_name(stored)
        suite, _, case = benchmark.partition("/")
        deciding = json.loads(definition["metrics"])[0]["name"] == metric
        return Row(
            benchmark,
            suite,
            case,
            version,
            metric,
            unit,
            direction,
            deciding,
            json.loads(definition["tags"]),
            json.loads(definition["targets"]),
            summarise(statistics.median(samples) for samples in processes.values()),
            json.loads(definition["versus"]),
            {number: statistics.median(samples) for (number, _), samples in sorted(processes.items())},
        )

    def history(self, run_ids: list[str]) -> dict[tuple[str, int, str, str], dict[str, Summary]]:
        """(benchmark, definition version, metric, unit) -> run id -> summary, for the runs named."""
        values: dict[tuple, dict[str, dict[str, list[float]]]] = defaultdict(
            lambda: defaultdict(lambda: defaultdict(list))
        )
        for run_id in run_ids:
            for row in self.connection.execute(
                "SELECT benchmark, definition_version, metric, unit, process_id, value FROM observation"
                " WHERE run_id = ?",
                (run_id,),
            ):
                key = (self.current_name(row["benchmark"]), *tuple(row)[1:4])
                values[key][run_id][row["process_id"]].append(row["value"])
        return {
            key: {
                run_id: summarise(statistics.median(samples) for samples in processes.values())
                for run_id, processes in runs.items()
            }
            for key, runs in values.items()
        }

    def baseline_runs(self, name: str) -> list[str]:
        return [
            row[0]
            for row in self.connection.execute(
                "SELECT run_id FROM baseline_run JOIN baseline ON baseline.id = baseline_id WHERE name = ?",
                (name,),
            )
        ]

    def verdicts(self, run_id: str, baseline: str) -> dict[tuple[str, str], Verdict]:
        """What the judge last said of the run against the baseline; empty if it was not asked."""
        rows = self.connection.execute(
            "SELECT benchmark, metric, kind, ratio, low, high, note FROM verdict WHERE run_id = ? AND baseline = ?",
            (run_id, baseline),
        )
        return {(row["benchmark"], row["metric"]): Verdict(*row) for row in rows}
