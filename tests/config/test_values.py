"""What was set: where from, which holds, and what it amounts to."""

from __future__ import annotations

from pathlib import Path

import pytest

from kwire.config import Config
from kwire.errors import InvalidSetting


def write(directory: Path, text: str | bytes) -> str:
    path = directory / "server.properties"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(path)


def test_values_are_typed_and_default() -> None:
    config = Config({"num.partitions": " 3 ", "log.dirs": "/a, /b"})
    assert config.int("num.partitions") == 3
    assert config.text("num.partitions") == "3"
    assert config.list("log.dirs") == config.log_dirs == ["/a", "/b"]
    assert config.bool("auto.create.topics.enable") is True
    assert config.float("log.cleaner.min.cleanable.ratio") == 0.5
    assert config.text("log.cleaner.min.cleanable.ratio") == "0.5"
    assert config.text_or_none("broker.rack") is None
    assert config.list("early.start.listeners") == []
    assert config.explicit == {"num.partitions": " 3 ", "log.dirs": "/a, /b"}


def test_an_unknown_name_is_a_mistake_of_the_program() -> None:
    with pytest.raises(KeyError):
        Config().int("no.such.setting")


def test_a_bad_value_is_refused_at_once() -> None:
    with pytest.raises(InvalidSetting, match=r"^num\.partitions=0: it must be 1 or more$"):
        Config({"num.partitions": "0"})


def test_what_has_no_effect_is_named() -> None:
    config = Config(
        {"num.io.threads": "8", "node.id": "1", "x.y": "z", "listener.name.a.ssl.key.password": "x"}
    )
    assert config.unhonoured() == ["listener.name.a.ssl.key.password", "num.io.threads"]
    assert config.unknown() == ["x.y"]


def test_an_unknown_setting_of_our_own_is_refused() -> None:
    with pytest.raises(InvalidSetting, match=r"kwire\.acept: there is no such setting"):
        Config({"kwire.acept": "true"})


def test_overrides_win_and_leave_the_original_alone() -> None:
    before = Config({"num.partitions": "3", "node.id": "5"})
    after = before.with_overrides({"num.partitions": "4"})
    assert (before.int("num.partitions"), after.int("num.partitions"), after.node_id) == (3, 4, 5)


def test_later_sources_win(tmp_path: Path) -> None:
    file = write(tmp_path, "node.id=1\nnum.partitions=1\nlog.dirs=/file\nbroker.rack=file\n")
    environment = {"KAFKA_NUM_PARTITIONS": "2", "KAFKA_LOG_DIRS": "/environment"}
    config = Config.from_sources(
        file, environment, {"log.dirs": "/override"}, defaults={"broker.rack": "x", "message.max.bytes": "7"}
    )
    assert config.node_id == 1
    assert config.int("num.partitions") == 2
    assert config.log_dirs == ["/override"]
    assert config.text("broker.rack") == "file"
    assert config.int("message.max.bytes") == 7


def test_an_override_of_none_takes_a_setting_back(tmp_path: Path) -> None:
    file = write(tmp_path, "advertised.listeners=PLAINTEXT://outside:1\n")
    config = Config.from_sources(file, {}, {"advertised.listeners": None})
    assert "advertised.listeners" not in config.explicit


def test_a_mistake_in_a_file_is_told_with_file_and_line(tmp_path: Path) -> None:
    file = write(tmp_path, "# mine\nnode.id=1\n\nnum.partitions=many\n")
    with pytest.raises(InvalidSetting) as caught:
        Config.from_sources(file)
    assert str(caught.value) == f"{file}, line 4: num.partitions=many: it must be a whole number"


def test_a_mistake_in_the_environment_is_told_with_its_variable() -> None:
    with pytest.raises(InvalidSetting, match=r"^KAFKA_NODE_ID: node\.id=x: it must be a whole number$"):
        Config.from_sources(environment={"KAFKA_NODE_ID": "x"})


def test_a_mistake_that_was_overridden_is_none(tmp_path: Path) -> None:
    config = Config.from_sources(write(tmp_path, "node.id=x"), {}, {"node.id": "2"})
    assert config.node_id == 2


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1"])
def test_files_are_utf_8_or_what_java_writes(tmp_path: Path, encoding: str) -> None:
    file = write(tmp_path, "broker.rack=caf\u00e9".encode(encoding))
    assert Config.from_sources(file).text("broker.rack") == "café"


def test_a_file_that_is_not_there_is_the_systems_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Config.from_sources(str(tmp_path / "none.properties"))


def test_the_server_properties_of_kafka_itself_are_taken_as_they_are(tmp_path: Path) -> None:
    file = write(
        tmp_path,
        """
        process.roles=broker,controller
        node.id=1
        controller.quorum.bootstrap.servers=localhost:9093
        listeners=PLAINTEXT://:9092,CONTROLLER://:9093
        inter.broker.listener.name=PLAINTEXT
        advertised.listeners=PLAINTEXT://localhost:9092,CONTROLLER://localhost:9093
        controller.listener.names=CONTROLLER
        listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT
        num.network.threads=3
        num.io.threads=8
        socket.send.buffer.bytes=102400
        socket.receive.buffer.bytes=102400
        socket.request.max.bytes=104857600
        log.dirs=/tmp/kraft-combined-logs
        num.partitions=1
        num.recovery.threads.per.data.dir=2
        offsets.topic.replication.factor=1
        share.coordinator.state.topic.replication.factor=1
        share.coordinator.state.topic.min.isr=1
        transaction.state.log.replication.factor=1
        transaction.state.log.min.isr=1
        log.retention.hours=168
        log.segment.bytes=1073741824
        log.retention.check.interval.ms=300000
        """,
    )
    config = Config.from_sources(file)
    config.check()
    assert config.unknown() == []
    assert config.advertised == {"PLAINTEXT": ("localhost", 9092)}


def test_the_environment_of_the_official_image_is_taken_as_it_is() -> None:
    config = Config.from_sources(
        environment={
            "CLUSTER_ID": "5L6g3nShT-eMCtK--X86sw",
            "KAFKA_NODE_ID": "1",
            "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,PLAINTEXT_HOST:PLAINTEXT",
            "KAFKA_LISTENERS": "PLAINTEXT://localhost:29092,CONTROLLER://localhost:29093,PLAINTEXT_HOST://0.0.0.0:9092",
            "KAFKA_ADVERTISED_LISTENERS": "PLAINTEXT://localhost:29092,PLAINTEXT_HOST://localhost:9092",
            "KAFKA_PROCESS_ROLES": "broker,controller",
            "KAFKA_CONTROLLER_QUORUM_VOTERS": "1@localhost:29093",
            "KAFKA_INTER_BROKER_LISTENER_NAME": "PLAINTEXT",
            "KAFKA_CONTROLLER_LISTENER_NAMES": "CONTROLLER",
        }
    )
    config.check()
    assert config.text("cluster.id") == "5L6g3nShT-eMCtK--X86sw"
    assert [str(each) for each in config.listeners] == [
        "PLAINTEXT://localhost:29092",
        "PLAINTEXT_HOST://0.0.0.0:9092",
    ]
    assert config.advertised == {"PLAINTEXT": ("localhost", 29092), "PLAINTEXT_HOST": ("localhost", 9092)}


DEFAULTS = {"listeners": "PLAINTEXT://0.0.0.0:9092", "advertised.listeners": "PLAINTEXT://localhost:9092"}


def test_listeners_that_nobody_set_follow_from_what_is_advertised() -> None:
    config = Config.from_sources(
        environment={
            "KAFKA_ADVERTISED_LISTENERS": "A://kafka:29092,B://localhost:9092",
            "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP": "A:PLAINTEXT,B:PLAINTEXT",
        },
        defaults=DEFAULTS,
    )
    assert list(map(str, config.listeners)) == ["A://:29092", "B://:9092"]
    assert config.advertised == {"A": ("kafka", 29092), "B": ("localhost", 9092)}


def test_half_of_a_default_does_not_hold() -> None:
    config = Config.from_sources(environment={"KAFKA_LISTENERS": "PLAINTEXT://h:1"}, defaults=DEFAULTS)
    assert config.advertised == {"PLAINTEXT": ("h", 1)}
    assert Config.from_sources(defaults=DEFAULTS).advertised == {"PLAINTEXT": ("localhost", 9092)}


def test_broker_id_is_the_old_name_of_node_id() -> None:
    assert Config({"broker.id": "7"}).node_id == 7
    assert Config({"broker.id": "7", "node.id": "7"}).node_id == 7
    with pytest.raises(InvalidSetting, match=r"node\.id=1 and broker\.id=2 are two names of one number"):
        Config({"broker.id": "2", "node.id": "1"}).check()
    with pytest.raises(InvalidSetting, match=r"broker\.id=-1: it must be 0 or more"):
        Config({"broker.id": "-1"}).check()


def test_log_dirs_goes_before_log_dir() -> None:
    assert Config().log_dirs == ["./kwire-data"]
    assert Config({"log.dir": "/a"}).log_dirs == ["/a"]
    assert Config({"log.dir": "/a", "log.dirs": "/b"}).log_dirs == ["/b"]


def test_a_node_that_is_only_a_controller_is_refused() -> None:
    with pytest.raises(InvalidSetting, match=r"process\.roles=controller: kwire serves clients"):
        Config({"process.roles": "controller"}).check()


def test_the_listener_between_brokers_must_be_one() -> None:
    with pytest.raises(InvalidSetting, match=r"inter\.broker\.listener\.name=B: there is no such listener"):
        Config({"inter.broker.listener.name": "B"}).check()
    with pytest.raises(InvalidSetting, match="set one of them"):
        Config({"inter.broker.listener.name": "B", "security.inter.broker.protocol": "PLAINTEXT"}).check()
