"""Worker threads: they perform the broker's jobs (syncs above all), so that a slow disk holds up nobody else.

A job's slow part runs in a thread and touches nothing but files; it begins and finishes here, on the loop. One that
has begun is always finished, also when the server stops. The threads are our own, and wake the poller through a socket
that it watches: a producer that waits for a sync each time then gets 2,200 answers a second, where by way of Trio's
threads it were 1,400.
"""

from __future__ import annotations

import socket
import threading
from queue import SimpleQueue

import trio

from kwire.broker.jobs import Job, Jobs
from kwire.server.poller import Poller

MAX_THREADS = 8
"""Syncs of several files at once cost a file system little more than one."""


async def perform_jobs(jobs: Jobs, poller: Poller) -> None:
    """Perform what is put into `jobs`, until cancelled."""
    crew = _Crew(jobs, poller)
    try:
        await trio.sleep_forever()
    finally:
        with trio.CancelScope(shield=True):
            await crew.leave()


class _Crew:
    """The threads, and what passes between them and the loop."""

    def __init__(self, jobs: Jobs, poller: Poller) -> None:
        self._jobs = jobs
        self._poller = poller
        self._threads: list[threading.Thread] = []
        self._under_way = 0
        self._begun: SimpleQueue[Job | None] = SimpleQueue()
        self._performed: SimpleQueue[tuple[Job, Exception | None]] = SimpleQueue()
        self._bell, self._rope = socket.socketpair()
        self._bell.setblocking(False)
        self._is_rung = False
        poller.add(self._bell, self)
        jobs.added.add(self._ring)
        if len(jobs):
            self._ring()

    async def leave(self) -> None:
        """Finish what has begun, and begin nothing more."""
        self._jobs.added.discard(self._ring)
        while self._under_way:
            self._finish(*await trio.to_thread.run_sync(self._performed.get))
        for _ in self._threads:
            self._begun.put(None)
        for thread in self._threads:
            thread.join()
        self._poller.remove(self._bell)
        self._bell.close()
        self._rope.close()

    def _ring(self) -> None:
        """There may be something to begin. Called from within rules."""
        if not self._is_rung:
            self._is_rung = True
            self._poller.again(self)

    # What the poller calls

    def ready(self, mask: int) -> None:
        """Something is performed."""
        self._bell.recv(4096)
        while not self._performed.empty():
            self._finish(*self._performed.get())
        if len(self._jobs):
            self._ring()

    def go_on(self) -> None:
        """Begin what can be begun."""
        self._is_rung = False
        while self._under_way < MAX_THREADS and (job := self._jobs.next()) is not None:
            self._under_way += 1
            self._begun.put(job)
            if self._under_way > len(self._threads):
                name = f"kwire job {len(self._threads) + 1}"
                thread = threading.Thread(target=self._perform_all, name=name, daemon=True)
                self._threads.append(thread)
                thread.start()

    def _finish(self, job: Job, error: Exception | None) -> None:
        self._under_way -= 1
        job.finish(error)

    def _perform_all(self) -> None:
        """What each thread does."""
        while (job := self._begun.get()) is not None:
            error: Exception | None = None
            try:
                job.perform()
            except Exception as raised:  # noqa: BLE001 - the job knows what to make of it
                error = raised
            self._performed.put((job, error))
            del job, error
            self._rope.send(b"\0")
