"""The clients of a campaign: producers that write down what they were promised, consumers what they were given.

Each is a thread with a client of its own that lives through every death of the server, as in real life. What a client
cannot get over by itself is a failure of the campaign.
"""

from __future__ import annotations

import itertools
import threading
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Collection
from random import Random
from typing import Any

import attrs
import confluent_kafka
import kafka

from kwire.errors import ErrorCode
from kwire.records.batch import Record, build_batch
from soak.ledger import SOMEWHERE, Ledger, Place, Promise, Violation, make_value, name_of
from soak.wire import Moving, Refused, Wire

AGAIN_S = 0.03
"""How long a raw client waits before it tries to reach a server that is not there."""

OUTSTANDING = 200
"""So many records may wait for their acknowledgement in a client library."""

PATIENCE_S = 60.0

UNDECIDED = {ErrorCode.REQUEST_TIMED_OUT}
"""A server that stops answers so when it cannot wait for a sync."""


@attrs.frozen
class Topic:
    """A topic of the campaign, and how large its records are."""

    name: str
    partitions: int
    settings: dict[str, str]
    smallest: int
    largest: int
    pause_s: float = 0.0
    """How long a producer rests after a record or batch for it."""

    @property
    def compacted(self) -> bool:
        return "compact" in self.settings.get("cleanup.policy", "")


class Client(threading.Thread, ABC):
    """One client. `halt` asks it to finish what it has begun, `abandon` to leave it; errors go to the ledger."""

    def __init__(self, name: str, ledger: Ledger, port: int) -> None:
        super().__init__(name=name, daemon=True)
        self.ledger = ledger
        self.port = port
        self.halting = threading.Event()
        self.abandoned = False

    def run(self) -> None:
        try:
            self.work()
        except Exception as error:  # noqa: BLE001 - the campaign raises it where it is seen
            if not self.abandoned:
                error.add_note(f"in {self.name}")
                self.ledger.failures.append(error)

    def halt(self) -> None:
        self.halting.set()

    def abandon(self) -> None:
        self.abandoned = True
        self.halting.set()

    @abstractmethod
    def work(self) -> None: ...

    @property
    def bootstrap(self) -> str:
        return f"127.0.0.1:{self.port}"


class Producer(Client):
    """Writes numbered records into random partitions."""

    tombstone_chance = 0.1
    """How many of the records with keys have no value."""

    def __init__(
        self, name: str, ledger: Ledger, port: int, topics: list[Topic], seed: int, *, pause_s: float = 0.006
    ) -> None:
        super().__init__(name, ledger, port)
        self.topics = topics
        self.random = Random(seed)
        self.pause_s = pause_s
        self.number = 0

    def next_record(
        self, topic: Topic, place: Place, *, keyed: bool = True
    ) -> tuple[bytes | None, bytes | None, Promise]:
        """(key, value, the promise but for its offset) of a new record."""
        self.number += 1
        value = make_value(self.name, self.number, self.random.randint(topic.smallest, topic.largest))
        name = name_of(value)
        if not topic.compacted:
            return None, value, Promise(place, -1, name, self.name)
        key = f"{self.name}/{self.random.randrange(40)}".encode()
        if self.random.random() < self.tombstone_chance:
            return key, None, Promise(place, -1, key, self.name, key, tombstone=True)
        return key, value, Promise(place, -1, name, self.name, key)

    def pick(self) -> tuple[Topic, Place]:
        topic = self.random.choice(self.topics)
        return topic, Place(topic.name, self.random.randrange(topic.partitions))


class ConfluentProducer(Producer):
    """librdkafka, idempotent: it sends again by itself what was not acknowledged."""

    def __init__(self, *arguments: Any, settings: dict[str, object], **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.settings = settings

    def work(self) -> None:
        producer = confluent_kafka.Producer(
            {
                "bootstrap.servers": self.bootstrap,
                "enable.idempotence": True,
                "message.timeout.ms": 0,  # never give up
                "socket.timeout.ms": 60_000,
                "reconnect.backoff.ms": 20,
                "reconnect.backoff.max.ms": 100,
                "retry.backoff.ms": 20,
                "retry.backoff.max.ms": 100,
                "linger.ms": 2,
                "log_level": 0,
                "error_cb": lambda error: self.note(error),
                **self.settings,
            }
        )
        while not self.halting.is_set():
            topic, place = self.pick()
            key, value, promise = self.next_record(topic, place)
            while len(producer) > OUTSTANDING and not self.halting.is_set():
                producer.poll(0.05)
            producer.produce(
                place.topic,
                value=value,
                key=key,
                partition=place.partition,
                on_delivery=self.reporter(promise),
            )
            producer.poll(0)
            time.sleep(self.pause_s + topic.pause_s)
        deadline = time.monotonic() + PATIENCE_S
        while (left := producer.flush(0.2)) and time.monotonic() < deadline and not self.abandoned:
            pass
        if self.abandoned:
            producer.purge()
        elif left:
            raise Violation(f"{self.name}: {left} records were never acknowledged")

    def reporter(self, promise: Promise) -> Callable[[Any, Any], None]:
        def report(error: Any, message: Any) -> None:
            if error is not None:
                self.ledger.failures.append(
                    Violation(f"{self.name}: {promise.name.decode()} was refused: {error}")
                )
            else:
                # None: it was told of an error and concludes from what came after that the record is there.
                offset = message.offset()
                self.ledger.promise(attrs.evolve(promise, offset=SOMEWHERE if offset is None else offset))

        return report

    def note(self, error: Any) -> None:
        if error.fatal():
            self.ledger.failures.append(Violation(f"{self.name}: a fatal error: {error}"))


class KafkaPythonProducer(Producer):
    """kafka-python, idempotent."""

    def work(self) -> None:
        producer = kafka.KafkaProducer(
            bootstrap_servers=self.bootstrap,
            enable_idempotence=True,
            compression_type="gzip",
            batch_size=4096,
            linger_ms=2,
            delivery_timeout_ms=3_600_000,
            request_timeout_ms=60_000,
            reconnect_backoff_ms=20,
            reconnect_backoff_max_ms=100,
            retry_backoff_ms=20,
            api_version=(2, 5),
        )
        waiting: deque[tuple[Any, Promise]] = deque()
        while (not self.halting.is_set() or waiting) and not self.abandoned:
            if not self.halting.is_set() and len(waiting) < OUTSTANDING:
                topic, place = self.pick()
                key, value, promise = self.next_record(topic, place)
                future = producer.send(place.topic, value=value, key=key, partition=place.partition)
                waiting.append((future, promise))
                time.sleep(self.pause_s + topic.pause_s)
            else:
                time.sleep(0.01)
            while waiting and waiting[0][0].is_done:
                future, promise = waiting.popleft()
                self.ledger.promise(attrs.evolve(promise, offset=future.get(0).offset))
        if self.abandoned:
            # close(timeout=0) first flushes, and raises with its own thread still running.
            producer._sender.force_close()
            producer._sender.join()
        producer.close(timeout=PATIENCE_S)


@attrs.define
class Batch:
    """A batch that was sent and not yet answered."""

    place: Place
    data: bytes
    promises: list[Promise]
    acks: int
    expected: int | None = None
    """The offset that it was given before: it is sent once more on purpose."""


class RawProducer(Producer):
    """Our own codec: keeps a window of batches in flight and sends them all again, in order, to a new server.

    It also sends batches again that were acknowledged already, and expects the answer that it got before.
    """

    def __init__(
        self, *arguments: Any, window: int = 5, bears: Collection[ErrorCode] = (), **more: Any
    ) -> None:
        """`bears` are errors that it gets over by trying again; with these the window is 1."""
        super().__init__(*arguments, **more)
        self.window = window
        self.bears = bears
        self.refusals = 0
        self.in_flight: deque[Batch] = deque()
        self.producer_id = -1
        self.sequences: dict[Place, int] = {}

    @property
    def going_on(self) -> bool:
        return not self.halting.is_set() or (bool(self.in_flight) and not self.abandoned)

    def work(self) -> None:
        while self.going_on:
            try:
                with Wire(self.port, client_id=self.name) as wire:
                    self.talk(wire)
            except (OSError, EOFError):
                time.sleep(AGAIN_S)

    def talk(self, wire: Wire) -> None:
        if self.producer_id < 0:
            self.producer_id = wire.new_producer_id()
        for batch in self.in_flight:
            wire.send_batch(batch.place, batch.data, acks=batch.acks)
        while self.going_on:
            while len(self.in_flight) < self.window and not self.halting.is_set():
                batch = self.next_batch()
                self.in_flight.append(batch)
                wire.send_batch(batch.place, batch.data, acks=batch.acks)
            if self.in_flight:
                self.take_answer(wire)

    def take_answer(self, wire: Wire) -> None:
        batch = self.in_flight[0]
        name = batch.promises[0].name.decode()
        try:
            offset = wire.receive_offset(f"{name} to {batch.place}")
        except Refused as refused:
            if refused.code in UNDECIDED:
                raise EOFError(str(refused)) from refused  # ask again, as if there had been no answer
            if refused.code not in self.bears:
                raise Violation(f"{self.name} was refused: {refused}") from refused
            self.refusals += 1
            time.sleep(AGAIN_S)
            wire.send_batch(batch.place, batch.data, acks=batch.acks)
            return
        self.in_flight.popleft()
        if batch.expected is not None and batch.expected != offset:
            raise Violation(f"{name}, sent again to {batch.place}: at offset {offset}, not {batch.expected}")
        if batch.expected is None:
            self.ledger.promise(
                *(
                    attrs.evolve(promise, offset=offset + index)
                    for index, promise in enumerate(batch.promises)
                )
            )
            if self.random.random() < 0.1 and all(batch.place != other.place for other in self.in_flight):
                repeated = attrs.evolve(batch, expected=offset)
                self.in_flight.append(repeated)
                wire.send_batch(repeated.place, repeated.data, acks=repeated.acks)

    def next_batch(self) -> Batch:
        topic, place = self.pick()
        made = [self.next_record(topic, place) for _ in range(self.random.randint(1, 6))]
        sequence = self.sequences.get(place, 0)
        now_ms = time.time_ns() // 1_000_000
        data = build_batch(
            [Record(index, now_ms, key, value) for index, (key, value, _) in enumerate(made)],
            codec=self.random.randrange(5),
            producer_id=self.producer_id,
            producer_epoch=0,
            base_sequence=sequence,
        )
        self.sequences[place] = sequence + len(made)
        time.sleep(self.pause_s + topic.pause_s)
        return Batch(place, data, [promise for _, _, promise in made], self.random.choice((1, -1)))


class CarelessProducer(Producer):
    """acks=0 and no sequences: nothing is promised, and yet nothing may come twice or out of order.

    It signs with a new name on each connection: when one of several workers is killed, another may read what came on
    the new connection before it reads the rest of the old one.
    """

    tombstone_chance = 0.0  # nobody would know that a key is gone for a reason

    def work(self) -> None:
        name = self.name
        for life in itertools.count():
            if self.halting.is_set():
                return
            self.name = f"{name}-{life}"
            try:
                with Wire(self.port, client_id=self.name) as wire:
                    while not self.halting.is_set():
                        topic, place = self.pick()
                        key, value, _ = self.next_record(topic, place)
                        now_ms = time.time_ns() // 1_000_000
                        wire.send_batch(place, build_batch([Record(0, now_ms, key, value)]), acks=0)
                        time.sleep(self.pause_s + topic.pause_s)
            except (OSError, EOFError):
                time.sleep(AGAIN_S)


class GroupMember(Client):
    """A member of a group: reads, remembers what it was given, and commits its positions."""

    def __init__(self, name: str, ledger: Ledger, port: int, topics: list[Topic], group: str) -> None:
        super().__init__(name, ledger, port)
        self.topics = topics
        self.group = group

    def work(self) -> None:
        consumer = confluent_kafka.Consumer(
            {
                "bootstrap.servers": self.bootstrap,
                "group.id": self.group,
                "enable.auto.commit": False,
                "auto.offset.reset": "earliest",
                "session.timeout.ms": 6_000,
                "heartbeat.interval.ms": 500,
                "reconnect.backoff.ms": 20,
                "reconnect.backoff.max.ms": 100,
                "retry.backoff.ms": 20,
                "fetch.wait.max.ms": 100,
                "log_level": 0,
            }
        )
        try:
            consumer.subscribe([topic.name for topic in self.topics])
            while not self.halting.is_set():
                given = []
                for message in consumer.consume(500, timeout=0.2):
                    if message.error() is None:
                        given.append(self.promise_of(message))
                self.ledger.promise(*given)
                if given:
                    self.commit(consumer)
        finally:
            consumer.close()

    def promise_of(self, message: Any) -> Promise:
        place = Place(message.topic(), message.partition())
        value = message.value()
        whom = f"a reader ({self.name})"
        if value is None:
            return Promise(place, message.offset(), message.key(), whom, message.key(), tombstone=True)
        return Promise(place, message.offset(), name_of(value), whom, message.key())

    def commit(self, consumer: Any) -> None:
        try:
            committed = consumer.commit(asynchronous=False)
        except confluent_kafka.KafkaException:
            return  # the server is away, or the group is being shared out anew: the next one counts
        for each in committed:
            if each.error is None and each.offset >= 0:
                self.ledger.committed(self.group, Place(each.topic, each.partition), each.offset)


class Committer(Client):
    """Commits rising offsets in one group after the other, without members, as fast as it is answered.

    The groups are many, so that the last commit of most is old when the server dies, and not at once made good after.
    """

    def __init__(
        self,
        name: str,
        ledger: Ledger,
        port: int,
        place: Place,
        *,
        groups: int = 200,
        bears: Collection[ErrorCode] = (),
    ) -> None:
        super().__init__(name, ledger, port)
        self.place = place
        self.groups = groups
        self.bears = bears
        self.refusals = 0
        self.offset = 0

    def work(self) -> None:
        while not self.halting.is_set():
            try:
                with Wire(self.port, client_id=self.name) as wire:
                    while not self.halting.is_set():
                        self.offset += 1
                        group = f"{self.name}-{self.offset % self.groups}"
                        wire.commit(group, self.place, self.offset)
                        self.ledger.committed(group, self.place, self.offset)
                        time.sleep(0.005)
            except Refused as refused:
                if refused.code in self.bears:
                    self.refusals += 1
                elif not isinstance(refused, Moving):
                    raise
                time.sleep(AGAIN_S)
            except (OSError, EOFError):
                time.sleep(AGAIN_S)
