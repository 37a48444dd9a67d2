"""The gate's script with a stand-in for vmbench: which command it makes of the environment, and how it ends."""

import os
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

SOURCE = Path(__file__).resolve().parent.parent


class GateTest(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.outputs = self.folder / "outputs"
        self.program = self.folder / "vmbench"
        self.vmbench("true")

    def vmbench(self, script: str) -> None:
        """A program that notes its call and then does `script`."""
        self.stand_in(self.program, script)

    def stand_in(self, path: Path, script: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(
            f'#!/bin/bash\nprintf "%s\\n" "$@" >{self.folder}/call\nenv >{self.folder}/seen\n{script}\n'
        )
        path.chmod(0o755)

    def gate(
        self, script: Path = SOURCE / "ci/github_gate", **variables: str
    ) -> subprocess.CompletedProcess[str]:
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "GITHUB_OUTPUT": str(self.outputs),
            "VMBENCH": str(self.program),
            **variables,
        }
        return subprocess.run([script], cwd=self.folder, env=environment, capture_output=True, text=True)

    def call(self) -> list[str]:
        return (self.folder / "call").read_text().splitlines()

    def seen(self) -> list[str]:
        return (self.folder / "seen").read_text().splitlines()

    def told(self) -> str:
        return self.outputs.read_text() if self.outputs.exists() else ""


class GithubGate(GateTest):
    def test_without_anything_the_defaults_of_vmbench_count(self):
        result = self.gate()
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(self.call(), ["gate", "--report", "vmbench-report"])
        self.assertIn("VMBENCH_DB=vmbench-report/vmbench.db", self.seen())

    def test_every_input_becomes_its_option(self):
        self.gate(
            GATE_BASE="v1",
            GATE_HEAD="topic",
            GATE_BUILD_COMMAND="make all; echo 'done'",
            GATE_SUITES="out/bench",
            GATE_BUDGET="5m",
            GATE_THRESHOLD="3%",
            GATE_FILTER="read/.*",
            GATE_PATHS="true",
            GATE_FAIL_ON_INCONCLUSIVE="true",
            GATE_REPORT="build/gate",
        )
        self.assertEqual(
            self.call(),
            ["gate", "--report", "build/gate", "--target", "v1", "--head", "topic"]
            + ["--build-command", "make all; echo 'done'", "--suites", "out/bench", "--budget", "5m"]
            + ["--threshold", "3%", "--filter", "read/.*", "--changed-paths", "--fail-on-inconclusive"],
        )

    def test_a_pull_request_is_gated_against_its_target_branch(self):
        self.gate(GITHUB_BASE_REF="main")
        self.assertEqual(self.call()[-2:], ["--target", "origin/main"])
        self.gate(GITHUB_BASE_REF="main", GATE_BASE="v1")
        self.assertEqual(self.call()[-2:], ["--target", "v1"])

    def test_the_exit_code_is_that_of_vmbench_which_tells_its_outputs_itself(self):
        self.outputs.write_text("exit-code=0\n")
        self.vmbench('echo "exit-code=1" >>"$GITHUB_OUTPUT"; exit 1')
        self.assertEqual(self.gate().returncode, 1)
        self.assertEqual(self.told(), "exit-code=0\nexit-code=1\n")

    def test_a_gate_that_ends_without_a_verdict_still_has_outputs(self):
        self.vmbench("exit 3")
        self.assertEqual(self.gate().returncode, 3)
        self.assertEqual(self.told(), "verdict=failed\nexit-code=3\nreport-path=vmbench-report\n")

    def test_on_github_that_is_an_annotation_too(self):
        self.vmbench("exit 3")
        self.assertNotIn("::error", self.gate().stdout)
        self.assertIn(
            "::error title=vmbench gate::ended with exit code 3", self.gate(GITHUB_ACTIONS="true").stdout
        )

    def test_a_mistake_in_the_options_is_told_as_usage(self):
        self.vmbench("exit 2")
        self.assertEqual(self.gate().returncode, 2)
        self.assertIn("verdict=usage\nexit-code=2\n", self.told())

    def test_a_flag_that_is_neither_true_nor_false_is_refused(self):
        result = self.gate(GATE_PATHS="yes")
        self.assertEqual(result.returncode, 2)
        self.assertIn("GATE_PATHS is 'yes', neither true nor false", result.stderr)
        self.assertFalse((self.folder / "call").exists())
        self.assertIn("verdict=usage\n", self.told())

    def test_a_program_that_is_none_is_refused(self):
        result = self.gate(VMBENCH="/nonexistent/vmbench")
        self.assertEqual(result.returncode, 2)
        self.assertIn("VMBENCH is '/nonexistent/vmbench', which is no program", result.stderr)

    def test_git_may_look_at_the_tree_on_github_alone(self):
        self.gate(GITHUB_ACTIONS="true")
        self.assertIn("GIT_CONFIG_KEY_0=safe.directory", self.seen())
        self.gate()
        self.assertNotIn("GIT_CONFIG_KEY_0=safe.directory", self.seen())

    def test_the_comment_of_an_earlier_gate_is_gone(self):
        comment = self.folder / "vmbench-report/comment.md"
        comment.parent.mkdir()
        comment.write_text("ok")
        self.gate()
        self.assertFalse(comment.exists())

    def test_it_runs_outside_github(self):
        self.vmbench("exit 6")
        self.assertEqual(self.gate(GITHUB_OUTPUT="").returncode, 6)

    def test_it_explains_itself(self):
        result = subprocess.run([SOURCE / "ci/github_gate", "--help"], capture_output=True, text=True)
        self.assertEqual(result.returncode, 0)
        self.assertTrue(result.stdout.startswith("usage: ci/github_gate"), result.stdout)


class BuiltHere(GateTest):
    """Without a program, that of the script's own tree is built first."""

    def setUp(self) -> None:
        super().setUp()
        self.tree = self.folder / "tree"
        for name in ("ci/github_gate", "scripts/common.sh"):
            (self.tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(SOURCE / name, self.tree / name)
        self.stand_in(self.tree / "scripts/bootstrap", "true")
        self.stand_in(self.folder / "bin/cmake", "true")
        self.stand_in(self.tree / "build/release/bin/vmbench", "true")

    def build_and_gate(self) -> subprocess.CompletedProcess[str]:
        path = f"{self.folder}/bin:{os.environ['PATH']}"
        return self.gate(self.tree / "ci/github_gate", VMBENCH="", PATH=path)

    def test_it_gates_the_current_folder_with_what_was_built(self):
        result = self.build_and_gate()
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(self.call(), ["gate", "--report", "vmbench-report"])

    def test_what_cannot_be_built_is_told_as_failed(self):
        self.stand_in(self.folder / "bin/cmake", "exit 1")
        self.assertEqual(self.build_and_gate().returncode, 3)
        self.assertIn("verdict=failed\nexit-code=3\n", self.told())

    def test_packages_that_cannot_be_installed_are_told_as_failed(self):
        self.stand_in(self.tree / "scripts/bootstrap", "exit 2")
        self.assertEqual(self.build_and_gate().returncode, 3)


class Action(unittest.TestCase):
    """action.yml and the script speak of the same things."""

    def setUp(self) -> None:
        self.action = (SOURCE / "action.yml").read_text()

    def test_every_input_is_handed_on_and_none_is_pasted_into_a_command(self):
        inputs = re.findall(r"^  ([a-z-]+):\n    description", self.action.split("outputs:")[0], re.M)
        self.assertIn("base", inputs)
        for name in inputs:
            self.assertIn("inputs." + name, self.action.split("runs:")[1], name)
        for command in re.findall(r"run: (.*(?:\n {8}.*)*)", self.action):
            self.assertNotIn("${{", command)

    def test_every_variable_it_sets_is_one_the_script_reads(self):
        script = (SOURCE / "ci/github_gate").read_text()
        variables = re.findall(r"^ {8}(GATE_[A-Z_]+|VMBENCH):", self.action, re.M)
        self.assertGreater(len(variables), 9)
        for name in variables:
            self.assertRegex(script, r"\$\{?%s\b|is_true %s\b" % (name, name))

    def test_every_output_is_one_that_vmbench_tells(self):
        outputs = re.findall(
            r"^  ([a-z-]+):\n.*\n    value: \$\{\{ steps.gate.outputs.(\S+)", self.action, re.M
        )
        report = (SOURCE / "harness/report/github.cpp").read_text()
        self.assertEqual(len(outputs), 8)
        for name, source in outputs:
            self.assertEqual(name, source)
            self.assertIn(f'{{"{name}", ', report)


if __name__ == "__main__":
    unittest.main()
