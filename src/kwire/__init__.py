"""kwire: a Kafka server in Python that stock Kafka clients use unchanged. This is its public door.

    with kwire.Broker() as broker:
        producer = Producer({"bootstrap.servers": broker.bootstrap_servers})

`Broker` runs a server inside the caller's process, `Config` holds settings under Kafka's names, `serve` is the server
itself for programs that run Trio. Each is loaded when it is first used, so that `import kwire` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from kwire._version import __version__

if TYPE_CHECKING:
    from kwire.config import Config
    from kwire.server.run import serve
    from kwire.testing.embedded import Broker

__all__ = ["Broker", "Config", "__version__", "serve"]

_HOMES = {
    "Broker": "kwire.testing.embedded",
    "Config": "kwire.config",
    "serve": "kwire.server.run",
}


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
