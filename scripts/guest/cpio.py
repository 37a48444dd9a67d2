"""Archives as the kernel unpacks them (Linux documentation, early-userspace/buffer-format), the same bytes for the
same files: no times, owners or inode numbers of this machine."""

import stat
from typing import Iterable, NamedTuple


class Entry(NamedTuple):
    """A file by its path without a leading slash; mode has its type. A symbolic link's data is its target."""

    path: str
    mode: int
    data: bytes = b""
    device: tuple[int, int] = (0, 0)


def folder(path: str, mode: int = 0o755) -> Entry:
    return Entry(path, stat.S_IFDIR | mode)


def file(path: str, data: bytes, mode: int = 0o644) -> Entry:
    return Entry(path, stat.S_IFREG | mode, data)


def link(path: str, target: str) -> Entry:
    return Entry(path, stat.S_IFLNK | 0o777, target.encode())


def character_device(path: str, major: int, minor: int, mode: int = 0o600) -> Entry:
    return Entry(path, stat.S_IFCHR | mode, device=(major, minor))


def padded(data: bytes, unit: int) -> bytes:
    return data + bytes(-len(data) % unit)


def record(number: int, entry: Entry) -> bytes:
    name = entry.path.encode() + b"\0"
    links = 2 if stat.S_ISDIR(entry.mode) else 1
    # Inode, mode, user, group, links, time, size, device, device of a node, length of the name, checksum.
    fields = (number, entry.mode, 0, 0, links, 0, len(entry.data), 0, 0, *entry.device, len(name), 0)
    header = b"070701" + b"".join(b"%08x" % field for field in fields)
    return padded(header + name, 4) + padded(entry.data, 4)


def archive(entries: Iterable[Entry]) -> bytes:
    """Entries in their order: a folder comes before what is in it."""
    records = [record(number, entry) for number, entry in enumerate(entries, 1)]
    end = record(0, Entry("TRAILER!!!", 0))
    return padded(b"".join(records) + end, 512)
