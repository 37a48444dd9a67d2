"""scripts/guest-image with stand-ins for apt, dpkg-deb and mke2fs: what is asked for, what is made, what is refused."""

import hashlib
import unittest
from pathlib import Path

import scripts_test
from guest import packages
from guest.failure import Failure

HOST_SOURCES = r"""printf "'%s' file 0\n" \
    http://other.test/apt/dists/tool-bookworm/InRelease \
    http://mirror.test/debian/dists/stable/InRelease \
    http://mirror.test/debian/dists/stable/main/binary-amd64/Packages.xz \
    http://mirror.test/security/dists/stable-security/InRelease
exit"""


class GuestImageTest(scripts_test.ScriptTest):
    def setUp(self) -> None:
        super().setUp()
        self.repository = self.root / "repository"
        self.out = self.root / "out"
        for name in ("cp", "basename"):
            (self.bin / name).symlink_to(scripts_test.shutil.which(name))
        self.apt_get('[[ " $* " == *" update "* ]]')
        self.stand_in("apt-cache", f"""for name in "${{@:5}}"; do
            cat "{self.repository}/${{name%%=*}}/stanza" || exit 100
        done""")  # fmt: skip
        self.stand_in("dpkg-deb", f"""name=$(basename "$2")
        mkdir -p "$3"
        cp -r "{self.repository}/${{name%%_*}}/tree/." "$3" """)  # fmt: skip
        self.stand_in(
            "mke2fs",
            """while [[ $1 != -d ]]; do shift; done
        [[ -x $2/sbin/init && -f $2/etc/passwd && ! -e $2/usr/share/doc ]] && echo image >"$3" """,
        )
        self.stand_in("debugfs", "")
        self.publish("linux-image-riscv64", "6.1", {}, depends="linux-image-6.1-riscv64 (= 6.1)")
        self.publish("linux-image-6.1-riscv64", "6.1", self.kernel_tree())
        self.publish("busybox-static", "1:1.0", {"usr/bin/busybox": "busybox"})

    def apt_get(self, script: str) -> None:
        """The stand-in: host sources, downloads, and `script` for the rest."""
        self.stand_in("apt-get", f"""case $* in
            *--print-uris) {HOST_SOURCES} ;;
            *" download "*)
                name=${{*: -1}} version=${{*: -1}}
                name=${{name%%=*}} version=${{version#*=}}
                cp "{self.repository}/$name/deb" "${{name}}_${{version/:/%3a}}_riscv64.deb"
                exit ;;
        esac
        {script}""")  # fmt: skip

    def publish(self, name: str, version: str, tree: dict[str, str], depends: str = "") -> None:
        folder = self.repository / name
        for path, text in tree.items():
            (folder / "tree" / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / "tree" / path).write_text(text)
        (folder / "tree").mkdir(parents=True, exist_ok=True)
        (folder / "deb").write_text(name + version)
        checksum = hashlib.sha256((name + version).encode()).hexdigest()
        fields = {"Package": name, "Version": version, "Depends": depends}
        fields |= {"SHA256": checksum, "Architecture": "riscv64"}
        text = "".join(f"{field}: {value}\n" for field, value in fields.items() if value)
        (folder / "stanza").write_text(text + "Description: many\n lines\n\n")

    def kernel_tree(self) -> dict[str, str]:
        modules = "usr/lib/modules/6.1"
        names = ("virtio_mmio", "virtio_blk", "virtio_net", "virtio-rng", "ext4")
        tree = {f"{modules}/kernel/drivers/{name}.ko": name for name in names}
        return {**tree, f"{modules}/modules.builtin": "kernel/lib/crc16.ko\n", "boot/vmlinux-6.1": "kernel"}

    def make(self, *options: str):
        return self.run_script("scripts/guest-image", "--out", str(self.out), *options)


class BootFiles(GuestImageTest):
    def test_kernel_and_initramfs_are_made(self):
        result = self.make()
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual((self.out / "Image").read_text(), "kernel")
        archive = (self.out / "initramfs.cpio").read_bytes()
        for part in (b"vm: first user-space line", b"bin/busybox\0", b"virtio_rng.ko\n", b"dev/console\0"):
            self.assertIn(part, archive)
        self.assertFalse((self.out / "root.ext4").exists())
        self.assertEqual(list(self.out.glob("work.*")), [])

    def test_what_is_current_is_kept(self):
        self.make()
        unpacked = self.calls("dpkg-deb")
        result = self.make()
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("kernel and initramfs are current", result.stdout)
        self.assertEqual(self.calls("dpkg-deb"), unpacked)

    def test_a_newer_version_is_made_anew_and_only_it_is_downloaded(self):
        self.make()
        self.publish("busybox-static", "1:2.0", {"usr/bin/busybox": "newer"})
        self.assertEqual(self.make().returncode, 0)
        self.assertIn(b"newer", (self.out / "initramfs.cpio").read_bytes())
        self.assertEqual(sum(" download " in call for call in self.calls("apt-get")), 3)

    def test_the_mirror_is_the_one_this_machine_has_debian_from(self):
        self.make("--suite", "forky")
        source = (self.out / "apt/sources.list").read_text()
        self.assertRegex(
            source, r"^deb \[arch=riscv64 signed-by=/\S+\.gpg\] http://mirror.test/debian forky main\n$"
        )

    def test_hosts_hooks_and_lists_are_left_alone(self):
        self.make()
        configuration = (self.out / "apt/apt.conf").read_text()
        self.assertIn("#clear APT::Update::Post-Invoke;", configuration)
        self.assertIn(f'Dir::State "{self.out}/apt/state";', configuration)


class Disk(GuestImageTest):
    def setUp(self) -> None:
        super().setUp()
        layout = {"sbin/keep": "", "etc/keep": "", "usr/share/doc/readme": ""}
        self.publish("base-files", "13", layout)
        masters = {f"usr/share/base-passwd/{name}.master": "root" for name in ("passwd", "group")}
        self.publish("base-passwd", "3", masters)
        self.publish("acl", "2", {"usr/bin/getfacl": ""})
        self.apt_get(
            r"""if [[ " $* " == *" --simulate "* ]]; then
            printf 'Inst %s\n' 'base-passwd (3 Debian:13 [riscv64])' \
                'acl (2 Debian:13 [riscv64])' 'base-files (13 Debian:13 [riscv64]) []'
        fi"""
        )

    def test_root_file_system_is_made_of_packages_and_what_they_need(self):
        result = self.make("--disk")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual((self.out / "root.ext4").read_text(), "image\n")
        self.assertIn("base-files=13\n", (self.out / "root.versions").read_text())

    def test_the_layout_is_unpacked_first(self):
        self.make("--disk")
        unpacked = [Path(call.split()[2]).name for call in self.calls("dpkg-deb")]
        self.assertEqual([name.split("_")[0] for name in unpacked[-3:]], ["base-files", "acl", "base-passwd"])

    def test_what_is_current_is_kept(self):
        self.make("--disk")
        self.assertIn("root file system is current", self.make("--disk").stdout)
        self.assertEqual(len(self.calls("mke2fs")), 1)


class Refusals(GuestImageTest):
    def refused(self, *options: str) -> str:
        result = self.make(*options)
        self.assertEqual(result.returncode, 2)
        self.assertEqual(len(result.stderr.splitlines()), 1, result.stderr)
        self.assertFalse((self.out / "Image").exists())
        return result.stderr

    def test_no_network(self):
        self.apt_get("echo \"E: Failed to fetch: Temporary failure resolving 'mirror.test'\" >&2; exit 100")
        self.assertIn("the mirror cannot be reached", self.refused())

    def test_no_such_suite(self):
        self.apt_get("echo 'E: The repository does not have a Release file.' >&2; exit 100")
        self.assertIn("suite 'nonsense'", self.refused("--suite", "nonsense"))

    def test_bad_signature(self):
        self.apt_get("echo 'E: The repository is not signed.' >&2; exit 100")
        self.assertIn("its signature cannot be verified", self.refused())

    def test_no_packages_for_the_architecture(self):
        (self.repository / "linux-image-riscv64/stanza").unlink()
        self.assertIn("it has no riscv64 package linux-image-riscv64", self.refused())

    def test_damaged_download(self):
        (self.repository / "busybox-static/deb").write_text("other")
        self.assertIn("the download of busybox-static=1:1.0 is missing or damaged", self.refused())

    def test_no_debian_mirror(self):
        self.stand_in("apt-get", "")
        self.assertIn("name no Debian mirror", self.refused())

    def test_apt_is_absent(self):
        (self.bin / "apt-get").unlink()
        self.assertIn("apt-get is not installed", self.refused())


class Reasons(unittest.TestCase):
    def test_an_unknown_failure_is_told_in_apts_first_error(self):
        self.assertEqual(packages.reason("W: warned\nE: broke\nE: also\n"), "E: broke")
        self.assertEqual(packages.reason("one\ntwo\n"), "two")
        self.assertEqual(packages.reason(""), "no message")

    def test_a_program_that_fails_is_named(self):
        with self.assertRaisesRegex(Failure, "^false failed: no message$"):
            packages.run("false")


if __name__ == "__main__":
    unittest.main()
