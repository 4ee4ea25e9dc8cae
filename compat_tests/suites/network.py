"""A network of its own for suites whose tests ask for fixed ports, such as 9092: nobody else's servers are in it, and
nobody else's tests come to ours. Linux only; as root, or where everybody may make user namespaces.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from compat_tests.harness import MissingToolchain, Server, make_server, require

_NAMESPACES = (["--net"], ["--user", "--map-root-user", "--net"])
_HOLD = "ip link set lo up && echo there && exec sleep infinity"


def possible() -> None:
    """Raise MissingToolchain where no network of one's own can be had."""
    with apart():
        pass


@contextmanager
def apart() -> Iterator[list[str]]:
    """The words to put before a command, so that it runs in a network that has nothing but a loopback device."""
    for program in ("ip", "unshare", "nsenter"):
        require(program)
    for namespaces in _NAMESPACES:
        command = ["unshare", *namespaces, "sh", "-c", _HOLD]
        holder = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        try:
            assert holder.stdout is not None
            if holder.stdout.readline() == b"there\n":
                user = ["--user", "--preserve-credentials"] if "--user" in namespaces else []
                yield ["nsenter", f"--target={holder.pid}", *user, "--net"]
                return
        finally:
            holder.kill()
            holder.communicate()
    raise MissingToolchain("a network namespace cannot be made here")


@contextmanager
def server_on(
    port: int, within: Sequence[str], directory: Path, settings: Mapping[str, str]
) -> Iterator[Server]:
    """A server of this run's target on a port of such a network; it is stopped at the end."""
    server = make_server(directory, settings)
    server.port = port
    server.within = list(within)
    try:
        server.start()
        yield server
        if not server.running:
            raise AssertionError(f"the server ended by itself:\n{server.output_tail()}")
    finally:
        if server.running:
            server.stop()
