"""A root file system of unpacked packages, as an ext4 image, made without mounting anything and without being root."""

import os
import shutil
from pathlib import Path

from guest.failure import Failure
from guest.packages import Package, Packages, run

# What is named here; apt adds what it depends on.
NAMES = (
    "base-files base-passwd bash busybox-static coreutils dash findutils grep gzip hostname iproute2 mount procps sed "
    "tar util-linux"
).split()
# Read by people only, and most of the size.
LEFT_OUT = ("doc", "info", "locale", "man")
# Any will do, as long as two images of the same packages have the same.
IDENTITY = "76600000-0000-4000-8000-000000000001"


def tool(name: str) -> str:
    """Where a program of e2fsprogs is: in folders that a user's PATH may not have."""
    path = shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin")
    if not path:
        raise Failure(f"{name} is not installed: install e2fsprogs")
    return path


def fill(tree: Path, packages: Packages, chosen: list[Package], init: bytes) -> None:
    """Unpacks the packages; the one with the layout (/bin and others are links) comes first."""
    tree.mkdir()
    for package in sorted(chosen, key=lambda package: package.name != "base-files"):
        packages.unpack(package, tree)
    for name in LEFT_OUT:
        shutil.rmtree(tree / "usr/share" / name, ignore_errors=True)
    for name in ("passwd", "group"):
        shutil.copyfile(tree / f"usr/share/base-passwd/{name}.master", tree / "etc" / name)
    (tree / "etc/hostname").write_text("vm\n")
    for name in ("dev", "proc", "sys", "run", "root"):
        (tree / name).mkdir(exist_ok=True)
    path = tree / "sbin/init"
    path.unlink(missing_ok=True)
    path.write_bytes(init)
    path.chmod(0o755)


def size_of(tree: Path) -> int:
    """Bytes of the files, rounded up to blocks."""
    sizes = (path.lstat().st_size for path in tree.rglob("*"))
    return sum(-(-size // 4096) * 4096 + 256 for size in sizes)


def make_image(tree: Path, image: Path) -> None:
    mebibytes = size_of(tree) * 5 // 4 // 2**20 + 64
    # The tables are written now rather than by the guest's kernel in the background.
    options = f"root_owner=0:0,hash_seed={IDENTITY},lazy_itable_init=0,lazy_journal_init=0"
    command = [tool("mke2fs"), "-q", "-F", "-t", "ext4", "-L", "vm-root", "-U", IDENTITY, "-E", options]
    run(*command, "-d", tree, image, f"{mebibytes}M")
    if os.geteuid() != 0:
        give_to_root(tree, image)


def give_to_root(tree: Path, image: Path) -> None:
    """What a user unpacked belongs to that user in the image too; a guest wants it to be root's."""
    paths = [str(path.relative_to(tree)) for path in sorted(tree.rglob("*"))]
    commands = [f'set_inode_field "/{path}" {field} 0\n' for path in paths for field in ("uid", "gid")]
    script = image.with_suffix(".owners")
    script.write_text("".join(commands))
    run(tool("debugfs"), "-w", "-f", script, image)
    script.unlink()
