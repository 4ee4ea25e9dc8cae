"""From the options of `kwire serve` to one Config."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from kwire.cli import _parser
from kwire.cli.serve import settings_of, tell_about
from kwire.config import Config
from kwire.errors import CannotStart, InvalidSetting


def settings(*arguments: str, environment: dict[str, str] | None = None, data: str | None = None) -> Config:
    return settings_of(_parser().parse_args(["serve", *arguments]), environment or {}, data)


def refusal(*arguments: str) -> str:
    with pytest.raises((InvalidSetting, CannotStart)) as caught:
        settings(*arguments)
    return str(caught.value)


def shown(config: Config) -> list[str]:
    return [str(each) for each in config.listeners]


def test_without_options_everything_has_its_default() -> None:
    assert settings().explicit == {}


def test_listen_says_where() -> None:
    assert shown(settings("--listen", "127.0.0.1:0")) == ["PLAINTEXT://127.0.0.1:0"]
    assert shown(settings("--listen", "[::1]:9092")) == ["PLAINTEXT://[::1]:9092"]


def test_every_listen_is_a_listener() -> None:
    config = settings("--listen", "127.0.0.1:1", "--listen", ":2", "--listen", "127.0.0.1:3")
    assert shown(config) == ["PLAINTEXT://127.0.0.1:1", "PLAINTEXT_2://:2", "PLAINTEXT_3://127.0.0.1:3"]


def test_listen_replaces_all_that_was_said_of_listeners(tmp_path: Path) -> None:
    file = tmp_path / "server.properties"
    file.write_text(
        "listeners=INSIDE://:1,CONTROLLER://:2\nadvertised.listeners=INSIDE://there:1\n"
        "listener.security.protocol.map=INSIDE:SSL,CONTROLLER:SSL\n"
        "inter.broker.listener.name=INSIDE\ncontroller.listener.names=CONTROLLER\n"
    )
    environment = {"KAFKA_ADVERTISED_LISTENERS": "INSIDE://elsewhere:1"}
    config = settings(str(file), "--listen", "127.0.0.1:9999", environment=environment)
    assert shown(config) == ["PLAINTEXT://127.0.0.1:9999"]
    assert config.advertised == {"PLAINTEXT": ("127.0.0.1", 9999)}


def test_what_is_set_beside_listen_is_advertised() -> None:
    config = settings("--listen", "127.0.0.1:9999", "--set", "advertised.listeners=PLAINTEXT://outside:1")
    assert config.advertised == {"PLAINTEXT": ("outside", 1)}


def test_advertise_is_for_the_first_listener(tmp_path: Path) -> None:
    config = settings("--listen", "0.0.0.0:1", "--listen", "127.0.0.1:2", "--advertise", "outside:9092")
    assert config.advertised == {"PLAINTEXT": ("outside", 9092)}
    file = tmp_path / "server.properties"
    file.write_text("controller.listener.names=C\nlisteners=C://:1,PLAINTEXT://0.0.0.0:2\n")
    assert settings(str(file), "--advertise", "outside:9092").advertised == {"PLAINTEXT": ("outside", 9092)}


@pytest.mark.parametrize("option", ["--listen", "--advertise"])
@pytest.mark.parametrize("address", ["9092", "localhost", "localhost:x", "A://localhost:1", "a:1,b:2"])
def test_an_address_is_host_and_port(option: str, address: str) -> None:
    assert refusal(option, address).startswith(f"{option} {address}: HOST:PORT is wanted")


def test_listening_everywhere_wants_to_know_what_to_advertise() -> None:
    assert "--advertise HOST:PORT" in refusal("--listen", "0.0.0.0:9092")


def test_set_wins_over_file_and_environment_and_options_over_set(tmp_path: Path) -> None:
    file = tmp_path / "server.properties"
    file.write_text("node.id=1\nbroker.rack=file\nnum.partitions=1\n")
    config = settings(
        str(file),
        *("--set", "node.id=3", "--set", "listeners=PLAINTEXT://h:1", "--listen", "127.0.0.1:2"),
        environment={"KAFKA_NODE_ID": "2", "KAFKA_NUM_PARTITIONS": "2"},
        data="/data",
    )
    assert (config.node_id, config.int("num.partitions"), config.text("broker.rack")) == (3, 2, "file")
    assert shown(config) == ["PLAINTEXT://127.0.0.1:2"]
    assert config.log_dirs == ["/data"]


def test_a_default_gives_way_to_file_and_environment() -> None:
    options = ["--default", "node.id=5", "--default", "num.partitions=5"]
    config = settings(*options, environment={"KAFKA_NODE_ID": "2"})
    assert (config.node_id, config.int("num.partitions")) == (2, 5)


@pytest.mark.parametrize("option", ["--set", "--default"])
@pytest.mark.parametrize("item", ["num.partitions", "=1", " =1"])
def test_a_setting_is_name_and_value(option: str, item: str) -> None:
    assert refusal(option, item) == f"{option} {item}: NAME=VALUE is wanted"


def test_values_may_have_equal_signs() -> None:
    assert settings("--set", "broker.rack=a=b").text("broker.rack") == "a=b"


def test_a_file_that_cannot_be_read_is_told() -> None:
    assert refusal("/no/such.properties") == "Cannot read /no/such.properties: No such file or directory"


def test_an_ephemeral_server_takes_any_replication_factor_unless_told() -> None:
    name = "kwire.accept.any.replication.factor"
    assert settings("--ephemeral").bool(name)
    assert not settings("--ephemeral", "--set", f"{name}=false").bool(name)
    assert not settings().bool(name)


def test_what_has_no_effect_is_named_once(caplog: pytest.LogCaptureFixture) -> None:
    config = Config(
        {
            "num.io.threads": "8",
            "zookeeper.connect": "z:2181",
            "listeners": "PLAINTEXT://h:1,CONTROLLER://h:2",
            "controller.listener.names": "CONTROLLER",
        }
    )
    with caplog.at_level(logging.INFO, "kwire"):
        tell_about(config)
    assert caplog.messages == [
        "set, but not honoured by kwire yet: num.io.threads",
        "set, but no setting of Kafka: zookeeper.connect",
        "listener CONTROLLER://h:2 is for controllers: there is nothing to serve on it",
    ]
