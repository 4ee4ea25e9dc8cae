"""A worker's dealings with the others, from before its data are open until after they are closed."""

from __future__ import annotations

import logging
from collections.abc import Callable

import trio

from kwire.broker.broker import Broker
from kwire.broker.metadata.followed import FollowedMetadata
from kwire.config import Config
from kwire.errors import CannotStart
from kwire.server.following import Follower
from kwire.server.links import Links, carry_calls
from kwire.server.listener import Reception
from kwire.server.station import Station
from kwire.server.waiting import Doorbell

log = logging.getLogger(__name__)

HAND_OVER_SECONDS = 30.0
"""How long the controller waits, when all stop, for what the others hand over."""

_BACKLOG = 128
_PAUSE_SECONDS = 0.005


class Neighbours:
    """What `serve` needs of the other workers."""

    def __init__(self, station: Station) -> None:
        self._station = station
        worker = station.worker
        self._links = Links(worker.node_id, station.addresses)
        self._inside: Reception | None = None
        self._follower: Follower | None = None
        if not worker.is_controller:
            self._follower = Follower(self._links, worker.node_id, worker.controller_id, FollowedMetadata())

    async def meet(self, config: Config, stop: trio.Event) -> FollowedMetadata | None:
        """The metadata to begin with, or part of them when `stop` is set meanwhile; None for the controller.

        Raises CannotStart.
        """
        if self._follower is None:
            return None
        failure: CannotStart | None = None
        async with trio.open_nursery() as nursery:
            # Whoever is told to stop, or has lost its parent, need not wait for a controller that may be gone as well.
            nursery.start_soon(self._station.obey, stop, nursery.cancel_scope)
            try:
                await self._follower.catch_up(config.int("initial.broker.registration.timeout.ms") / 1000)
            except CannotStart as error:
                failure = error
            nursery.cancel_scope.cancel()
        if failure is not None:
            raise failure
        return self._follower.followed

    async def live(
        self,
        broker: Broker,
        reception: Reception,
        task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED,
    ) -> None:
        """Everything between the workers while they serve, until cancelled."""
        inner = self._station.inner
        self._inside = reception
        inner.listen(_BACKLOG)
        try:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(reception.accept, inner, "WORKERS")
                nursery.start_soon(carry_calls, broker, self._links)
                if self._follower is not None:
                    nursery.start_soon(self._follower.follow, broker.metadata_changed)
                task_status.started()
        finally:
            reception.close_all()

    async def watch(self, broker: Broker, stop: trio.Event, ready: Callable[[], None]) -> None:
        """Join, say that clients may come, and stop when the parent says so."""
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._station.obey, stop)
            if self._follower is None:
                ready()
            else:
                nursery.start_soon(self._follower.live, broker, ready)

    async def wait_for_theirs(self, broker: Broker) -> None:
        """When all stop, the controller is the last: what the others lead comes to it first."""
        if not (broker.is_controller and self._station.is_stopped):
            return
        workers = broker.controller.workers
        bell = Doorbell()
        workers.moved.add(bell.ring)
        try:
            with trio.move_on_after(HAND_OVER_SECONDS) as scope:
                while workers.present:
                    await bell.wait()
                while self._inside is not None and len(self._inside):
                    await trio.sleep(_PAUSE_SECONDS)  # they hear that it was taken over, and go
        finally:
            workers.moved.discard(bell.ring)
        if scope.cancelled_caught:
            log.warning("%d workers did not hand over within %g s", workers.present, HAND_OVER_SECONDS)

    async def part(self, broker: Broker) -> None:
        """The logs are closed."""
        if self._follower is not None and self._station.is_stopped:
            await self._follower.leave(broker)
        await self._links.close()
