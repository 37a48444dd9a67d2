import tempfile
import unittest
from pathlib import Path

import store
from made_up import MACHINE, MadeUpCase, MadeUpStore

READ = MadeUpCase(
    "read/4KiB",
    {"time": (100.0, "ns", "lower"), "bytes_per_second": (1e9, "B/s", "higher")},
    ["quick"],
    [{"metric": "time", "vs": "raw/4KiB", "ratio": 1.5}],
)


class StoreTest(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = Path(folder.name) / "results.db"
        self.made_up = MadeUpStore(self.path)
        self.made_up.suite("memory", [READ])

    def open(self) -> store.Store:
        self.made_up.close()
        return store.Store(self.path)

    def test_a_summary_is_the_median_and_the_quartiles(self):
        self.assertEqual(store.summarise([5, 1, 3, 2, 4]), store.Summary(3, 2, 4, 5))
        self.assertEqual(store.summarise([7]), store.Summary(7, 7, 7, 1))

    def test_rows_hold_one_value_a_process_and_know_the_deciding_metric(self):
        run = self.made_up.run()
        self.made_up.measure(run, "memory", READ, processes=6)
        rows = {row.metric: row for row in self.open().rows(run)}
        self.assertEqual(rows["time"].summary.count, 6)
        self.assertAlmostEqual(rows["time"].summary.median, 100, delta=10)
        self.assertTrue(rows["time"].deciding)
        self.assertFalse(rows["bytes_per_second"].deciding)
        self.assertEqual((rows["time"].suite, rows["time"].case), ("memory", "read/4KiB"))

    def test_runs_come_newest_first_with_what_failed_in_them(self):
        old = self.made_up.run()
        new = self.made_up.run(status="interrupted")
        self.made_up.measure(old, "memory", READ)
        self.made_up.measure(new, "memory", READ, processes=2, error="crashed: signal 11")
        runs = self.open().runs()
        self.assertEqual([run.id for run in runs], [new, old])
        self.assertEqual(runs[0].failures, [("memory/read/4KiB", "crashed: signal 11")])
        self.assertEqual((runs[0].measured, runs[1].measured), (0, 1))
        self.assertEqual(runs[1].machine["cpu_model"], MACHINE["cpu_model"])

    def test_a_renamed_benchmark_is_read_under_its_new_name(self):
        run = self.made_up.run()
        self.made_up.measure(run, "memory", READ)
        self.made_up.insert(
            "alias", old_benchmark="memory/read/4KiB", new_benchmark="mem/get/4KiB", created_ns=0, reason=""
        )
        opened = self.open()
        self.assertEqual({row.benchmark for row in opened.rows(run)}, {"mem/get/4KiB"})
        self.assertIn(("mem/get/4KiB", 1, "time", "ns"), opened.history([run]))

    def test_a_circle_of_renames_ends(self):
        for old, new in (("a", "b"), ("b", "a")):
            self.made_up.insert("alias", old_benchmark=old, new_benchmark=new, created_ns=0, reason="")
        self.assertEqual(self.open().current_name("a"), "a")

    def test_history_is_by_run(self):
        runs = [self.made_up.run(), self.made_up.run()]
        for run, factor in zip(runs, (1.0, 2.0)):
            self.made_up.measure(run, "memory", READ, factor=factor)
        history = self.open().history(runs)[("memory/read/4KiB", 1, "time", "ns")]
        self.assertAlmostEqual(history[runs[1]].median / history[runs[0]].median, 2, delta=0.3)

    def test_a_missing_store_and_a_foreign_file_are_said_in_one_line(self):
        with self.assertRaisesRegex(store.StoreError, "no such file"):
            store.Store(self.path.with_name("nothing.db"))
        foreign = self.path.with_name("foreign.db")
        foreign.write_text(
            "this is no database, but it is long enough to be looked at as if it were one " * 20
        )
        with self.assertRaisesRegex(store.StoreError, "cannot read results store"):
            store.Store(foreign)


if __name__ == "__main__":
    unittest.main()
