"""Reading nights: the corrected series, the horizons, and the report as a user runs it on made-up nights."""

import math
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import nights
from made_up import MadeUpCase
from made_up_nights import MadeUpNights
from store import Store, StoreError

REPORTS = Path(__file__).resolve().parent
TIME = {"time": (100.0, "ns", "lower")}
CASES = {
    "cpu": [
        MadeUpCase("fib/interp", TIME, [], [{"metric": "time", "vs": "fib/qemu", "ratio": 2.0}]),
        MadeUpCase("fib/jit", TIME),
        MadeUpCase("fib/qemu", TIME, ["reference"]),
    ],
    "memory": [MadeUpCase("read", TIME)],
}


class NightsTest(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.database = self.folder / "results.db"
        self.store = MadeUpNights(self.database)
        self.store.begin(CASES)

    def measured_night(self, machine: float = 0.0, head: float = 0.0, release: str = "") -> int:
        """A night on which the machine is slower by `machine` and cpu/fib/interp by `head` besides."""
        night = self.store.night(release)
        for name in self.store.trends:
            reference = 100 * math.exp(machine + self.store.random.gauss(0, 0.001))
            self.store.point(night, name, reference, head if name == "cpu/fib/interp" else 0.0)
        return night

    def read(self, last: int | None = None) -> nights.NightReport:
        self.store.connection.commit()
        return nights.read(Store(self.database), last)

    def series(self, report: nights.NightReport, name: str = "cpu/fib/interp") -> nights.Series:
        return next(series for series in report.series if series.row.benchmark == name)

    def write(self, *options: str) -> Path:
        self.store.connection.commit()
        place = self.folder / "report"
        command = [sys.executable, REPORTS, "--db", self.database, "--output", place, "--nights", *options]
        done = subprocess.run(command, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        return place


class Reading(NightsTest):
    def test_what_moves_the_reference_too_is_taken_off(self):
        for machine in (0.0, 0.3, -0.2, 0.1):
            self.measured_night(machine)
        values = self.series(self.read()).corrected
        self.assertLess(max(values) - min(values), 0.03)

    def test_the_slope_of_the_store_says_how_much(self):
        for machine in (0.0, 0.3):
            self.measured_night(machine)
        self.store.connection.execute("UPDATE trend SET slope = 0")
        values = self.series(self.read()).corrected
        self.assertAlmostEqual(values[1] - values[0], 0.3, delta=0.03)

    def test_another_reference_does_not_break_the_series(self):
        for _ in range(3):
            self.measured_night()
        self.store.reference = "f" * 40
        for _ in range(3):
            night = self.store.night()
            for name in self.store.trends:
                self.store.point(night, name, 50.0, math.log(2))
        values = self.series(self.read()).corrected
        self.assertAlmostEqual(values[-1], values[0], delta=0.02)

    def test_the_levels_of_the_store_join_what_two_references_measured(self):
        self.measured_night()
        self.store.reference = "f" * 40
        self.measured_night(machine=0.2)
        trend = self.store.trends["cpu/fib/interp"]
        for reference, level in ((self.store.first_reference, math.log(100)), ("f" * 40, math.log(100))):
            self.store.insert("trend_level", trend=trend, reference_revision=reference, level=level)
        values = self.series(self.read()).corrected
        self.assertAlmostEqual(values[1], values[0], delta=0.03)

    def test_moves_beyond_noise_are_told_from_others(self):
        for number in range(12):
            self.measured_night(head=0.08 if number == 11 else 0.0)
        yesterday = self.read().horizons[0]
        self.assertEqual(yesterday.name, "yesterday")
        self.assertEqual([move.series.row.benchmark for move in yesterday.moved()], ["cpu/fib/interp"])
        self.assertTrue(yesterday.moved()[0].worse)
        self.assertAlmostEqual(yesterday.moved()[0].size, 0.08, delta=0.03)

    def test_horizons_are_the_night_before_a_week_ago_and_the_first_of_the_release(self):
        for number in range(15):
            self.measured_night(release="v1" if number < 4 else "v2")
        found = {horizon.name: horizon.position for horizon in self.read().horizons}
        self.assertEqual(found, {"yesterday": 13, "last week": 7, "release v2": 4})

    def test_a_night_that_measured_nothing_is_no_gap_in_the_series(self):
        self.measured_night()
        self.store.night(status="failed", note="building failed")
        self.measured_night()
        report = self.read()
        self.assertEqual(list(self.series(report).positions), [0, 2])
        self.assertEqual([night.measured for night in report.nights], [4, 0, 4])

    def test_peers_and_the_interpreter_are_set_beside(self):
        self.measured_night()
        report = self.read()
        by_case = {series.row.case: series for series in report.series}
        names = {case: [o.row.case for o in nights.partners(s, by_case)] for case, s in by_case.items()}
        self.assertEqual(names["fib/interp"], ["fib/qemu"])
        self.assertEqual(names["fib/jit"], ["fib/interp"])
        positions, ratios = nights.ratio_to(by_case["fib/interp"], by_case["fib/qemu"])
        self.assertEqual(list(positions), [0])
        self.assertAlmostEqual(ratios[0], 1.0, delta=0.05)

    def test_a_renamed_benchmark_goes_on(self):
        self.measured_night()
        self.store.insert(
            "alias", old_benchmark="memory/read", new_benchmark="memory/fetch", created_ns=0, reason=""
        )
        self.assertEqual(len(self.series(self.read(), "memory/fetch").positions), 1)

    def test_a_store_without_nights_says_so(self):
        with self.assertRaisesRegex(StoreError, "there is no night yet"):
            self.read()
        self.measured_night()
        with self.assertRaisesRegex(StoreError, "there is no night 7"):
            self.read(7)


class Pages(NightsTest):
    def test_the_report_has_an_index_pages_plots_changes_and_what_was_accepted(self):
        for number in range(24):
            self.measured_night(head=0.1 if number >= 12 else 0.0, release="v1")
        self.store.change("cpu/fib/interp", 13, 0.1, "confirmed")
        self.store.change("memory/read", 5, -0.02, "unconfirmed", "both nights measured the same commit")
        self.store.accept("cpu/fib/interp", 13, "checks more")
        place = self.write()
        index = (place / "index.md").read_text()
        for text in (
            "Since yesterday",
            "Since last week",
            "Since release v1",
            "**confirmed**",
            "not confirmed",
        ):
            self.assertIn(text, index)
        page = (place / "cpu.md").read_text()
        for text in ("checks more", "`fib/qemu`", "cpu-trend-1.png", "cpu-ratio-1.png"):
            self.assertIn(text, page)
        for name in ("index", "cpu", "memory"):
            for picture in re.findall(r"\]\((\S+?\.png)\)", (place / f"{name}.md").read_text()):
                self.assertEqual((place / picture).read_bytes()[:4], b"\x89PNG")

    def test_an_old_night_is_rendered_as_it_was_then(self):
        for number in range(5):
            self.measured_night(head=0.2 if number == 4 else 0.0)
        self.store.change("cpu/fib/interp", 5, 0.2, "found")
        old = (self.write("--night", "3") / "index.md").read_text()
        self.assertIn("| Night | 3, ", old)
        self.assertNotIn("+2", old.split("## Changes of level")[1].split("## Suites")[0])
        self.assertIn("not tested yet", (self.write() / "index.md").read_text())

    def test_the_same_store_gives_the_same_pages(self):
        for _ in range(3):
            self.measured_night()
        first = {path.name: path.read_bytes() for path in self.write().iterdir()}
        self.assertEqual({path.name: path.read_bytes() for path in self.write().iterdir()}, first)


if __name__ == "__main__":
    unittest.main()
