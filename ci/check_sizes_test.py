import unittest

from planting import PlantedTree


class CheckSizes(PlantedTree):
    def test_seven_hundred_lines_pass_and_one_more_fails(self):
        self.plant("vm/mem/bus.cpp", "int x;\n" * 700)
        self.assert_clean("check_sizes")
        self.plant("vm/mem/bus.cpp", "int x;\n" * 701)
        self.assert_finds("check_sizes", "vm/mem/bus.cpp: 701 lines, the limit is 700")

    def test_scripts_without_a_suffix_count(self):
        self.plant("scripts/big", "#!/usr/bin/env bash\n" + "true\n" * 700)
        self.assert_finds("check_sizes", "scripts/big")

    def test_tables_may_be_longer(self):
        self.plant("vm/guest/riscv/rv64.inc", "INST(a)\n" * 900)
        self.assert_clean("check_sizes")


if __name__ == "__main__":
    unittest.main()
