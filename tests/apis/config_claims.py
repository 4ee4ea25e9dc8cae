"""What any Kafka broker answers about settings of groups, client metrics and loggers: claims that are made of kwire, in
memory and as a process, and of Apache Kafka.
"""

from __future__ import annotations

from typing import Any

from kwire.codec.messages import load
from kwire.errors import ErrorCode
from tests.apis.talking import Talk, unique
from tests.apis.transaction_claims import Claim, claims

CLAIMS: list[Claim] = []
claim = claims(CLAIMS)

TOPIC, BROKER, LOGGER, METRICS, GROUP = 2, 4, 8, 16, 32
SET, DELETE, APPEND, SUBTRACT = 0, 1, 2, 3

NONE = ErrorCode.NONE
INVALID = ErrorCode.INVALID_CONFIG
BAD_REQUEST = ErrorCode.INVALID_REQUEST

SESSION = "consumer.session.timeout.ms"
HEARTBEAT = "consumer.heartbeat.interval.ms"

Result = tuple[ErrorCode, str | None]


def alter(
    talk: Talk,
    kind: int,
    name: str,
    *operations: tuple[str, int, str | None],
    validate_only: bool = False,
    version: int = 1,
) -> Result:
    """IncrementalAlterConfigs of one resource: (setting, operation, value) each."""
    wire = load(44)
    configs = [wire.AlterableConfig(*operation) for operation in operations]
    request = wire.IncrementalAlterConfigsRequest(
        resources=[wire.AlterConfigsResource(kind, name, configs)], validate_only=validate_only
    )
    (answer,) = talk.any().ask(44, version, request).responses
    return ErrorCode(answer.error_code), answer.error_message


def replace(talk: Talk, kind: int, name: str, values: dict[str, str | None], *, version: int = 2) -> Result:
    """AlterConfigs of one resource."""
    wire = load(33)
    configs = [wire.AlterableConfig(*each) for each in values.items()]
    request = wire.AlterConfigsRequest(resources=[wire.AlterConfigsResource(kind, name, configs)])
    (answer,) = talk.any().ask(33, version, request).responses
    return ErrorCode(answer.error_code), answer.error_message


def described(talk: Talk, kind: int, name: str, keys: list[str] | None = None, *, version: int = 4) -> Any:
    """DescribeConfigs of one resource; the whole result."""
    wire = load(32)
    request = wire.DescribeConfigsRequest(
        resources=[wire.DescribeConfigsResource(kind, name, keys)], include_synonyms=True
    )
    return talk.any().ask(32, version, request).results[0]


def setting(talk: Talk, kind: int, name: str, key: str) -> tuple[Any, ...]:
    """(value, source, type, synonyms) of one setting."""
    (found,) = described(talk, kind, name, [key]).configs
    synonyms = [(each.name, each.value, each.source) for each in found.synonyms]
    return found.value, found.config_source, found.config_type, synonyms


def holds(talk: Talk, kind: int, name: str, key: str, value: str) -> None:
    """What was changed is seen by the broker that was asked, at once or a little later."""
    for _ in talk.patience():
        if setting(talk, kind, name, key)[0] == value:
            return
    raise AssertionError(f"{key} is {setting(talk, kind, name, key)}")


def named(talk: Talk, *kinds: int, version: int = 1) -> set[tuple[int, str]]:
    """ListConfigResources: (type, name) of each."""
    wire = load(74)
    request = wire.ListConfigResourcesRequest(resource_types=list(kinds) if version else [])
    answer = talk.any().ask(74, version, request)
    assert answer.error_code == NONE
    return {(each.resource_type, each.resource_name) for each in answer.config_resources}


# Groups


@claim
def any_group_has_the_settings_of_the_broker(talk: Talk) -> None:
    broker_wide = "group.consumer.session.timeout.ms"
    assert setting(talk, GROUP, unique("g"), SESSION) == ("45000", 5, 3, [(broker_wide, "45000", 5)])
    isolation = "share.isolation.level"
    assert setting(talk, GROUP, unique("g"), isolation) == (
        "read_uncommitted",
        5,
        2,
        [(isolation, "read_uncommitted", 5)],
    )
    found = described(talk, GROUP, unique("g"))
    assert (found.error_code, len({each.name.partition(".")[0] for each in found.configs}) >= 3) == (0, True)
    assert not any(each.read_only or each.is_sensitive for each in found.configs)


@claim
def a_group_is_given_settings_of_its_own_and_loses_them(talk: Talk) -> None:
    group = unique("g")
    assert alter(talk, GROUP, group, (SESSION, SET, "50000")) == (NONE, None)
    holds(talk, GROUP, group, SESSION, "50000")
    assert setting(talk, GROUP, group, SESSION) == (
        "50000",
        8,
        3,
        [(SESSION, "50000", 8), ("group.consumer.session.timeout.ms", "45000", 5)],
    )
    assert (GROUP, group) in named(talk, GROUP)
    assert replace(talk, GROUP, group, {HEARTBEAT: "7000"}) == (NONE, None)
    holds(talk, GROUP, group, HEARTBEAT, "7000")
    assert setting(talk, GROUP, group, SESSION)[0] == "45000"
    assert alter(talk, GROUP, group, (HEARTBEAT, DELETE, None)) == (NONE, None)
    holds(talk, GROUP, group, HEARTBEAT, "5000")
    assert (GROUP, group) not in named(talk, GROUP)


@claim
def settings_of_a_group_are_only_looked_at_when_that_is_all(talk: Talk) -> None:
    group = unique("g")
    assert alter(talk, GROUP, group, (SESSION, SET, "50000"), validate_only=True) == (NONE, None)
    assert alter(talk, GROUP, group, (SESSION, SET, "1"), validate_only=True)[0] == INVALID
    assert setting(talk, GROUP, group, SESSION)[0] == "45000"


@claim
def the_broker_bounds_what_a_group_may_have(talk: Talk) -> None:
    group = unique("g")
    low = f"{SESSION} must be greater than or equal to group.consumer.min.session.timeout.ms"
    high = f"{SESSION} must be less than or equal to group.consumer.max.session.timeout.ms"
    assert alter(talk, GROUP, group, (SESSION, SET, "44999")) == (INVALID, low)
    assert alter(talk, GROUP, group, (SESSION, SET, "60001")) == (INVALID, high)
    for name, value in (
        (HEARTBEAT, "4999"),
        (HEARTBEAT, "15001"),
        ("share.record.lock.duration.ms", "14999"),
        ("share.record.lock.duration.ms", "60001"),
        ("share.delivery.count.limit", "11"),
        ("streams.num.standby.replicas", "3"),
        ("streams.session.timeout.ms", "60001"),
    ):
        assert alter(talk, GROUP, group, (name, SET, value))[0] == INVALID, name


@claim
def values_of_a_group_are_of_their_type(talk: Talk) -> None:
    group = unique("g")
    for name, value in (
        (SESSION, "long"),
        ("share.isolation.level", "some"),
        ("share.auto.offset.reset", "none"),
        ("share.record.lock.duration.ms", "1"),
    ):
        assert alter(talk, GROUP, group, (name, SET, value))[0] == INVALID, name
    assert alter(talk, GROUP, group, ("share.auto.offset.reset", SET, "by_duration:PT1H")) == (NONE, None)


@claim
def a_group_has_no_other_settings(talk: Talk) -> None:
    group = unique("g")
    refusal = (INVALID, "Unknown group config name: nonsense")
    assert alter(talk, GROUP, group, ("nonsense", SET, "1")) == refusal
    assert replace(talk, GROUP, group, {"nonsense": "1"}) == refusal
    assert alter(talk, GROUP, group, ("nonsense", DELETE, None)) == (NONE, None)


@claim
def a_group_has_a_name(talk: Talk) -> None:
    refusal = (BAD_REQUEST, "Default group resources are not allowed.")
    assert alter(talk, GROUP, "", (SESSION, SET, "50000")) == refusal
    assert replace(talk, GROUP, "", {SESSION: "50000"}) == refusal
    found = described(talk, GROUP, "")
    assert (found.error_code, found.error_message) == (BAD_REQUEST, "Group name must not be empty")


@claim
def what_is_no_operation_on_a_group_s_setting_is_refused(talk: Talk) -> None:
    group = unique("g")
    assert alter(talk, GROUP, group, (SESSION, SET, None)) == (
        BAD_REQUEST,
        f"Null value not supported for : {SESSION}",
    )
    assert alter(talk, GROUP, group, (SESSION, APPEND, "1")) == (
        INVALID,
        f"Can't APPEND to key {SESSION} because its type is not LIST.",
    )
    assert alter(talk, GROUP, group, (SESSION, SET, "50000"), (SESSION, SET, "50000")) == (
        BAD_REQUEST,
        "Error due to duplicate config keys",
    )


# Client metrics


@claim
def a_subscription_is_made_by_its_first_setting_and_ends_with_its_last(talk: Talk) -> None:
    name = unique("m")
    assert alter(talk, METRICS, name, ("interval.ms", SET, "1000"), ("metrics", SET, "a.b,c")) == (NONE, None)
    holds(talk, METRICS, name, "interval.ms", "1000")
    assert setting(talk, METRICS, name, "interval.ms") == ("1000", 7, 3, [("interval.ms", "1000", 7)])
    assert setting(talk, METRICS, name, "metrics") == ("a.b,c", 7, 7, [("metrics", "a.b,c", 7)])
    assert setting(talk, METRICS, name, "match") == ("", 5, 7, [])
    assert (METRICS, name) in named(talk, METRICS) & named(talk, version=0)
    assert alter(talk, METRICS, name, ("interval.ms", DELETE, None), ("metrics", DELETE, None))[0] == NONE
    holds(talk, METRICS, name, "interval.ms", "300000")
    assert (METRICS, name) not in named(talk, METRICS)


@claim
def subscriptions_that_are_not_there_are_described_with_the_defaults(talk: Talk) -> None:
    found = described(talk, METRICS, unique("m"))
    assert sorted((each.name, each.value) for each in found.configs) == [
        ("interval.ms", "300000"),
        ("match", ""),
        ("metrics", ""),
    ]
    found = described(talk, METRICS, "")
    assert (found.error_code, found.error_message) == (
        BAD_REQUEST,
        "Client metrics subscription name must not be empty",
    )


@claim
def what_is_no_subscription_is_refused(talk: Talk) -> None:
    name = unique("m")
    assert alter(talk, METRICS, name, ("nonsense", SET, "1")) == (
        BAD_REQUEST,
        "Unknown client metrics configuration: nonsense",
    )
    for interval in ("99", "3600001"):
        assert alter(talk, METRICS, name, ("interval.ms", SET, interval))[0] == BAD_REQUEST
    for pattern in ("nonsense=a", "client_id", "client_id=["):
        assert alter(talk, METRICS, name, ("match", SET, pattern)) == (
            INVALID,
            f"Illegal client matching pattern: {pattern}",
        )
    pattern = "client_id=abc.*,client_software_name=x"
    assert alter(talk, METRICS, name, ("match", SET, pattern)) == (NONE, None)
    assert alter(talk, METRICS, name, ("metrics", APPEND, "d"))[0] == INVALID
    refusal = (BAD_REQUEST, "Subscription name can't be empty")
    assert alter(talk, METRICS, "", ("metrics", SET, "x")) == refusal
    assert replace(talk, METRICS, "", {"metrics": "x"}) == refusal


# Loggers


@claim
def loggers_have_levels_that_can_be_changed(talk: Talk) -> None:
    value, source, kind, synonyms = setting(talk, LOGGER, "1", "root")
    assert (source, kind, synonyms) == (6, 0, [])
    for level in ("FATAL", "WARN"):
        assert alter(talk, LOGGER, "1", ("root", SET, level)) == (NONE, None)
        assert setting(talk, LOGGER, "1", "root")[0] == level
    assert alter(talk, LOGGER, "1", ("root", SET, "ERROR"), validate_only=True) == (NONE, None)
    assert setting(talk, LOGGER, "1", "root")[0] == "WARN"
    assert alter(talk, LOGGER, "1", ("root", SET, value)) == (NONE, None)


@claim
def what_is_no_level_or_no_logger_is_refused(talk: Talk) -> None:
    levels = "DEBUG, ERROR, FATAL, INFO, TRACE, WARN"
    for wrong in ("OFF", "info"):
        assert alter(talk, LOGGER, "1", ("root", SET, wrong)) == (
            INVALID,
            f"Cannot set the log level of root to {wrong} as it is not a supported log level. "
            f"Valid log levels are {levels}",
        )
    for operation, level in ((SET, "INFO"), (DELETE, None)):
        assert alter(talk, LOGGER, "1", ("nobody's", operation, level)) == (
            INVALID,
            "Logger nobody's does not exist!",
        )
    assert alter(talk, LOGGER, "1", ("root", DELETE, None)) == (
        BAD_REQUEST,
        "Removing the log level of the root logger is not allowed",
    )
    for operation, word in ((APPEND, "APPEND"), (SUBTRACT, "SUBTRACT")):
        assert alter(talk, LOGGER, "1", ("root", operation, "INFO")) == (
            BAD_REQUEST,
            f"{word} operation is not allowed for the BROKER_LOGGER resource",
        )
    assert replace(talk, LOGGER, "1", {"root": "INFO"}) == (BAD_REQUEST, "Unknown resource type 8")


@claim
def loggers_are_those_of_the_broker_that_is_asked(talk: Talk) -> None:
    for name in ("", "777", "x"):
        assert described(talk, LOGGER, name).error_code == BAD_REQUEST
        assert alter(talk, LOGGER, name, ("root", SET, "INFO"))[0] == BAD_REQUEST


@claim
def one_request_changes_a_logger_and_a_group(talk: Talk) -> None:
    wire, group = load(44), unique("g")
    level = setting(talk, LOGGER, "1", "root")[0]
    resources = [
        wire.AlterConfigsResource(LOGGER, "1", [wire.AlterableConfig("root", SET, level)]),
        wire.AlterConfigsResource(GROUP, group, [wire.AlterableConfig(SESSION, SET, "50000")]),
    ]
    answer = talk.any().ask(44, 1, wire.IncrementalAlterConfigsRequest(resources=resources))
    assert sorted((each.resource_type, each.error_code) for each in answer.responses) == [(8, 0), (32, 0)]
    holds(talk, GROUP, group, SESSION, "50000")


# All kinds


@claim
def what_has_settings_is_listed_by_kind(talk: Talk) -> None:
    topic = unique("topic")
    talk.create_topic(topic)
    assert {(TOPIC, topic), (BROKER, "1"), (LOGGER, "1")} <= named(talk)
    assert (TOPIC, topic) in named(talk, TOPIC)
    assert {kind for kind, _ in named(talk, BROKER, LOGGER)} == {BROKER, LOGGER}
    request = load(74).ListConfigResourcesRequest(resource_types=[TOPIC, 99])
    answer = talk.any().ask(74, 1, request)
    assert (answer.error_code, answer.config_resources) == (ErrorCode.UNSUPPORTED_VERSION, [])


@claim
def there_are_no_other_kinds(talk: Talk) -> None:
    for kind in (0, 99):
        assert alter(talk, kind, "x", ("a", SET, "b")) == (BAD_REQUEST, f"Unknown resource type {kind}")
        assert replace(talk, kind, "x", {"a": "b"}) == (BAD_REQUEST, f"Unknown resource type {kind}")
        assert described(talk, kind, "x").error_code == BAD_REQUEST
