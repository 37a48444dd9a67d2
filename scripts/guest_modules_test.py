"""The order of loading, from folders of made-up modules."""

import lzma
import tempfile
import unittest
from pathlib import Path

from guest.failure import Failure
from guest.modules import Modules


class LoadOrder(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        (self.folder / "kernel").mkdir()
        (self.folder / "modules.builtin").write_text("kernel/crypto/sha256-generic.ko\n")

    def module(self, file: str, *info: str) -> None:
        contents = b"\x7fELF\0" + b"".join(line.encode() + b"\0" for line in info)
        packed = lzma.compress(contents) if file.endswith(".xz") else contents
        (self.folder / "kernel" / file).write_bytes(packed)

    def order(self, *wanted: str) -> list[str]:
        return Modules(self.folder).in_order(list(wanted))

    def test_what_a_module_depends_on_comes_before_it_once(self):
        self.module("a.ko.xz", "depends=b,c")
        self.module("b.ko.xz", "depends=c")
        self.module("c.ko.xz", "depends=")
        self.assertEqual(self.order("a", "b"), ["c", "b", "a"])

    def test_a_soft_dependency_on_a_cipher_is_the_generic_module(self):
        self.module("journal.ko.xz", "softdep=pre: crypto-crc32c", "depends=")
        self.module("crc32c_generic.ko.xz", "depends=")
        self.assertEqual(self.order("journal"), ["crc32c_generic", "journal"])

    def test_a_soft_dependency_that_does_not_exist_is_left_out(self):
        self.module("journal.ko", "softdep=pre: crypto-none", "depends=")
        self.assertEqual(self.order("journal"), ["journal"])

    def test_built_in_modules_are_left_out(self):
        self.module("a.ko", "depends=sha256_generic")
        self.assertEqual(self.order("a", "sha256-generic"), ["a"])

    def test_dashes_of_file_names_are_underscores(self):
        self.module("virtio-rng.ko.xz", "depends=")
        self.assertEqual(self.order("virtio-rng"), ["virtio_rng"])

    def test_a_missing_module_is_an_error(self):
        with self.assertRaisesRegex(Failure, "the kernel package has no module a"):
            self.order("a")

    def test_another_compression_is_an_error(self):
        self.module("a.ko.zst")
        with self.assertRaisesRegex(Failure, "a.ko.zst: only xz is supported"):
            self.order("a")


if __name__ == "__main__":
    unittest.main()
