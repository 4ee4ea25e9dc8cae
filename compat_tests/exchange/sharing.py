"""One data directory that kwire and Apache Kafka have in turns, and what both of them say that it holds."""

from __future__ import annotations

import json
import socket
import sys
import time
from pathlib import Path
from typing import Any, TypeVar

import attrs

from compat_tests.harness import (
    DEADLINE_S,
    KafkaServer,
    KwireServer,
    Server,
    eventually,
    free_port,
    java_classes,
    run,
    run_java,
)
from kwire.codec.headers import decode_response_header
from kwire.codec.messages import load
from kwire.codec.messages.init_producer_id import InitProducerIdRequest
from kwire.codec.messages.produce import PartitionProduceData, ProduceRequest, TopicProduceData
from kwire.errors import ErrorCode
from kwire.records.batch import Record, build_batch
from tests.server.raw_client import request_frame

HERE = Path(__file__).resolve().parent
PRODUCE, INIT_PRODUCER_ID = 0, 22

AnyServer = TypeVar("AnyServer", bound=Server)


@attrs.define
class KafkaHere(KafkaServer):
    """Apache Kafka on a directory that may be another server's: it is formatted only when it is new."""

    def prepare(self) -> None:
        if not (self.directory / "data" / "meta.properties").exists():
            super().prepare()

    def write_properties(self) -> Path:
        file = self.directory / "server.properties"
        file.write_text("".join(f"{key}={value}\n" for key, value in self.properties().items()))
        return file

    def command(self) -> list[str]:
        self.write_properties()
        return super().command()


@attrs.define
class KwireOnKafkasFile(KwireServer):
    """kwire with a `server.properties` that was made for Kafka, and nothing else."""

    file: Path = Path("server.properties")

    def command(self) -> list[str]:
        return [sys.executable, "-m", "kwire", "serve", str(self.file)]


@attrs.define
class Shared:
    """The directory and its two servers, of which at most one runs."""

    directory: Path
    kafka_settings: dict[str, str] = attrs.Factory(dict)
    kwire_settings: dict[str, str] = attrs.Factory(dict)
    port: int = attrs.field(factory=free_port)
    running: Server | None = None

    @property
    def data(self) -> Path:
        return self.directory / "data"

    @property
    def directories(self) -> list[str]:
        """Every directory of `log.dirs`."""
        return self.kafka_settings.get("log.dirs", str(self.data)).split(",")

    def split(self) -> None:
        """Keep the data in two directories."""
        self.kafka_settings["log.dirs"] = f"{self.data},{self.directory / 'more'}"

    def kwire_on_kafkas_file(self) -> KwireServer:
        file = KafkaHere(self.directory, self.port, dict(self.kafka_settings)).write_properties()
        return self._start(KwireOnKafkasFile(self.directory, self.port, file=file))

    def kwire(self, workers: int = 1) -> KwireServer:
        return self._start(KwireServer(self.directory, self.port, dict(self.kwire_settings), workers=workers))

    def kafka(self) -> KafkaHere:
        return self._start(KafkaHere(self.directory, self.port, dict(self.kafka_settings)))

    def _start(self, server: AnyServer) -> AnyServer:
        assert self.running is None or not self.running.running, "one at a time"
        self.running = server
        server.start()
        return server

    def stop(self, *, clean: bool = True) -> None:
        """SIGTERM, or SIGKILL when not `clean`."""
        server = self.running
        assert server is not None
        if clean:
            code = server.stop()
            assert code in server.clean_exit_codes(), f"{server.name} ended with {code}"
        else:
            server.kill()
        self.verify()

    def verify(self) -> None:
        """Whoever had the directory, and however it ended: `kwire verify` finds no problem in it."""
        done = run([sys.executable, "-m", "kwire", "verify", "--deep", "-q", *self.directories], check=False)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")

    def check(self) -> tuple[int, str]:
        """Exit status and report of `kwire migrate --check`."""
        done = run([sys.executable, "-m", "kwire", "migrate", "--check", *self.directories], check=False)
        assert not done.stderr
        return done.returncode, done.stdout

    def fill(self, *words: str) -> None:
        """Write everything that a directory can hold, with the Java client."""
        self._ask("fill", *words)

    def facts(self, *words: str) -> dict[str, Any]:
        """What the running server says that it holds, as the Java client reads it."""
        found: dict[str, Any] = json.loads(self._ask("facts", *words))
        return found

    def _ask(self, what: str, *words: str) -> str:
        assert self.running is not None
        done = run_java(
            "Exchange",
            what,
            self.running.bootstrap,
            *words,
            classpath=[java_classes(HERE / "Exchange.java")],
            timeout_s=2 * DEADLINE_S,
        )
        return done.stdout


@attrs.define
class SequencedProducer:
    """An idempotent producer whose sequence numbers are the test's; it is the same one on every server."""

    producer_id: int
    epoch: int

    @classmethod
    def begin(cls, server: Server) -> SequencedProducer:
        def given() -> SequencedProducer | None:
            answer = ask(server, INIT_PRODUCER_ID, InitProducerIdRequest(None, 60_000), 4)
            if (
                answer.error_code == ErrorCode.COORDINATOR_LOAD_IN_PROGRESS
            ):  # Kafka has to fetch a block of ids first
                return None
            assert answer.error_code == ErrorCode.NONE, ErrorCode(answer.error_code)
            return cls(answer.producer_id, answer.producer_epoch)

        return eventually(given, "a producer id")

    def send(self, server: Server, topic: str, sequence: int, count: int) -> tuple[ErrorCode, int]:
        """(error, base offset) of a batch of `count` records whose first has this sequence number."""
        # Now, because brokers forget producers whose last record is older than producer.id.expiration.ms.
        now_ms = time.time_ns() // 1_000_000
        records = [Record(index, now_ms, None, b"%d" % (sequence + index)) for index in range(count)]
        batch = build_batch(
            records, producer_id=self.producer_id, producer_epoch=self.epoch, base_sequence=sequence
        )
        data = TopicProduceData(name=topic, partition_data=[PartitionProduceData(0, batch)])
        answer = ask(server, PRODUCE, ProduceRequest(None, -1, 30_000, [data]), 9)
        partition = answer.responses[0].partition_responses[0]
        return ErrorCode(partition.error_code), partition.base_offset


def ask(server: Server, key: int, request: Any, version: int) -> Any:
    """Send one request over a connection of its own; the answer."""
    with socket.create_connection(("127.0.0.1", server.port), DEADLINE_S) as connection:
        connection.sendall(request_frame(key, request, version, 1))
        with connection.makefile("rb") as source:
            frame = source.read(int.from_bytes(source.read(4), "big"))
    _, position = decode_response_header(frame, 0, len(frame), key, version)
    return load(key).decode_response(frame, position, len(frame), version)
