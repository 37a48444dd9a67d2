import unittest

from planting import PlantedTree

CODE = "int f() {\n" + "    g();\n" * 12 + "}\n"


class CheckTests(PlantedTree):
    def test_a_source_without_a_test_is_found(self):
        self.plant("vm/mem/bus.cpp", CODE)
        self.assert_finds("check_tests", "vm/mem/bus.cpp: has no bus_test.cpp beside it")

    def test_a_source_with_its_test_is_clean(self):
        self.plant("harness/stats/rank.cpp", CODE)
        self.plant("harness/stats/rank_test.cpp", CODE)
        self.assert_clean("check_tests")

    def test_programs_test_folders_and_tiny_files_need_none(self):
        self.plant("vm/cli/main.cpp", CODE)
        self.plant("vm/mem/fuzz_bus.cpp", CODE)
        self.plant("vm/tests/differential/program.cpp", CODE)
        self.plant(
            "vm/base/check.cpp", "#include <cstdio>\n\nnamespace vm {\n\nint one() { return 1; }\n\n}\n"
        )
        self.plant("suites/cpu/cpu.cpp", CODE)
        self.assert_clean("check_tests")

    def test_the_shared_code_of_the_suites_needs_tests(self):
        self.plant("suites/common/cases.cpp", CODE)
        self.assert_finds("check_tests", "suites/common/cases.cpp")

    def test_an_exemption_with_a_reason_is_accepted(self):
        self.plant("vm/mem/bus.cpp", CODE)
        self.plant("ci/untested.txt", "# why\nvm/mem/bus.cpp: tested through board_test.cpp\n")
        self.assert_clean("check_tests")

    def test_an_exemption_without_a_reason_is_refused(self):
        self.plant("vm/mem/bus.cpp", CODE)
        self.plant("ci/untested.txt", "vm/mem/bus.cpp:\n")
        self.assert_finds("check_tests", "ci/untested.txt:1: vm/mem/bus.cpp needs a reason")

    def test_an_exemption_no_longer_needed_is_found(self):
        self.plant("vm/mem/bus.cpp", CODE)
        self.plant("vm/mem/bus_test.cpp", CODE)
        self.plant("ci/untested.txt", "vm/mem/bus.cpp: tested through board_test.cpp\n")
        self.assert_finds("check_tests", "ci/untested.txt:1: vm/mem/bus.cpp is gone, tested or needs no test")


if __name__ == "__main__":
    unittest.main()
