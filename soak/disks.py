"""A small disk of one's own: a file system that is mounted in a mount namespace, seen by the server and nobody else."""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import attrs

from compat_tests.harness import KwireServer

FILLER = "filler"


class NotPermitted(Exception):
    """This machine does not let us mount; the text says why."""


@attrs.define
class SmallDisk:
    """A mounted file system of some MiB. `root` is how those outside the namespace reach it."""

    mount_point: Path
    filled: Path
    """Where the filler goes: the disk itself, or what it takes its room from."""
    keeper: subprocess.Popen[str]

    @property
    def root(self) -> Path:
        return self._outside(self.mount_point)

    def _outside(self, path: Path) -> Path:
        return Path(f"/proc/{self.keeper.pid}/root{path}")

    @property
    def enter(self) -> list[str]:
        """What goes before a command to let it see the disk."""
        return ["nsenter", f"--mount=/proc/{self.keeper.pid}/ns/mnt", "--"]

    def fill(self) -> None:
        """Leave no room, down to the last byte. What others free meanwhile is taken as well."""
        fd = os.open(self._outside(self.filled) / FILLER, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        try:
            size = 1 << 20
            while size:
                try:
                    os.write(fd, bytes(size))
                except OSError:
                    size //= 2
        finally:
            os.close(fd)

    def make_room(self) -> None:
        (self._outside(self.filled) / FILLER).unlink()

    def forget_clean_pages(self) -> None:
        """Files are read from the disk again, except what is mapped and what the kernel knows to be not yet there."""
        for path in sorted(self.root.rglob("*")):
            with contextlib.suppress(FileNotFoundError):
                if path.is_file():
                    fd = os.open(path, os.O_RDONLY)
                    try:
                        os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
                    finally:
                        os.close(fd)


@contextlib.contextmanager
def small_disk(kind: str, mount_point: Path, mebibytes: int) -> Iterator[SmallDisk]:
    """Mount a disk of a kind: "tmpfs", "ext4" (in a file), or "thin".

    A thin disk is an ext4 that believes to have four times the room that is behind it: when that is full, writes go
    well and it is the fsync that fails. Raises NotPermitted where a disk cannot be had; all is gone at the
    end.
    """
    mount_point.mkdir(parents=True)
    filled = mount_point
    image = mount_point.with_suffix(".img")
    where = shlex.quote(str(mount_point))
    mkfs = shutil.which("mkfs.ext4", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if kind != "tmpfs" and mkfs is None:
        raise NotPermitted("mkfs.ext4 is not installed")
    if kind == "tmpfs":
        mount = f"mount -t tmpfs -o size={mebibytes}m none {where}"
    elif kind == "ext4":
        mount = (
            f"truncate -s {mebibytes}M {image} && {mkfs} -q -F -m 0 {image} && mount -o loop {image} {where}"
        )
    else:
        filled = mount_point.with_suffix(".behind")
        filled.mkdir()
        image = filled / "image"
        mount = (
            f"mount -t tmpfs -o size={mebibytes}m none {filled} && truncate -s {4 * mebibytes}M {image} && "
            f"{mkfs} -q -F -m 0 -b 4096 -O ^has_journal {image} && disk=$(losetup --find --show {image}) && "
            # The loop device takes a write that was cut short for a whole one: one page is written or it is not.
            "echo 4 >/sys/block/${disk#/dev/}/queue/max_sectors_kb && "
            f"mount -o errors=continue $disk {where} && losetup --detach $disk"
        )
    if shutil.which("unshare") is None or shutil.which("nsenter") is None:
        raise NotPermitted("unshare and nsenter are not installed")
    # The keeper holds the namespace while its standard input is open: it ends with us, whatever happens to us.
    keeper = subprocess.Popen(
        [
            "unshare",
            "--mount",
            "--propagation",
            "private",
            "sh",
            "-c",
            f"{mount} && echo mounted && exec cat",
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert keeper.stdin is not None
    assert keeper.stdout is not None
    assert keeper.stderr is not None
    try:
        if keeper.stdout.readline() != "mounted\n":
            raise NotPermitted(keeper.stderr.read().strip() or "mounting is not permitted")
        yield SmallDisk(mount_point, filled, keeper)
    finally:
        keeper.stdin.close()
        keeper.wait()
        keeper.stdout.close()
        keeper.stderr.close()


@attrs.define
class ConfinedServer(KwireServer):
    """A server whose data directory is on a small disk."""

    disk: SmallDisk | None = None

    def command(self) -> list[str]:
        assert self.disk is not None
        return [*self.disk.enter, *super().command()]
