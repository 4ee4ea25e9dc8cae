"""`kwire serve --workers N`: a parent that serves nobody, and N workers that share one data directory.

The parent binds the sockets, forks, starts a worker again that died, and stops all in order: every worker closes its
logs and hands them to the first, which is the last to go. Always holds: a worker never outlives the parent for long,
because the pipe between them ends with it; and a client that connects while a worker starts again waits in a queue.
"""

from __future__ import annotations

import logging
import os
import select
import shutil
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from types import FrameType
from typing import Final, NoReturn

import attrs

from kwire.broker.worker import Worker
from kwire.config import Config
from kwire.errors import CannotStart, InvalidSetting
from kwire.server.listener import close_all
from kwire.server.logs import speak_as_worker
from kwire.server.run import Bound, bind_all, socket_options
from kwire.server.station import READY, Door, Station

log = logging.getLogger(__name__)

RunWorker = Callable[[Config, Station], None]
"""Serves as one worker until it is told to stop; raises CannotStart, InvalidSetting."""

_STOP_SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)
_SHORT_LIFE_SECONDS = 5.0
_LONGEST_PAUSE_SECONDS = 10.0
_KILL_AFTER_SECONDS = 90.0
_LONGEST_PATH_BYTES = 80


@attrs.define
class _Process:
    """One worker as its parent knows it."""

    worker: Worker
    config: Config
    doors: list[Door]
    inner: socket.socket
    pid: int = 0
    leash: int = -1
    report: int = -1
    heard: bytes = b""
    is_ready: bool = False
    began: float = 0.0
    pause_s: float = 0.0
    again_at: float | None = None

    @property
    def bound(self) -> list[Bound]:
        return [Bound(door.name, door.host, door.port) for door in self.doors]


def config_of_worker(config: Config, number: int) -> Config:
    """The settings of one worker: its ports come after those of the first, one for each worker before it.

    Port 0 stays what the system picks. Raises InvalidSetting when there are no such ports.
    """
    step = number - 1
    if not step:
        return config

    def shift(setting: str, port: int) -> int:
        if port and port + step > 65535:
            raise InvalidSetting(f"{setting}: there is no port {port + step} for worker {number}")
        return port + step if port else 0

    listeners = [
        attrs.evolve(each, port=shift("listeners", each.port)) for each in config.listeners
    ] + config.controller_listeners
    overrides = {"listeners": ",".join(map(str, listeners))}
    if "advertised.listeners" in config.explicit:
        overrides["advertised.listeners"] = ",".join(
            f"{name}://{f'[{host}]' if ':' in host else host}:{shift('advertised.listeners', port)}"
            for name, (host, port) in config.advertised.items()
        )
    return config.with_overrides(overrides)


def check_ports_of_workers(config: Config, count: int) -> None:
    """Raises InvalidSetting when the ports of one listener run into those of another."""
    listeners = [each for each in config.listeners if each.port]
    for one in listeners:
        for other in listeners:
            if one.host == other.host and one.port < other.port < one.port + count:
                raise InvalidSetting(
                    f"listeners: {count} workers need the ports {one.port} to {one.port + count - 1} for"
                    f" {one.name}, and {other.name} has {other.port}: leave room between them"
                )


class Parent:
    """Starts, watches and stops the workers."""

    def __init__(self, config: Config, run_worker: RunWorker) -> None:
        self._config = config
        self._run_worker = run_worker
        self._count = config.int("kwire.workers")
        self._processes: list[_Process] = []
        self._is_stopping = False
        self._directory = ""
        self._wake_read = self._wake_write = -1

    def run(self, ready: Callable[[Sequence[Bound]], None]) -> None:
        """Serve until told to stop; `ready` is called once all workers serve. Raises CannotStart, InvalidSetting."""
        self._wake_read, self._wake_write = os.pipe()
        os.set_blocking(self._wake_write, False)
        self._directory = _make_directory()
        before = {number: signal.signal(number, self._stop) for number in _STOP_SIGNALS}
        before[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, lambda number, frame: None)
        old_wakeup = signal.set_wakeup_fd(self._wake_write, warn_on_full_buffer=False)
        try:
            self._prepare()
            for process in self._processes:
                self._fork(process, rejoins=False)
            self._watch(ready)
        finally:
            self._kill_all()
            signal.set_wakeup_fd(old_wakeup)
            for number, handler in before.items():
                signal.signal(number, handler)
            for process in self._processes:
                for door in process.doors:
                    close_all(door.sockets)
                process.inner.close()
            os.close(self._wake_read)
            os.close(self._wake_write)
            shutil.rmtree(self._directory, ignore_errors=True)

    def _prepare(self) -> None:
        """Everything that can be in somebody's way, before any worker begins."""
        first = self._config.node_id
        check_ports_of_workers(self._config, self._count)
        for number in range(1, self._count + 1):
            worker = Worker(number, self._count, first)
            config = config_of_worker(self._config, number)
            inner = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            inner.setblocking(False)
            inner.bind(f"{self._directory}/{worker.node_id}")
            process = _Process(worker, config, [], inner)
            self._processes.append(process)
            process.doors = bind_all(config, socket_options(config))

    def _fork(self, process: _Process, *, rejoins: bool) -> None:
        leash_read, leash_write = os.pipe()
        report_read, report_write = os.pipe()
        worker = attrs.evolve(process.worker, rejoins=rejoins)
        sys.stdout.flush()
        sys.stderr.flush()
        pid = os.fork()
        if not pid:
            os.close(leash_write)
            os.close(report_read)
            self._become_worker(process, worker, leash_read, report_write)
        os.close(leash_read)
        os.close(report_write)
        process.pid, process.leash, process.report = pid, leash_write, report_read
        process.heard, process.is_ready = b"", False
        process.began, process.again_at = time.monotonic(), None

    def _become_worker(self, process: _Process, worker: Worker, leash: int, report: int) -> NoReturn:
        """In the child: serve, and end without what the parent would do at its end."""
        status = 1
        try:
            os.setpgid(0, 0)  # Ctrl-C is for the parent
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            for number in _STOP_SIGNALS:
                signal.signal(number, signal.SIG_DFL)
            for other in self._processes:
                if other is not process:
                    if other.leash >= 0:
                        os.close(other.leash)
                        os.close(other.report)
                    other.inner.close()
                    for door in other.doors:
                        close_all(door.sockets)
            addresses = {
                each.worker.node_id: f"{self._directory}/{each.worker.node_id}" for each in self._processes
            }
            speak_as_worker(worker.number)
            station = Station(worker, process.doors, process.inner, addresses, leash, report)
            try:
                self._run_worker(process.config, station)
                status = 0
            except (CannotStart, InvalidSetting) as error:
                station.tell(f"failed: {error}\n".encode())
            except BaseException:
                log.exception("worker %d failed", worker.number)
        finally:
            logging.shutdown()
            with suppress(OSError, ValueError):
                sys.stdout.flush()
                sys.stderr.flush()
            os._exit(status)

    def _watch(self, ready: Callable[[Sequence[Bound]], None]) -> None:
        """Until all workers have ended."""
        is_told = False
        killed_at: float | None = None
        while alive := [process for process in self._processes if process.pid]:
            if self._is_stopping and killed_at is None:
                killed_at = time.monotonic() + _KILL_AFTER_SECONDS
            self._sleep(alive, killed_at)
            for process in alive:
                self._listen_to(process)
            self._reap(is_told)
            if not is_told and all(process.is_ready for process in self._processes):
                is_told = True
                ready([bound for process in self._processes for bound in process.bound])
            if self._is_stopping:
                self._tell_stop()
                if killed_at is not None and time.monotonic() > killed_at:
                    log.error("some workers did not stop within %g s", _KILL_AFTER_SECONDS)
                    return
                continue
            now = time.monotonic()
            for process in self._processes:
                if process.again_at is not None and process.again_at <= now:
                    self._fork(process, rejoins=True)

    def _sleep(self, alive: Sequence[_Process], killed_at: float | None) -> None:
        """Until a worker says something or ends, a signal comes, or it is time to start one again."""
        moments = [process.again_at for process in self._processes if process.again_at is not None]
        if killed_at is not None:
            moments.append(killed_at)
        timeout = max(min(moments) - time.monotonic(), 0.0) if moments else None
        reports = [process.report for process in alive if process.report >= 0]
        readable, _, _ = select.select([self._wake_read, *reports], [], [], timeout)
        if self._wake_read in readable:
            os.read(self._wake_read, 1024)

    def _listen_to(self, process: _Process) -> None:
        while process.report >= 0 and select.select([process.report], [], [], 0)[0]:
            data = os.read(process.report, 4096)
            if not data:
                os.close(process.report)
                process.report = -1
                break
            process.heard += data
        if process.heard.startswith(READY) and not process.is_ready:
            process.is_ready = True
            process.pause_s = 0.0

    def _reap(self, was_ready: bool) -> None:
        """See who ended. Raises CannotStart when that was a start."""
        for process in self._processes:
            if not process.pid or os.waitpid(process.pid, os.WNOHANG)[0] != process.pid:
                continue
            self._listen_to(process)
            process.pid = 0
            for descriptor in (process.leash, process.report):
                if descriptor >= 0:
                    os.close(descriptor)
            process.leash = process.report = -1
            reason = process.heard.partition(b"failed: ")[2].decode().strip()
            if self._is_stopping:
                continue
            if not was_ready:
                raise CannotStart(reason or f"Worker {process.worker.number} ended while it started")
            if time.monotonic() - process.began < _SHORT_LIFE_SECONDS:
                process.pause_s = min(max(process.pause_s * 2, 0.1), _LONGEST_PAUSE_SECONDS)
            log.error(
                "worker %d has ended%s: it is started again%s",
                process.worker.number,
                f" ({reason})" if reason else "",
                f" in {process.pause_s:g} s" if process.pause_s else "",
            )
            process.again_at = time.monotonic() + process.pause_s

    def _stop(self, number: int, frame: FrameType | None) -> None:
        if self._is_stopping:
            self._kill_all()
            os._exit(128 + number)
        self._is_stopping = True
        log.info("%s: stopping; once more to stop at once", signal.Signals(number).name)

    def _tell_stop(self) -> None:
        for process in self._processes:
            process.again_at = None
            if process.leash >= 0:
                os.close(process.leash)
                process.leash = -1

    def _kill_all(self) -> None:
        for process in self._processes:
            if process.pid:
                with suppress(ProcessLookupError):
                    os.kill(process.pid, signal.SIGKILL)
                with suppress(ChildProcessError):
                    os.waitpid(process.pid, 0)
                process.pid = 0


def _make_directory() -> str:
    """Where the workers' own sockets are; nobody else may enter. The path of a Unix socket must be short."""
    directory = tempfile.mkdtemp(prefix="kwire-")
    if len(os.fsencode(directory)) > _LONGEST_PATH_BYTES:
        os.rmdir(directory)
        directory = tempfile.mkdtemp(prefix="kwire-", dir="/tmp")
    return directory
