"""`kwire serve --workers`: real processes, their parent, and clients on real sockets."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest
import trio

from kwire.codec.messages import load
from kwire.config import Config
from kwire.errors import ErrorCode, InvalidSetting
from kwire.log.worker_files import is_worker_file
from kwire.server.run import serve
from kwire.server.workers import check_ports_of_workers, config_of_worker
from tests.server.raw_client import RawClient

DEADLINE_S = 60.0
SERVER = """
import sys
from kwire.cli import main
sys.exit(main(["serve", "--data", sys.argv[1], "--listen", "127.0.0.1:0", *sys.argv[2:]]))
"""


def is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat")
    return not state.exists() or state.read_text().rpartition(")")[2].split()[0] != "Z"


def eventually(probe: Callable[[], object]) -> None:
    end = time.monotonic() + DEADLINE_S
    while not probe():
        assert time.monotonic() < end
        time.sleep(0.02)


@attrs.define
class Parent:
    """A parent with its workers."""

    process: subprocess.Popen[str]
    data: Path
    ports: list[int] = attrs.Factory(list)

    @property
    def workers(self) -> list[int]:
        """Their processes, the controller's first."""
        listed = subprocess.run(
            ["pgrep", "-P", str(self.process.pid)], capture_output=True, text=True, check=False
        )
        return sorted(map(int, listed.stdout.split()))

    def wait_ready(self) -> Parent:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert "ready on " in line, line + (self.process.communicate()[1] or "")
        addresses = line.partition("ready on ")[2].partition("  (")[0].split(", ")
        self.ports = [int(address.rpartition(":")[2]) for address in addresses]
        return self

    async def client(self, worker: int) -> RawClient:
        return await RawClient.connect(self.ports[worker - 1])

    async def leads(self, topic: str) -> int:
        """The worker that leads partition 0 of a topic that is made for it."""
        client = await self.client(1)
        await client.create(topic)
        wire = load(3)
        answer = await client.ask(3, wire.MetadataRequest([wire.MetadataRequestTopic(name=topic)]), 9)
        await client.stream.aclose()
        leader: int = answer.topics[0].partitions[0].leader_id
        return leader

    async def topic_led_by(self, worker: int) -> str:
        for number in range(100):
            if await self.leads(f"t{number}") == worker:
                return f"t{number}"
        raise AssertionError("chance does not do that")

    def kill(self, worker: int) -> None:
        os.kill(self.workers[worker - 1], signal.SIGKILL)

    @property
    def is_clean(self) -> bool:
        names = {path.name for path in self.data.iterdir()}
        return ".kafka_cleanshutdown" in names and not any(map(is_worker_file, names))


Start = Callable[..., Parent]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    started: list[Parent] = []

    def run(*options: str, count: int = 2) -> Parent:
        process = subprocess.Popen(
            [sys.executable, "-c", SERVER, str(tmp_path / "data"), "--workers", str(count), *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "TMPDIR": str(tmp_path)},
        )
        parent = Parent(process, tmp_path / "data")
        started.append(parent)
        return parent

    yield run
    for parent in started:
        if parent.process.poll() is None:
            for pid in parent.workers:
                os.kill(pid, signal.SIGKILL)
            parent.process.kill()
        parent.process.communicate()


async def produce(parent: Parent, worker: int, topic: str, value: bytes) -> int:
    """Append a record; a connection that breaks is made anew, as clients do."""
    with trio.fail_after(DEADLINE_S):
        while True:
            try:
                client = await parent.client(worker)
                answer = await client.try_to_produce(topic, value)
                await client.stream.aclose()
            except (OSError, EOFError, trio.BrokenResourceError):
                await trio.sleep(0.02)
                continue
            if answer.error_code == ErrorCode.NONE:
                return int(answer.base_offset)
            await trio.sleep(0.02)


async def read(parent: Parent, worker: int, topic: str) -> bytes:
    client = await parent.client(worker)
    await client.send_fetch(topic)
    records = await client.receive_fetch()
    await client.stream.aclose()
    return records


async def test_an_embedded_broker_is_one_worker(tmp_path: Path) -> None:
    config = Config({"listeners": "PLAINTEXT://127.0.0.1:0", "log.dirs": str(tmp_path), "kwire.workers": "2"})
    with pytest.raises(InvalidSetting, match="one process is one worker"):
        await serve(config, handle_signals=False)


async def test_all_of_them_serve_and_leave_the_directory_of_one_node(start: Start) -> None:
    parent = start(count=3).wait_ready()
    assert len(parent.ports) == len(set(parent.ports)) == 3
    for worker in (1, 2, 3):
        client = await parent.client(worker)
        answer = await client.ask(3, load(3).MetadataRequest([]), 9)
        assert [(node.node_id, node.port) for node in answer.brokers] == [*enumerate(parent.ports, 1)]
        await client.stream.aclose()
    topic = await parent.topic_led_by(2)
    assert await produce(parent, 2, topic, b"kept") == 0
    workers = parent.workers
    parent.process.terminate()
    assert parent.process.wait(DEADLINE_S) == 0
    assert parent.is_clean
    assert not any(map(is_there, workers))
    again = start(count=2).wait_ready()
    assert b"kept" in await read(again, await again.leads(topic), topic)


@pytest.mark.parametrize("worker", [1, 2])
async def test_a_worker_that_is_killed_comes_back_with_all_that_was_acknowledged(
    start: Start, worker: int
) -> None:
    parent = start().wait_ready()
    topic = await parent.topic_led_by(worker)
    other = await parent.topic_led_by(3 - worker)
    for number in range(5):
        assert await produce(parent, worker, topic, b"before") == number
    parent.kill(worker)
    assert await produce(parent, 3 - worker, other, b"meanwhile") == 0
    assert await produce(parent, worker, topic, b"after") == 5
    records = await read(parent, worker, topic)
    assert records.count(b"before") == 5
    parent.process.terminate()
    assert parent.process.wait(DEADLINE_S) == 0
    assert parent.is_clean


async def test_a_client_that_connects_while_a_worker_starts_again_waits(start: Start) -> None:
    parent = start().wait_ready()
    before = parent.workers[1]
    os.kill(before, signal.SIGKILL)
    client = await parent.client(2)  # nobody refuses it
    with trio.fail_after(DEADLINE_S):
        answer = await client.ask(3, load(3).MetadataRequest([]), 9)
    assert len(answer.brokers) == 2
    assert before not in parent.workers
    await client.stream.aclose()


async def test_a_worker_that_is_told_to_stop_alone_is_started_again(start: Start) -> None:
    parent = start().wait_ready()
    topic = await parent.topic_led_by(2)
    assert await produce(parent, 2, topic, b"x") == 0
    before = parent.workers[1]
    os.kill(before, signal.SIGTERM)
    eventually(lambda: not is_there(before))
    assert await produce(parent, 2, topic, b"y") == 1


async def test_when_the_parent_dies_the_workers_stop_in_order(start: Start) -> None:
    parent = start().wait_ready()
    topic = await parent.topic_led_by(2)
    assert await produce(parent, 2, topic, b"x") == 0
    workers = parent.workers
    parent.process.kill()
    eventually(lambda: not any(map(is_there, workers)))
    assert parent.is_clean
    again = start(count=1)
    again.wait_ready()
    assert b"x" in await read(again, 1, topic)


async def test_a_worker_that_starts_does_not_outlive_its_parent(start: Start) -> None:
    parent = start().wait_ready()
    controller, other = parent.workers
    os.kill(controller, signal.SIGSTOP)  # so that the other one waits for it when it starts again
    os.kill(other, signal.SIGKILL)
    eventually(lambda: parent.workers[1:] not in ([], [other]))
    started = parent.workers[1]
    parent.process.kill()
    eventually(lambda: not is_there(started))
    os.kill(controller, signal.SIGCONT)
    eventually(lambda: not is_there(controller))


async def test_a_second_signal_ends_everybody_at_once_and_loses_nothing(start: Start) -> None:
    parent = start().wait_ready()
    topic = await parent.topic_led_by(2)
    assert await produce(parent, 2, topic, b"x") == 0
    for pid in parent.workers:
        os.kill(pid, signal.SIGSTOP)  # so that an orderly stop cannot be over before the second signal
    workers = parent.workers
    parent.process.send_signal(signal.SIGINT)
    assert parent.process.stderr is not None
    for line in parent.process.stderr:
        if "once more" in line:
            break
    parent.process.send_signal(signal.SIGINT)
    assert parent.process.wait(DEADLINE_S) == 128 + signal.SIGINT
    eventually(lambda: not any(map(is_there, workers)))
    again = start(count=2).wait_ready()
    assert b"x" in await read(again, await again.leads(topic), topic)


async def test_every_worker_takes_what_only_the_controller_decides(start: Start) -> None:
    parent = start().wait_ready()
    client = await parent.client(2)
    wire = load(19)
    topic = wire.CreatableTopic(name="made", num_partitions=2, replication_factor=1)
    request = wire.CreateTopicsRequest(topics=[topic], timeout_ms=1000)
    first = await client.ask(19, request, 7)
    second = await client.ask(19, request, 7)
    assert [result.error_code for result in first.topics] == [ErrorCode.NONE]
    assert [(result.error_code, result.error_message) for result in second.topics] == [
        (ErrorCode.TOPIC_ALREADY_EXISTS, "Topic 'made' already exists.")
    ]
    wire = load(3)
    answer = await client.ask(3, wire.MetadataRequest([wire.MetadataRequestTopic(name="made")]), 9)
    assert sorted(part.leader_id for part in answer.topics[0].partitions) == [1, 2]
    wire = load(44)
    change = wire.AlterableConfig(name="retention.ms", config_operation=0, value="1000")
    resource = wire.AlterConfigsResource(resource_type=2, resource_name="made", configs=[change])
    done = await client.ask(44, wire.IncrementalAlterConfigsRequest(resources=[resource]), 1)
    assert [result.error_code for result in done.responses] == [ErrorCode.NONE]
    wire = load(32)
    asked = wire.DescribeConfigsResource(
        resource_type=2, resource_name="made", configuration_keys=["retention.ms"]
    )
    for worker in (1, 2):
        other = await parent.client(worker)
        shown = await other.ask(32, wire.DescribeConfigsRequest(resources=[asked]), 4)
        assert shown.results[0].configs[0].value == "1000"
        await other.stream.aclose()
    wire = load(20)
    gone = await client.ask(20, wire.DeleteTopicsRequest(topics=[wire.DeleteTopicState(name="made")]), 6)
    assert gone.responses[0].error_code == ErrorCode.NONE
    await client.stream.aclose()


async def test_what_workers_say_to_each_other_is_not_for_clients(start: Start) -> None:
    parent = start().wait_ready()
    for worker in (1, 2):
        for key in (58, 59, 62, 63, 67):
            client = await parent.client(worker)
            await client.send(key, _request(key), 0)
            assert await client.is_closed()
            await client.stream.aclose()


def _request(key: int) -> Any:
    wire = load(key)
    return getattr(wire, f"{wire.NAME}Request")()


def test_a_port_in_use_is_told_before_anybody_begins(start: Start) -> None:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        sock.listen()
        port = sock.getsockname()[1]
        parent = start("--listen", f"127.0.0.1:{port - 1}")
        _, errors = parent.process.communicate(timeout=DEADLINE_S)
    assert parent.process.returncode != 0
    assert f"Port {port} is in use" in errors or f"Port {port - 1} is in use" in errors
    assert not parent.data.exists()


def test_data_that_cannot_be_used_is_told_by_the_parent(start: Start, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "holiday.jpg").write_bytes(b"")
    parent = start()
    out, errors = parent.process.communicate(timeout=DEADLINE_S)
    assert parent.process.returncode != 0
    assert "holiday.jpg" in errors
    assert not out
    assert not parent.workers


def test_ports_follow_those_of_the_worker_before() -> None:
    config = Config(
        {
            "listeners": "IN://127.0.0.1:9092,OUT://[::1]:19092,CONTROLLER://:9093",
            "advertised.listeners": "IN://127.0.0.1:9092,OUT://example.org:29092",
            "listener.security.protocol.map": "IN:PLAINTEXT,OUT:PLAINTEXT,CONTROLLER:PLAINTEXT",
            "controller.listener.names": "CONTROLLER",
        }
    )
    third = config_of_worker(config, 3)
    assert [(each.name, each.host, each.port) for each in third.listeners] == [
        ("IN", "127.0.0.1", 9094),
        ("OUT", "::1", 19094),
    ]
    assert third.advertised == {"IN": ("127.0.0.1", 9094), "OUT": ("example.org", 29094)}
    assert config_of_worker(config, 1) is config
    with pytest.raises(InvalidSetting, match="IN, and OUT has 9093: leave room"):
        check_ports_of_workers(
            Config({**config.explicit, "listeners": "IN://127.0.0.1:9092,OUT://127.0.0.1:9093"}), 2
        )
    check_ports_of_workers(config, 2)
    free = config_of_worker(Config({"listeners": "PLAINTEXT://127.0.0.1:0"}), 2)
    assert [each.port for each in free.listeners] == [0]
    with pytest.raises(InvalidSetting, match="no port 65536 for worker 2"):
        config_of_worker(Config({"listeners": "PLAINTEXT://127.0.0.1:65535"}), 2)
