"""`kwire.Broker`: a server in this process, as a user's program sees it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import trio

import kwire
from kwire.errors import CannotStart, InvalidSetting
from tests.server.raw_client import RawClient


def produce(broker: kwire.Broker, value: bytes) -> int:
    async def run() -> int:
        client = await RawClient.connect(broker.port)
        async with client.stream:
            await client.create("orders")
            return await client.produce("orders", value)

    return trio.run(run)


def test_a_broker_serves_inside_its_with_block_and_is_gone_after_it() -> None:
    with kwire.Broker() as broker:
        host, port = broker.bootstrap_servers.split(":")
        assert (host, int(port)) == ("127.0.0.1", broker.port)
        assert broker.address("PLAINTEXT") == broker.bootstrap_servers
        assert produce(broker, b"tea") == 0
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((host, int(port)))


def test_start_and_stop_work_without_with() -> None:
    broker = kwire.Broker()
    assert repr(broker) == "<kwire.Broker stopped>"
    assert broker.start() is broker
    assert broker.bootstrap_servers in repr(broker)
    broker.stop()
    broker.stop()


def test_brokers_live_side_by_side() -> None:
    with kwire.Broker() as one, kwire.Broker() as other:
        assert produce(one, b"tea") == 0
        assert produce(one, b"more") == 1
        assert produce(other, b"coffee") == 0


def test_data_is_temporary_unless_it_has_a_directory(tmp_path: Path) -> None:
    with kwire.Broker() as broker:
        produce(broker, b"tea")
        broker.stop()
        broker.start()
        assert produce(broker, b"tea") == 0
    with kwire.Broker(data=tmp_path) as broker:
        assert produce(broker, b"tea") == 0
        broker.stop()
        broker.start()
        assert produce(broker, b"more") == 1


def test_temporary_data_is_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with kwire.Broker():
        assert len(os.listdir(tmp_path)) == 1
    assert os.listdir(tmp_path) == []


def test_settings_have_kafkas_names(tmp_path: Path) -> None:
    settings = {"num.partitions": 3, "auto.create.topics.enable": True, "log.segment.bytes": "1048576"}
    with kwire.Broker(data=tmp_path, config=settings) as broker:
        produce(broker, b"tea")
        assert {f"orders-{index}" for index in range(3)} <= set(os.listdir(tmp_path))


def test_listeners_may_be_several(tmp_path: Path) -> None:
    settings = {
        "listeners": "ONE://127.0.0.1:0,TWO://127.0.0.1:0",
        "listener.security.protocol.map": "ONE:PLAINTEXT,TWO:PLAINTEXT",
        "inter.broker.listener.name": "ONE",
    }
    with kwire.Broker(config=settings) as broker:
        assert broker.bootstrap_servers == f"{broker.address('ONE')},{broker.address('TWO')}"


def test_what_keeps_it_from_starting_is_raised_in_the_caller(tmp_path: Path) -> None:
    with kwire.Broker(data=tmp_path) as first:
        with pytest.raises(CannotStart):
            kwire.Broker(data=tmp_path).start()
        with pytest.raises(CannotStart, match=f"Port {first.port} is in use"):
            kwire.Broker(config={"listeners": f"PLAINTEXT://127.0.0.1:{first.port}"}).start()
    with pytest.raises(InvalidSetting, match=r"num\.partitions"):
        kwire.Broker(config={"num.partitions": "many"}).start()


def test_a_broker_that_could_not_start_can_be_started_later(tmp_path: Path) -> None:
    second = kwire.Broker(data=tmp_path)
    with kwire.Broker(data=tmp_path), pytest.raises(CannotStart):
        second.start()
    with second:
        assert second.port > 0


def test_a_broker_that_does_not_run_has_no_address() -> None:
    with pytest.raises(RuntimeError, match="not running"):
        kwire.Broker().bootstrap_servers  # noqa: B018


def test_a_running_broker_cannot_be_started_again() -> None:
    with kwire.Broker() as broker, pytest.raises(RuntimeError, match="running already"):
        broker.start()


def test_a_forgotten_broker_is_stopped_when_the_interpreter_exits(tmp_path: Path) -> None:
    code = f"import kwire; kwire.Broker(data={str(tmp_path)!r}).start(); print('done')"
    ended = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert (ended.stdout, ended.stderr) == ("done\n", "")
    assert (tmp_path / ".kafka_cleanshutdown").exists()


def test_the_public_door_opens_lazily() -> None:
    assert {"Broker", "Config", "__version__", "serve"} <= set(dir(kwire))
    with pytest.raises(AttributeError, match="Brocker"):
        kwire.Brocker  # noqa: B018
