"""Puts a finished folder in the place of an older one in one step, so that no reader meets half a report."""

import ctypes
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

AT_FDCWD = -100
RENAME_EXCHANGE = 2
# Written into each report, so that only a report of ours is ever replaced.
STAMP = ".vmbench-report"


class PublishError(Exception):
    """What the user is told when the report cannot be put in its place."""


def exchange(one: Path, other: Path) -> bool:
    """Swaps two paths atomically where the file system can (renameat2)."""
    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):
        return False
    return rename(AT_FDCWD, os.fsencode(one), AT_FDCWD, os.fsencode(other), RENAME_EXCHANGE) == 0


def replace(fresh: Path, place: Path) -> None:
    if not place.exists():
        fresh.rename(place)
    elif exchange(fresh, place):
        shutil.rmtree(fresh)
    else:
        old = fresh.with_name(fresh.name + ".old")
        place.rename(old)
        fresh.rename(place)
        shutil.rmtree(old)


def refuse_foreign(place: Path) -> None:
    if place.exists() and not place.is_dir():
        raise PublishError(f"cannot write report '{place}': it is a file")
    if place.is_dir() and any(place.iterdir()) and not (place / STAMP).exists():
        raise PublishError(
            f"cannot write report '{place}': the folder holds something else, name another one"
        )


@contextmanager
def published(place: Path) -> Iterator[Path]:
    """A folder to fill; it becomes `place` when the block ends well, and vanishes when it does not."""
    place = Path(os.path.abspath(place))
    refuse_foreign(place)
    place.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{place.name}-", dir=place.parent))
    try:
        fresh.chmod(0o755)
        yield fresh
        (fresh / STAMP).touch()
        replace(fresh, place)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise
