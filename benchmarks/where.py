"""Where a request's time goes: profiles of a server while it is loaded, and tables made of them.

    python benchmarks/run.py --servers kwire --workloads sync-16 --profile       takes them
    python benchmarks/where.py results/profile-kwire-sync-16.txt                 prints the table again

py-spy samples the stacks of Python processes, native frames among them; they are kept collapsed, ready for a flame
graph. perf, where it is there and allowed, samples any server, in the kernel too. Being looked at costs a server
something: a run with profiles is not for figures.
"""

from __future__ import annotations

import collections
import contextlib
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from report import markdown
from servers import RESULTS, Running

RATE_HZ = 250
PYTHON_FRAME = re.compile(r"^(?P<name>.*) \((?P<path>[^()]+\.py):\d+\)$")
ADDRESS = re.compile(r"^0x[0-9a-f]+ ")
# What a thread calls in the C library to enter the kernel; `pwritev64v2` is glibc's name for pwritev.
KERNEL = {
    **dict.fromkeys(("send", "sendmsg", "__send", "__sendmsg", "__libc_sendmsg"), "send"),
    **dict.fromkeys(("recv", "recvmsg", "__recv", "__libc_recv", "recv_into"), "recv"),
    **dict.fromkeys(("pwritev", "pwritev64", "pwritev64v2", "pwrite", "__libc_pwrite64"), "pwritev"),
    **dict.fromkeys(("epoll_wait", "epoll_pwait"), "epoll_wait (and waiting)"),
    **{name: name for name in ("epoll_ctl", "fsync", "fdatasync", "openat", "mmap", "munmap", "mincore")},
}
# Threads of the pool that have nothing to do.
IDLE = ("lock_PyThread_acquire_lock", "PyThread_acquire_lock_timed", "lock_acquire_lock_timed")


@dataclass
class Profile:
    """Samples by where they fell, idle threads left out."""

    samples: int = 0
    rooms: collections.Counter[str] = field(default_factory=collections.Counter)
    functions: collections.Counter[str] = field(default_factory=collections.Counter)


def read(text: str) -> Profile:
    """Of collapsed stacks, `frame;frame;frame COUNT`, the innermost frame last."""
    found = Profile()
    for line in text.splitlines():
        stack, _, count = line.rpartition(" ")
        if not count.isdigit():
            continue
        frames = stack.split(";")
        if any(frame.partition(" ")[0] in IDLE for frame in frames[-6:]):
            continue
        room, function = place(frames)
        found.samples += int(count)
        found.rooms[room] += int(count)
        found.functions[function] += int(count)
    return found


def place(frames: Sequence[str]) -> tuple[str, str]:
    """The room that was at work, or the call into the kernel, and the function of Python that it was in."""
    kernel = function = ""
    named = [frame for frame in frames if not ADDRESS.match(frame)]
    if named:
        kernel = KERNEL.get(named[-1].partition(" ")[0], "")
    room = "other native code"
    for frame in reversed(frames):
        if python := PYTHON_FRAME.match(frame):
            path = python["path"]
            function = f"{python['name']} ({path})"
            parts = Path(path).parts
            if "kwire" in parts[:-1]:
                inside = parts[parts.index("kwire") + 1 :]
                room = "kwire." + (inside[0] if len(inside) > 1 else inside[0].removesuffix(".py"))
            else:
                room = parts[0] if len(parts) > 1 and parts[0] in ("trio", "outcome") else "other Python"
            break
    return (f"kernel: {kernel}" if kernel else room), function or room


def tables(profile: Profile, us_per_request: float | None) -> str:
    """Shares of the samples; with the CPU time of a request, what that is of it in us."""
    header = ["%"] + (["us of each request"] if us_per_request else [])

    def rows(counter: collections.Counter[str], most: int) -> Iterator[list[str]]:
        for name, count in counter.most_common(most):
            share = count / profile.samples
            yield [name, f"{share:.1%}", *([f"{share * us_per_request:.2f}"] if us_per_request else [])]

    if not profile.samples:
        return "no samples"
    by_room = markdown([["at work", *header], *rows(profile.rooms, 30)])
    by_function = markdown(
        [["function, with what it calls outside Python", *header], *rows(profile.functions, 20)]
    )
    return f"{by_room}\n\n{by_function}"


class Profiler:
    """Looks at a server for some seconds, with what there is."""

    def __init__(self) -> None:
        beside = Path(sys.executable).with_name("py-spy")
        self.py_spy = str(beside) if beside.exists() else shutil.which("py-spy")
        self.perf = shutil.which("perf")

    def missing(self) -> str:
        """A sentence for what cannot be looked at; "" when all can."""
        lacking = [name for name, path in (("py-spy", self.py_spy), ("perf", self.perf)) if not path]
        return f"--profile goes without {' and without '.join(lacking)}: not on the path" if lacking else ""

    @contextlib.contextmanager
    def looking(self, server: Running, workload: str, seconds: float) -> Iterator[list[Path]]:
        """The files that will be written, after the context has ended."""
        RESULTS.mkdir(exist_ok=True)
        name = f"profile-{server.kind.name}-{workload}"
        paths: list[Path] = []
        running: list[subprocess.Popen[bytes]] = []
        data = RESULTS / f"{name}.perf"
        # The first half second is the load generator's ramp.
        look = max(round(seconds - 0.5), 1)
        try:
            if self.py_spy and is_python(server):
                paths.append(RESULTS / f"{name}.txt")
                command = [
                    self.py_spy,
                    "record",
                    "--pid",
                    str(server.process.pid),
                    "--native",
                    "--subprocesses",
                ]
                command += ["--rate", str(RATE_HZ), "--format", "raw", "--output", str(paths[-1])]
                running.append(quietly([*command, "--duration", str(look)]))
            if self.perf:
                command = [self.perf, "record", "-F", str(RATE_HZ), "-p", ",".join(map(str, server.pids))]
                command += ["-o", str(data), "--", "sleep", str(look)]
                running.append(quietly(command))
            yield paths
        finally:
            for process in running:
                try:
                    process.wait(look + 60)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
        if self.perf and data.exists():
            report = [self.perf, "report", "-i", str(data), "--stdio", "--percent-limit", "0.5"]
            done = subprocess.run([*report, "--sort", "dso,symbol"], capture_output=True, text=True)
            paths.append(RESULTS / f"{name}-perf.txt")
            paths[-1].write_text(done.stdout)
            data.unlink()


def quietly(command: Sequence[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def is_python(server: Running) -> bool:
    with contextlib.suppress(OSError):
        return "python" in Path(f"/proc/{server.process.pid}/exe").resolve().name
    return False


def main(arguments: Sequence[str]) -> int:
    for name in arguments:
        print(f"{name}\n\n{tables(read(Path(name).read_text()), None)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
