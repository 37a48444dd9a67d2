"""The pull request's comment against a small server on the loopback that speaks as much of GitHub's API as it needs."""

import json
import os
import re
import subprocess
import tempfile
import threading
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

CI = Path(__file__).resolve().parent
MARKER = "<!-- vmbench gate -->"


class FakeGithub(ThreadingHTTPServer):
    """Keeps the comments of pull request 7 and the calls that changed them."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), FakeRequest)
        self.comments: list[dict[str, Any]] = []
        self.changes: list[str] = []
        self.refusal = 0  # the status of every call that writes
        self.head = "a" * 40

    def add(self, body: str, user: str = "User", association: str = "NONE") -> None:
        number = len(self.comments) + 1
        self.comments.append(
            {"id": number, "body": body, "user": {"type": user}, "author_association": association}
        )

    def answer(self, method: str, path: str, body: dict[str, str]) -> tuple[int, Any]:
        if method == "GET" and path == "/repos/us/vm/pulls/7":
            return 200, {"head": {"sha": self.head}}
        if method == "GET" and (
            page := re.fullmatch(r"/repos/us/vm/issues/7/comments\?per_page=100&page=(\d+)", path)
        ):
            first = (int(page[1]) - 1) * 100
            return 200, self.comments[first : first + 100]
        if method == "GET":
            return 404, {}
        if self.refusal:
            return self.refusal, {"message": "Resource not accessible by integration"}
        self.changes.append(f"{method} {path}")
        if method == "POST" and path == "/repos/us/vm/issues/7/comments":
            self.add(body["body"], "Bot")
            return 201, self.comments[-1]
        if edited := re.fullmatch(r"/repos/us/vm/issues/comments/(\d+)", path):
            self.comments[int(edited[1]) - 1]["body"] = body["body"]
            return 200, self.comments[int(edited[1]) - 1]
        return 404, {}


class FakeRequest(BaseHTTPRequestHandler):
    server: FakeGithub

    def handle_any(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length) or "{}")
        status, answer = 401, {}
        if self.headers["Authorization"] == "Bearer secret":
            status, answer = self.server.answer(self.command, self.path, body)
        text = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_POST = do_PATCH = handle_any

    def log_message(self, *_: Any) -> None:
        """Tests print nothing."""


class CommentTest(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.github = FakeGithub()
        thread = threading.Thread(target=self.github.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(self.github.server_close)
        self.addCleanup(self.github.shutdown)
        self.write("comment.md", f"{MARKER}\n# Run 1\n")
        self.event({"pull_request": {"number": 7}})

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)

    def event(self, event: dict[str, Any]) -> None:
        self.write("event.json", json.dumps(event))

    def run_script(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        environment = {
            "PATH": os.environ["PATH"],
            "NO_PROXY": "*",
            "GITHUB_API_URL": f"http://127.0.0.1:{self.github.server_port}",
            "GITHUB_REPOSITORY": "us/vm",
            "GITHUB_TOKEN": "secret",
            "GITHUB_EVENT_PATH": str(self.folder / "event.json"),
            **variables,
        }
        return subprocess.run(
            [CI / "github_comment", *arguments],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
        )

    def comment(self, **variables: str) -> subprocess.CompletedProcess[str]:
        return self.run_script("--body", "comment.md", "--fallback", "for-fork", **variables)

    def bodies(self) -> list[str]:
        return [comment["body"] for comment in self.github.comments]


class OnAPullRequest(CommentTest):
    def test_the_first_gate_writes_a_comment(self):
        result = self.comment()
        self.assertEqual((result.returncode, result.stdout), (0, "wrote comment 1\n"), result.stderr)
        self.assertEqual(self.bodies(), [f"{MARKER}\n# Run 1\n"])

    def test_the_next_one_edits_it_in_place(self):
        self.comment()
        self.write("comment.md", f"{MARKER}\n# Run 2\n")
        self.assertEqual(self.comment().stdout, "edited comment 1\n")
        self.assertEqual(self.bodies(), [f"{MARKER}\n# Run 2\n"])

    def test_the_same_text_is_not_written_again(self):
        self.github.add(f"{MARKER}\r\n# Run 1", "Bot")
        self.assertEqual(self.comment().stdout, "comment 1 says so already\n")
        self.assertEqual(self.github.changes, [])

    def test_it_is_found_behind_hundreds_of_others(self):
        for i in range(230):
            self.github.add(f"comment {i}")
        self.github.add(f"{MARKER}\n# Run 0\n", "Bot")
        self.assertEqual(self.comment().stdout, "edited comment 231\n")

    def test_a_strangers_comment_with_the_marker_is_left_alone(self):
        self.github.add(f"{MARKER}\nmine!")
        self.github.add(f"we say {MARKER}", "Bot")
        self.assertEqual(self.comment().stdout, "wrote comment 3\n")

    def test_one_written_with_a_members_token_is_ours(self):
        self.github.add(f"{MARKER}\n# Run 0\n", "User", "MEMBER")
        self.assertEqual(self.comment().stdout, "edited comment 1\n")

    def test_a_gate_without_a_verdict_says_so_instead_of_an_old_one(self):
        self.comment()
        (self.folder / "comment.md").unlink()
        self.assertEqual(self.comment().stdout, "edited comment 1\n")
        self.assertIn("ended without a verdict", self.bodies()[0])

    def test_other_events_have_no_comment(self):
        self.event({"ref": "refs/heads/main"})
        result = self.comment()
        self.assertEqual((result.returncode, result.stdout), (0, "no pull request, no comment\n"))

    def test_a_token_that_may_not_write_leaves_it_for_later(self):
        self.github.refusal = 403
        result = self.comment()
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("left in for-fork for a workflow that may write", result.stdout)
        self.assertEqual((self.folder / "for-fork/number").read_text(), "7\n")
        self.assertEqual((self.folder / "for-fork/comment.md").read_text(), f"{MARKER}\n# Run 1\n")

    def test_so_does_none_at_all(self):
        self.assertIn("there is no GITHUB_TOKEN", self.comment(GITHUB_TOKEN="").stdout)
        self.assertTrue((self.folder / "for-fork/number").exists())

    def test_a_server_that_fails_is_said_in_one_line(self):
        self.github.refusal = 500
        result = self.comment()
        self.assertEqual(result.returncode, 1)
        self.assertEqual(result.stderr, "github_comment: POST /issues/7/comments: HTTP 500\n", result.stdout)
        self.assertFalse((self.folder / "for-fork").exists())

    def test_the_token_is_never_shown(self):
        result = self.comment(GITHUB_TOKEN="another")
        self.assertEqual(result.returncode, 1)
        self.assertNotIn("another", result.stdout + result.stderr)

    def test_what_the_environment_lacks_is_named(self):
        self.assertIn("GITHUB_API_URL is ''", self.comment(GITHUB_API_URL="").stderr)
        self.assertIn("not OWNER/NAME", self.comment(GITHUB_REPOSITORY="../vm").stderr)
        self.assertIn("no event at GITHUB_EVENT_PATH", self.comment(GITHUB_EVENT_PATH="/nowhere").stderr)

    def test_half_of_the_options_is_a_mistake(self):
        self.assertEqual(self.run_script("--body", "comment.md").returncode, 2)
        self.assertEqual(self.run_script().returncode, 2)
        self.assertEqual(self.run_script("--artifact", "a", "--body", "comment.md").returncode, 2)


class FromAFork(CommentTest):
    """What the artifact holds was written by code that nobody has reviewed."""

    def setUp(self) -> None:
        super().setUp()
        self.event({"workflow_run": {"head_sha": "a" * 40}})
        self.write("left/number", "7\n")
        self.write("left/comment.md", f"{MARKER}\n# Run 1 for @everyone\n")

    def later(self) -> subprocess.CompletedProcess[str]:
        return self.run_script("--artifact", "left")

    def assert_refused(self, why: str) -> None:
        result = self.later()
        self.assertEqual(result.returncode, 2, result.stdout)
        self.assertIn(why, result.stderr)
        self.assertEqual(self.github.changes, [])

    def test_its_comment_is_put_calling_nobody_and_saying_whose_it_is(self):
        result = self.later()
        self.assertEqual((result.returncode, result.stdout), (0, "wrote comment 1\n"), result.stderr)
        self.assertIn("for @\u200beveryone", self.bodies()[0])
        self.assertIn("From a fork's workflow run", self.bodies()[0])
        self.assertEqual(self.later().stdout, "comment 1 says so already\n")

    def test_most_runs_leave_none(self):
        result = self.run_script("--artifact", "nothing")
        self.assertEqual((result.returncode, result.stdout), (0, "no comment was left for later\n"))

    def test_another_pull_requests_number_is_refused(self):
        self.github.head = "b" * 40
        self.assert_refused("the workflow did not run for the head of pull request 7")

    def test_a_number_that_is_none_is_refused_and_not_repeated(self):
        for text in ("7/../8", "", "07", "-1", "7\n8", "٧", "7?x=::error::", "12345678901"):
            with self.subTest(text):
                self.write("left/number", text)
                self.assert_refused("the artifact's number is none\n")

    def test_a_text_without_the_marker_is_refused(self):
        self.write("left/comment.md", "buy this\n")
        self.assert_refused("does not start with the marker")

    def test_a_text_that_is_too_long_is_refused(self):
        self.write("left/comment.md", f"{MARKER}\n" + "@" * 40000)
        self.assert_refused("longer than GitHub takes")
        self.write("left/comment.md", f"{MARKER}\n" + "x" * 300000)
        self.assert_refused("too long")

    def test_a_link_is_refused(self):
        (self.folder / "left/comment.md").unlink()
        (self.folder / "left/comment.md").symlink_to(self.folder / "comment.md")
        self.assert_refused("comment.md in the artifact is no file")

    def test_an_event_without_a_run_is_refused(self):
        self.event({})
        self.assert_refused("the workflow did not run for the head")

    def test_a_token_that_may_not_write_here_is_an_error(self):
        self.github.refusal = 403
        self.assertEqual(self.later().returncode, 1)


if __name__ == "__main__":
    unittest.main()
