"""The report as a user runs it, on stores of made-up runs over the real schema."""

import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from made_up import MadeUpCase, MadeUpStore, cpu_cases

REPORTS = Path(__file__).resolve().parent
SIZES = ("4KiB", "64KiB", "1MiB")
MEMORY = [
    MadeUpCase(f"{name}/{size}", {"time": (time, "ns", "lower")}, tags, targets)
    for size in SIZES
    for name, time, tags, targets in (
        ("read", 130.0, [], [{"metric": "time", "vs": f"raw/{size}", "ratio": 1.2}]),
        ("raw", 100.0, ["reference"], []),
    )
]
CPU = cpu_cases()


class ReportTest(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.place = Path(folder.name) / "report"
        self.database = Path(folder.name) / "results.db"
        self.store = MadeUpStore(self.database)
        self.store.suite("cpu", CPU)
        self.store.suite("memory", MEMORY)

    def measured_run(self, factor: float = 1.0) -> str:
        run = self.store.run()
        for case in CPU:
            self.store.measure(run, "cpu", case)
        for case in MEMORY:
            self.store.measure(run, "memory", case, factor=factor)
        return run

    def report(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        self.store.close()
        return subprocess.run(
            [sys.executable, REPORTS, "--db", self.database, "--output", self.place, *arguments],
            capture_output=True,
            text=True,
        )

    def page(self, name: str) -> str:
        return (self.place / name).read_text(encoding="utf-8")

    def assert_links_lead_somewhere(self) -> None:
        for page in self.place.glob("*.md"):
            for target in re.findall(r"\]\(([^)]+)\)", page.read_text(encoding="utf-8")):
                self.assertTrue((self.place / target).exists(), f"{page.name}: {target}")

    def test_an_empty_store_gives_a_report_that_says_so(self):
        result = self.report()
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("The store holds no run yet", self.page("index.md"))

    def test_a_run_without_measurements_is_listed_and_said(self):
        self.store.run(status="running")
        self.assertEqual(self.report().returncode, 0)
        self.assertIn("No run in the store has finished a measurement yet", self.page("index.md"))
        self.assertIn("**running** (incomplete)", self.page("index.md"))

    def test_a_single_run_has_figures_and_plots_but_no_trend(self):
        self.measured_run()
        result = self.report()
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(result.stdout.splitlines()[-1], str(self.place / "index.md"))
        self.assertIn("trends begin with the second", self.page("index.md"))
        self.assertIn("a trend needs two", self.page("cpu.md"))
        self.assertEqual(len(list(self.place.glob("*trend*"))), 0)
        self.assertTrue((self.place / "cpu-1.png").read_bytes().startswith(b"\x89PNG"))
        self.assert_links_lead_somewhere()

    def test_runs_of_the_same_machine_make_trends_and_are_compared_with_the_baseline(self):
        base = self.measured_run()
        self.store.baseline("main", [base])
        head = self.measured_run(factor=1.5)
        self.store.verdict(head, "memory/read/4KiB", "regressed", 1.5)
        result = self.report()
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertTrue((self.place / "memory-trend-1.png").exists())
        index = self.page("index.md")
        self.assertIn("1 regressed", index)
        self.assertRegex(index, r"memory/read/4KiB.*\+50\.0 %.*\*\*regressed\*\*")
        self.assert_links_lead_somewhere()

    def test_the_suite_page_gives_the_ratio_to_the_row_a_target_names_and_whether_it_was_kept(self):
        self.measured_run()
        self.report()
        self.assertRegex(
            self.page("memory.md"), r"`read/4KiB` \| 1\d\d ns \|.* 1\.\d\dx `raw/4KiB` \(at most 1\.20x"
        )
        self.assertIn("`raw/4KiB` (reference)", self.page("memory.md"))

    def test_ratios_that_a_suite_asks_for_have_a_chart_and_a_table_that_ends_with_the_means(self):
        run = self.measured_run()
        cases = [
            MadeUpCase(f"{program}/{runner}", {"time": (time, "ns", "lower")}, [], [], versus)
            for program, factor in (("crc", 2.0), ("hash", 4.0), ("sort", 8.0))
            for runner, time, versus in (
                ("jit", 100.0 * factor, [f"{program}/native"]),
                ("native", 100.0, []),
                ("qemu", 100.0, [f"{program}/native"]),
            )
        ]
        self.store.suite("peers", cases)
        for case in cases:
            self.store.measure(run, "peers", case, error="no engine" if case.id == "hash/jit" else "")
        result = self.report()
        self.assertEqual(result.returncode, 0, result.stderr)
        page = self.page("peers.md")
        self.assertIn("|  | jit / native | qemu / native |", page)
        self.assertIn("| `peers/hash/jit` | no engine |", page)
        self.assertRegex(page, r"\| `crc` \| [12]\.\d\dx \([12]\.\d\dx to [12]\.\d\dx\) \| ")
        self.assertRegex(page, r"\| `hash` \|  \| ")
        self.assertRegex(page, r"\n\| \*\*geometric mean\*\* \| [34]\.\d\dx \(.*\), 2 of 3 \| .*x\) \|\n\n")
        self.assertTrue((self.place / "peers-1.png").read_bytes().startswith(b"\x89PNG"))
        self.assertIn("peers-1.png", self.page("index.md"))

    def test_an_older_run_can_be_asked_for_and_sees_nothing_newer(self):
        old = self.measured_run()
        self.measured_run()
        self.assertEqual(self.report("--run", old[:8]).returncode, 0)
        self.assertIn(f"`{old}`", self.page("index.md"))
        self.assertEqual(len(list(self.place.glob("*trend*"))), 0)

    def test_a_failed_benchmark_is_named_with_its_error(self):
        run = self.measured_run()
        self.store.suite("odd", [MadeUpCase("case", {"time": (1.0, "ns", "lower")})])
        self.store.measure(run, "odd", MadeUpCase("case", {}), error="check failed: 3 | 4")
        result = self.report()
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("| `odd/case` | check failed: 3 \\| 4 |", self.page("index.md"))
        self.assertIn("check failed", self.page("odd.md"))

    def test_an_unknown_run_is_a_usage_error_and_writes_nothing(self):
        self.measured_run()
        result = self.report("--run", "ffffffffffff")
        self.assertEqual(result.returncode, 2)
        self.assertEqual(result.stderr, "error: run 'ffffffffffff' is not in the store\n")
        self.assertFalse(self.place.exists())

    def test_a_missing_store_is_a_usage_error_and_writes_nothing(self):
        self.database.unlink()
        result = self.report()
        self.assertEqual(result.returncode, 2)
        self.assertIn("no such file", result.stderr)
        self.assertFalse(self.place.exists())


if __name__ == "__main__":
    unittest.main()
