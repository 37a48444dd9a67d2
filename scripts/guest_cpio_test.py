"""The archive writer, read back by the format's own rules."""

import stat
import unittest

from guest import cpio


def read(archive: bytes) -> list[tuple[str, list[int], bytes]]:
    """Name, header fields and data of each entry, the trailer included."""
    entries = []
    at = 0
    while not entries or entries[-1][0] != "TRAILER!!!":
        assert archive[at : at + 6] == b"070701"
        fields = [int(archive[at + 6 + 8 * i : at + 14 + 8 * i], 16) for i in range(13)]
        name = archive[at + 110 : at + 110 + fields[11] - 1].decode()
        data_at = (at + 110 + fields[11] + 3) // 4 * 4
        entries.append((name, fields, archive[data_at : data_at + fields[6]]))
        at = (data_at + fields[6] + 3) // 4 * 4
    return entries


class Cpio(unittest.TestCase):
    def setUp(self) -> None:
        self.entries = [
            cpio.folder("bin"),
            cpio.file("bin/program", b"12345", 0o755),
            cpio.link("bin/sh", "program"),
            cpio.character_device("console", 5, 1),
        ]
        self.read = read(cpio.archive(self.entries))

    def test_entries_come_back_in_order(self):
        names = [name for name, _, _ in self.read]
        self.assertEqual(names, ["bin", "bin/program", "bin/sh", "console", "TRAILER!!!"])
        self.assertEqual([data for _, _, data in self.read], [b"", b"12345", b"program", b"", b""])

    def test_modes_have_the_type_of_each_entry(self):
        modes = [fields[1] for _, fields, _ in self.read]
        expected = [stat.S_IFDIR | 0o755, stat.S_IFREG | 0o755, stat.S_IFLNK | 0o777, stat.S_IFCHR | 0o600, 0]
        self.assertEqual(modes, expected)

    def test_a_device_has_its_numbers(self):
        self.assertEqual(self.read[3][1][9:11], [5, 1])

    def test_everything_is_roots_and_of_no_time(self):
        for _, fields, _ in self.read:
            self.assertEqual((fields[2], fields[3], fields[5]), (0, 0, 0))

    def test_inode_numbers_differ(self):
        self.assertEqual([fields[0] for _, fields, _ in self.read], [1, 2, 3, 4, 0])

    def test_the_archive_is_whole_blocks(self):
        self.assertEqual(len(cpio.archive(self.entries)) % 512, 0)


if __name__ == "__main__":
    unittest.main()
