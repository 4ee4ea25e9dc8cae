"""How one setting reads its values, and what it says of a bad one."""

from __future__ import annotations

import attrs
import pytest

from kwire.config import BROKER_SETTINGS, GROUP_SETTINGS, TOPIC_SETTINGS, Setting
from kwire.errors import InvalidSetting


@pytest.mark.parametrize(
    ("setting", "text", "value"),
    [
        (BROKER_SETTINGS["auto.create.topics.enable"], " TRUE ", True),
        (BROKER_SETTINGS["num.partitions"], "+7", 7),
        (BROKER_SETTINGS["log.cleaner.min.cleanable.ratio"], ".5", 0.5),
        (BROKER_SETTINGS["compression.gzip.level"], "-1", -1),
        (BROKER_SETTINGS["group.consumer.migration.policy"], "Upgrade", "Upgrade"),
        (BROKER_SETTINGS["log.dirs"], "/a , /b", ["/a", "/b"]),
        (TOPIC_SETTINGS["cleanup.policy"], "", []),
        (TOPIC_SETTINGS["leader.replication.throttled.replicas"], "0:1,1:2", ["0:1", "1:2"]),
        (GROUP_SETTINGS["share.auto.offset.reset"], "by_duration:PT1H", "by_duration:PT1H"),
    ],
)
def test_values_are_typed(setting: Setting, text: str, value: object) -> None:
    assert setting.parse(text) == value


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("auto.create.topics.enable", "yes", "it must be true or false"),
        ("num.partitions", "many", "it must be a whole number"),
        ("num.partitions", "0", "it must be 1 or more"),
        ("num.partitions", "2147483648", "it must fit into 32 bits"),
        ("offsets.topic.replication.factor", "9" * 5000, "it must fit into 16 bits"),
        ("log.cleaner.min.cleanable.ratio", "1.5", "it must be 0 to 1"),
        ("log.cleaner.min.cleanable.ratio", "half", "it must be a number"),
        ("compression.gzip.level", "0", "it must be 1 to 9, or -1"),
        ("compression.type", "rar", "it must be one of uncompressed, zstd, lz4, snappy, gzip, producer"),
        ("log.cleanup.policy", "compact,compact", "an entry of the list is there twice"),
        ("listeners", "PLAINTEXT://a:1,,", "an entry of the list is empty"),
        ("listeners", "", "it must not be empty"),
    ],
)
def test_a_bad_value_is_told_with_its_setting_and_the_reason(name: str, text: str, why: str) -> None:
    with pytest.raises(InvalidSetting) as caught:
        BROKER_SETTINGS[name].parse(text)
    assert str(caught.value) == f"{name}={text}: {why}"


def test_a_secret_is_not_told() -> None:
    secret = attrs.evolve(BROKER_SETTINGS["ssl.key.password"], choices=("a", "b"))
    with pytest.raises(InvalidSetting, match=r"ssl\.key\.password=\.\.\.: it must be one of") as caught:
        secret.parse("swordfish")
    assert "swordfish" not in str(caught.value)


def test_limits_are_words() -> None:
    assert BROKER_SETTINGS["num.partitions"].limits == "1 or more"
    assert BROKER_SETTINGS["compression.gzip.level"].limits == "1 to 9, or -1"
    assert TOPIC_SETTINGS["cleanup.policy"].limits == "compact, delete"
    assert BROKER_SETTINGS["process.roles"].limits == "broker, controller (at least one)"
    assert BROKER_SETTINGS["group.consumer.migration.policy"].limits.endswith("(any case)")
    assert BROKER_SETTINGS["log.retention.bytes"].limits == ""
