import unittest

from planting import PlantedTree


class CheckLayers(PlantedTree):
    def test_an_allowed_include_with_its_library_is_clean(self):
        self.plant("vm/base/CMakeLists.txt", "add_component(vm_base)\n")
        self.plant("vm/mem/CMakeLists.txt", "add_component(vm_mem DEPS vm_base)\n")
        self.plant(
            "vm/mem/bus.cpp", '#include "vm/mem/bus.h"\n\n#include <vector>\n\n#include "vm/base/bits.h"\n'
        )
        self.assert_clean("check_layers")

    def test_a_lower_layer_may_not_include_a_higher_one(self):
        self.plant("vm/base/bits.h", '#pragma once\n#include "vm/mem/bus.h"\n')
        self.assert_finds("check_layers", "vm/base/bits.h:2: vm/base may not include vm/mem")

    def test_harness_and_vm_never_include_each_other(self):
        self.plant("harness/cli/main.cpp", '#include "vm/base/bits.h"\n')
        self.plant("vm/cli/main.cpp", '#include "harness/model/result.h"\n')
        self.assert_finds(
            "check_layers", "harness/cli may not include vm/base", "vm/cli may not include harness/model"
        )

    def test_machine_and_user_do_not_know_each_other(self):
        self.plant("vm/user/elf.cpp", '#include "vm/machine/board.h"\n')
        self.assert_finds("check_layers", "vm/user may not include vm/machine")

    def test_guests_do_not_know_each_other(self):
        self.plant("vm/guest/riscv/hart.h", '#include "vm/guest/x86/hart.h"\n')
        self.assert_finds("check_layers", "vm/guest/riscv may not include vm/guest/x86")

    def test_suites_reach_the_harness_through_suites_common_alone(self):
        self.plant("suites/common/CMakeLists.txt", "add_component(suites_common DEPS harness_model)\n")
        self.plant("suites/common/main.h", '#include "harness/model/suite.h"\n')
        self.assert_clean("check_layers")
        self.plant("suites/cpu/cpu.cpp", '#include "harness/model/suite.h"\n')
        self.assert_finds("check_layers", "suites/cpu may not include harness/model")

    def test_suites_do_not_include_each_other(self):
        self.plant("suites/cpu/cpu.cpp", '#include "suites/memory_sizes/cases.h"\n')
        self.assert_finds("check_layers", "suites/cpu may not include suites/memory_sizes")

    def test_third_party_headers_stay_in_their_folder(self):
        self.plant("harness/cli/show.cpp", "#include <sqlite3.h>\n")
        self.plant("vm/jit/cache.cpp", "#include <asmjit/x86.h>\n")
        self.plant("vm/machine/board.cpp", "#include <linux/kvm.h>\n")
        self.assert_finds(
            "check_layers",
            "only harness/store may include sqlite3.h",
            "only vm/jit/x64 may include asmjit/x86.h",
            "only vm/kvm may include linux/kvm.h",
        )

    def test_includes_of_ours_are_full_paths(self):
        self.plant("vm/mem/bus.cpp", '#include "bus.h"\n')
        self.assert_finds("check_layers", '"bus.h" is not a full path')

    def test_an_unknown_folder_is_refused(self):
        self.plant("vm/misc/odds.cpp", "int odd();\n")
        self.assert_finds("check_layers", "vm/misc/odds.cpp: its folder is not in the layer table")

    def test_cmake_may_not_depend_on_what_the_table_forbids(self):
        self.plant("vm/mem/CMakeLists.txt", "add_component(vm_mem DEPS vm_base vm_engine)\n")
        self.assert_finds("check_layers", "vm/mem/CMakeLists.txt: vm/mem may not depend on vm/engine")

    def test_an_included_layer_must_be_linked(self):
        self.plant("vm/mmu/CMakeLists.txt", "add_component(vm_mmu DEPS vm_base)\n")
        self.plant("vm/mmu/tlb.cpp", '#include "vm/mem/bus.h"\n')
        self.assert_finds(
            "check_layers", "vm/mmu/CMakeLists.txt: vm/mmu includes vm/mem but does not link it"
        )

    def test_a_layer_linked_through_another_counts(self):
        self.plant("vm/mem/CMakeLists.txt", "add_component(vm_mem DEPS vm_base)\n")
        self.plant(
            "vm/mmu/CMakeLists.txt", "# vm_cli is only named here\nadd_component(vm_mmu DEPS vm_mem)\n"
        )
        self.plant("vm/mmu/tlb.cpp", '#include "vm/base/bits.h"\n')
        self.assert_clean("check_layers")

    def test_a_suite_links_the_shared_code_by_itself_and_no_other_suite(self):
        self.plant("vm/mem/CMakeLists.txt", "add_component(vm_mem)\n")
        self.plant("suites/cpu/CMakeLists.txt", "add_suite(cpu DEPS vm_mem)\n")
        self.plant("suites/cpu/cases.cpp", '#include "suites/common/case.h"\n#include "vm/mem/bus.h"\n')
        self.assert_clean("check_layers")
        self.plant("suites/cpu/CMakeLists.txt", "add_suite(cpu DEPS suites_memory_sizes)\n")
        self.assert_finds("check_layers", "suites/cpu may not depend on suites/memory_sizes")


if __name__ == "__main__":
    unittest.main()
