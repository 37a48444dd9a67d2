"""Which modules of a kernel package to load, and in which order: what depmod and modprobe do on a running system."""

import lzma
import re
from pathlib import Path

from guest.failure import Failure


def plain_name(name: str) -> str:
    """As the kernel knows a module: file names may have dashes."""
    return name.split(".ko")[0].replace("-", "_")


class Modules:
    """The modules below a folder lib/modules/VERSION."""

    def __init__(self, folder: Path) -> None:
        self.paths = {plain_name(path.name): path for path in folder.glob("kernel/**/*.ko*")}
        builtin = (folder / "modules.builtin").read_text().split()
        self.builtin = {plain_name(path.split("/")[-1]) for path in builtin}

    def contents(self, name: str) -> bytes:
        path = self.paths[name]
        if path.suffix == ".xz":
            return lzma.decompress(path.read_bytes())
        if path.suffix == ".ko":
            return path.read_bytes()
        raise Failure(f"cannot unpack the kernel module {path.name}: only xz is supported")

    def needs(self, name: str) -> list[str]:
        """Modules that must be there before this one, by the strings of its section .modinfo."""
        contents = self.contents(name)
        found = []
        for value in re.findall(rb"\0depends=([^\0]*)", contents):
            found += [plain_name(other) for other in value.decode().split(",") if other]
        for value in re.findall(rb"\0softdep=pre: ([^\0]*)", contents):
            found += filter(None, (self.provider(other) for other in value.decode().split()))
        return found

    def provider(self, wanted: str) -> str | None:
        """The module behind a soft dependency, which may be the name of a cipher; None without one."""
        name = plain_name(wanted).removeprefix("crypto_")
        return next((other for other in (name, f"{name}_generic") if other in self.paths), None)

    def in_order(self, wanted: list[str]) -> list[str]:
        """The wanted modules that are not built in, and all they need, each behind what it needs."""
        order: list[str] = []

        def add(name: str) -> None:
            if name in self.builtin or name in order:
                return
            if name not in self.paths:
                raise Failure(f"the kernel package has no module {name}")
            for other in self.needs(name):
                add(other)
            order.append(name)

        for name in wanted:
            add(plain_name(name))
        return order
