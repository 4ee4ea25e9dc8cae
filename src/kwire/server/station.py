"""Where a worker stands among the others: what its parent prepared for it before it began.

The parent binds every socket, so that a port in use is told at once, and so that clients of a worker which died wait in
the queue of its socket until it is there again.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping, Sequence

import attrs
import trio

from kwire.broker.worker import Worker

READY = b"ready\n"


@attrs.define
class Door:
    """One listener of the configuration with its sockets, which are bound."""

    name: str
    host: str
    sockets: list[socket.socket]

    @property
    def port(self) -> int:
        port: int = self.sockets[0].getsockname()[1]
        return port


@attrs.define
class Station:
    """One worker of several."""

    worker: Worker
    doors: Sequence[Door]
    inner: socket.socket
    """A Unix socket for the other workers."""
    addresses: Mapping[int, str]
    """The Unix sockets of all workers, by node id."""
    leash: int
    """A pipe from the parent: it says stop with a byte, or with its own end."""
    report: int
    """A pipe to the parent."""
    is_stopped: bool = False
    """All workers stop: this one hands over what it leads, or, as the controller, waits for what it is handed."""

    async def obey(self, stop: trio.Event, waiting: trio.CancelScope | None = None) -> None:
        """Set `stop`, and end what is `waiting`, when the parent says so, or is gone."""
        await trio.lowlevel.wait_readable(self.leash)
        self.is_stopped = True
        stop.set()
        if waiting is not None:
            waiting.cancel()

    def tell(self, what: bytes) -> None:
        """Report to the parent; one that is gone has no use for it."""
        try:
            os.write(self.report, what)
        except BrokenPipeError:
            self.is_stopped = True
