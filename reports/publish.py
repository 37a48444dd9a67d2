"""Puts a finished folder in the place of an older one in one step, so that no reader meets half a report."""

import ctypes
import fcntl
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

AT_FDCWD = -100
RENAME_EXCHANGE = 2
PR_SET_PDEATHSIG = 1
# Written into each report, so that only a report of ours is ever replaced.
STAMP = ".vmbench-report"


class PublishError(Exception):
    """What the user is told when the report cannot be put in its place."""


def die_with_parent() -> None:
    """For processes that draw: were they to outlive a killed parent, they would wait for work for ever."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


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


def remove_abandoned(place: Path) -> None:
    """Folders beside the place that a killed program left half filled: nobody holds their lock any more."""
    for folder in place.parent.glob(f".{place.name}-*"):
        try:
            lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        except OSError:
            continue
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
        except OSError:
            pass
        finally:
            os.close(lock)


@contextmanager
def published(place: Path) -> Iterator[Path]:
    """A folder to fill; it becomes `place` when the block ends well, and vanishes when it does not."""
    place = Path(os.path.abspath(place))
    refuse_foreign(place)
    place.parent.mkdir(parents=True, exist_ok=True)
    remove_abandoned(place)
    fresh = Path(tempfile.mkdtemp(prefix=f".{place.name}-", dir=place.parent))
    lock = os.open(fresh, os.O_RDONLY | os.O_DIRECTORY)
    fcntl.flock(lock, fcntl.LOCK_EX)
    try:
        fresh.chmod(0o755)
        yield fresh
        (fresh / STAMP).touch()
        replace(fresh, place)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise
    finally:
        os.close(lock)
