"""Kafka Streams with `exactly_once_v2`: counts, windows and joins are exact, also when the application is killed."""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import attrs
import confluent_kafka
import pytest

from compat_tests.harness import (
    DEADLINE_S,
    Server,
    eventually,
    java_classes,
    java_command,
    kafka_jars,
    make_server,
    require,
    skip_without,
    unique,
)
from compat_tests.topics import make_topic
from compat_tests.transactions.reading import records

pytestmark = pytest.mark.java

HERE = Path(__file__).resolve().parent
NOON_MS = 1_700_000_000_000
WORDS = ["alpha", "beta", "gamma", "delta"]
AUTHORS = {"a": "Ann", "b": "Bob", "c": "Cid"}

SETTINGS = {"transaction.state.log.num.partitions": "4", "offsets.topic.num.partitions": "4"}


@pytest.fixture(scope="module", autouse=True)
def _java() -> None:
    skip_without(lambda: (require("java"), require("javac"), kafka_jars()))


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    server = make_server(tmp_path / "server", SETTINGS)
    server.start()
    yield server
    server.stop()


@attrs.define
class Application:
    """The Streams application, as one process after the other."""

    server: Server
    id: str
    directory: Path
    process: subprocess.Popen[bytes] | None = None

    @property
    def output(self) -> Path:
        return self.directory / "streams.log"

    def start(self) -> None:
        classes = java_classes(HERE / "WordCount.java")
        command = [*java_command(classpath=[classes]), "WordCount", self.server.bootstrap, self.id]
        with self.output.open("ab") as sink:
            began = sink.tell()
            self.process = subprocess.Popen(
                [*command, str(self.directory / "state"), "exactly_once_v2"],
                stdout=sink,
                stderr=subprocess.STDOUT,
            )

        def running() -> bool:
            assert self.process is not None
            said = self.output.read_bytes()[began:].decode("utf-8", "replace")
            assert self.process.poll() is None, said[-4000:]
            return "\nRUNNING\n" in f"\n{said}"

        eventually(running, "the application runs")

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def _end(self, number: signal.Signals) -> None:
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(number)
        self.process.wait(DEADLINE_S)


@pytest.fixture
def application(server: Server, tmp_path: Path) -> Iterator[Application]:
    name = unique("app")
    for topic in ("lines", "authors", "answers", "counts", "windows", "signed", "talks"):
        make_topic(server, name=f"{name}-{topic}", partitions=2)
    application = Application(server, name, tmp_path)
    yield application
    if application.process is not None:
        application.kill()


class Source:
    """What goes in, and what must come out of it."""

    def __init__(self, application: Application) -> None:
        self.name = application.id
        self.producer = confluent_kafka.Producer(
            {"bootstrap.servers": application.server.bootstrap, "enable.idempotence": True}
        )
        self.random = random.Random(7)
        self.lines: list[tuple[str, str, int]] = []
        for key, author in AUTHORS.items():
            self._send("authors", key, author, NOON_MS - 1000)
            self._send("answers", key, f"yes, {author}", NOON_MS)
        assert self.producer.flush(DEADLINE_S) == 0

    def _send(self, topic: str, key: str, value: str, at_ms: int) -> None:
        self.producer.produce(f"{self.name}-{topic}", key=key, value=value, timestamp=at_ms)

    def write(self, count: int) -> None:
        for _ in range(count):
            key = self.random.choice(list(AUTHORS))
            line = " ".join(self.random.choices(WORDS, k=3))
            at_ms = NOON_MS + len(self.lines) * 20  # in order, and all within a minute of the answers
            self.lines.append((key, line, at_ms))
            self._send("lines", key, line, at_ms)
        assert self.producer.flush(DEADLINE_S) == 0

    def counts(self) -> dict[str, list[str]]:
        """Of each word every count that it ever had, in order."""
        totals = Counter(word for _, line, _ in self.lines for word in line.split())
        return {word: [str(number + 1) for number in range(total)] for word, total in totals.items()}

    def windows(self) -> dict[str, str]:
        """The last count of each word in each window."""
        totals = Counter(
            f"{word}@{at_ms - at_ms % 10_000}" for _, line, at_ms in self.lines for word in line.split()
        )
        return {window: str(total) for window, total in totals.items()}

    def signed(self) -> Counter[str]:
        return Counter(f"{AUTHORS[key]}: {line}" for key, line, _ in self.lines)

    def talks(self) -> Counter[str]:
        return Counter(f"{line} / yes, {AUTHORS[key]}" for key, line, _ in self.lines)


def by_key(found: list[tuple[str, str]]) -> dict[str, list[str]]:
    values: dict[str, list[str]] = {}
    for key, value in found:
        values.setdefault(key, []).append(value)
    return values


def until_exact(application: Application, source: Source) -> None:
    """Wait until as much came out as went in; then it must be exactly that."""

    def came(topic: str) -> list[tuple[str, str]]:
        return records(application.server, f"{application.id}-{topic}")

    words = 3 * len(source.lines)
    eventually(lambda: len(came("counts")) >= words, "all words are counted")
    assert by_key(came("counts")) == source.counts()
    eventually(lambda: len(came("windows")) >= words, "all windows are counted")
    assert {window: values[-1] for window, values in by_key(came("windows")).items()} == source.windows()
    assert len(came("windows")) == words
    eventually(lambda: len(came("signed")) >= len(source.lines), "all lines are signed")
    assert Counter(value for _, value in came("signed")) == source.signed()
    eventually(lambda: len(came("talks")) >= len(source.lines), "all lines are talks")
    assert Counter(value for _, value in came("talks")) == source.talks()


def test_an_application_that_is_killed_in_the_middle_counts_everything_once(
    application: Application, server: Server
) -> None:
    source = Source(application)
    source.write(200)
    application.start()
    eventually(lambda: len(records(server, f"{application.id}-counts")) > 100, "something is counted")
    source.write(200)
    application.kill()
    source.write(200)
    application.start()
    source.write(100)
    until_exact(application, source)
    application.stop()
    shutil.rmtree(application.directory / "state")  # what it knew is in its changelogs
    application.start()
    source.write(100)
    until_exact(application, source)


def test_the_server_is_killed_while_an_application_counts(application: Application, server: Server) -> None:
    source = Source(application)
    source.write(200)
    application.start()
    eventually(lambda: len(records(server, f"{application.id}-counts")) > 100, "something is counted")
    server.restart(clean=False)
    source.write(200)
    until_exact(application, source)
