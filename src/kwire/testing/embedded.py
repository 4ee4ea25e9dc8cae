"""`kwire.Broker`: a Kafka server in a thread of the caller's process, on a free port, gone when the test is over.

What always holds: `start` returns when clients can connect, or raises what kept the server from starting; `stop`
returns when the thread has ended and the port and the data directory are free, and may be called twice. Brokers share
nothing, so that a process may have as many as it likes.
"""

from __future__ import annotations

import atexit
import contextlib
import logging
import tempfile
import threading
from collections.abc import Mapping
from concurrent.futures import Future
from os import PathLike, fspath
from types import TracebackType

import trio

from kwire.config import Config
from kwire.server.run import Bound, serve

log = logging.getLogger(__name__)


class Broker:
    """A Kafka broker for this process.

        with kwire.Broker() as broker:
            producer = Producer({"bootstrap.servers": broker.bootstrap_servers})

    `data` is a data directory to keep; without it the data is temporary. `config` maps Kafka's setting names to values
    and has the last word over what is chosen here: a free port of 127.0.0.1, and topics of any replication factor. An
    embedded broker asks for no signal handlers and does not configure logging.

    It can be used as a context manager, or with `start` and `stop`; a stopped broker can be started again, with its
    old data when it has a directory of its own, on another port unless `listeners` names one.
    """

    def __init__(
        self, *, data: str | PathLike[str] | None = None, config: Mapping[str, object] | None = None
    ) -> None:
        self.data = None if data is None else fspath(data)
        self.config = dict(config or {})
        self._bound: list[Bound] = []
        self._thread: threading.Thread | None = None
        self._token: trio.lowlevel.TrioToken | None = None
        self._stop = trio.Event()
        self._leave = False
        self._ended: Future[None] = Future()

    @property
    def bootstrap_servers(self) -> str:
        """`host:port` of each listener, as clients want it. RuntimeError when the broker does not run."""
        return ",".join(map(str, self._running()))

    @property
    def port(self) -> int:
        """The port of the first listener. RuntimeError when the broker does not run."""
        return self._running()[0].port

    def address(self, listener: str) -> str:
        """`host:port` of one listener by its name. KeyError for an unknown one."""
        return {bound.listener: str(bound) for bound in self._running()}[listener]

    def start(self) -> Broker:
        """Start, and return the broker itself once clients can connect.

        Raises CannotStart (a port in use, a foreign data directory), InvalidSetting, or RuntimeError when it runs.
        """
        if self._thread is not None:
            raise RuntimeError("this broker is running already")
        started: Future[list[Bound]] = Future()
        self._ended = Future()
        self._token, self._leave = None, False
        # A daemon, and stopped at exit: a forgotten broker must neither hold up the interpreter's end nor be torn.
        self._thread = threading.Thread(target=self._run, args=(started,), name="kwire broker", daemon=True)
        self._thread.start()
        atexit.register(self.stop)
        try:
            self._bound = started.result()
        except BaseException:
            with contextlib.suppress(BaseException):
                self.stop()
            raise
        return self

    def stop(self) -> None:
        """Stop as a server does at SIGTERM, and return when all is done.

        Raises what the server failed of, if it did.
        """
        thread, self._thread = self._thread, None
        if thread is None:
            return
        atexit.unregister(self.stop)
        self._bound = []
        self._leave = True
        if self._token is not None:
            with contextlib.suppress(trio.RunFinishedError):  # It ended on its own; the reason follows.
                self._token.run_sync_soon(self._stop.set)
        thread.join()
        self._ended.result()

    def __enter__(self) -> Broker:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def __repr__(self) -> str:
        return f"<kwire.Broker {','.join(map(str, self._bound)) or 'stopped'}>"

    def _running(self) -> list[Bound]:
        if not self._bound:
            raise RuntimeError("this broker is not running: use it in a with statement, or call start()")
        return self._bound

    def _run(self, started: Future[list[Bound]]) -> None:
        """The thread: one server from start to end."""
        try:
            with tempfile.TemporaryDirectory(prefix="kwire-") as scratch:
                trio.run(self._serve, self._settings(self.data or scratch), started)
        except BaseException as error:
            if not started.done():
                started.set_exception(error)
            else:
                log.exception("the embedded broker failed")
            self._ended.set_exception(error)
        else:
            self._ended.set_result(None)

    async def _serve(self, settings: dict[str, str], started: Future[list[Bound]]) -> None:
        self._stop = trio.Event()
        self._token = trio.lowlevel.current_trio_token()
        if self._leave:  # Somebody lost patience before there was a token.
            self._stop.set()
        await serve(Config(settings), ready=started.set_result, stop=self._stop, handle_signals=False)

    def _settings(self, directory: str) -> dict[str, str]:
        settings = {
            "listeners": "PLAINTEXT://127.0.0.1:0",
            "log.dirs": directory,
            "kwire.accept.any.replication.factor": "true",
        }
        for name, value in self.config.items():
            settings[name] = str(value).lower() if isinstance(value, bool) else str(value)
        return settings
