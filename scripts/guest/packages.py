"""Packages of another architecture and release, by this machine's apt with lists and downloads of its own: nothing is
installed here, and this machine's lists stay as they are."""

import hashlib
import os
import re
import subprocess
from pathlib import Path
from typing import NamedTuple

from guest.failure import Failure

ARCHITECTURE = "riscv64"
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
OS_RELEASE = Path("/etc/os-release")

# Part of what apt says, and what that means.
REASONS = (
    (r"Temporary failure resolving|Could not resolve|Could not connect|Unable to connect|timed out|unreachable",
     "the mirror cannot be reached"),
    (r"NO_PUBKEY|not signed|GPG error|EXPKEYSIG|could not be verified", "its signature cannot be verified"),
    (r"404 +Not Found|does not have a Release file", "the mirror has no such suite"),
    (r"doesn't support architecture", f"it has no {ARCHITECTURE} packages"),
)  # fmt: skip


FIELDS = ("Package", "Version", "Depends", "SHA256", "Architecture")


class Package(NamedTuple):
    """One version of a package, as the signed index lists it."""

    name: str
    version: str
    depends: str
    sha256: str
    architecture: str

    def __str__(self) -> str:
        return f"{self.name}={self.version}"


def run(*command: str | Path, folder: Path | None = None) -> str:
    """Standard output of a command, whose failure ends the script."""
    try:
        result = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, env={**os.environ, "LC_ALL": "C"}
        )
    except FileNotFoundError:
        raise Failure(f"{command[0]} is not installed") from None
    if result.returncode != 0:
        raise Failure(f"{Path(command[0]).name} failed: {reason(result.stdout + result.stderr)}")
    return result.stdout


def reason(output: str) -> str:
    """The one line of a program's output that says most."""
    for pattern, meaning in REASONS:
        if re.search(pattern, output):
            return meaning
    lines = [line for line in output.splitlines() if line.strip()]
    return next(
        (line for line in lines if line.startswith(("E:", "error"))), lines[-1] if lines else "no message"
    )


def stanzas(text: str) -> list[dict[str, str]]:
    """Fields of each paragraph; what continues a field is left out."""
    paragraphs = [paragraph for paragraph in text.split("\n\n") if paragraph.strip()]
    return [dict(re.findall(r"^([A-Za-z0-9-]+): (.*)$", paragraph, re.M)) for paragraph in paragraphs]


def host_mirrors(suite: str) -> list[str]:
    """Archives this machine takes its own distribution, or the suite, from."""
    os_release = OS_RELEASE.read_text() if OS_RELEASE.exists() else ""
    own = re.findall(r"^VERSION_CODENAME=(\w+)", os_release, re.M)
    suites = {suite, *own, "stable", "testing", "unstable", "sid"}
    listed = run("apt-get", "-o", "Debug::NoLocking=true", "update", "--print-uris")
    found = re.findall(r"^'(.+)/dists/(.+)/InRelease' ", listed, re.M)
    return list(dict.fromkeys(base for base, name in found if name in suites))


class Packages:
    def __init__(self, folder: Path, suite: str) -> None:
        self.suite = suite
        self.downloads = folder / "packages"
        self.apt = folder / "apt"
        for name in ("state/lists/partial", "cache/archives/partial", "parts"):
            (self.apt / name).mkdir(parents=True, exist_ok=True)
        self.downloads.mkdir(parents=True, exist_ok=True)
        (self.apt / "status").write_text("")
        (self.apt / "apt.conf").write_text(self.configuration())

    def configuration(self) -> str:
        # Read behind the machine's own configuration, which is kept for what it says of proxies; its hooks are not.
        cleared = ("Pre-Invoke", "Post-Invoke", "Post-Invoke-Success")
        lines = [f"#clear APT::Update::{hook};" for hook in cleared]
        if os.geteuid() == 0:
            # The user downloads would be made as may not write here.
            lines.append('APT::Sandbox::User "root";')
        return (
            "\n".join(lines)
            + f"""
#clear APT::Architectures;
APT::Architecture "{ARCHITECTURE}";
APT::Architectures {{ "{ARCHITECTURE}"; }};
APT::Install-Recommends "false";
APT::Update::Error-Mode "any";
Acquire::Languages "none";
Acquire::Retries "1";
Acquire::http::Timeout "30";
Acquire::https::Timeout "30";
Dir::State "{self.apt}/state";
Dir::State::status "{self.apt}/status";
Dir::Cache "{self.apt}/cache";
Dir::Cache::pkgcache "packages.bin";
Dir::Cache::srcpkgcache "sources.bin";
Dir::Etc::sourcelist "{self.apt}/sources.list";
Dir::Etc::sourceparts "{self.apt}/parts";
Dir::Etc::preferences "{self.apt}/preferences";
Dir::Etc::preferencesparts "{self.apt}/parts";
"""
        )

    def command(self, program: str, *arguments: str, folder: Path | None = None) -> str:
        return run(program, "-c", self.apt / "apt.conf", *arguments, folder=folder)

    def update(self) -> None:
        """Fetches the lists from the first of this machine's mirrors that has the suite for the architecture."""
        if not KEYRING.exists():
            raise Failure("signatures cannot be checked: install debian-archive-keyring")
        mirrors = host_mirrors(self.suite)
        if not mirrors:
            raise Failure("this machine's apt sources name no Debian mirror")
        failures = []
        for mirror in mirrors:
            source = f"deb [arch={ARCHITECTURE} signed-by={KEYRING}] {mirror} {self.suite} main\n"
            (self.apt / "sources.list").write_text(source)
            try:
                self.command("apt-get", "update")
                self.packages("linux-image-" + ARCHITECTURE)
                return
            except Failure as failure:
                failures.append(str(failure))
        raise Failure(
            f"cannot get {ARCHITECTURE} packages of suite '{self.suite}' from this machine's Debian mirror: "
            + "; ".join(dict.fromkeys(failures))
        )

    def packages(self, *wanted: str) -> list[Package]:
        """The newest version of each, or the one behind "=", in the order asked for."""
        try:
            shown = stanzas(self.command("apt-cache", "show", "--no-all-versions", *wanted))
        except Failure:
            shown = []
        found = {}
        for fields in shown:
            package = Package(*(fields.get(field, "") for field in FIELDS))
            found[package.name] = found[str(package)] = package
        for name in wanted:
            if name not in found or not found[name].sha256:
                raise Failure(f"it has no {ARCHITECTURE} package {name}")
        return [found[name] for name in wanted]

    def kernel(self) -> Package:
        """What the package that always depends on the newest kernel depends on."""
        [newest] = self.packages("linux-image-" + ARCHITECTURE)
        match = re.search(r"\blinux-image-[^ ,(]+", newest.depends)
        if not match:
            raise Failure(f"package {newest.name} depends on no kernel")
        return self.packages(match.group())[0]

    def with_dependencies(self, names: list[str]) -> list[Package]:
        """The packages and all they depend on, sorted by name."""
        planned = self.command("apt-get", "--simulate", "install", *names)
        chosen = re.findall(r"^Inst (\S+) \((\S+) ", planned, re.M)
        return self.packages(*(f"{name.split(':')[0]}={version}" for name, version in sorted(chosen)))

    def download(self, package: Package) -> Path:
        """The package's file, downloaded unless it is here already; its checksum is the index's."""
        # What apt calls it: the colon behind an epoch is escaped.
        version = package.version.replace(":", "%3a")
        path = self.downloads / f"{package.name}_{version}_{package.architecture}.deb"
        if not is_intact(path, package):
            path.unlink(missing_ok=True)
            self.command("apt-get", "download", str(package), folder=self.downloads)
        if not is_intact(path, package):
            raise Failure(f"the download of {package} is missing or damaged")
        return path

    def unpack(self, package: Package, folder: Path) -> None:
        run("dpkg-deb", "--extract", self.download(package), folder)


def is_intact(path: Path, package: Package) -> bool:
    return path.exists() and hashlib.sha256(path.read_bytes()).hexdigest() == package.sha256
