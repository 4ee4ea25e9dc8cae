"""Which clients have something to be read: one set of sockets, one task, no task for each of them.

A Trio task per connection costs, for each request, a read that finds nothing, a system call to arm Trio's own set
again and a switch between tasks. So all sockets of clients are in one epoll or kqueue of our own, which Trio waits for
as a whole; those that are ready are then served in turn, on this task. What always holds: nobody is served twice before
everybody who was ready was served once, and other tasks of Trio have their turn between a few rounds.
"""

from __future__ import annotations

import select
import selectors
import socket
from collections import deque
from time import perf_counter
from typing import Final, Protocol

import trio
from trio import lowlevel

from kwire.server.waiting import Doorbell

READABLE: Final = 1
WRITABLE: Final = 4
BROKEN: Final = 8 | 16
"""The peer is gone: what poll(2) calls an error or a hang-up; told whether it was asked for or not."""

_MOST = 256
"""So many sockets are taken from the set at once."""

_PATIENCE_SECONDS = 0.001
"""So long is the set waited for itself, without Trio, right after somebody was served: the next request is near.

A synchronous producer then costs a third less, and so does every one of 16. Nobody else waits for it: not while a task
of Trio has been woken."""

_STRETCH_SECONDS = 0.002
"""After so much of this, Trio's other tasks have their turn: those that time or the network have woken."""


class Pollable(Protocol):
    """Whoever has a socket in the set."""

    def ready(self, mask: int) -> None:
        """The socket is READABLE, WRITABLE or BROKEN."""
        ...

    def go_on(self) -> None:
        """It was asked for with `Poller.again`."""
        ...


class _Set(Protocol):
    def fileno(self) -> int: ...

    def register(self, fd: int, mask: int, /) -> object: ...

    def modify(self, fd: int, mask: int, /) -> object: ...

    def unregister(self, fd: int, /) -> object: ...

    def poll(self, timeout: float, most: int, /) -> list[tuple[int, int]]: ...

    def close(self) -> None: ...


class _SelectorSet:
    """What epoll does, by whatever the standard library has for this platform (kqueue, on macOS and the BSDs)."""

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()
        self._watched: set[int] = set()

    def fileno(self) -> int:
        return int(self._selector.fileno())

    def register(self, fd: int, mask: int, /) -> None:
        self.modify(fd, mask)

    def modify(self, fd: int, mask: int, /) -> None:
        events = (selectors.EVENT_READ if mask & READABLE else 0) | (
            selectors.EVENT_WRITE if mask & WRITABLE else 0
        )
        if not events:
            self.unregister(fd)
        elif fd in self._watched:
            self._selector.modify(fd, events)
        else:
            self._selector.register(fd, events)
            self._watched.add(fd)

    def unregister(self, fd: int, /) -> None:
        if fd in self._watched:
            self._watched.discard(fd)
            self._selector.unregister(fd)

    def poll(self, timeout: float, most: int, /) -> list[tuple[int, int]]:
        return [
            (
                key.fd,
                (READABLE if events & selectors.EVENT_READ else 0)
                | (WRITABLE if events & selectors.EVENT_WRITE else 0),
            )
            for key, events in self._selector.select(timeout)
        ]

    def close(self) -> None:
        self._selector.close()


def _new_set() -> _Set:
    """epoll where there is one: its masks are ours."""
    return select.epoll() if hasattr(select, "epoll") else _SelectorSet()


class Poller:
    """The sockets of all connections."""

    def __init__(self, sockets: _Set | None = None) -> None:
        self._set = _new_set() if sockets is None else sockets
        self._fd = self._set.fileno()
        self._members: dict[int, Pollable] = {}
        self._again: deque[Pollable] = deque()
        self._asleep = False
        self.now = perf_counter()
        """When this round began, by `time.perf_counter`."""

    def __len__(self) -> int:
        return len(self._members)

    def add(self, sock: socket.socket, member: Pollable, mask: int = READABLE) -> None:
        """Tell `member` from now on when its socket is ready for what `mask` says."""
        fd = sock.fileno()
        self._members[fd] = member
        self._set.register(fd, mask)

    def watch(self, sock: socket.socket, mask: int) -> None:
        """Watch for something else; 0 is for nothing but the end of the connection."""
        self._set.modify(sock.fileno(), mask)

    def remove(self, sock: socket.socket) -> None:
        """Before the socket is closed."""
        fd = sock.fileno()
        del self._members[fd]
        self._set.unregister(fd)

    def again(self, member: Pollable) -> None:
        """Let `member` go on in the next round. May be called from anywhere on Trio's thread."""
        self._again.append(member)
        if self._asleep:
            self._asleep = False
            lowlevel.notify_closing(self._fd)  # wakes who waits for it, which is `run`

    async def run(self) -> None:
        """Serve whoever is ready, until cancelled."""
        patient = False
        while True:
            if self._stretch(patient):
                rings = Doorbell.rings
                await lowlevel.checkpoint()
                await lowlevel.checkpoint()  # whoever was due with us, in whatever order, had a turn now
                patient = Doorbell.rings == rings  # else somebody is due who was woken meanwhile
                continue
            patient = False
            self._asleep = True
            try:
                await lowlevel.wait_readable(self._fd)
            except trio.ClosedResourceError:
                pass  # woken by `again`
            finally:
                self._asleep = False

    def _stretch(self, patient: bool) -> bool:
        """Rounds without Trio, until nobody is ready any more; was anybody?

        A `patient` one waits for who will be ready soon. It must begin after everybody had a turn who was woken.
        """
        again = self._again
        patience = _PATIENCE_SECONDS if patient else 0.0
        rings = Doorbell.rings
        ends = perf_counter() + _STRETCH_SECONDS
        served = False
        while self.turn(0.0 if again else patience):
            served = True
            if Doorbell.rings != rings or self.now > ends:
                break
        return served

    def close(self) -> None:
        """When nobody is in the set any more."""
        self._set.close()

    def turn(self, timeout: float = 0.0) -> int:
        """One round: everybody who is ready within `timeout` seconds, once; how many that were."""
        events = self._set.poll(timeout, _MOST)
        again, members = self._again, self._members
        waiting = len(again)
        self.now = perf_counter()
        for fd, mask in events:
            member = members.get(fd)
            if member is not None:  # else it left in this very round
                member.ready(mask)
        for _ in range(waiting):
            again.popleft().go_on()
        return len(events) + waiting
