"""Every setting of Kafka's brokers, topics, groups and client metrics, and kwire's own.

The facts, those of Apache Kafka 4.4, are in the text files beside this one, a line each:

    name | type | default (Kafka: its default, where ours differs) | limits | change or synonyms | meaning

The fifth column says how a broker's setting can change while it runs, and which broker settings give a topic's or a
group's its default. A table is read when it is first asked, and a line becomes a `Setting` when that is first asked
for: starting a server needs a few dozen of four hundred.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from kwire.config import honoured
from kwire.config.setting import Scope, Setting, SettingType, read_value

_HONOURED = {
    Scope.BROKER: honoured.HONOURED_BROKER,
    Scope.TOPIC: honoured.HONOURED_TOPIC,
    Scope.GROUP: honoured.HONOURED_GROUP,
    Scope.CLIENT_METRICS: honoured.HONOURED_CLIENT_METRICS,
}
_RANGE = re.compile(r"(-?[0-9]*)\.\.(-?[0-9]*)(?: or (-?[0-9]+))?\Z")


class Settings(Mapping[str, Setting]):
    """The settings of one scope by name, in the order of their names."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self._lines: dict[str, str] | None = None
        self._settings: dict[str, Setting] = {}

    def __getitem__(self, name: str) -> Setting:
        setting = self._settings.get(name)
        if setting is None:
            setting = self._settings[name] = _read_line(name, self._all_lines()[name], self.scope)
        return setting

    def __contains__(self, name: object) -> bool:
        return name in self._all_lines()

    def __iter__(self) -> Iterator[str]:
        return iter(self._all_lines())

    def __len__(self) -> int:
        return len(self._all_lines())

    def _all_lines(self) -> dict[str, str]:
        if self._lines is None:
            text = Path(__file__).with_name(f"{str(self.scope.name).lower()}.txt").read_text(encoding="utf-8")
            split = (line.partition(" | ") for line in text.splitlines())
            self._lines = {name: rest for name, _, rest in split}
        return self._lines


def _read_line(name: str, line: str, scope: Scope) -> Setting:
    kind, default, limits, fifth, doc = (field.strip() for field in line.split("|", 4))
    setting_type = SettingType[kind.upper()]
    ours, differs, kafkas = default.removesuffix(")").partition(" (Kafka: ")
    default_text = None if ours == "null" else ours
    choices: tuple[str, ...] = ()
    any_case = False
    form = ""
    numbers = _RANGE.match(limits)
    low, high, also = numbers.groups() if numbers else ("", "", None)
    if not numbers and "," in limits:
        any_case = limits.endswith(" (any case)")
        form = "not empty" if limits.endswith(" (at least one)") else ""
        choices = tuple(limits.partition(" (")[0].split(", "))
    elif not numbers:
        form = limits
    broker = scope is Scope.BROKER
    return Setting(
        name=name,
        type=setting_type,
        default=None if default_text is None else read_value(setting_type, default_text),
        default_text=default_text,
        scope=scope,
        doc=doc,
        honoured=name in _HONOURED[scope],
        update_mode=fifth if broker else "cluster-wide",
        minimum=int(low) if low else None,
        maximum=int(high) if high else None,
        also=int(also) if also else None,
        choices=choices,
        any_case=any_case,
        form=form,
        sensitive=setting_type is SettingType.PASSWORD,
        synonyms=tuple(fifth.split(", ")) if fifth and not broker else (),
        kafka_default_text=kafkas if differs else None,
    )


BROKER_SETTINGS = Settings(Scope.BROKER)
TOPIC_SETTINGS = Settings(Scope.TOPIC)
GROUP_SETTINGS = Settings(Scope.GROUP)
CLIENT_METRICS_SETTINGS = Settings(Scope.CLIENT_METRICS)


def all_settings(scope: Scope | None = None) -> Iterator[Setting]:
    """Every setting, or those of one scope, by scope and name."""
    for settings in (BROKER_SETTINGS, TOPIC_SETTINGS, GROUP_SETTINGS, CLIENT_METRICS_SETTINGS):
        if scope is None or settings.scope is scope:
            yield from settings.values()
