"""What the checks share: the files of the tree, findings, and the command line."""

import argparse
import os
import subprocess
import sys
from pathlib import Path
from typing import Iterable, NamedTuple

ROOT = Path(__file__).resolve().parent.parent


class Finding(NamedTuple):
    path: str
    line: int
    message: str

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.line else self.path
        return f"{place}: {self.message}"


def files(root: Path) -> list[str]:
    """Paths below root, relative and sorted, that are or would be under version control."""
    if (root / ".git").exists():
        listed = subprocess.run(
            ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            check=True,
            capture_output=True,
            text=True,
        ).stdout.split("\0")
        # A file deleted but not committed yet is still listed.
        return sorted(path for path in set(listed) if path and (root / path).is_file())
    found = []
    for folder, _, names in os.walk(root):
        found += [str((Path(folder) / name).relative_to(root)) for name in names]
    return sorted(found)


def with_suffix(paths: Iterable[str], *suffixes: str) -> list[str]:
    return [path for path in paths if path.endswith(suffixes)]


def shebang(root: Path, path: str) -> str:
    """The first line of a file that starts with #!, else ''."""
    with open(root / path, "rb") as file:
        first = file.readline(200)
    return first.decode(errors="replace") if first.startswith(b"#!") else ""


def read_lines(root: Path, path: str) -> list[str]:
    return (root / path).read_text(encoding="utf-8", errors="replace").splitlines()


def parser(description: str) -> argparse.ArgumentParser:
    result = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    result.add_argument(
        "--root", type=Path, default=ROOT, help="tree to check (default: the one this file is in)"
    )
    return result


def conclude(name: str, findings: list[Finding], checked: int) -> int:
    """Prints the findings and returns the exit code."""
    for finding in findings:
        print(finding)
    if findings:
        print(f"{name}: {len(findings)} finding{'s' if len(findings) > 1 else ''}", file=sys.stderr)
        return 1
    print(f"{name}: ok ({checked} files)")
    return 0
