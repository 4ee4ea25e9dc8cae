"""`kwire serve`: from file, environment and options to one Config, and from there to a running server."""

from __future__ import annotations

import argparse
import logging
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from time import perf_counter

from kwire._version import __version__
from kwire.config import Config
from kwire.errors import CannotStart, InvalidSetting
from kwire.properties import parse_properties, settings_of_environment

_log = logging.getLogger("kwire")

_BEGAN = perf_counter()

DEFAULT_LISTENER = "PLAINTEXT"


def serve(chosen: argparse.Namespace) -> int:
    """Serve until told to stop. Raises CannotStart, InvalidSetting."""
    import trio

    from kwire.server.logs import configure_logging
    from kwire.server.run import Bound
    from kwire.server.run import serve as run

    configure_logging(chosen.log_level, chosen.log_format)
    with _data_directory(chosen) as data:
        config = settings_of(chosen, os.environ, data)
        unhonoured = config.unhonoured()
        if unhonoured:
            _log.warning("not honoured yet, or not known: %s", ", ".join(unhonoured))

        def ready(bound: Sequence[Bound]) -> None:
            where = ", ".join(map(str, bound))
            kept = "ephemeral" if chosen.ephemeral else f"data {', '.join(config.log_dirs)}"
            print(
                f"kwire {__version__}  ready on {where}  "
                f"(node {config.node_id}, {kept}, {perf_counter() - _BEGAN:.2f} s)",
                flush=True,
            )

        trio.run(partial(run, config, ready=ready))
    return 0


def settings_of(chosen: argparse.Namespace, environment: Mapping[str, str], data: str | None) -> Config:
    """What was asked for, the strongest last: file, environment, --set, options. Raises InvalidSetting, CannotStart."""
    settings: dict[str, str] = {}
    if chosen.properties is not None:
        settings |= _read(Path(chosen.properties))
    settings |= settings_of_environment(environment)
    for item in chosen.set:
        name, separator, value = item.partition("=")
        if not separator or not name.strip():
            raise InvalidSetting(f"--set {item}: NAME=VALUE is wanted")
        settings[name.strip()] = value
    if chosen.listen:
        settings |= _listeners(chosen.listen)
    if chosen.advertise:
        _check_address("--advertise", chosen.advertise)
        first = settings.get("listeners", "").split("://")[0].split(",")[0] or DEFAULT_LISTENER
        settings["advertised.listeners"] = f"{first}://{chosen.advertise}"
    if data is not None:
        settings["log.dirs"] = data
    if chosen.ephemeral:
        settings.setdefault("kwire.accept.any.replication.factor", "true")
    return Config(settings)


def _read(path: Path) -> dict[str, str]:
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise CannotStart(f"Cannot read {path}: {error.strerror}") from error
    return parse_properties(text, str(path))


def _listeners(addresses: Sequence[str]) -> dict[str, str]:
    """Each --listen is a listener of its own: PLAINTEXT, PLAINTEXT2, ..."""
    names = [DEFAULT_LISTENER] + [f"{DEFAULT_LISTENER}{number}" for number in range(2, len(addresses) + 1)]
    for address in addresses:
        _check_address("--listen", address)
    settings = {
        "listeners": ",".join(f"{name}://{address}" for name, address in zip(names, addresses, strict=True))
    }
    if len(names) > 1:
        settings["listener.security.protocol.map"] = ",".join(f"{name}:PLAINTEXT" for name in names)
    return settings


def _check_address(option: str, address: str) -> None:
    _, separator, port = address.rpartition(":")
    if not separator or not port.isdigit() or int(port) > 65535:
        raise InvalidSetting(f"{option} {address}: HOST:PORT is wanted")


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
