from __future__ import annotations

import logging

import pytest

from kwire.broker.configs.dynamic import ConfigEntry, Operation, ResourceType, Source
from kwire.errors import ErrorCode, KafkaError
from tests.broker.keeping import Keeper

TOPIC, BROKER = ResourceType.TOPIC, ResourceType.BROKER
INVALID = ErrorCode.INVALID_CONFIG


@pytest.fixture
def keeper() -> Keeper:
    keeper = Keeper({"log.retention.hours": "2", "message.max.bytes": "5000"})
    keeper.broker.topics.create("t")
    return keeper


def entry(keeper: Keeper, kind: int, resource: str, name: str) -> ConfigEntry:
    return next(each for each in keeper.broker.configs.describe(kind, resource) if each.setting.name == name)


def change(
    keeper: Keeper,
    kind: int,
    resource: str,
    *operations: tuple[str, int, str | None],
    validate_only: bool = False,
) -> None:
    keeper.broker.configs.alter(kind, resource, list(operations), validate_only=validate_only)


def refusal(keeper: Keeper, kind: int, resource: str, *operations: tuple[str, int, str | None]) -> ErrorCode:
    with pytest.raises(KafkaError) as caught:
        change(keeper, kind, resource, *operations)
    return caught.value.code


def test_the_strongest_of_all_places_holds(keeper: Keeper) -> None:
    name = "max.message.bytes"
    assert (entry(keeper, TOPIC, "t", name).value, entry(keeper, TOPIC, "t", name).source) == (
        "5000",
        Source.STATIC_BROKER,
    )
    change(keeper, BROKER, "", ("message.max.bytes", Operation.SET, "6000"))
    assert entry(keeper, TOPIC, "t", name).source == Source.DYNAMIC_DEFAULT_BROKER
    change(keeper, BROKER, "1", ("message.max.bytes", Operation.SET, "7000"))
    assert entry(keeper, TOPIC, "t", name).source == Source.DYNAMIC_BROKER
    change(keeper, TOPIC, "t", (name, Operation.SET, "8000"))
    found = entry(keeper, TOPIC, "t", name)
    assert (found.value, found.source) == ("8000", Source.TOPIC)
    assert [(each.value, each.source) for each in found.synonyms] == [
        ("8000", Source.TOPIC),
        ("7000", Source.DYNAMIC_BROKER),
        ("6000", Source.DYNAMIC_DEFAULT_BROKER),
        ("5000", Source.STATIC_BROKER),
        ("1048588", Source.DEFAULT),
    ]


def test_a_change_holds_at_once_and_after_a_restart(keeper: Keeper) -> None:
    partition = keeper.broker.topics.partition("t", 0)
    assert partition.config.max_message_bytes == 5000
    change(keeper, TOPIC, "t", ("max.message.bytes", Operation.SET, "9"))
    assert partition.config.max_message_bytes == 9
    change(keeper, BROKER, "1", ("log.segment.bytes", Operation.SET, "1048577"))
    assert partition.log.config.segment_bytes == 1048577
    partition = keeper.kill().topics.partition("t", 0)
    assert partition.config.max_message_bytes == 9
    assert partition.log.config.segment_bytes == 1048577


def test_a_broker_s_dynamic_setting_replaces_its_static_one(keeper: Keeper) -> None:
    change(keeper, BROKER, "", ("message.max.bytes", Operation.SET, "123"))
    assert keeper.broker.config.int("message.max.bytes") == 123
    change(keeper, BROKER, "", ("message.max.bytes", Operation.DELETE, None))
    assert keeper.broker.config.int("message.max.bytes") == 5000


def test_hours_of_the_broker_are_milliseconds_of_the_topic(keeper: Keeper) -> None:
    assert entry(keeper, TOPIC, "t", "retention.ms").value == "7200000"


def test_deleting_gives_the_next_place_its_turn(keeper: Keeper) -> None:
    change(keeper, TOPIC, "t", ("max.message.bytes", Operation.SET, "9"))
    change(keeper, TOPIC, "t", ("max.message.bytes", Operation.DELETE, None))
    assert entry(keeper, TOPIC, "t", "max.message.bytes").value == "5000"


def test_lists_grow_and_shrink(keeper: Keeper) -> None:
    change(keeper, TOPIC, "t", ("cleanup.policy", Operation.APPEND, "compact"))
    assert entry(keeper, TOPIC, "t", "cleanup.policy").value == "delete,compact"
    assert keeper.broker.topics.partition("t", 0).config.compacted
    change(keeper, TOPIC, "t", ("cleanup.policy", Operation.APPEND, "compact"))
    assert entry(keeper, TOPIC, "t", "cleanup.policy").value == "delete,compact"
    change(keeper, TOPIC, "t", ("cleanup.policy", Operation.SUBTRACT, "delete"))
    assert entry(keeper, TOPIC, "t", "cleanup.policy").value == "compact"


@pytest.mark.parametrize(
    ("operation", "code"),
    [
        (("no.such", Operation.SET, "1"), ErrorCode.INVALID_CONFIG),
        (("max.message.bytes", Operation.SET, "many"), ErrorCode.INVALID_CONFIG),
        (("max.message.bytes", Operation.SET, "-1"), ErrorCode.INVALID_CONFIG),
        (("max.message.bytes", Operation.APPEND, "1"), ErrorCode.INVALID_CONFIG),
        (("max.message.bytes", Operation.SET, None), ErrorCode.INVALID_REQUEST),
        (("max.message.bytes", 9, "1"), ErrorCode.INVALID_REQUEST),
        (("compression.type", Operation.SET, "rar"), ErrorCode.INVALID_CONFIG),
        (("cleanup.policy", Operation.SET, "x" * 32768), ErrorCode.INVALID_CONFIG),
    ],
)
def test_bad_changes_of_a_topic_are_refused(
    keeper: Keeper, operation: tuple[str, int, str | None], code: ErrorCode
) -> None:
    before = keeper.broker.controller.log.log_end_offset
    assert refusal(keeper, TOPIC, "t", operation) == code
    assert keeper.broker.controller.log.log_end_offset == before


def test_one_bad_change_spoils_the_resource(keeper: Keeper) -> None:
    good, bad = ("max.message.bytes", Operation.SET, "9"), ("no.such", Operation.SET, "1")
    assert refusal(keeper, TOPIC, "t", good, bad) == ErrorCode.INVALID_CONFIG
    assert entry(keeper, TOPIC, "t", "max.message.bytes").value == "5000"


def test_a_setting_is_changed_once_in_a_request(keeper: Keeper) -> None:
    twice = ("max.message.bytes", Operation.SET, "9")
    assert refusal(keeper, TOPIC, "t", twice, twice) == ErrorCode.INVALID_REQUEST


def test_only_a_question_changes_nothing(keeper: Keeper) -> None:
    change(keeper, TOPIC, "t", ("max.message.bytes", Operation.SET, "9"), validate_only=True)
    assert entry(keeper, TOPIC, "t", "max.message.bytes").value == "5000"


def test_replacing_drops_what_is_not_named(keeper: Keeper) -> None:
    change(
        keeper, TOPIC, "t", ("max.message.bytes", Operation.SET, "9"), ("retention.ms", Operation.SET, "1")
    )
    keeper.broker.configs.replace(TOPIC, "t", {"retention.ms": "2"}, validate_only=False)
    assert entry(keeper, TOPIC, "t", "max.message.bytes").source == Source.STATIC_BROKER
    assert entry(keeper, TOPIC, "t", "retention.ms").value == "2"


@pytest.mark.parametrize(
    ("kind", "resource", "code"),
    [
        (TOPIC, "nowhere", ErrorCode.UNKNOWN_TOPIC_OR_PARTITION),
        (TOPIC, "bad name", ErrorCode.INVALID_TOPIC_EXCEPTION),
        (BROKER, "7", ErrorCode.INVALID_REQUEST),
        (ResourceType.BROKER_LOGGER, "7", ErrorCode.INVALID_REQUEST),
        (ResourceType.BROKER_LOGGER, "", ErrorCode.INVALID_REQUEST),
        (3, "x", ErrorCode.INVALID_REQUEST),
    ],
)
def test_resources_that_are_not_here_are_refused(
    keeper: Keeper, kind: int, resource: str, code: ErrorCode
) -> None:
    with pytest.raises(KafkaError) as caught:
        keeper.broker.configs.describe(kind, resource)
    assert caught.value.code == code
    assert refusal(keeper, kind, resource, ("x", Operation.SET, "1")) == code


def test_what_is_fixed_at_start_cannot_be_changed(keeper: Keeper) -> None:
    assert refusal(keeper, BROKER, "1", ("node.id", Operation.SET, "2")) == ErrorCode.INVALID_REQUEST
    assert entry(keeper, BROKER, "1", "node.id").read_only
    assert not entry(keeper, BROKER, "1", "message.max.bytes").read_only


def test_the_cluster_s_defaults_are_only_what_was_set(keeper: Keeper) -> None:
    change(keeper, BROKER, "", ("message.max.bytes", Operation.SET, "123"))
    names = [each.setting.name for each in keeper.broker.configs.describe(BROKER, "")]
    assert names == ["message.max.bytes", "min.insync.replicas"]


def test_any_group_has_settings(keeper: Keeper) -> None:
    name = "consumer.session.timeout.ms"
    assert entry(keeper, ResourceType.GROUP, "g", name).source == Source.DEFAULT
    change(keeper, ResourceType.GROUP, "g", (name, Operation.SET, "50000"))
    found = entry(keeper, ResourceType.GROUP, "g", name)
    assert (found.value, found.source) == ("50000", Source.GROUP)


def test_what_holds_for_a_group_is_asked_by_its_id(keeper: Keeper) -> None:
    name, isolation = "consumer.session.timeout.ms", "share.isolation.level"

    def value(group: str) -> object:
        return keeper.broker.configs.group_value(group, name)

    assert (value("g"), value("h")) == (45_000, 45_000)
    change(keeper, ResourceType.GROUP, "g", (name, Operation.SET, "50000"))
    assert (value("g"), value("h")) == (50_000, 45_000)
    change(keeper, ResourceType.GROUP, "g", (isolation, Operation.SET, "read_committed"))
    keeper.restart()
    assert value("g") == 50_000
    assert keeper.broker.configs.group_value("g", isolation) == "read_committed"
    assert keeper.broker.configs.group_value("h", isolation) == "read_uncommitted"
    change(keeper, ResourceType.GROUP, "g", (name, Operation.DELETE, None))
    assert value("g") == 45_000


def test_a_group_follows_the_broker_where_nothing_is_set_for_it(keeper: Keeper) -> None:
    name = "consumer.assignment.interval.ms"
    assert keeper.broker.configs.group_value("g", name) == 0
    change(keeper, BROKER, "", (f"group.{name}", Operation.SET, "2000"))
    assert keeper.broker.configs.group_value("g", name) == 2000
    found = entry(keeper, ResourceType.GROUP, "g", name)
    assert (found.value, found.source) == ("2000", Source.DYNAMIC_DEFAULT_BROKER)


def test_a_group_s_value_from_before_its_bounds_were_stricter_is_the_nearest_allowed() -> None:
    name = "consumer.session.timeout.ms"
    keeper = Keeper({})
    change(keeper, ResourceType.GROUP, "g", (name, Operation.SET, "60000"))
    keeper.settings["group.consumer.max.session.timeout.ms"] = "50000"
    keeper.restart()
    assert keeper.broker.configs.group_value("g", name) == 50_000


def test_a_session_is_longer_than_the_time_between_two_heartbeats() -> None:
    keeper = Keeper({"group.consumer.min.session.timeout.ms": "5000"})
    session, heartbeat = "consumer.session.timeout.ms", "consumer.heartbeat.interval.ms"
    assert refusal(keeper, ResourceType.GROUP, "g", (session, Operation.SET, "5000")) == INVALID
    change(keeper, ResourceType.GROUP, "g", (session, Operation.SET, "6000"))
    assert refusal(keeper, ResourceType.GROUP, "g", (heartbeat, Operation.SET, "6000")) == INVALID


def test_a_client_metrics_subscription_ends_with_its_last_setting(keeper: Keeper) -> None:
    kind = ResourceType.CLIENT_METRICS
    assert keeper.broker.configs.resources(kind) == []
    change(keeper, kind, "s", ("interval.ms", Operation.SET, "200"))
    assert entry(keeper, kind, "s", "interval.ms").value == "200"
    assert keeper.broker.configs.resources(kind) == ["s"]
    change(keeper, kind, "s", ("interval.ms", Operation.DELETE, None))
    assert keeper.broker.configs.resources(kind) == []


def test_loggers_take_kafka_s_levels(keeper: Keeper) -> None:
    logger = logging.getLogger("kwire.for.this.test")
    kind = ResourceType.BROKER_LOGGER
    change(keeper, kind, "1", (logger.name, Operation.SET, "ERROR"))
    assert logger.level == logging.ERROR
    assert entry(keeper, kind, "1", logger.name).value == "ERROR"
    change(keeper, kind, "1", (logger.name, Operation.DELETE, None))
    assert logger.level == logging.NOTSET
    assert refusal(keeper, kind, "1", (logger.name, Operation.SET, "LOUD")) == ErrorCode.INVALID_CONFIG
    assert refusal(keeper, kind, "1", ("no.such", Operation.SET, "INFO")) == ErrorCode.INVALID_CONFIG
    assert refusal(keeper, kind, "1", ("root", Operation.DELETE, None)) == ErrorCode.INVALID_REQUEST
    assert refusal(keeper, kind, "1", (logger.name, Operation.APPEND, "INFO")) == ErrorCode.INVALID_REQUEST


def test_passwords_are_never_told(keeper: Keeper) -> None:
    assert entry(keeper, BROKER, "1", "ssl.key.password").setting.sensitive


def test_the_settings_of_a_topic_to_be_are_described(keeper: Keeper) -> None:
    entries = {
        each.setting.name: each for each in keeper.broker.configs.describe_new_topic({"retention.ms": "4"})
    }
    assert (entries["retention.ms"].value, entries["retention.ms"].source) == ("4", Source.TOPIC)
    assert entries["max.message.bytes"].value == "5000"
