"""One setting: what Kafka calls it, which values it takes, and how a value is read from text.

Texts are read as Kafka reads them, so that a value which Kafka refuses is refused here, and no other.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import Enum, Flag, auto
from typing import Any

import attrs

from kwire.errors import InvalidSetting


class Scope(Flag):
    """Where a setting can be set."""

    BROKER = auto()
    TOPIC = auto()
    GROUP = auto()
    CLIENT_METRICS = auto()

    @property
    def words(self) -> str:
        """As a person says it: "client metrics"."""
        return str(self.name).lower().replace("_", " ")


class SettingType(Enum):
    """Kafka's types of settings; the value is the type's code in DescribeConfigs."""

    UNKNOWN = 0
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

    @property
    def words(self) -> str:
        return self.name.lower()


_BITS = {SettingType.SHORT: 15, SettingType.INT: 31, SettingType.LONG: 63}
_WHOLE_NUMBER = re.compile(r"[+-]?\d+\Z")  # of any script, as Java reads them
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?\Z")
_REPLICA = re.compile(r"[0-9]+:[0-9]+\Z")
_DURATION = re.compile(
    r"P(?=.)([0-9]+D)?(T(?=.)([0-9]+H)?([0-9]+M)?([0-9]+(\.[0-9]{1,9})?S)?)?\Z", re.IGNORECASE
)


@attrs.frozen
class Setting:
    """A setting as Kafka defines it. `default_text` is its default as Kafka writes it, None when there is none."""

    name: str
    type: SettingType
    default: Any
    default_text: str | None
    scope: Scope
    doc: str = ""
    honoured: bool = False
    """Does kwire do what it says yet?"""
    update_mode: str = "read-only"
    """How it can change while a broker runs: "read-only" (not at all), "cluster-wide" or "per-broker" too."""
    minimum: int | None = None
    maximum: int | None = None
    also: int | None = None
    """One number that is allowed outside of these."""
    choices: tuple[str, ...] = ()
    any_case: bool = False
    form: str = ""
    """A rule by name, for what the fields above cannot say; see `_FORMS`."""
    sensitive: bool = False
    synonyms: tuple[str, ...] = ()
    """Of a topic or group setting: the broker settings that give its default, strongest first."""
    kafka_default_text: str | None = None
    """Kafka's default where kwire has another one, otherwise None."""

    def parse(self, text: str) -> Any:
        """The value that `text` stands for. Raises InvalidSetting."""
        text = text.strip()
        try:
            value = read_value(self.type, text)
            self._check(value)
        except ValueError as error:
            raise InvalidSetting(f"{self.name}={'...' if self.sensitive else text}: {error}") from None
        return value

    def _check(self, value: Any) -> None:
        """Raises ValueError that says what the value must be."""
        if self.minimum is not None or self.maximum is not None:
            low, high = self.minimum, self.maximum
            if value != self.also and (
                (low is not None and value < low) or (high is not None and value > high)
            ):
                raise ValueError(f"it must be {self.limits}")
        if isinstance(value, list) and self.form != "replicas":
            _check_list(value)
        if self.choices:
            known = {choice.lower() for choice in self.choices} if self.any_case else self.choices
            for item in value if isinstance(value, list) else [value]:
                if (item.lower() if self.any_case else item) not in known:
                    raise ValueError(f"it must be one of {', '.join(self.choices)}")
        if self.form:
            _FORMS[self.form](value)

    @property
    def limits(self) -> str:
        """Which values are allowed, in words; empty when all of the type are."""
        if self.choices:
            some = " (at least one)" if self.form == "not empty" else ""
            return ", ".join(self.choices) + (" (any case)" if self.any_case else some)
        also = "" if self.also is None else f", or {self.also}"
        match self.minimum, self.maximum:
            case None, None:
                return _FORM_WORDS.get(self.form, "")
            case low, None:
                return f"{low} or more{also}"
            case None, high:
                return f"{high} or less{also}"
            case low, high:
                return f"{low} to {high}{also}"
        raise AssertionError


def read_value(kind: SettingType, text: str) -> Any:
    """What a text without blanks around it stands for. Raises ValueError that says what it must be."""
    if kind is SettingType.BOOLEAN:
        if text.lower() not in ("true", "false"):
            raise ValueError("it must be true or false")
        return text.lower() == "true"
    if kind in _BITS:
        if not _WHOLE_NUMBER.match(text):
            raise ValueError("it must be a whole number")
        bits = _BITS[kind]
        number = int(text) if len(text) <= 30 else 1 << 100  # int() has a limit of its own, and other words
        if not -(1 << bits) <= number < 1 << bits:
            raise ValueError(f"it must fit into {bits + 1} bits")
        return number
    if kind is SettingType.DOUBLE:
        if not _NUMBER.match(text):
            raise ValueError("it must be a number")
        return float(text)
    if kind is SettingType.LIST:
        return [item.strip() for item in text.split(",")] if text else []
    return text


def _check_list(items: list[str]) -> None:
    if "" in items:
        raise ValueError("an entry of the list is empty")
    if len(set(items)) < len(items):
        raise ValueError("an entry of the list is there twice")


def _not_empty(value: str | list[str]) -> None:
    if not value:
        raise ValueError("it must not be empty")


def _replicas(items: list[str]) -> None:
    if items != ["*"] and not all(_REPLICA.match(item) for item in items if item):
        raise ValueError(f"it must be {_FORM_WORDS['replicas']}")


def _offset_reset(value: str) -> None:
    kind, separator, duration = value.partition(":")
    if value not in ("latest", "earliest") and not (
        kind == "by_duration" and separator and _DURATION.match(duration)
    ):
        raise ValueError(f"it must be {_FORM_WORDS['offset reset']}")


_FORMS: dict[str, Callable[[Any], None]] = {
    "not empty": _not_empty,
    "replicas": _replicas,
    "offset reset": _offset_reset,
}
_FORM_WORDS = {
    "not empty": "not empty",
    "replicas": "* or a list of PARTITION:BROKER",
    "offset reset": "latest, earliest or by_duration:DURATION, such as by_duration:PT1H",
}
