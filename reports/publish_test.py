import tempfile
import unittest
from pathlib import Path
from unittest import mock

import publish


class Publish(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.top = Path(folder.name)
        self.place = self.top / "report"

    def fill(self, text: str) -> None:
        with publish.published(self.place) as folder:
            (folder / "index.md").write_text(text)

    def test_a_report_appears_and_is_replaced_as_a_whole(self):
        self.fill("one")
        (self.place / "old.png").touch()
        self.fill("two")
        self.assertEqual((self.place / "index.md").read_text(), "two")
        self.assertFalse((self.place / "old.png").exists())
        self.assertEqual(list(self.top.iterdir()), [self.place])

    def test_it_is_replaced_where_folders_cannot_be_exchanged(self):
        self.fill("one")
        with mock.patch.object(publish, "exchange", return_value=False):
            self.fill("two")
        self.assertEqual((self.place / "index.md").read_text(), "two")
        self.assertEqual(list(self.top.iterdir()), [self.place])

    def test_a_failure_on_the_way_leaves_the_old_report_and_nothing_else(self):
        self.fill("one")
        with self.assertRaises(KeyboardInterrupt):
            with publish.published(self.place) as folder:
                (folder / "index.md").write_text("half")
                raise KeyboardInterrupt
        self.assertEqual((self.place / "index.md").read_text(), "one")
        self.assertEqual(list(self.top.iterdir()), [self.place])

    def test_what_a_killed_program_left_is_removed_but_not_what_another_is_filling(self):
        abandoned = self.top / ".report-abandoned"
        abandoned.mkdir()
        (abandoned / "half.md").touch()
        with publish.published(self.place):
            self.fill("meanwhile")
            self.assertFalse(abandoned.exists())
            self.assertEqual(len(list(self.top.iterdir())), 2)
        self.assertEqual(list(self.top.iterdir()), [self.place])

    def test_a_folder_with_something_else_in_it_is_not_replaced(self):
        self.place.mkdir()
        (self.place / "thesis.txt").touch()
        with self.assertRaisesRegex(publish.PublishError, "holds something else"):
            self.fill("one")
        self.assertTrue((self.place / "thesis.txt").exists())


if __name__ == "__main__":
    unittest.main()
