"""Settings of groups: the bounds that the broker sets for them, and what holds for one group.

Any group id has settings, whether there is such a group or not. A change is refused where the broker's own settings
forbid it; a value from before these were made stricter counts as the nearest one that they allow. What is set for no
group is the broker's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kwire.config import GROUP_SETTINGS, Config, SettingType
from kwire.errors import ErrorCode, KafkaError

_BOUNDED = (
    "consumer.assignment.interval.ms",
    "consumer.heartbeat.interval.ms",
    "consumer.session.timeout.ms",
    "share.assignment.interval.ms",
    "share.delivery.count.limit",
    "share.heartbeat.interval.ms",
    "share.partition.max.record.locks",
    "share.record.lock.duration.ms",
    "share.session.timeout.ms",
    "streams.assignment.interval.ms",
    "streams.heartbeat.interval.ms",
    "streams.session.timeout.ms",
)
_MINIMUM = {name: "group.{}.min.{}".format(*name.split(".", 1)) for name in _BOUNDED}
_MAXIMUM = {
    **{name: "group.{}.max.{}".format(*name.split(".", 1)) for name in _BOUNDED},
    "streams.num.standby.replicas": "group.streams.max.standby.replicas",
}
_DEAD_LETTER_TOPIC = "errors.deadletterqueue.topic.name"
_ASSIGNOR = "streams.assignor.name"
_ASSIGNORS = "group.streams.assignors"
_KINDS = ("consumer", "share", "streams")


def check_group_values(config: Config, values: Mapping[str, str]) -> None:
    """May these be the settings of a group? Raises KafkaError(INVALID_CONFIG)."""
    unknown = [name for name in values if name not in GROUP_SETTINGS]
    if unknown:
        raise _refusal(f"Unknown group config name: {unknown[0]}")
    parsed = {}
    for name, text in values.items():
        try:
            parsed[name] = GROUP_SETTINGS[name].parse(text)
        except ValueError as error:
            raise _refusal(str(error)) from error
    for name, value in parsed.items():
        for bound, fits, words in _bounds(config, name):
            if not fits(value):
                raise _refusal(f"{name} must be {words} than or equal to {bound}")
    if _ASSIGNOR in parsed and parsed[_ASSIGNOR] not in config.list(_ASSIGNORS):
        raise _refusal(f"{_ASSIGNOR} '{parsed[_ASSIGNOR]}' is none of {_ASSIGNORS}")
    for kind in _KINDS:
        session, heartbeat = f"{kind}.session.timeout.ms", f"{kind}.heartbeat.interval.ms"
        if session in parsed or heartbeat in parsed:
            own = {**{name: config.int(f"group.{name}") for name in (session, heartbeat)}, **parsed}
            if own[session] <= own[heartbeat]:
                raise _refusal(f"{session} must be greater than {heartbeat}")
    if str(parsed.get(_DEAD_LETTER_TOPIC) or "").startswith("__"):
        raise _refusal(f"{_DEAD_LETTER_TOPIC}: DLQ topic name must not start with '__'")


def effective_group_values(config: Config, stored: Mapping[str, str]) -> dict[str, Any]:
    """What holds for a group with these settings of its own: every setting of groups by name, typed."""
    values = {}
    for name, setting in GROUP_SETTINGS.items():
        if name in stored:
            values[name] = _within_bounds(config, name, setting.parse(stored[name]))
        elif not setting.synonyms:
            values[name] = setting.default
        else:
            value = config.value(setting.synonyms[0])
            if setting.type is SettingType.STRING and isinstance(value, list):
                value = value[0] if value else None  # of those that the broker has, the first
            values[name] = value
    return values


def _bounds(config: Config, name: str) -> Iterator[tuple[str, Any, str]]:
    if name in _MINIMUM:
        yield _MINIMUM[name], config.int(_MINIMUM[name]).__le__, "greater"
    if name in _MAXIMUM:
        yield _MAXIMUM[name], config.int(_MAXIMUM[name]).__ge__, "less"


def _within_bounds(config: Config, name: str, value: Any) -> Any:
    if name in _MINIMUM:
        value = max(value, config.int(_MINIMUM[name]))
    if name in _MAXIMUM:
        value = min(value, config.int(_MAXIMUM[name]))
    return value


def _refusal(message: str) -> KafkaError:
    return KafkaError(ErrorCode.INVALID_CONFIG, message)
