import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

import tree

FUNCTIONS = [f"function_{number}" for number in range(12)]

PROJECT = f"""cmake_minimum_required(VERSION 3.25)
project(tiny LANGUAGES C)
include({tree.ROOT}/cmake/link_order.cmake)
add_library(tiny_options INTERFACE)
shuffle_functions(tiny_options)
add_library(functions STATIC functions.c)
target_link_libraries(functions PUBLIC tiny_options)
add_executable(tiny main.c)
target_link_libraries(tiny PRIVATE functions)
"""


class LinkOrder(unittest.TestCase):
    """A tiny project of its own, linked with cmake/link_order.cmake."""

    def setUp(self):
        self.folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        (self.folder / "CMakeLists.txt").write_text(PROJECT)
        (self.folder / "functions.c").write_text(
            "".join(f"int {name}(int x) {{ return x + {len(name)}; }}\n" for name in FUNCTIONS)
        )
        declared = "".join(f"int {name}(int);\n" for name in FUNCTIONS)
        calls = " + ".join(f"{name}(0)" for name in FUNCTIONS)
        expected = sum(len(name) for name in FUNCTIONS)
        (self.folder / "main.c").write_text(
            f"{declared}int main(void) {{ return {calls} == {expected} ? 0 : 1; }}\n"
        )

    def configure(self, seed):
        environment = dict(os.environ, VMBENCH_LINK_SEED=seed)
        return subprocess.run(
            ["cmake", "-G", "Ninja", "-S", ".", "-B", f"build{seed}"],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
        )

    def order(self, seed):
        """The functions of the program that is linked with this seed, by address; the program works."""
        configured = self.configure(seed)
        self.assertEqual(configured.returncode, 0, configured.stderr)
        build = self.folder / f"build{seed}"
        subprocess.run(["cmake", "--build", build], check=True, capture_output=True)
        self.assertEqual(subprocess.run([build / "tiny"]).returncode, 0)
        symbols = subprocess.run(["nm", "-n", build / "tiny"], check=True, capture_output=True, text=True)
        names = [line.split()[-1] for line in symbols.stdout.splitlines()]
        return [name for name in names if name in FUNCTIONS]

    def test_each_seed_is_an_order_of_its_own(self):
        plain, first, second = self.order(""), self.order("1"), self.order("2")
        self.assertEqual(plain, FUNCTIONS)
        self.assertEqual(sorted(first), sorted(FUNCTIONS))
        self.assertNotEqual(first, FUNCTIONS)
        self.assertNotEqual(second, FUNCTIONS)
        self.assertNotEqual(first, second)

    def test_a_seed_that_is_no_number_is_refused(self):
        configured = self.configure("many")
        self.assertNotEqual(configured.returncode, 0)
        self.assertIn("a number from 1 on is wanted", " ".join(configured.stderr.split()))


if __name__ == "__main__":
    unittest.main()
