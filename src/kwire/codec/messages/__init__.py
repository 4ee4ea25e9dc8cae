"""Requests and responses: one generated module per API, loaded on first use.

`INDEX` tells what there is without importing any of them.
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import NamedTuple

from kwire.codec.messages.index import ROWS


class ApiInfo(NamedTuple):
    """What a spec's first line says. `max_version` is the newest stable one."""

    key: int
    name: str
    module: str
    min_version: int
    max_version: int
    unstable_version: int | None
    """A version that is defined but may still change: readable here, never advertised."""
    flexible_from: int
    """The first version with compact types and tagged fields; above every version when there is none."""
    advertised_min_version: int
    """What ApiVersions says instead of `min_version`, which a client may then not use (KAFKA-18659)."""


INDEX: dict[int, ApiInfo] = {row[0]: ApiInfo(*row) for row in ROWS}
"""Every API that a client may send, by key."""


def load(key: int) -> ModuleType:
    """The module with the messages of one API. Raises KeyError."""
    return import_module(f"{__name__}.{INDEX[key].module}")
