"""Starting and stopping: one server from its settings to its end.

The order is what matters. Ports first, because a port in use is told at once; then the data, then clients. On the way
out: no new clients, answers to what is in flight, parked requests answered with what there is, then the data, and
the clean-shutdown marker last. Whoever asks twice to stop gets a process that is gone: what was acknowledged is with
the operating system by then, and the next start checks the rest.
"""

from __future__ import annotations

import gc
import logging
import os
import random as random_module
import signal
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from time import perf_counter
from types import FrameType
from typing import TYPE_CHECKING, Final, NamedTuple

import attrs
import trio

from kwire.apis import BETWEEN_NODES, TABLE
from kwire.apis.forwarding import table_of_follower
from kwire.broker.broker import Broker
from kwire.broker.clock import Clock
from kwire.broker.metadata.followed import FollowedMetadata
from kwire.config import Config
from kwire.errors import CannotStart, InvalidSetting
from kwire.log.files import Files
from kwire.server.cleaning import ProcessCleaning
from kwire.server.clock import SystemClock
from kwire.server.connection import Hall
from kwire.server.jobs import perform_jobs
from kwire.server.listener import (
    Limits,
    Reception,
    SocketOptions,
    bind,
    close_all,
    listen,
    show_address,
)
from kwire.server.poller import Poller
from kwire.server.station import Door, Station
from kwire.server.waiting import Doorbell, Timers

if TYPE_CHECKING:
    from kwire.server.neighbours import Neighbours

log = logging.getLogger(__name__)

GRACE_SECONDS = 10.0
"""How long clients may take to receive their last answers."""

PAUSE_AFTER_FAILURE_SECONDS = 1.0
"""How long periodic work rests when it failed in a way that nobody foresaw."""


class Bound(NamedTuple):
    """Where a listener can be reached: the host as it was configured, the port that it really has."""

    listener: str
    host: str
    port: int

    def __str__(self) -> str:
        return show_address(self.host or "0.0.0.0", self.port)


async def serve(
    config: Config,
    *,
    ready: Callable[[list[Bound]], None] | None = None,
    stop: trio.Event | None = None,
    handle_signals: bool = True,
    files: Files | None = None,
    clock: Clock | None = None,
    random: random_module.Random | None = None,
    station: Station | None = None,
    task_status: trio.TaskStatus[list[Bound]] = trio.TASK_STATUS_IGNORED,
) -> None:
    """Serve Kafka until told to stop, and leave a clean data directory.

    `ready` is called, and a nursery's `start` returns, once clients can connect, with one `Bound` per listener in the
    order of `listeners`. The server stops when `stop` is set or when cancelled. `handle_signals` says that the process
    is the server's: it also stops at SIGTERM or SIGINT (main thread only), a second signal ends the process at once
    with status 128 + signal, the process may open as many files as the system allows it, and the garbage collector
    passes over what the start has made. With a `station` it is one worker of several, which share the data.

    Raises CannotStart when a port or the data directory cannot be had, InvalidSetting for settings that make no sense.
    """
    if handle_signals:
        _raise_descriptor_limit()
    if station is None and config.int("kwire.workers") != 1:
        raise InvalidSetting("kwire.workers: one process is one worker; `kwire serve` starts several")
    stop = trio.Event() if stop is None else stop
    clock = SystemClock() if clock is None else clock
    config.check()
    with _signals_set(stop, handle_signals):
        began = perf_counter()
        options = socket_options(config)
        limits = _limits(config)
        doors = bind_all(config, options) if station is None else station.doors
        neighbours = None if station is None else _neighbours(station)
        try:
            followed = None if neighbours is None else await neighbours.meet(config, stop)
            if stop.is_set():
                return
            with _collector_resting(handle_signals):
                broker = _open_broker(config, doors, clock, files, random, station, followed)
            clean = False
            try:
                if not stop.is_set():
                    for door in doors:
                        listen(door.name, door.host, door.sockets, options)
                    bound = [Bound(door.name, door.host, door.port) for door in doors]
                    log.info("serving on %s after %.2f s", ", ".join(map(str, bound)), perf_counter() - began)
                    await _serve(
                        broker,
                        config,
                        limits,
                        doors,
                        stop,
                        lambda: _tell(bound, ready, task_status),
                        neighbours,
                    )
                clean = True
            except BaseException as error:
                clean = not _is_a_bug(error)
                raise
            finally:
                if clean:
                    broker.close()
                    if neighbours is not None:
                        await neighbours.part(broker)
                    log.info("stopped")
                else:
                    broker.abandon()
        finally:
            for door in doors:
                close_all(door.sockets)


def _neighbours(station: Station) -> Neighbours:
    from kwire.server.neighbours import (
        Neighbours,  # only who has some pays for the code that speaks with them
    )

    return Neighbours(station)


@contextmanager
def _collector_resting(wanted: bool) -> Iterator[None]:
    """While inside, nobody looks for garbage, and later nobody looks for it in what was made inside.

    What a start makes stays. With ten thousand partitions a sixth of the start goes into looking through it again and
    again, and later every full collection would stop all clients for as long as that takes once.
    """
    if not wanted:
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def _is_a_bug(error: BaseException) -> bool:
    """Whether this is more than somebody's wish that we stop (a cancellation, a keyboard interrupt)."""
    if isinstance(error, BaseExceptionGroup):
        return any(map(_is_a_bug, error.exceptions))
    return isinstance(error, Exception)


def _raise_descriptor_limit() -> None:
    """Sockets and segments are many: ask for as many descriptors as we may have, as a JVM does by default."""
    try:
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    except (
        ImportError,
        OSError,
        ValueError,
    ) as error:  # No such thing here, or a limit that cannot be named.
        log.debug("the descriptor limit stays as it is: %s", error)


def _tell(
    bound: list[Bound],
    ready: Callable[[list[Bound]], None] | None,
    task_status: trio.TaskStatus[list[Bound]],
) -> None:
    if ready is not None:
        ready(bound)
    task_status.started(bound)


async def _serve(
    broker: Broker,
    config: Config,
    limits: Limits,
    doors: Sequence[Door],
    stop: trio.Event,
    ready: Callable[[], None],
    neighbours: Neighbours | None,
) -> None:
    """Everything between the open data directory and its closing."""
    table = TABLE if broker.is_controller else table_of_follower()
    timers = Timers(broker.clock)
    hall = Hall(
        broker,
        table,
        timers,
        broker.clock,
        config.int("socket.request.max.bytes"),
        owed=broker.flushing.owed,
        poller=Poller(),
        tunes_send_buffers=socket_options(config).send_buffer_bytes is None,
        quotas=broker.quotas,
        left=broker.disconnected,
    )
    reception = Reception(hall, limits)
    async with trio.open_nursery() as background:
        background.start_soon(timers.run)
        background.start_soon(_keep_time, broker, timers)
        background.start_soon(perform_jobs, broker.jobs, hall.poller)
        background.start_soon(hall.poller.run)
        max_idle_ms = config.int("connections.max.idle.ms")
        if max_idle_ms >= 0:
            background.start_soon(reception.close_idle, max_idle_ms)
        if neighbours is not None:
            inner = attrs.evolve(
                hall,
                table=TABLE | BETWEEN_NODES if broker.is_controller else table,
                quotas=Hall.NO_QUOTAS,
            )
            await background.start(neighbours.live, broker, Reception(inner, Limits()))
        async with trio.open_nursery() as entrance:
            for door in doors:
                for sock in door.sockets:
                    entrance.start_soon(reception.accept, sock, door.name)
            if neighbours is None:
                ready()
            else:
                background.start_soon(neighbours.watch, broker, stop, ready)
            await stop.wait()
            if neighbours is not None:
                await neighbours.wait_for_theirs(broker)
            entrance.cancel_scope.cancel()
        for door in doors:
            close_all(door.sockets)
        broker.stopping()
        log.info("stopping: %d connections are open", len(reception))
        reception.stop()
        with trio.move_on_after(GRACE_SECONDS) as grace:
            await reception.wait_empty()
        if grace.cancelled_caught:
            log.warning("some clients did not take their last answers within %g s", GRACE_SECONDS)
        reception.close_all()
        background.cancel_scope.cancel()
    hall.poller.close()


async def _keep_time(broker: Broker, timers: Timers) -> None:
    """Call the broker's `tick` at each of its deadlines, which may come nearer while we sleep."""
    bell = Doorbell()
    broker.deadline_changed.add(bell.ring)
    try:
        while True:
            deadline = broker.next_deadline()
            now = broker.clock.monotonic_ms()
            if deadline is not None and deadline <= now:
                try:
                    broker.tick(now)
                except Exception:
                    log.exception("periodic work failed")
                    await trio.sleep(PAUSE_AFTER_FAILURE_SECONDS)
                await trio.lowlevel.checkpoint()
                continue
            timer = None if deadline is None else timers.set(deadline, bell.ring)
            await bell.wait()
            if timer is not None:
                timers.cancel(timer)
    finally:
        broker.deadline_changed.discard(bell.ring)


def bind_all(config: Config, options: SocketOptions) -> list[Door]:
    """The sockets of every listener of the configuration. Raises CannotStart."""
    doors: list[Door] = []
    try:
        for listener in config.listeners:
            if listener.protocol != "PLAINTEXT":
                raise CannotStart(
                    f"Listener {listener.name} wants {listener.protocol}; kwire speaks PLAINTEXT only for now"
                )
            doors.append(
                Door(listener.name, listener.host, bind(listener.name, listener.host, listener.port, options))
            )
        if not doors:
            raise CannotStart("listeners is empty: say where to listen with --listen HOST:PORT")
    except BaseException:
        for door in doors:
            close_all(door.sockets)
        raise
    return doors


def _open_broker(
    config: Config,
    doors: Sequence[Door],
    clock: Clock,
    files: Files | None,
    random: random_module.Random | None,
    station: Station | None,
    followed: FollowedMetadata | None,
) -> Broker:
    worker = None if station is None else station.worker
    broker = Broker(config, clock=clock, files=files, random=random, worker=worker)
    broker.cleaner.performed_by = ProcessCleaning
    for door in doors:
        host, port = broker.endpoints.get(door.name, (door.host, 0))
        broker.endpoints[door.name] = (host or socket.getfqdn(), port or door.port)
    try:
        broker.start(followed)
    except BaseException as error:
        if getattr(broker, "storage", None) is not None:
            broker.abandon()  # Whoever tries again in this process must not meet our lock.
        if not isinstance(error, OSError):
            raise
        where = f" ({error.filename})" if error.filename else ""
        raise CannotStart(
            f"Cannot open the data in {', '.join(config.log_dirs)}: {error.strerror or error}{where}"
        ) from error
    return broker


def socket_options(config: Config) -> SocketOptions:
    return SocketOptions(
        backlog=config.int("socket.listen.backlog.size"),
        send_buffer_bytes=_buffer_bytes(config, "socket.send.buffer.bytes"),
        receive_buffer_bytes=_buffer_bytes(config, "socket.receive.buffer.bytes"),
    )


def _buffer_bytes(config: Config, name: str) -> int | None:
    """Kafka's -1 leaves the size to the operating system; so does not saying anything."""
    size = config.int(name)
    return size if name in config.explicit and size > 0 else None


def _limits(config: Config) -> Limits:
    overrides: dict[str, int] = {}
    for entry in config.text("max.connections.per.ip.overrides").split(","):
        if entry.strip():
            host, separator, count = entry.strip().rpartition(":")
            if not (separator and host and count.isdigit()):
                raise InvalidSetting(f"max.connections.per.ip.overrides: {entry.strip()!r} is not HOST:COUNT")
            for ip in _resolve(host.strip("[]")):
                overrides[ip] = int(count)
    return Limits(config.int("max.connections"), config.int("max.connections.per.ip"), overrides)


def _resolve(host: str) -> list[str]:
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError as error:
        raise InvalidSetting(f"max.connections.per.ip.overrides: {host!r} has no address") from error
    return [str(address[0]) for _, _, _, _, address in found]


_STOP_SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)


@contextmanager
def _signals_set(stop: trio.Event, wanted: bool) -> Iterator[None]:
    """While inside, the first stop signal sets `stop`, and the second ends the process.

    These are plain handlers, not a Trio receiver, because the second must work while the loop is busy.
    """
    if not wanted or threading.current_thread() is not threading.main_thread():
        yield
        return
    token = trio.lowlevel.current_trio_token()
    asked = False

    def handle(number: int, frame: FrameType | None) -> None:
        nonlocal asked
        if asked:
            os._exit(128 + number)
        asked = True
        token.run_sync_soon(_note_signal, stop, signal.Signals(number).name)

    before = {number: signal.signal(number, handle) for number in _STOP_SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _note_signal(stop: trio.Event, name: str) -> None:
    log.info("%s: stopping; once more to stop at once", name)
    stop.set()
