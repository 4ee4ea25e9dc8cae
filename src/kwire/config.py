"""Settings: every one that Kafka has, under Kafka's name, and what somebody set.

`Setting` says what a setting is; the facts stand in `config_table.py`, its meaning in `config_docs.py`, which is read
only when somebody asks. `Config` is one set of values: checked when it is made, typed when it is read. A setting that
is not known is kept and named, never silently dropped.
"""

from __future__ import annotations

import builtins
import re
import socket
from collections.abc import Iterator, Mapping
from enum import Enum, Flag, auto
from typing import Any

import attrs

from kwire import config_table
from kwire.errors import InvalidSetting


class Scope(Flag):
    """What a setting is of."""

    BROKER = auto()
    TOPIC = auto()
    GROUP = auto()
    CLIENT_METRICS = auto()


class SettingType(Enum):
    """Kafka's types of settings; the value is the code that DescribeConfigs gives."""

    BOOLEAN = 1
    STRING = 2
    INT = 3
    SHORT = 4
    LONG = 5
    DOUBLE = 6
    LIST = 7
    CLASS = 8
    PASSWORD = 9

    @property
    def code(self) -> int:
        return self.value


_BITS = {SettingType.SHORT: 15, SettingType.INT: 31, SettingType.LONG: 63}


@attrs.frozen
class Setting:
    """One setting. `default` is typed, `default_text` as it is written; both None where Kafka has none."""

    name: str
    type: SettingType
    default: Any
    default_text: str | None
    scope: Scope
    honoured: bool = False
    update_mode: str = "read-only"
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    sensitive: bool = False
    synonyms: tuple[str, ...] = ()
    """Of a topic's setting: the broker's settings that are its default, the finest unit first."""

    @property
    def doc(self) -> str:
        """What it means, in one line."""
        from kwire.config_docs import DOCS

        return DOCS[str(self.scope.name)].get(self.name, "")

    def parse(self, text: str) -> Any:
        """The typed value. Raises InvalidSetting."""
        value = _parse(self.type, self.name, text)
        if isinstance(value, int | float) and not isinstance(value, bool):
            if self.minimum is not None and value < self.minimum:
                raise InvalidSetting(f"{self.name}={text}: at least {self.minimum:g} is wanted")
            if self.maximum is not None and value > self.maximum:
                raise InvalidSetting(f"{self.name}={text}: at most {self.maximum:g} is allowed")
        if self.choices:
            for item in value if isinstance(value, list) else [value]:
                if item not in self.choices:
                    raise InvalidSetting(f"{self.name}={text}: {item!r} is none of {', '.join(self.choices)}")
        return value


def _parse(kind: SettingType, name: str, text: str) -> Any:
    text = text.strip()
    if kind == SettingType.BOOLEAN:
        if text.lower() in ("true", "false"):
            return text.lower() == "true"
        raise InvalidSetting(f"{name}={text}: true or false is wanted")
    if kind in _BITS:
        try:
            number = int(text)
        except ValueError:
            raise InvalidSetting(f"{name}={text}: a whole number is wanted") from None
        if not -(1 << _BITS[kind]) <= number < 1 << _BITS[kind]:
            raise InvalidSetting(f"{name}={text}: the number does not fit {kind.name.lower()}")
        return number
    if kind == SettingType.DOUBLE:
        try:
            return float(text)
        except ValueError:
            raise InvalidSetting(f"{name}={text}: a number is wanted") from None
    if kind == SettingType.LIST:
        return [item.strip() for item in text.split(",") if item.strip()]
    return text


_RANGE = re.compile(r"(-?[\d.]+)?,\.\.\.(?:,(-?[\d.]+))?")


def _settings(table: str, scope: Scope, honoured: frozenset[str]) -> dict[str, Setting]:
    found = {}
    for line in table.splitlines():
        name, kind, default, valid, mode = line.split("|")
        setting_type = SettingType[kind]
        limits = _RANGE.fullmatch(valid)
        minimum, maximum = limits.groups() if limits else (None, None)
        text = None if default == config_table.NOTHING else default
        found[name] = Setting(
            name=name,
            type=setting_type,
            default=None if text is None else _parse(setting_type, name, text),
            default_text=text,
            scope=scope,
            honoured=name in honoured,
            update_mode=mode or "read-only",
            minimum=None if minimum is None else float(minimum),
            maximum=None if maximum is None else float(maximum),
            choices=tuple(valid.split(", ")) if valid and limits is None else (),
            sensitive=setting_type == SettingType.PASSWORD,
            synonyms=tuple(config_table.SYNONYMS.get(name, ())) if scope == Scope.TOPIC else (),
        )
    return found


CLIENT_METRICS_SETTINGS = _settings(config_table.CLIENT_METRICS, Scope.CLIENT_METRICS, frozenset())
BROKER_SETTINGS = _settings(config_table.BROKER, Scope.BROKER, config_table.HONOURED)
TOPIC_SETTINGS = _settings(config_table.TOPIC, Scope.TOPIC, config_table.HONOURED_TOPIC)
GROUP_SETTINGS = _settings(config_table.GROUP, Scope.GROUP, frozenset())

PROTOCOLS = ("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL")


@attrs.frozen
class Listener:
    """One address to listen on, or to tell clients. An empty host means all interfaces."""

    name: str
    protocol: str
    host: str
    port: int


class Config:
    """One set of settings over Kafka's defaults. Raises InvalidSetting, from anything that reads a bad one."""

    def __init__(self, properties: Mapping[str, str] | None = None) -> None:
        self.explicit = dict(properties or {})
        """What was set, as text."""
        self._values: dict[str, Any] = {}
        for name, text in self.explicit.items():
            setting = BROKER_SETTINGS.get(name)
            if setting is not None:
                self._values[name] = setting.parse(text)
        if "broker.id" in self._values and "node.id" not in self._values:
            self._values["node.id"] = self._values["broker.id"]

    def with_overrides(self, overrides: Mapping[str, str]) -> Config:
        """The same, with some settings changed."""
        return Config({**self.explicit, **overrides})

    def value(self, name: str) -> Any:
        """The typed value, or the default."""
        if name in self._values:
            return self._values[name]
        return BROKER_SETTINGS[name].default

    def int(self, name: str) -> builtins.int:
        value: builtins.int = self.value(name)
        return value

    def bool(self, name: str) -> builtins.bool:
        value: builtins.bool = self.value(name)
        return value

    def float(self, name: str) -> builtins.float:
        value: builtins.float = self.value(name)
        return value

    def text(self, name: str) -> str:
        """The value as it is written."""
        if name in self.explicit:
            return self.explicit[name]
        return BROKER_SETTINGS[name].default_text or ""

    def text_or_none(self, name: str) -> str | None:
        return self.text(name) or None

    def list(self, name: str) -> builtins.list[str]:
        return _items(self.text(name))

    def unhonoured(self) -> builtins.list[str]:
        """The settings that were set and that kwire does not honour, by name."""
        return sorted(
            name
            for name in self.explicit
            if name not in BROKER_SETTINGS or not BROKER_SETTINGS[name].honoured
        )

    @property
    def node_id(self) -> builtins.int:
        return self.int("node.id")

    @property
    def log_dirs(self) -> builtins.list[str]:
        """Where the data is: `log.dirs`, or else `log.dir`."""
        if "log.dirs" not in self.explicit and "log.dir" in self.explicit:
            return self.list("log.dir")
        return self.list("log.dirs")

    @property
    def listeners(self) -> builtins.list[Listener]:
        """Where to listen, without what is only for controllers."""
        controllers = set(self.list("controller.listener.names"))
        found = [each for each in self._listeners("listeners") if each.name not in controllers]
        for each in found:
            if each.protocol != "PLAINTEXT":
                raise InvalidSetting(
                    f"listeners: {each.name} speaks {each.protocol}, which kwire does not serve yet; PLAINTEXT it does"
                )
        return found

    @property
    def advertised(self) -> dict[str, tuple[str, builtins.int]]:
        """(host, port) that clients are told, by listener; port 0 where the system is to pick one."""
        listeners = {each.name: each for each in self.listeners}
        found = {name: (each.host or socket.gethostname(), each.port) for name, each in listeners.items()}
        if self.text_or_none("advertised.listeners") is None:
            return found
        for each in self._listeners("advertised.listeners"):
            if each.name not in listeners:
                if each.name in self.list("controller.listener.names"):
                    continue
                raise InvalidSetting(
                    f"advertised.listeners: there is no listener {each.name} in listeners={self.text('listeners')}"
                )
            if each.host in ("0.0.0.0", "::"):
                raise InvalidSetting(
                    f"advertised.listeners: no client can connect to {each.host}; "
                    "name a host that they can reach, for instance with --advertise HOST:PORT"
                )
            found[each.name] = (each.host or socket.gethostname(), each.port)
        return found

    def _listeners(self, name: str) -> builtins.list[Listener]:
        protocols = self._protocols()
        found: builtins.list[Listener] = []
        for item in self.list(name):
            listener_name, separator, rest = item.partition("://")
            host, colon, port = rest.rpartition(":")
            if not (separator and listener_name and colon and port.isdigit() and int(port) < 65536):
                raise InvalidSetting(f"{name}: {item!r} is not NAME://HOST:PORT")
            if host.startswith("[") != host.endswith("]") or (":" in host and not host.startswith("[")):
                raise InvalidSetting(f"{name}: {item!r}: an IPv6 address stands in brackets, as in [::1]")
            listener_name = listener_name.upper()
            if listener_name not in protocols:
                raise InvalidSetting(
                    f"{name}: listener {listener_name} has no protocol in listener.security.protocol.map"
                )
            found.append(Listener(listener_name, protocols[listener_name], host.strip("[]"), int(port)))
        for at, each in enumerate(found):
            for other in found[:at]:
                if each.name == other.name:
                    raise InvalidSetting(f"{name}: {each.name} is there twice")
                if name == "listeners" and each.port and (each.host, each.port) == (other.host, other.port):
                    raise InvalidSetting(
                        f"{name}: {other.name} and {each.name} have the same port {each.port}"
                    )
        return found

    def _protocols(self) -> dict[str, str]:
        found = {name: name for name in PROTOCOLS}
        for item in self.list("listener.security.protocol.map"):
            listener_name, _, protocol = item.partition(":")
            if protocol.strip().upper() not in PROTOCOLS:
                raise InvalidSetting(
                    f"listener.security.protocol.map: {item!r} is not NAME:PROTOCOL with one of {', '.join(PROTOCOLS)}"
                )
            found[listener_name.strip().upper()] = protocol.strip().upper()
        return found


def _items(text: str) -> list[str]:
    return [item.strip() for item in text.split(",") if item.strip()]


def all_settings(scope: Scope | None = None) -> Iterator[Setting]:
    """Every setting, by scope and name."""
    for settings in (BROKER_SETTINGS, TOPIC_SETTINGS, GROUP_SETTINGS, CLIENT_METRICS_SETTINGS):
        for setting in sorted(settings.values(), key=lambda each: each.name):
            if scope is None or setting.scope == scope:
                yield setting
