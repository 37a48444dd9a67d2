"""A store of made-up measurements on the real schema, for the tests and to look at the plots without measuring.

`/usr/bin/python3 reports/made_up.py FILE [RUNS]` writes one.
"""

import json
import random
import re
import sqlite3
import sys
import uuid
from dataclasses import dataclass, field
from pathlib import Path

MIGRATIONS = Path(__file__).resolve().parent.parent / "harness/store/migrations.cpp"
DAY = 86_400_000_000_000
FIRST_RUN = 1_700_000_000_000_000_000
SIZES = {"4KiB": 4096, "32KiB": 32768, "256KiB": 2**18, "2MiB": 2**21, "16MiB": 2**24, "64MiB": 2**26}
MACHINE = {
    "id": "machine-1",
    "machine_class": "a1b2c3d4e5f60718",
    "cpu_model": "Example CPU @ 2.40GHz",
    "cores": 2,
    "memory_bytes": 8 * 2**30,
    "kernel": "6.1.0",
    "governor": "performance",
    "virtualised": 1,
    "numa_nodes": 1,
}


@dataclass
class MadeUpCase:
    id: str
    metrics: dict[str, tuple[float, str, str]]  # name -> typical value, unit, direction
    tags: list[str] = field(default_factory=list)
    targets: list[dict] = field(default_factory=list)
    versus: list[str] = field(default_factory=list)


def schema() -> list[str]:
    """The steps of the real schema, read from the source that holds them."""
    return re.findall(r'R"sql\((.*?)\)sql"', MIGRATIONS.read_text(encoding="utf-8"), re.DOTALL)


def memory_cases() -> list[MadeUpCase]:
    cases = []
    for raw in (True, False):
        for op, cost in (("read", 0.36), ("write", 0.41)):
            for width in (1, 2, 4, 8):
                for alignment, extra in (("aligned", 1.0), ("unaligned", 1.12)):
                    for name, size in SIZES.items():
                        ns = cost * extra * (1 if raw else 1.18) * (1 + (size / 2**23) ** 0.6 * width / 8)
                        case = f"{width}/{alignment}/{name}"
                        metrics = {
                            "time": (ns, "ns", "lower"),
                            "bytes_per_second": (width / ns * 1e9, "B/s", "higher"),
                        }
                        if raw:
                            cases.append(MadeUpCase(f"raw_{op}/{case}", metrics, ["reference"]))
                        else:
                            target = {
                                "metric": "time",
                                "vs": f"raw_{op}/{case}",
                                "ratio": 1.2 if width == 1 else 1.5,
                            }
                            cases.append(MadeUpCase(f"{op}/{case}", metrics, ["quick"], [target]))
    return cases


def cpu_cases() -> list[MadeUpCase]:
    """Milliseconds of whole programs; only the interpreter counts instructions."""
    cases = []
    programs = {
        "arithmetic": 24e6,
        "branches": 29e6,
        "memory": 26e6,
        "muldiv": 38e6,
        "fp_double": 61e6,
        "hello": 4e6,
    }
    for name, ns in programs.items():
        target = [{"metric": "time", "vs": f"{name}/qemu", "ratio": 2.0}]
        time = {"time": (ns, "ns", "lower")}
        rate = {"instructions_per_second": (1e16 / ns, "instructions/s", "higher")}
        cases.append(MadeUpCase(f"{name}/interp", time | rate, ["quick"], target))
        cases.append(MadeUpCase(f"{name}/native", {"time": (ns / 11, "ns", "lower")}, ["reference"]))
        cases.append(MadeUpCase(f"{name}/qemu", {"time": (ns / 1.6, "ns", "lower")}, ["reference"]))
    return cases


def peers_cases() -> list[MadeUpCase]:
    """A tenth of a second natively; times of the interpreter, of the JIT and of QEMU to it, then those of a guest
    booted by vm and by QEMU."""
    cases = []
    runners = ("interp", "jit", "qemu", "system", "system_qemu")
    programs = {
        "bytecode": (9.2, 2.1, 5.4, 2.9, 6.6),
        "chase": (0.8, 0.9, 0.95, 1.3, 4.2),
        "crc": (5.2, 1.1, 1.4, 1.2, 1.5),
        "recursion": (15.8, 2.6, 9.1, 3.9, 14.0),
        "sha256": (20.7, 1.9, 3.6, 2.0, 3.8),
        "triad_small": (44.0, 2.4, 46.0, 5.1, 51.0),
    }
    for name, times in programs.items():
        native = f"{name}/native"
        cases.append(MadeUpCase(native, {"time": (1e8, "ns", "lower")}, ["reference"]))
        for runner, ratio in zip(runners, times):
            peer = "system_qemu" if runner.startswith("system") else "qemu"
            versus = [native] if runner == peer else [native, f"{name}/{peer}"]
            tags = ["reference"] if runner == peer else []
            time = {"time": (1e8 * ratio, "ns", "lower")}
            cases.append(MadeUpCase(f"{name}/{runner}", time, tags, [], versus))
    return cases


def volatile_cases() -> list[MadeUpCase]:
    cases = []
    for name, size in (("1KiB", 1), ("16KiB", 16), ("1MiB", 1024)):
        for operation, cost in (("read", 78.0), ("write", 60.0), ("update", 110.0)):
            for way, factor in (("plain", 1.0), ("volatile", 5.2)):
                vs = [{"metric": "time", "vs": f"{operation}/volatile/u32/{name}", "ratio": 1.0}]
                metrics = {"time": (cost * size * factor, "ns", "lower")}
                cases.append(
                    MadeUpCase(f"{operation}/{way}/u32/{name}", metrics, [], vs if way == "plain" else [])
                )
    long = "a_rather_long_name_for_one_benchmark/with_many_parts/and_more"
    cases.append(MadeUpCase(long, {"time": (1200, "ns", "lower")}))
    return cases


SUITES = {
    "cpu": cpu_cases,
    "memory_sizes": memory_cases,
    "peers": peers_cases,
    "volatile_vs_plain": volatile_cases,
}


class MadeUpStore:
    """Writes runs into a fresh store. All randomness comes from the seed."""

    def __init__(self, path: Path, seed: int = 1):
        self.random = random.Random(seed)
        self.connection = sqlite3.connect(path)
        self.connection.execute("PRAGMA foreign_keys = ON")
        self.connection.execute("CREATE TABLE schema_version (version INTEGER, applied_ns INTEGER) STRICT")
        for version, step in enumerate(schema(), 1):
            self.connection.executescript(step)
            self.insert("schema_version", version=version, applied_ns=0)
        self.insert("machine", **MACHINE)
        self.runs: list[str] = []

    def insert(self, table: str, **values) -> None:
        names = ", ".join(values)
        self.connection.execute(
            f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * len(values))})", tuple(values.values())
        )

    def uuid(self) -> str:
        return str(uuid.UUID(int=self.random.getrandbits(128)))

    def suite(self, name: str, cases: list[MadeUpCase]) -> None:
        self.insert(
            "suite",
            name=name,
            title=name.replace("_", " ").capitalize(),
            question=f"How fast is {name}?",
            description="",
        )
        for case in cases:
            self.insert(
                "benchmark",
                id=f"{name}/{case.id}",
                definition_version=1,
                suite=name,
                case_id=case.id,
                time_source="cpu",
                metrics=json.dumps(
                    [
                        {"name": metric, "unit": unit, "direction": direction}
                        for metric, (_, unit, direction) in case.metrics.items()
                    ]
                ),
                tags=json.dumps(case.tags),
                targets=json.dumps(case.targets),
                versus=json.dumps(case.versus),
            )
            for metric, (_, unit, direction) in case.metrics.items():
                self.insert(
                    "series",
                    id=f"{name}/{case.id}/{metric}",
                    benchmark=f"{name}/{case.id}",
                    definition_version=1,
                    metric=metric,
                    unit=unit,
                    machine_class=MACHINE["machine_class"],
                    direction=direction,
                )

    def run(self, status: str = "complete", machine: str = "machine-1") -> str:
        """Begins a run with a build of its own."""
        number = len(self.runs)
        run = self.uuid()
        self.runs.append(run)
        started = FIRST_RUN + number * DAY
        self.insert(
            "run",
            id=run,
            started_ns=started,
            finished_ns=started + 200_000_000_000,
            profile="quick",
            seed=number,
            status=status,
            machine_id=machine,
            command_line="vmbench run --quick",
            harness_version="0.1.0",
            planned_processes=0,
            owner="",
            note="",
        )
        self.insert(
            "build",
            id=run,
            revision=f"{self.random.getrandbits(160):040x}",
            dirty=0,
            compiler="GCC 12.2.0",
            flags="-O3",
            program_hash="00",
        )
        return run

    def measure(
        self, run: str, suite: str, case: MadeUpCase, processes: int = 6, factor: float = 1.0, error: str = ""
    ) -> None:
        """Stores the processes of one benchmark; `factor` slows it down."""
        for replicate in range(processes):
            process = self.uuid()
            position = self.connection.execute(
                "SELECT count(*) FROM process WHERE run_id = ?", (run,)
            ).fetchone()[0]
            self.insert(
                "process",
                id=process,
                run_id=run,
                build_id=run,
                benchmark=f"{suite}/{case.id}",
                definition_version=1,
                replicate=replicate,
                position=position,
                exit_status=1 if error else 0,
                error=error,
                started_ns=0,
                duration_ns=1,
                user_ns=1,
                system_ns=0,
                max_rss_bytes=1,
            )
            if error:
                continue
            noise = factor * self.random.lognormvariate(0, 0.03)
            for metric, (value, _, direction) in case.metrics.items():
                self.insert(
                    "sample",
                    process_id=process,
                    series_id=f"{suite}/{case.id}/{metric}",
                    ordinal=0,
                    value=value * noise if direction == "lower" else value / noise,
                    iterations=1000,
                )

    def baseline(self, name: str, runs: list[str]) -> None:
        self.insert("baseline", id=self.uuid(), name=name, created_ns=0)
        for run in runs:
            baseline = self.connection.execute("SELECT id FROM baseline WHERE name = ?", (name,)).fetchone()[
                0
            ]
            self.insert("baseline_run", baseline_id=baseline, run_id=run)

    def verdict(self, run: str, benchmark: str, kind: str, ratio: float, baseline: str = "main") -> None:
        self.insert(
            "verdict",
            run_id=run,
            baseline=baseline,
            benchmark=benchmark,
            metric="time",
            unit="ns",
            direction="lower",
            role="deciding",
            kind=kind,
            ratio=ratio,
            base=None,
            head=None,
            low=ratio * 0.97,
            high=ratio * 1.03,
            threshold=0.05,
            n_base=6,
            n_head=6,
            note="",
            judge_version="1",
            rules_hash="0",
            created_ns=0,
        )

    def close(self) -> None:
        self.connection.commit()
        self.connection.close()


def write(path: Path, runs: int) -> None:
    store = MadeUpStore(path)
    suites = {name: cases() for name, cases in SUITES.items()}
    for name, cases in suites.items():
        store.suite(name, cases)
    for number in range(runs):
        run = store.run()
        for name, cases in suites.items():
            session = store.random.lognormvariate(0, 0.02)
            for case in cases:
                slow = 1.3 if "branch" in case.id and number >= runs // 2 else 1.0
                broken = (
                    "check failed: read 3, expected 4"
                    if case.id.startswith("read/8/unaligned/64") and number == runs - 1
                    else ""
                )
                store.measure(run, name, case, factor=session * slow, error=broken)
    store.baseline("main", store.runs[:1])
    if runs > 1:
        store.verdict(store.runs[-1], "cpu/branches/interp", "regressed", 1.3)
    store.close()


if __name__ == "__main__":
    write(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 12)
