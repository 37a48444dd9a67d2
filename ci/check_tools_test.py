"""The checks that hand the work to another tool: does it see the right files, and is its verdict kept?"""

import json
import shutil
import unittest

from planting import CI, PlantedTree

WORKFLOW = """name: test
on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: echo ${{ github.sha }}
"""


class CheckShell(PlantedTree):
    def test_a_sound_script_is_clean(self):
        self.plant("scripts/go", '#!/usr/bin/env bash\nset -e\necho "$1"\n')
        self.assert_clean("check_shell")

    def test_a_mistake_in_a_script_without_a_suffix_is_found(self):
        self.plant("scripts/go", "#!/usr/bin/env bash\nrm $1\n")
        self.assert_finds("check_shell", "SC2086")


class CheckWorkflows(PlantedTree):
    def test_a_sound_workflow_is_clean_or_skipped_for_want_of_actionlint(self):
        self.plant(".github/workflows/ci.yml", WORKFLOW)
        result = self.run_check("check_workflows")
        self.assertIn(result.returncode, (0, 77), result.stdout + result.stderr)
        if result.returncode == 77:
            self.assertIn("skipped: actionlint is not installed", result.stdout)

    def test_bad_yaml_is_found(self):
        self.plant(".github/workflows/ci.yml", "name: a\nname: b\n")
        self.assert_finds("check_workflows", "duplication of key")

    def test_an_unknown_context_is_found_where_actionlint_is_installed(self):
        self.plant(".github/workflows/ci.yml", WORKFLOW.replace("github.sha", "nonsense.sha"))
        result = self.run_check("check_workflows")
        if result.returncode != 77:
            self.assertEqual(result.returncode, 1)
            self.assertIn("nonsense", result.stdout)


class CheckTidy(PlantedTree):
    def setUp(self) -> None:
        super().setUp()
        shutil.copy(CI.parent / ".clang-tidy", self.root)
        self.plant("vm/base/one.h", "#pragma once\nint one();\n")

    def compile_database(self) -> None:
        source = str(self.root / "vm/base/one.cpp")
        entry = {
            "directory": str(self.root),
            "file": source,
            "command": f"g++ -std=c++20 -I{self.root} -c {source}",
        }
        self.plant("build/release/compile_commands.json", json.dumps([entry]))

    def test_a_finding_is_an_error_until_it_is_mended(self):
        self.compile_database()
        self.plant("vm/base/one.cpp", '#include "vm/base/one.h"\nint one() { return 1; }\nint counter = 0;\n')
        self.assert_finds(
            "check_tidy", "cppcoreguidelines-avoid-non-const-global-variables", "vm/base/one.cpp"
        )
        self.plant("vm/base/one.cpp", '#include "vm/base/one.h"\nint one() { return 1; }\n')
        self.assert_clean("check_tidy")

    def test_a_clean_source_is_read_again_when_a_header_of_ours_changes(self):
        self.compile_database()
        self.plant("vm/base/one.cpp", '#include "vm/base/one.h"\nint one() { return 1; }\n')
        self.assert_clean("check_tidy")
        self.plant("vm/base/one.h", "#pragma once\nint one();\nstruct wrongly_named {};\n")
        self.assert_finds("check_tidy", "readability-identifier-naming")

    def test_a_missing_compile_database_is_said(self):
        result = self.run_check("check_tidy")
        self.assertEqual(result.returncode, 2)
        self.assertIn("compile_commands.json is missing", result.stderr)


if __name__ == "__main__":
    unittest.main()
