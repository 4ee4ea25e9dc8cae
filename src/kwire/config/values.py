"""What somebody set, over the defaults: checked when it is made, typed when it is read.

What holds: a value that Kafka knows is one that Kafka would take. What nobody knows is kept as it is, and named.
"""

from __future__ import annotations

import builtins
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from kwire.config.environment import settings_of_environment
from kwire.config.listeners import (
    Listener,
    advertised_addresses,
    check_ports,
    check_served,
    read_listeners,
    read_protocols,
)
from kwire.config.properties import parse_properties
from kwire.config.tables import BROKER_SETTINGS
from kwire.errors import InvalidSetting

OWN_PREFIX = "kwire."
LISTENER_PREFIX = "listener.name."


class Config:
    """One set of a broker's settings. Reading a name that no broker has is a KeyError."""

    def __init__(
        self, properties: Mapping[str, str] | None = None, *, origins: Mapping[str, str] | None = None
    ) -> None:
        """`properties` maps names to texts; `origins` says where a text was written, for the message about it.

        Raises InvalidSetting for a value that its setting does not take, and for an unknown name that begins with
        `kwire.`.
        """
        self.explicit: dict[str, str] = dict(properties or {})
        """What was set, as text."""
        self.origins: dict[str, str] = dict(origins or {})
        self._values: dict[str, Any] = {}
        for name, text in self.explicit.items():
            try:
                if name in BROKER_SETTINGS:
                    self._values[name] = BROKER_SETTINGS[name].parse(text)
                elif name.startswith(OWN_PREFIX):
                    raise InvalidSetting(
                        f"{name}: there is no such setting; `kwire config {OWN_PREFIX}` shows ours"
                    )
            except InvalidSetting as error:
                where = self.origins.get(name)
                raise InvalidSetting(f"{where}: {error}" if where else str(error)) from None

    @classmethod
    def from_sources(
        cls,
        properties_file: str | None = None,
        environment: Mapping[str, str] | None = None,
        overrides: Mapping[str, str | None] | None = None,
        *,
        defaults: Mapping[str, str] | None = None,
    ) -> Config:
        """Settings from a Java properties file, under `KAFKA_*` variables, under `overrides`.

        An override of None takes back what file and environment say. `defaults` hold where nobody says anything.
        As in the official image, listeners that nobody set follow from `advertised.listeners`: the same names and
        ports, on all interfaces.

        Raises InvalidSetting, which names file and line or variable, and OSError for a file that cannot be read.
        """
        given: dict[str, tuple[str, str]] = {}
        if properties_file is not None:
            # Kafka reads Latin-1; what else is in such files is UTF-8 more often than not.
            data = Path(properties_file).read_bytes()
            try:
                text = data.decode("utf-8-sig")
            except UnicodeDecodeError:
                text = data.decode("latin-1")
            for each in parse_properties(text, properties_file):
                given[each.name] = (f"{properties_file}, line {each.line}", each.value)
        given |= settings_of_environment(environment or {})
        for name, override in (overrides or {}).items():
            given.pop(name, None)
            if override is not None:
                given[name] = ("", override)
        told = {"listeners", "advertised.listeners"} & given.keys()
        if told == {"advertised.listeners"}:
            where, value = given["advertised.listeners"]
            given["listeners"] = (where, _on_all_interfaces(value))
        for name, value in (defaults or {}).items():
            # These two go together: half of a default would contradict what was given for the other.
            if name not in given and not (told and name in ("listeners", "advertised.listeners")):
                given[name] = ("", value)
        return cls(
            {name: value for name, (_, value) in given.items()},
            origins={name: where for name, (where, _) in given.items() if where},
        )

    def with_overrides(self, overrides: Mapping[str, str]) -> Config:
        """The same with some settings changed. Raises InvalidSetting."""
        origins = {name: where for name, where in self.origins.items() if name not in overrides}
        return Config({**self.explicit, **overrides}, origins=origins)

    def check(self) -> None:
        """Do the settings fit together? Raises InvalidSetting."""
        node_id, broker_id = self._values.get("node.id"), self._values.get("broker.id")
        if None not in (node_id, broker_id) and node_id != broker_id:
            raise InvalidSetting(f"node.id={node_id} and broker.id={broker_id} are two names of one number")
        if self.node_id < 0:
            raise InvalidSetting(f"broker.id={self.node_id}: it must be 0 or more")
        if "broker" not in self.list("process.roles"):
            raise InvalidSetting("process.roles=controller: kwire serves clients, so it must be a broker")
        if not self.listeners:
            raise InvalidSetting("listeners: there is none for clients; say where with --listen HOST:PORT")
        advertised = self.advertised
        name = self.text_or_none("inter.broker.listener.name")
        if name is not None:
            if "security.inter.broker.protocol" in self.explicit:
                raise InvalidSetting(
                    "inter.broker.listener.name and security.inter.broker.protocol say the same thing; set one of them"
                )
            if name.upper() not in advertised:
                raise InvalidSetting(f"inter.broker.listener.name={name}: there is no such listener")

    def value(self, name: str) -> Any:
        """The typed value, or the default."""
        if name in self._values:
            return self._values[name]
        return BROKER_SETTINGS[name].default

    def int(self, name: str) -> builtins.int:
        return builtins.int(self.value(name))

    def bool(self, name: str) -> builtins.bool:
        return builtins.bool(self.value(name))

    def float(self, name: str) -> builtins.float:
        return builtins.float(self.value(name))

    def text(self, name: str) -> str:
        """The value as it is written; empty when there is none."""
        if name in self.explicit:
            return self.explicit[name].strip()
        return BROKER_SETTINGS[name].default_text or ""

    def text_or_none(self, name: str) -> str | None:
        return self.text(name) or None

    def list(self, name: str) -> builtins.list[str]:
        return builtins.list(self.value(name) or ())

    def unhonoured(self) -> builtins.list[str]:
        """What was set that Kafka knows and kwire does not honour, by name."""
        return sorted(
            name
            for name in self.explicit
            if (name in BROKER_SETTINGS and not BROKER_SETTINGS[name].honoured)
            or name.startswith(LISTENER_PREFIX)
        )

    def unknown(self) -> builtins.list[str]:
        """What was set that Kafka does not know, by name."""
        return sorted(
            name
            for name in self.explicit
            if name not in BROKER_SETTINGS and not name.startswith(LISTENER_PREFIX)
        )

    # What several settings say together

    @property
    def node_id(self) -> builtins.int:
        """`node.id`, or `broker.id` as it used to be called."""
        return self.int(
            "broker.id" if "node.id" not in self.explicit and "broker.id" in self.explicit else "node.id"
        )

    @property
    def log_dirs(self) -> builtins.list[str]:
        """`log.dirs`, or else `log.dir`."""
        return self.list("log.dirs") or self.list("log.dir")

    @cached_property
    def listeners(self) -> builtins.list[Listener]:
        """Where clients are served, in the order of `listeners`. Raises InvalidSetting."""
        found = [each for each in self._all_listeners if each.name not in self._controllers]
        check_served(found)
        return found

    @property
    def controller_listeners(self) -> builtins.list[Listener]:
        """The listeners that are for controllers only, which kwire does not open. Raises InvalidSetting."""
        return [each for each in self._all_listeners if each.name in self._controllers]

    @cached_property
    def advertised(self) -> dict[str, tuple[str, builtins.int]]:
        """(host, port) that clients are told, by listener; port 0 is the one that the system will pick.

        Raises InvalidSetting.
        """
        told = None
        if "advertised.listeners" in self.explicit:
            setting = "advertised.listeners"
            told = read_listeners(setting, self.list(setting), self._protocols)
        return advertised_addresses(self.listeners, told, self._controllers)

    @cached_property
    def _all_listeners(self) -> builtins.list[Listener]:
        found = read_listeners("listeners", self.list("listeners"), self._protocols)
        check_ports(found)
        return found

    @cached_property
    def _controllers(self) -> builtins.list[str]:
        return [name.upper() for name in self.list("controller.listener.names")]

    @cached_property
    def _protocols(self) -> dict[str, str]:
        setting = "listener.security.protocol.map"
        entries = [entry.strip() for entry in self.text(setting).split(",") if entry.strip()]
        return read_protocols(entries, self._controllers, explicit=setting in self.explicit)


def _on_all_interfaces(advertised: str) -> str:
    """`advertised.listeners` with every host taken out."""
    endpoints = []
    for entry in advertised.split(","):
        name, separator, address = entry.strip().partition("://")
        endpoints.append(f"{name}://:{address.rpartition(':')[2]}" if separator else entry)
    return ",".join(endpoints)
