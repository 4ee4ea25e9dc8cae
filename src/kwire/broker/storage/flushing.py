"""When logs are made durable, and who waits for it (`flush.messages`, `flush.ms`).

A flush is a job, one at a time for each log: all who wait while one is under way are served by the next, which is a
group commit. Always holds: an answer that was promised to be durable leaves after the sync that covers it, and when
that failed, its client is told KAFKA_STORAGE_ERROR.
"""

from __future__ import annotations

import heapq
import logging
from collections.abc import Callable
from typing import Protocol

import attrs

from kwire.broker.clock import Clock
from kwire.broker.jobs import Jobs
from kwire.broker.signals import Signal
from kwire.errors import ErrorCode, KafkaError
from kwire.log.flush import Flush
from kwire.log.log import Log, LogWriteFailed

_log = logging.getLogger("kwire.broker")


class LogOwner(Protocol):
    """A partition, or the cluster's metadata."""

    @property
    def log(self) -> Log: ...

    @property
    def appended(self) -> Signal:
        """Fires when more of the log is durable, or when it is known that it will not be."""
        ...

    @property
    def founded_at(self) -> int:
        """The metadata below this offset say that the log is there: it counts for nothing before they are durable."""
        ...

    def flushed(self) -> None:
        """A flush of the log is over; `log.failed` says whether it failed."""
        ...

    def reopened(self, log: Log) -> None:
        """This is the log now; let go of the one before."""
        ...


class Promise(Protocol):
    """Something that an answer waits for."""

    @property
    def signals(self) -> list[Signal]:
        """One of these fires when `is_kept` may say something else."""
        ...

    def is_kept(self) -> bool:
        """May the answer leave, as far as this is concerned? Raises KafkaError when it cannot be kept."""
        ...


@attrs.define(eq=False)
class Owed:
    """A promise that everything below `end_offset` of a log is durable before an answer leaves."""

    owner: LogOwner
    log: Log
    end_offset: int
    failure: ErrorCode = ErrorCode.KAFKA_STORAGE_ERROR
    """What its client is told when it cannot be kept."""
    rests_on: Owed | None = None
    """What must be kept as well."""

    @property
    def signals(self) -> list[Signal]:
        """One of these fires when `is_kept` may say something else."""
        own = [self.owner.appended]
        return own if self.rests_on is None else own + self.rests_on.signals

    def is_kept(self) -> bool:
        """Is it durable? Raises KafkaError when it will not be: `failure`, UNKNOWN_TOPIC_OR_PARTITION."""
        if self.log.recovery_point >= self.end_offset:
            return self.rests_on is None or self.rests_on.is_kept()
        if self.log.closed and self.owner.log is self.log:
            raise KafkaError(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, f"{self.log.directory} was deleted")
        if self.log.failed is not None:
            raise KafkaError(self.failure, f"{self.log.directory} could not be synced: {self.log.failed}")
        return False


class Flushing:
    """The flushes of all logs of a broker."""

    def __init__(self, jobs: Jobs, clock: Clock, deadline_changed: Signal) -> None:
        self.owed: list[Promise] = []
        """What the request that is being handled has written and must not be answered before it is durable."""
        self.on_failure: Callable[[LogOwner], None] = lambda owner: None
        """Told when the flush of a log failed: it takes no more appends until it is opened anew."""
        self.foundation: LogOwner | None = None
        """The cluster's metadata, once there are any."""
        self._jobs = jobs
        self._clock = clock
        self._deadline_changed = deadline_changed
        self._under_way: dict[LogOwner, _FlushJob] = {}
        self._due: list[tuple[int, int, LogOwner]] = []  # a heap of (monotonic ms, number, owner)
        self._numbers = 0

    def want(self, owner: LogOwner, *, urgent: bool = False) -> None:
        """Make the log durable soon. Nobody waits for it, unless it is `urgent`."""
        job = self._under_way.get(owner)
        if job is None:
            job = self._under_way[owner] = _FlushJob(self, owner, urgent)
            self._jobs.put(job, urgent=urgent)
        elif job.begun:
            job.again = True
            job.urgent |= urgent
        elif urgent and not job.urgent:
            job.urgent = True
            self._jobs.put(job, urgent=True)  # where it stands now, its turn will find it done

    def owe(
        self, owner: LogOwner, end_offset: int, failure: ErrorCode = ErrorCode.KAFKA_STORAGE_ERROR
    ) -> Owed:
        """Make the log durable now: somebody waits until everything below `end_offset` is."""
        self.want(owner, urgent=True)
        promise = Owed(owner, owner.log, end_offset, failure)
        foundation = self.foundation
        if foundation is not None and not self.is_founded(owner):
            # A topic can be used before the disk has heard of it; what was promised then must not go with it.
            self.want(foundation, urgent=True)
            promise.rests_on = Owed(foundation, foundation.log, owner.founded_at, failure)
        return promise

    def is_founded(self, owner: LogOwner) -> bool:
        """The metadata that say that this log is there are durable."""
        foundation = self.foundation
        return foundation is None or foundation.log.recovery_point >= owner.founded_at

    def want_within(self, owner: LogOwner, delay_ms: int) -> None:
        """Make the log durable in `delay_ms` at the latest (`flush.ms`)."""
        self._numbers += 1
        due = self._clock.monotonic_ms() + delay_ms
        heapq.heappush(self._due, (due, self._numbers, owner))
        if self._due[0][1] == self._numbers:
            self._deadline_changed.fire()

    def take_owed(self) -> list[Promise]:
        """What the request just handled owes; the next one begins without."""
        owed = self.owed[:]
        self.owed.clear()
        return owed

    def tick(self, now_ms: int) -> None:
        """Begin the flushes that are due."""
        while self._due and self._due[0][0] <= now_ms:
            self.want(heapq.heappop(self._due)[2])

    def next_deadline(self) -> int | None:
        return self._due[0][0] if self._due else None

    def _ended(self, job: _FlushJob) -> None:
        owner = job.owner
        del self._under_way[owner]
        if job.log.closed:
            pass  # deleted meanwhile: whatever came of it, nobody needs it
        elif job.log.failed is not None:
            _log.error("%s: a sync failed, it takes no more writes for now: %s", owner, job.log.failed)
            self.on_failure(owner)
        elif job.again:
            self.want(owner, urgent=job.urgent)
        owner.flushed()


@attrs.define(eq=False)
class _FlushJob:
    """One flush of one log."""

    _flushing: Flushing
    owner: LogOwner
    urgent: bool
    log: Log = attrs.field(init=False)
    flush: Flush | None = None
    again: bool = False
    begun: bool = False

    def begin(self) -> bool:
        if self.begun:  # it became urgent while it waited, and stood in both queues
            return False
        self.begun = True
        self.log = self.owner.log
        try:
            self.flush = self.log.begin_flush()
        except LogWriteFailed as error:
            if not self.log.closed and self.log.failed is None:
                # Too many open files, say: what was promised must not wait for ever.
                self.log.fail(error.cause)
            self._flushing._ended(self)
            return False
        return True

    def perform(self) -> None:
        assert self.flush is not None
        self.flush.perform()

    def finish(self, error: Exception | None) -> None:
        assert self.flush is not None
        if error is not None and not isinstance(error, OSError):
            error = OSError(None, repr(error))
        self.log.end_flush(self.flush, error)
        self._flushing._ended(self)
