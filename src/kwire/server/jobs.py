"""Worker threads: they perform the broker's jobs (syncs above all), so that a slow disk holds up nobody else.

A job's slow part runs in a thread and touches nothing but files; it begins and finishes here, on the loop. One that
has begun is always finished, also when the server stops.
"""

from __future__ import annotations

import trio

from kwire.broker.jobs import Job, Jobs, takes_long
from kwire.server.waiting import Doorbell

MAX_THREADS = 8
"""Syncs of several files at once cost a file system little more than one."""


async def perform_jobs(jobs: Jobs) -> None:
    """Perform what is put into `jobs`, until cancelled."""
    bell = Doorbell()
    threads = trio.CapacityLimiter(MAX_THREADS)
    jobs.added.add(bell.ring)
    try:
        async with trio.open_nursery() as nursery:
            while True:
                while threads.available_tokens and (job := jobs.next()) is not None:
                    ticket = object()
                    threads.acquire_on_behalf_of_nowait(ticket)
                    jobs.under_way += not takes_long(job)
                    nursery.start_soon(_perform, jobs, job, threads, ticket, bell)
                await bell.wait()
    finally:
        jobs.added.discard(bell.ring)


async def _perform(
    jobs: Jobs, job: Job, threads: trio.CapacityLimiter, ticket: object, bell: Doorbell
) -> None:
    error: Exception | None = None
    with trio.CancelScope(shield=True):
        try:
            await trio.to_thread.run_sync(job.perform)
        except Exception as raised:  # noqa: BLE001 - the job knows what to make of it
            error = raised
    jobs.under_way -= not takes_long(job)
    job.finish(error)
    threads.release_on_behalf_of(ticket)
    bell.ring()
