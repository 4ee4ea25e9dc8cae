"""Who may read from a slow disk at the same time, and who is told when it is done."""

from __future__ import annotations

import errno

import attrs

from kwire.broker.jobs import Job, Jobs
from kwire.broker.signals import Signal
from kwire.broker.storage.warming import MAX_PER_DISK, MAX_UNDER_WAY, Warming


@attrs.define(eq=False)
class Order:
    """Slow work that notes what became of it."""

    urgent: bool = True
    gone: bool = False
    outcome: list[Exception | None] = attrs.Factory(list)

    def begin(self) -> None:
        if self.gone:
            raise FileNotFoundError(errno.ENOENT, "No such file")

    def perform(self) -> None:
        pass

    def finish(self, error: Exception | None) -> None:
        self.outcome.append(error)


@attrs.define
class Threads:
    """As many as anyone could want; nothing ends before it is told to."""

    jobs: Jobs = attrs.Factory(Jobs)
    busy: list[Job] = attrs.Factory(list)

    def take(self) -> int:
        """How many jobs there were to take."""
        taken = 0
        while (job := self.jobs.next()) is not None:
            self.busy.append(job)
            taken += 1
        return taken

    def end_one(self) -> None:
        self.busy.pop(0).finish(None)


def test_of_one_disk_a_bounded_number_is_under_way_and_the_rest_follow() -> None:
    threads = Threads()
    warming = Warming(threads.jobs)
    orders = [Order() for _ in range(2 * MAX_PER_DISK)]
    for order in orders:
        assert warming.order(order, Signal(), "/a")
    assert threads.take() == MAX_PER_DISK
    for _ in orders:
        threads.end_one()
        assert threads.take() <= 1
    assert [order.outcome for order in orders] == [[None]] * len(orders)


def test_a_disk_that_hangs_holds_up_no_other() -> None:
    threads = Threads()
    warming = Warming(threads.jobs)
    for _ in range(100):
        warming.order(Order(), Signal(), "/hangs")
    threads.take()
    warming.order(Order(), Signal(), "/works")
    assert threads.take() == 1


def test_of_many_disks_a_bounded_number_is_under_way() -> None:
    threads = Threads()
    warming = Warming(threads.jobs)
    for number in range(50):
        warming.order(Order(), Signal(), f"/disk-{number}")
    assert threads.take() == MAX_UNDER_WAY
    threads.end_one()
    assert threads.take() == 1


def test_what_is_only_read_ahead_is_refused_while_the_disk_is_busy() -> None:
    threads = Threads()
    warming = Warming(threads.jobs)
    for _ in range(MAX_PER_DISK):
        assert warming.order(Order(urgent=False), Signal(), "/a")
    assert not warming.order(Order(urgent=False), Signal(), "/a")
    assert warming.order(Order(urgent=False), Signal(), "/b")
    assert warming.order(Order(), Signal(), "/a")
    threads.take()
    threads.end_one()
    assert not warming.order(Order(urgent=False), Signal(), "/a")


def test_who_waits_is_told_when_it_is_done_or_cannot_be_done() -> None:
    threads = Threads()
    warming = Warming(threads.jobs)
    told: list[str] = []
    done, gone = Signal(), Signal()
    done.add(lambda: told.append("done"))
    gone.add(lambda: told.append("gone"))
    warming.order(Order(), done, "/a")
    lost = Order(gone=True)
    warming.order(lost, gone, "/a")
    assert threads.take() == 1
    assert told == ["gone"]
    assert isinstance(lost.outcome[0], FileNotFoundError)
    threads.end_one()
    assert told == ["gone", "done"]
