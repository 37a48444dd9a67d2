"""Made-up nights on the real schema, as many as years would bring: for tests, to look at the plots, and to see how
large a store becomes and how long its report takes.

`/usr/bin/python3 reports/made_up_nights.py FILE [NIGHTS] [BENCHMARKS] [NIGHTS WITH PAIRS]` writes one.
"""

import json
import math
import random
import struct
import sys
from pathlib import Path

from made_up import DAY, FIRST_RUN, MACHINE, MadeUpCase, MadeUpStore

PAIRS = 12
SLICES = 20
# What real pairs keep, by harness/store/slice_blob.cpp: a slice of 20 ms has about this many bytes.
SLICE_BYTES = 17
# And the terms of its run for each benchmark, by harness/duel/terms.cpp.
TERM_BYTES = 220
HOME = "/home/somebody/.cache/vmbench/0123456789abcdef0123456789abcdef/build/release/bin/suites"


def cases(count: int) -> dict[str, list[MadeUpCase]]:
    """Benchmarks in suites of thirty; every tenth is a reference row, and the one after it is set beside it."""
    suites: dict[str, list[MadeUpCase]] = {}
    for number in range(count):
        suite = f"suite_{number // 30:02d}"
        members = suites.setdefault(suite, [])
        time = {"time": (100.0 * (1 + number % 7), "ns", "lower")}
        if number % 10 == 0:
            members.append(MadeUpCase(f"kernel_{number:03d}/qemu", time, ["reference"]))
        elif number % 10 == 1:
            target = {"metric": "time", "vs": f"kernel_{number - 1:03d}/qemu", "ratio": 2.0}
            members.append(MadeUpCase(f"kernel_{number - 1:03d}/interp", time, ["quick"], [target]))
        elif number % 10 == 2:
            members.append(MadeUpCase(f"kernel_{number - 2:03d}/jit", time, ["quick"]))
        else:
            members.append(MadeUpCase(f"kernel_{number:03d}/{number % 4 + 1}/aligned", time, ["quick"]))
    return suites


class MadeUpNights(MadeUpStore):
    """Writes nights into a fresh store."""

    def begin(self, suites: dict[str, list[MadeUpCase]]) -> None:
        self.trends: dict[str, int] = {}
        self.reference = self.first_reference = f"{self.random.getrandbits(160):040x}"
        for name, members in suites.items():
            self.suite(name, members)
            for case in members:
                number = len(self.trends) + 1
                self.trends[f"{name}/{case.id}"] = number
                self.insert("trend", number=number, series_id=f"{name}/{case.id}/time", slope=1.0)

    def night(self, release: str = "", status: str = "complete", note: str = "") -> int:
        """Begins a night with a run and a build of its own; its number."""
        run = self.run(status)
        number = len(self.runs)
        started = FIRST_RUN + number * DAY
        revision = self.connection.execute("SELECT revision FROM build WHERE id = ?", (run,)).fetchone()[0]
        self.insert(
            "night",
            number=number,
            id=self.uuid(),
            run_id=run,
            started_ns=started,
            finished_ns=started + 3_000_000_000_000,
            status=status,
            head_revision=revision,
            reference_revision=self.reference,
            machine_class=MACHINE["machine_class"],
            release=release,
            owner="",
            note=note,
        )
        return number

    def point(self, night: int, benchmark: str, reference: float, log_ratio: float) -> None:
        """What a night's pairs say: the reference took so long, head so much more."""
        values = [log_ratio + self.random.gauss(0, 0.008) for _ in range(PAIRS)]
        centre = sorted(values)[PAIRS // 2]
        self.insert(
            "night_point",
            trend=self.trends[benchmark],
            night=night,
            log_ratio=centre,
            low=centre - 0.008,
            high=centre + 0.008,
            head=reference * math.exp(centre),
            reference=reference,
            spread=0.008,
            pairs=PAIRS,
            pair_values=struct.pack(f"<{PAIRS}f", *values),
        )

    def terms(self, night: int) -> None:
        """As large as those of a real run, with words that say nothing."""
        self.insert("duel", run_id=self.runs[night - 1], terms="x" * TERM_BYTES * len(self.trends))

    def pairs(self, night: int, benchmark: str) -> None:
        """Rows as large as those of real pairs, with slices that say nothing."""
        run = self.runs[night - 1]
        counters = json.dumps({"bytes_per_second": 123456789.123456})
        for number in range(PAIRS):
            position = self.positions = getattr(self, "positions", 0) + 1
            self.insert(
                "pair",
                id=self.uuid(),
                run_id=run,
                benchmark=benchmark,
                definition_version=1,
                stage="screening",
                position=position,
                base_build_id=self.runs[0],
                head_build_id=run,
                method="slices",
                seed=self.random.getrandbits(62),
                iterations=123456,
                worker_cpu=1,
                harness_cpu=0,
                slowdown=1.0,
                clock_resolution_ns=1,
                canary_level_ns=40123,
                steal_ns=0,
                duration_ns=500_000_000 + number,
                ending="measured",
                failed_side=None,
                error="",
                base_program=f"{HOME}/{benchmark.split('/')[0]}",
                head_program=f"{HOME}/{benchmark.split('/')[0]}",
                base_counters=counters,
                head_counters=counters,
                base_rss_bytes=4 << 20,
                head_rss_bytes=4 << 20,
                slices=self.random.randbytes(SLICES * SLICE_BYTES),
            )

    def change(self, benchmark: str, first_night: int, size: float, state: str, note: str = "") -> None:
        self.insert(
            "change_point",
            id=self.uuid(),
            trend=self.trends[benchmark],
            last_night=first_night - 1,
            first_night=first_night,
            level_before=4.6,
            level_after=4.6 + size,
            state=state,
            commits=3,
            run_id=None,
            low=size - 0.01 if state == "confirmed" else None,
            high=size + 0.01 if state == "confirmed" else None,
            found_ns=0,
            note=note,
        )

    def accept(self, benchmark: str, night: int, reason: str) -> None:
        self.insert(
            "decision",
            id=self.uuid(),
            created_ns=FIRST_RUN + night * DAY - DAY // 2,
            benchmark=benchmark,
            metric="time",
            run_id=self.runs[night - 1],
            kind="accepted",
            author="somebody",
            reason=reason,
        )


def write(path: Path, nights: int, benchmarks: int, with_pairs: int) -> None:
    store = MadeUpNights(path)
    suites = cases(benchmarks)
    store.begin(suites)
    every = {f"{suite}/{case.id}": case for suite, members in suites.items() for case in members}
    # A third of the benchmarks changes once, by up to 12 %.
    chance = random.Random(2)
    steps = {
        name: (chance.randrange(nights // 4, nights), chance.uniform(-0.12, 0.12))
        for name in every
        if chance.random() < 1 / 3
    }
    for number in range(1, nights + 1):
        machine = store.random.gauss(0, 0.03)
        night = store.night(release=f"v0.{number * 4 // nights}" if number * 4 >= nights else "")
        if number > nights - with_pairs:
            store.terms(night)
        for name, case in every.items():
            at, size = steps.get(name, (nights + 1, 0.0))
            ns = case.metrics["time"][0] * math.exp(machine + store.random.gauss(0, 0.004))
            store.point(night, name, ns, size if number >= at else 0.0)
            if number > nights - with_pairs:
                store.pairs(night, name)
    states = ("confirmed", "confirmed", "unconfirmed", "found")
    for i, (name, (at, size)) in enumerate(steps.items()):
        if not every[name].tags == ["reference"]:
            store.change(name, at, size, states[i % len(states)])
    store.accept(next(iter(steps)), steps[next(iter(steps))][0], "does more now")
    store.close()


if __name__ == "__main__":
    sizes = [int(argument) for argument in sys.argv[2:5]]
    write(Path(sys.argv[1]), *(sizes + [40, 30, 5][len(sizes) :]))
