"""`kwire serve`: from file, environment and options to one Config, and from there to a running server."""

from __future__ import annotations

import argparse
import logging
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from time import perf_counter

from kwire._version import __version__
from kwire.config import Config
from kwire.config.listeners import is_address
from kwire.errors import CannotStart, InvalidSetting, KafkaError

_log = logging.getLogger("kwire")

_BEGAN = perf_counter()

FIRST_LISTENER = "PLAINTEXT"


def serve(chosen: argparse.Namespace) -> int:
    """Serve until told to stop. Raises CannotStart, InvalidSetting."""
    import trio

    from kwire.log.log import LogWriteFailed
    from kwire.server.logs import configure_logging
    from kwire.server.run import Bound
    from kwire.server.run import serve as run
    from kwire.server.station import READY, Station

    configure_logging(chosen.log_level, chosen.log_format)
    with _data_directory(chosen) as data:
        config = settings_of(chosen, os.environ, data)
        tell_about(config)

        def ready(bound: Sequence[Bound]) -> None:
            where = ", ".join(map(str, bound))
            kept = "ephemeral" if chosen.ephemeral else f"data {', '.join(config.log_dirs)}"
            took = perf_counter() - _BEGAN
            last = config.node_id + config.int("kwire.workers") - 1
            nodes = f"node {last}" if last == config.node_id else f"nodes {config.node_id} to {last}"
            _say(f"kwire {__version__}  ready on {where}  ({nodes}, {kept}, {took:.2f} s)")

        def run_worker(config: Config, station: Station | None = None) -> None:
            told = ready if station is None else lambda bound: station.tell(READY)
            try:
                trio.run(partial(run, config, ready=told, station=station))
            except KafkaError as error:
                # Nobody asked anything yet: this is the start, which writes too.
                raise CannotStart(error.message or str(error)) from error
            except LogWriteFailed as error:
                raise CannotStart(f"{error}; the next start checks the logs") from error

        if config.int("kwire.workers") == 1:
            run_worker(config)
        else:
            from kwire.server.workers import Parent

            Parent(config, run_worker).run(ready)
    return 0


def _say(line: str) -> None:
    """Print for whoever waits for it; a reader that has gone is no reason to stop."""
    if sys.stdout is not None:
        try:
            os.write(sys.stdout.fileno(), f"{line}\n".encode())
        except OSError as error:
            _log.warning("cannot print on standard output: %s", error.strerror)


def settings_of(chosen: argparse.Namespace, environment: Mapping[str, str], data: str | None) -> Config:
    """What was asked for, the strongest last: --default, file, environment, --set, options.

    Raises InvalidSetting and CannotStart.
    """
    overrides: dict[str, str | None] = {}
    if chosen.listen:
        # What file and environment say about listeners goes as a whole; what --set says of the others was meant so.
        overrides |= {"advertised.listeners": None, "inter.broker.listener.name": None}
    overrides |= _pairs("--set", chosen.set)
    if chosen.listen:
        overrides |= _listeners(chosen.listen)
    if data is not None:
        overrides["log.dirs"] = data
    if chosen.workers is not None:
        overrides["kwire.workers"] = chosen.workers
    defaults = _pairs("--default", chosen.default)
    if chosen.ephemeral:
        defaults["kwire.accept.any.replication.factor"] = "true"
    try:
        config = Config.from_sources(chosen.properties, environment, overrides, defaults=defaults)
    except OSError as error:
        raise CannotStart(f"Cannot read {chosen.properties}: {error.strerror or error}") from error
    if chosen.advertise:
        address = _address("--advertise", chosen.advertise)
        first = config.listeners[0].name if config.listeners else FIRST_LISTENER
        config = config.with_overrides({"advertised.listeners": f"{first}://{address}"})
    config.check()
    return config


def tell_about(config: Config) -> None:
    """Name what was set and has no effect, once: nothing is ignored in silence."""
    if names := config.unhonoured():
        _log.warning("set, but not honoured by kwire yet: %s", ", ".join(names))
    if names := config.unknown():
        _log.warning("set, but no setting of Kafka: %s", ", ".join(names))
    for listener in config.controller_listeners:
        _log.info("listener %s is for controllers: there is nothing to serve on it", listener)


def _pairs(option: str, items: Sequence[str]) -> dict[str, str]:
    found = {}
    for item in items:
        name, separator, value = item.partition("=")
        if not separator or not name.strip():
            raise InvalidSetting(f"{option} {item}: NAME=VALUE is wanted")
        found[name.strip()] = value
    return found


def _listeners(addresses: Sequence[str]) -> dict[str, str]:
    """Each --listen is a listener of its own: PLAINTEXT, PLAINTEXT_2, ..."""
    names = [FIRST_LISTENER, *(f"{FIRST_LISTENER}_{number}" for number in range(2, len(addresses) + 1))]
    pairs = [(name, _address("--listen", address)) for name, address in zip(names, addresses, strict=True)]
    return {
        "listeners": ",".join(f"{name}://{address}" for name, address in pairs),
        "listener.security.protocol.map": ",".join(f"{name}:PLAINTEXT" for name in names),
    }


def _address(option: str, text: str) -> str:
    """HOST:PORT as it may stand in a listener."""
    if not is_address(text):
        raise InvalidSetting(f"{option} {text}: HOST:PORT is wanted, an IPv6 host in brackets")
    return text


@contextmanager
def _data_directory(chosen: argparse.Namespace) -> Iterator[str | None]:
    """Where the data goes, when the command line says so; a temporary directory is removed at the end."""
    if not chosen.ephemeral:
        yield chosen.data
        return
    directory = tempfile.mkdtemp(prefix="kwire-")
    try:
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)
