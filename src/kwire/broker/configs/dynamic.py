"""Settings that change while the broker runs: of topics, of the broker, of groups and client metrics.

Each is a record in the cluster's metadata. What holds is found in one order: the topic's own value, this broker's,
that of all brokers, the properties file, the default (KIP-226). Always holds: every partition has the settings that
this order gives it, from the moment that a change was written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import IntEnum
from typing import TYPE_CHECKING, Any

import attrs

from kwire.broker.configs.client_metrics import check_subscription
from kwire.broker.configs.groups import check_group_values, effective_group_values
from kwire.broker.configs.loggers import alter_levels, levels
from kwire.broker.metadata.image import BROKER_RESOURCE, GROUP_RESOURCE, TOPIC_RESOURCE
from kwire.codec.stored.config_record import ConfigRecord
from kwire.config import (
    BROKER_SETTINGS,
    CLIENT_METRICS_SETTINGS,
    GROUP_SETTINGS,
    TOPIC_SETTINGS,
    Scope,
    Setting,
    SettingType,
)
from kwire.errors import ErrorCode, InvalidSetting, KafkaError
from kwire.log.config import MAX_LONG, CleaningConfig, LogConfig

if TYPE_CHECKING:
    from kwire.broker.broker import Broker

MAX_VALUE_CHARACTERS = 32767


class ResourceType(IntEnum):
    TOPIC = 2
    BROKER = 4
    BROKER_LOGGER = 8
    CLIENT_METRICS = 16
    GROUP = 32


class Source(IntEnum):
    """Where a value comes from, as DescribeConfigs names it."""

    TOPIC = 1
    DYNAMIC_BROKER = 2
    DYNAMIC_DEFAULT_BROKER = 3
    STATIC_BROKER = 4
    DEFAULT = 5
    BROKER_LOGGER = 6
    CLIENT_METRICS = 7
    GROUP = 8


class Operation(IntEnum):
    """What IncrementalAlterConfigs does to one setting (KIP-339)."""

    SET = 0
    DELETE = 1
    APPEND = 2
    SUBTRACT = 3


@attrs.frozen
class Synonym:
    """One place in which a value may be set."""

    name: str
    value: str | None
    source: Source


@attrs.frozen
class ConfigEntry:
    """One setting of one resource: what holds, and every place that it could come from, strongest first."""

    setting: Setting
    value: str | None
    source: Source
    read_only: bool
    synonyms: list[Synonym]


@attrs.frozen
class TopicConfig:
    """What holds for one topic, typed."""

    max_message_bytes: int
    message_timestamp_type: str
    message_timestamp_before_max_ms: int
    message_timestamp_after_max_ms: int
    compression_type: str
    compression_level: int | None
    compacted: bool
    deletes: bool
    min_insync_replicas: int
    opens_batches: bool
    """May a batch have to be looked into? Only to spare the hot path a closer question."""
    flushes: bool
    """Must records reach the disk by a count or a time? As above."""
    cleaning: CleaningConfig
    log: LogConfig


_WITH_LISTS = (ResourceType.TOPIC, ResourceType.BROKER)
"""What may be appended to: Kafka's controller knows of no lists elsewhere."""

_UNIT_MS = {"ms": 1, "minutes": 60_000, "hours": 3_600_000}


class Configs:
    """All settings of this broker and its topics."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        self._static = broker.config
        self._groups: dict[str | None, dict[str, Any]] = {}
        """What holds for groups with settings of their own, as far as somebody asked; None is every other group."""

    # What holds

    def topic_config(self, name: str) -> TopicConfig:
        """What holds for a topic, typed."""
        return self.topic_config_with(self._stored(TOPIC_RESOURCE, name))

    def topic_config_with(self, overrides: Mapping[str, str]) -> TopicConfig:
        """What would hold for a topic with these settings of its own, typed."""

        def value(key: str) -> Any:
            entry = self._topic_entry_with(overrides, TOPIC_SETTINGS[key])
            return entry.setting.default if entry.value is None else entry.setting.parse(entry.value)

        compression = value("compression.type")
        policy = value("cleanup.policy")
        compacted = "compact" in policy
        timestamp_type = value("message.timestamp.type")
        level = None
        if compression in ("gzip", "lz4", "zstd"):
            level = value(f"compression.{compression}.level")
            if compression == "gzip" and level == -1:
                level = None
        return TopicConfig(
            max_message_bytes=value("max.message.bytes"),
            message_timestamp_type=timestamp_type,
            message_timestamp_before_max_ms=value("message.timestamp.before.max.ms"),
            message_timestamp_after_max_ms=value("message.timestamp.after.max.ms"),
            compression_type=compression,
            compression_level=level,
            compacted=compacted,
            deletes="delete" in policy,
            min_insync_replicas=value("min.insync.replicas"),
            flushes=min(value("flush.messages"), value("flush.ms")) < MAX_LONG,
            opens_batches=compacted or compression != "producer" or timestamp_type == "LogAppendTime",
            cleaning=CleaningConfig(
                min_cleanable_dirty_ratio=value("min.cleanable.dirty.ratio"),
                min_compaction_lag_ms=value("min.compaction.lag.ms"),
                max_compaction_lag_ms=value("max.compaction.lag.ms"),
                delete_retention_ms=value("delete.retention.ms"),
            ),
            log=LogConfig(
                segment_bytes=value("segment.bytes"),
                # The active segment is never cleaned, so it must not grow older than its records may wait.
                segment_ms=min(
                    value("segment.ms"), value("max.compaction.lag.ms") if compacted else MAX_LONG
                ),
                segment_jitter_ms=value("segment.jitter.ms"),
                index_interval_bytes=value("index.interval.bytes"),
                segment_index_bytes=value("segment.index.bytes"),
                flush_messages=value("flush.messages"),
                flush_ms=value("flush.ms"),
                file_delete_delay_ms=value("file.delete.delay.ms"),
                retention_ms=value("retention.ms"),
                retention_bytes=value("retention.bytes"),
                compacted=compacted,
            ),
        )

    def group_value(self, group_id: str, name: str) -> Any:
        """What holds for a group, typed: its own value within the broker's bounds, or else the broker's.

        For each request of a member: a look into a dictionary, unless settings were changed since the last time.
        """
        stored = self._broker.metadata.image.configs.get((GROUP_RESOURCE, group_id))
        known = self._groups.get(group_id if stored else None)
        if known is None:
            known = effective_group_values(self._broker.config, stored or {})
            self._groups[group_id if stored else None] = known
        return known[name]

    def apply(self) -> None:
        """The metadata changed: let broker, topics and groups have what holds now."""
        self._groups.clear()
        self._broker.reconfigure(self._static.with_overrides(self._dynamic()))

    def _dynamic(self) -> dict[str, str]:
        """What was set at run time for this broker, over what was set for all brokers."""
        return {
            **self._stored(BROKER_RESOURCE, ""),
            **self._stored(BROKER_RESOURCE, str(self._broker.node_id)),
        }

    def _stored(self, kind: int, resource: str) -> dict[str, str]:
        return self._broker.metadata.image.configs.get((kind, resource), {})

    # Describing

    def describe(self, kind: int, resource: str) -> list[ConfigEntry]:
        """Every setting of a resource, by name.

        Raises KafkaError: UNKNOWN_TOPIC_OR_PARTITION, INVALID_REQUEST for a resource that is not here.
        """
        match kind:
            case ResourceType.TOPIC:
                self._check_topic(resource)
                entries = [self._topic_entry(resource, setting) for setting in TOPIC_SETTINGS.values()]
            case ResourceType.BROKER if resource == "":
                entries = [
                    _entry(BROKER_SETTINGS[name], [Synonym(name, value, Source.DYNAMIC_DEFAULT_BROKER)])
                    for name, value in self._stored(BROKER_RESOURCE, "").items()
                    if name in BROKER_SETTINGS
                ]
            case ResourceType.BROKER:
                self._check_broker(resource)
                entries = [
                    _entry(setting, list(self._broker_synonyms(setting.name)))
                    for setting in BROKER_SETTINGS.values()
                ]
            case ResourceType.BROKER_LOGGER:
                if not resource:
                    raise KafkaError(ErrorCode.INVALID_REQUEST, "Broker id must not be empty")
                self._check_broker(resource)
                entries = [_logger_entry(name, level) for name, level in levels().items()]
            case ResourceType.GROUP:
                if not resource:
                    raise KafkaError(ErrorCode.INVALID_REQUEST, "Group name must not be empty")
                entries = [self._group_entry(resource, setting) for setting in GROUP_SETTINGS.values()]
            case ResourceType.CLIENT_METRICS:
                if not resource:
                    raise KafkaError(
                        ErrorCode.INVALID_REQUEST, "Client metrics subscription name must not be empty"
                    )
                entries = [
                    self._metrics_entry(resource, setting) for setting in CLIENT_METRICS_SETTINGS.values()
                ]
            case _:
                raise KafkaError(ErrorCode.INVALID_REQUEST, f"Unsupported resource type: {kind}")
        return sorted(entries, key=lambda entry: entry.setting.name)

    def describe_new_topic(self, overrides: Mapping[str, str]) -> list[ConfigEntry]:
        """What would hold for a topic with these settings of its own, by name."""
        entries = [self._topic_entry_with(overrides, setting) for setting in TOPIC_SETTINGS.values()]
        return sorted(entries, key=lambda entry: entry.setting.name)

    def _topic_entry(self, topic: str, setting: Setting) -> ConfigEntry:
        return self._topic_entry_with(self._stored(TOPIC_RESOURCE, topic), setting)

    def _topic_entry_with(self, overrides: Mapping[str, str], setting: Setting) -> ConfigEntry:
        synonyms = []
        own = overrides.get(setting.name)
        if own is not None:
            synonyms.append(Synonym(setting.name, own, Source.TOPIC))
        for name in setting.synonyms:
            synonyms += self._synonyms_of_one_name(name)
        by_source = {source: [each for each in synonyms if each.source == source] for source in Source}
        ordered = [each for source in Source for each in by_source[source]]
        if not ordered:
            return ConfigEntry(setting, setting.default_text, Source.DEFAULT, False, [])
        first = ordered[0]
        return ConfigEntry(setting, _in_unit_of(setting.name, first), first.source, False, ordered)

    def _broker_synonyms(self, name: str) -> Iterator[Synonym]:
        found = [each for alias in _broker_names(name) for each in self._synonyms_of_one_name(alias)]
        return iter(sorted(found, key=lambda each: each.source))

    def _synonyms_of_one_name(self, name: str) -> list[Synonym]:
        found = []
        for resource, source in (
            (str(self._broker.node_id), Source.DYNAMIC_BROKER),
            ("", Source.DYNAMIC_DEFAULT_BROKER),
        ):
            value = self._stored(BROKER_RESOURCE, resource).get(name)
            if value is not None:
                found.append(Synonym(name, value, source))
        if name in self._static.explicit:
            found.append(Synonym(name, self._static.explicit[name], Source.STATIC_BROKER))
        setting = BROKER_SETTINGS.get(name)
        if setting is not None and setting.default_text is not None:
            found.append(Synonym(name, setting.default_text, Source.DEFAULT))
        return found

    def _group_entry(self, group_id: str, setting: Setting) -> ConfigEntry:
        synonyms = [synonym for name in setting.synonyms for synonym in self._synonyms_of_one_name(name)]
        if not setting.synonyms and setting.default_text is not None:
            synonyms = [Synonym(setting.name, setting.default_text, Source.DEFAULT)]
        own = self._stored(ResourceType.GROUP, group_id).get(setting.name)
        if own is not None:
            synonyms.insert(0, Synonym(setting.name, own, Source.GROUP))
        if not synonyms:
            return ConfigEntry(setting, setting.default_text, Source.DEFAULT, False, [])
        return ConfigEntry(setting, synonyms[0].value, synonyms[0].source, False, synonyms)

    def _metrics_entry(self, subscription: str, setting: Setting) -> ConfigEntry:
        own = self._stored(ResourceType.CLIENT_METRICS, subscription).get(setting.name)
        if own is None:
            return ConfigEntry(setting, setting.default_text, Source.DEFAULT, False, [])
        source = Source.CLIENT_METRICS
        return ConfigEntry(setting, own, source, False, [Synonym(setting.name, own, source)])

    def resources(self, kind: int) -> list[str]:
        """Names of what has settings, or may have them (KIP-1142): groups and subscriptions only when they do.

        Raises KafkaError(UNSUPPORTED_VERSION) for a kind that is not known.
        """
        match kind:
            case ResourceType.TOPIC:
                return [topic.name for topic in self._broker.metadata.image.topics.values()]
            case ResourceType.BROKER | ResourceType.BROKER_LOGGER:
                return [str(node.broker_id) for node in self._broker.nodes()]
            case ResourceType.CLIENT_METRICS | ResourceType.GROUP:
                configs = self._broker.metadata.image.configs
                return [name for stored_kind, name in configs if stored_kind == kind]
        raise KafkaError(ErrorCode.UNSUPPORTED_VERSION)

    # Changing

    def check_topic_overrides(self, configs: Mapping[str, str | None]) -> dict[str, str]:
        """The settings that a new topic is given. Raises KafkaError(INVALID_CONFIG)."""
        overrides = {}
        for name, value in configs.items():
            if value is None:
                raise KafkaError(
                    ErrorCode.INVALID_CONFIG, f"Null value not supported for topic configs: {name}"
                )
            overrides[name] = value
        self._check_topic_values(overrides)
        return overrides

    def _check_topic_values(self, values: Mapping[str, str]) -> None:
        """Each setting of a topic, and what they are together with the defaults. Raises KafkaError(INVALID_CONFIG)."""
        _check(TOPIC_SETTINGS, values, ErrorCode.INVALID_CONFIG)
        cleaning = self.topic_config_with(values).cleaning
        if cleaning.min_compaction_lag_ms > cleaning.max_compaction_lag_ms:
            raise KafkaError(
                ErrorCode.INVALID_CONFIG,
                f"min.compaction.lag.ms ({cleaning.min_compaction_lag_ms}) is more than "
                f"max.compaction.lag.ms ({cleaning.max_compaction_lag_ms})",
            )

    def replace(
        self, kind: int, resource: str, values: Mapping[str, str | None], *, validate_only: bool
    ) -> None:
        """Make `values` all that is set for a resource (AlterConfigs). Raises what `alter` raises."""
        if kind == ResourceType.BROKER_LOGGER:  # IncrementalAlterConfigs can
            raise KafkaError(ErrorCode.INVALID_REQUEST, f"Unknown resource type {int(kind)}")
        self._check_resource(kind, resource)
        missing = [name for name, value in values.items() if value is None]
        if missing:
            raise KafkaError(
                ErrorCode.INVALID_REQUEST, f"Null value not supported for : {', '.join(missing)}"
            )
        wanted = {name: value for name, value in values.items() if value is not None}
        self._write(kind, resource, wanted, validate_only=validate_only)

    def alter(
        self,
        kind: int,
        resource: str,
        operations: list[tuple[str, int, str | None]],
        *,
        validate_only: bool,
    ) -> None:
        """Change single settings (KIP-339): (name, operation, value) each.

        Raises KafkaError: INVALID_REQUEST, INVALID_CONFIG, UNKNOWN_TOPIC_OR_PARTITION.
        """
        names = [name for name, _, _ in operations]
        if len(set(names)) != len(names):
            raise KafkaError(ErrorCode.INVALID_REQUEST, "Error due to duplicate config keys")
        missing = [
            name for name, operation, value in operations if value is None and operation != Operation.DELETE
        ]
        if missing:
            raise KafkaError(
                ErrorCode.INVALID_REQUEST, f"Null value not supported for : {', '.join(missing)}"
            )
        self._check_resource(kind, resource)
        if kind == ResourceType.BROKER_LOGGER:
            alter_levels(operations, validate_only=validate_only)
            return
        settings = _settings_of(kind)
        wanted = dict(self._stored(kind, resource))
        for name, operation, value in operations:
            if operation not in list(Operation):
                raise KafkaError(ErrorCode.INVALID_REQUEST, f"Unknown operation type {operation}")
            if operation == Operation.DELETE:
                wanted.pop(name, None)
            elif operation == Operation.SET:
                assert value is not None
                wanted[name] = value
            else:
                setting = settings.get(name)
                if setting is None or setting.type != SettingType.LIST or kind not in _WITH_LISTS:
                    verb = "APPEND to" if operation == Operation.APPEND else "SUBTRACT from"
                    raise KafkaError(
                        ErrorCode.INVALID_CONFIG, f"Can't {verb} key {name} because its type is not LIST."
                    )
                assert value is not None
                current = wanted.get(name, self._default_text(kind, setting))
                wanted[name] = ",".join(_change_list(_items(current), _items(value), Operation(operation)))
        self._write(kind, resource, wanted, validate_only=validate_only)

    def _default_text(self, kind: int, setting: Setting) -> str:
        if kind == ResourceType.TOPIC:
            for alias in setting.synonyms:
                for synonym in self._synonyms_of_one_name(alias):
                    return synonym.value or ""
        return setting.default_text or ""

    def _write(self, kind: int, resource: str, wanted: Mapping[str, str], *, validate_only: bool) -> None:
        stored = self._stored(kind, resource)
        changed = {name: value for name, value in wanted.items() if stored.get(name) != value}
        settings = _settings_of(kind)
        if kind == ResourceType.BROKER:
            fixed = [
                name for name in changed if name in settings and settings[name].update_mode == "read-only"
            ]
            if fixed:
                raise KafkaError(
                    ErrorCode.INVALID_REQUEST, f"Cannot update these configs dynamically: {', '.join(fixed)}"
                )
            private = [
                name for name in changed if name in settings and settings[name].update_mode == "per-broker"
            ]
            if private and resource == "":
                raise KafkaError(
                    ErrorCode.INVALID_REQUEST,
                    f"Cannot update these configs at default cluster level, broker id must be specified: "
                    f"{', '.join(private)}",
                )
            known = {name: value for name, value in changed.items() if name in settings}
            _check(settings, known, ErrorCode.INVALID_REQUEST)
        elif kind == ResourceType.TOPIC:
            self._check_topic_values(wanted)
        elif kind == ResourceType.GROUP:
            check_group_values(self._broker.config, wanted)
        else:
            check_subscription(wanted)
        for name, value in changed.items():
            if len(value) > MAX_VALUE_CHARACTERS:
                raise KafkaError(
                    ErrorCode.INVALID_CONFIG,
                    f"The value of {name} has more than {MAX_VALUE_CHARACTERS} characters",
                )
        if validate_only:
            return
        records = [
            ConfigRecord(resource_type=kind, resource_name=resource, name=name, value=value)
            for name, value in changed.items()
        ] + [
            ConfigRecord(resource_type=kind, resource_name=resource, name=name, value=None)
            for name in stored
            if name not in wanted
        ]
        if records:
            self._broker.metadata.write(records)
            self.apply()

    def _check_resource(self, kind: int, resource: str) -> None:
        match kind:
            case ResourceType.TOPIC:
                self._check_topic(resource)
            case ResourceType.BROKER if resource == "":
                pass
            case ResourceType.BROKER if resource in map(str, self._broker.worker.node_ids):
                pass  # the controller changes the settings of all
            case ResourceType.BROKER | ResourceType.BROKER_LOGGER:
                self._check_broker(resource)
            case ResourceType.GROUP:
                if not resource:
                    raise KafkaError(ErrorCode.INVALID_REQUEST, "Default group resources are not allowed.")
            case ResourceType.CLIENT_METRICS:
                if not resource:
                    raise KafkaError(ErrorCode.INVALID_REQUEST, "Subscription name can't be empty")
            case _:
                raise KafkaError(ErrorCode.INVALID_REQUEST, f"Unknown resource type {kind}")

    def _check_topic(self, name: str) -> None:
        from kwire.broker.topics import validate_topic_name

        validate_topic_name(name)
        if name not in self._broker.topics.by_name:
            raise KafkaError(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, f"The topic '{name}' does not exist.")

    def _check_broker(self, resource: str) -> None:
        if resource != str(self._broker.node_id):
            raise KafkaError(
                ErrorCode.INVALID_REQUEST,
                f"Unexpected broker id, expected {self._broker.node_id}, but received {resource}",
            )


def _settings_of(kind: int) -> Mapping[str, Setting]:
    return {
        ResourceType.TOPIC: TOPIC_SETTINGS,
        ResourceType.BROKER: BROKER_SETTINGS,
        ResourceType.GROUP: GROUP_SETTINGS,
        ResourceType.CLIENT_METRICS: CLIENT_METRICS_SETTINGS,
    }[ResourceType(kind)]


def _check(settings: Mapping[str, Setting], values: Mapping[str, str], code: ErrorCode) -> None:
    for name, value in values.items():
        setting = settings.get(name)
        if setting is None:
            raise KafkaError(code, f"Unknown config name: {name}")
        try:
            setting.parse(value)
        except InvalidSetting as error:
            raise KafkaError(code, str(error)) from error


def _entry(setting: Setting, synonyms: list[Synonym]) -> ConfigEntry:
    read_only = setting.update_mode == "read-only"
    if not synonyms:
        return ConfigEntry(setting, setting.default_text, Source.DEFAULT, read_only, [])
    return ConfigEntry(
        setting, _in_unit_of(setting.name, synonyms[0]), synonyms[0].source, read_only, synonyms
    )


def _broker_names(name: str) -> tuple[str, ...]:
    """The names under which a broker's setting may be given, the finest unit first."""
    for setting in TOPIC_SETTINGS.values():
        if setting.synonyms and setting.synonyms[0] == name:
            return setting.synonyms
    return (name,)


def _in_unit_of(name: str, synonym: Synonym) -> str | None:
    """The value of a synonym in the unit of the name asked for: hours and minutes become milliseconds."""
    factor = _UNIT_MS.get(synonym.name.rsplit(".", 1)[-1], 1)
    if synonym.value is None or factor == 1 or not name.endswith(".ms"):
        return synonym.value
    return str(int(synonym.value) * factor)


def _items(text: str) -> list[str]:
    return [item.strip() for item in text.split(",") if item.strip()]


def _change_list(current: list[str], changed: list[str], operation: Operation) -> list[str]:
    if operation == Operation.APPEND:
        return current + [item for item in changed if item not in current]
    return [item for item in current if item not in changed]


def _logger_entry(name: str, level: str) -> ConfigEntry:
    setting = Setting(
        name=name, type=SettingType.UNKNOWN, default=None, default_text=None, scope=Scope.BROKER
    )
    return ConfigEntry(setting, level, Source.BROKER_LOGGER, False, [])
