"""A temporary tree for the checks' own tests: plant files, run a check on it, see what it says."""

import subprocess
import tempfile
import unittest
from pathlib import Path

CI = Path(__file__).resolve().parent


class PlantedTree(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)

    def plant(self, path: str, text: str) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def run_check(self, name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([CI / name, "--root", self.root, *arguments], capture_output=True, text=True)

    def assert_clean(self, name: str) -> None:
        result = self.run_check(name)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)

    def assert_finds(self, name: str, *expected: str) -> None:
        """The check fails, and its output holds each expected text."""
        result = self.run_check(name)
        self.assertEqual(result.returncode, 1, result.stdout + result.stderr)
        for text in expected:
            self.assertIn(text, result.stdout)
