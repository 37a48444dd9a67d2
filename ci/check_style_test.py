import shutil
import unittest

from planting import CI, PlantedTree

# Put together here so that the check does not find this file.
MARKER = "TO" + "DO"


class CheckStyle(PlantedTree):
    def setUp(self) -> None:
        super().setUp()
        shutil.copy(CI.parent / ".clang-format", self.root)

    def test_a_tidy_header_is_clean(self):
        self.plant("vm/base/one.h", "#pragma once\n\n// Returns 1; f(x) would not.\nint one();\n")
        self.assert_clean("check_style")

    def test_each_departure_is_found(self):
        for line, expected in {
            f"// {MARKER}: later": "unfinished work",
            "using namespace std;": "using namespace",
            "#include <iostream>": "use fmt",
            "// x = f(3);": "commented-out code",
            "// bus.write(3, value);": "commented-out code",
            'auto path = testing::TempDir() + "output";': "at the same time",
            "int  x;": "not laid out",
            "int x; ": "trailing whitespace",
        }.items():
            with self.subTest(line):
                self.plant("vm/base/one.cpp", line + "\n")
                self.assert_finds("check_style", "vm/base/one.cpp:1: ", expected)

    def test_a_guest_program_may_use_iostream(self):
        self.plant("vm/tests/guest/programs/one.cpp", "#include <iostream>\n")
        self.assert_clean("check_style")

    def test_a_test_may_have_a_folder_of_its_own(self):
        self.plant("vm/base/one_test.cpp", f'auto path = testing::TempDir() + "one{"X" * 6}";\n')
        self.assert_clean("check_style")

    def test_python_is_laid_out_too(self):
        self.plant("reports/one.py", "x = 'a'\n")
        self.assert_finds("check_style", "reports/one.py: not laid out as ci/black.toml says")
        self.plant("reports/one.py", 'x = "a"\n')
        self.assert_clean("check_style")

    def test_a_header_needs_its_guard(self):
        self.plant("vm/base/one.h", "int one();\n")
        self.assert_finds("check_style", "a header needs #pragma once")

    def test_the_last_line_ends(self):
        self.plant("reports/one.py", "x = 1")
        self.assert_finds("check_style", "no newline at the end")

    def test_literal_namespaces_may_be_used(self):
        self.plant("vm/base/one.cpp", "using namespace std::string_literals;\n")
        self.assert_clean("check_style")


if __name__ == "__main__":
    unittest.main()
