"""The set of sockets: who is told what, in which order, and that Trio is never kept waiting for long."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
import trio
import trio.testing

from kwire.server import poller as poller_module
from kwire.server.poller import READABLE, WRITABLE, Poller, _new_set, _SelectorSet
from kwire.server.waiting import Doorbell


class Member:
    """Reads a byte each time it is told, and notes everything."""

    def __init__(self, name: str, notes: list[str], sock: socket.socket) -> None:
        self.name = name
        self.notes = notes
        self.sock = sock

    def ready(self, mask: int) -> None:
        if mask & READABLE:
            self.sock.recv(1)
            self.notes.append(self.name)
        elif mask & WRITABLE:
            self.notes.append(f"{self.name} may write")

    def go_on(self) -> None:
        self.notes.append(f"{self.name} again")


Pair = tuple[socket.socket, socket.socket]


@pytest.fixture
def pairs() -> Iterator[list[Pair]]:
    made = [socket.socketpair() for _ in range(3)]
    for near, _ in made:
        near.setblocking(False)
    yield made
    for near, far in made:
        near.close()
        far.close()


@pytest.fixture(params=["own", "selectors"])
def poller(request: pytest.FixtureRequest) -> Iterator[Poller]:
    made = Poller(_new_set() if request.param == "own" else _SelectorSet())
    yield made
    made.close()


def join(poller: Poller, pairs: list[Pair]) -> tuple[list[Member], list[str]]:
    notes: list[str] = []
    members = [Member(name, notes, near) for name, (near, _) in zip("abc", pairs, strict=True)]
    for member in members:
        poller.add(member.sock, member)
    return members, notes


def test_who_has_something_to_read_is_told_once_a_round(poller: Poller, pairs: list[Pair]) -> None:
    _, notes = join(poller, pairs)
    pairs[0][1].send(b"xx")
    pairs[2][1].send(b"x")
    assert poller.turn() == 2
    assert sorted(notes) == ["a", "c"]
    assert poller.turn() == 1
    assert sorted(notes) == ["a", "a", "c"]
    assert poller.turn() == 0


def test_who_wants_to_go_on_comes_after_those_who_are_ready(poller: Poller, pairs: list[Pair]) -> None:
    members, notes = join(poller, pairs)
    poller.again(members[1])
    pairs[0][1].send(b"x")
    assert poller.turn() == 2
    assert notes == ["a", "b again"]


def test_what_is_watched_for_can_be_changed(poller: Poller, pairs: list[Pair]) -> None:
    members, notes = join(poller, pairs)
    pairs[0][1].send(b"x")
    poller.watch(members[0].sock, 0)
    assert poller.turn() == 0
    poller.watch(members[0].sock, WRITABLE)
    assert poller.turn() == 1
    poller.watch(members[0].sock, READABLE)
    assert poller.turn() == 1
    assert notes == ["a may write", "a"]


def test_who_leaves_in_a_round_is_not_told_any_more(poller: Poller, pairs: list[Pair]) -> None:
    members, notes = join(poller, pairs)

    def leave(mask: int) -> None:
        for member in members:
            poller.remove(member.sock)

    for member in members:
        member.ready = leave  # type: ignore[method-assign]
    for _, far in pairs:
        far.send(b"x")
    poller.turn()
    assert not notes
    assert len(poller) == 0


async def test_a_sleeping_poller_wakes_for_a_client_and_for_a_member(
    poller: Poller, pairs: list[Pair], nursery: trio.Nursery
) -> None:
    members, notes = join(poller, pairs)
    nursery.start_soon(poller.run)
    await trio.testing.wait_all_tasks_blocked()
    pairs[1][1].send(b"x")
    while notes != ["b"]:
        await trio.sleep(0)
    await trio.testing.wait_all_tasks_blocked()
    poller.again(members[2])
    poller.again(members[2])
    while notes != ["b", "c again", "c again"]:
        await trio.sleep(0)
    nursery.cancel_scope.cancel()


async def test_other_tasks_have_their_turn_while_clients_never_stop(
    poller: Poller, pairs: list[Pair], nursery: trio.Nursery
) -> None:
    members, _ = join(poller, pairs)
    members[0].go_on = lambda: poller.again(members[0])  # type: ignore[method-assign]
    poller.again(members[0])
    nursery.start_soon(poller.run)
    for _ in range(20):
        await trio.sleep(0)
    nursery.cancel_scope.cancel()


@pytest.mark.parametrize("why", ["a task was woken", "a task was woken before"])
async def test_the_next_request_is_not_waited_for_without_trio_when_somebody_else_is_due(
    why: str, pairs: list[Pair], nursery: trio.Nursery, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Here the patience would last for ever: what ends it is the bell, or it never begins."""
    monkeypatch.setattr(poller_module, "_PATIENCE_SECONDS", 3600.0)
    poller = Poller()
    members, _ = join(poller, pairs)
    bells = [Doorbell(), Doorbell()]
    woken: list[bool] = []

    async def first() -> None:
        await bells[0].wait()
        bells[1].ring()  # in the very turn that the poller gave to Trio
        await trio.lowlevel.checkpoint()

    async def second() -> None:
        await bells[1].wait()
        woken.append(True)
        nursery.cancel_scope.cancel()

    def ready(mask: int) -> None:
        members[0].sock.recv(1)
        bells[why == "a task was woken"].ring()

    members[0].ready = ready  # type: ignore[method-assign]
    nursery.start_soon(first)
    nursery.start_soon(second)
    nursery.start_soon(poller.run)
    await trio.testing.wait_all_tasks_blocked()
    pairs[0][1].send(b"x")
    try:
        await trio.sleep_forever()
    finally:
        poller.close()
        assert woken
