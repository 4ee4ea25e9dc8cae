"""A blocking client that speaks the protocol with kwire's own codec, and builds and reads batches itself.

No client library stands between: what was sent, in which order and how often is decided here, and nothing is retried
behind anybody's back.
"""

from __future__ import annotations

import socket
from collections import deque
from collections.abc import Iterator
from typing import Any

import attrs

from kwire.codec.frames import finish_frame
from kwire.codec.headers import RequestHeader, decode_response_header, encode_request_header
from kwire.codec.messages import load
from kwire.codec.messages.create_topics import CreatableTopic, CreatableTopicConfig, CreateTopicsRequest
from kwire.codec.messages.fetch import FetchPartition, FetchRequest, FetchTopic
from kwire.codec.messages.find_coordinator import FindCoordinatorRequest
from kwire.codec.messages.init_producer_id import InitProducerIdRequest
from kwire.codec.messages.metadata import MetadataRequest
from kwire.codec.messages.offset_commit import (
    OffsetCommitRequest,
    OffsetCommitRequestPartition,
    OffsetCommitRequestTopic,
)
from kwire.codec.messages.offset_fetch import OffsetFetchRequest, OffsetFetchRequestTopic
from kwire.codec.messages.produce import PartitionProduceData, ProduceRequest, TopicProduceData
from kwire.errors import ErrorCode
from kwire.records.batch import crc_ok, iter_records, parse_header
from soak.ledger import Place, Violation

PRODUCE, FETCH, METADATA, OFFSET_COMMIT, OFFSET_FETCH, CREATE_TOPICS, INIT_PRODUCER_ID = 0, 1, 3, 8, 9, 19, 22
FIND_COORDINATOR = 10

PATIENCE_S = 60.0
"""A server that answers nothing for so long is taken for broken."""

FETCH_BYTES = 8 << 20


class Refused(Exception):
    """The server answered with an error code."""

    def __init__(self, what: str, code: int, message: str | None = None) -> None:
        super().__init__(f"{what}: {ErrorCode(code).name}{f' ({message})' if message else ''}")
        self.code = ErrorCode(code)


class Moving(Refused, EOFError):
    """A group's coordinator has just begun, or is elsewhere by now: clients look again for the one to ask."""


@attrs.frozen
class Found:
    """One record, as the log has it."""

    offset: int
    key: bytes | None
    value: bytes | None


class _Connection:
    """One socket."""

    def __init__(self, port: int, client_id: str) -> None:
        self.client_id = client_id
        self.number = 0
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, key: int, request: Any, version: int) -> None:
        self.number += 1
        parts: list[Any] = []
        encode_request_header(parts, RequestHeader(key, version, self.number, self.client_id))
        load(key).encode_request(request, version, parts)
        finish_frame(parts)
        self.socket.sendall(b"".join(parts))

    def receive(self, key: int, version: int) -> Any:
        frame = self._read(int.from_bytes(self._read(4), "big"))
        _, position = decode_response_header(frame, 0, len(frame), key, version)
        return load(key).decode_response(frame, position, len(frame), version)

    def _read(self, size: int) -> bytes:
        data = bytearray()
        while len(data) < size:
            more = self.socket.recv(size - len(data))
            if not more:
                raise EOFError("the server closed the connection")
            data += more
        return bytes(data)


class Wire:
    """A connection to each worker that is needed.

    Every method raises OSError or EOFError when one goes away; `Moving`, an EOFError, when it is not yet who to ask.
    """

    def __init__(self, port: int, *, client_id: str = "soak") -> None:
        self._client_id = client_id
        self._asked: deque[tuple[_Connection, int, int]] = deque()
        self._first = _Connection(port, client_id)
        self._connections = {port: self._first}
        self._ports: dict[int, int] = {}
        self._leaders: dict[Place, _Connection] = {}
        self._coordinators: dict[tuple[int, str], _Connection] = {}

    def __enter__(self) -> Wire:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        for connection in self._connections.values():
            connection.socket.close()

    def send(
        self, key: int, request: Any, version: int, *, answered: bool = True, to: _Connection | None = None
    ) -> None:
        """Send a request; it is not waited for."""
        connection = to or self._first
        if answered:
            self._asked.append((connection, key, version))
        connection.send(key, request, version)

    def receive(self) -> Any:
        """The answer to the oldest request that has none yet."""
        connection, key, version = self._asked.popleft()
        return connection.receive(key, version)

    def ask(self, key: int, request: Any, version: int, *, to: _Connection | None = None) -> Any:
        """The answer to this request, whatever else is under way on other connections."""
        connection = to or self._first
        connection.send(key, request, version)
        return connection.receive(key, version)

    def _connection(self, port: int) -> _Connection:
        if port not in self._connections:
            self._connections[port] = _Connection(port, self._client_id)
        return self._connections[port]

    def leader(self, place: Place) -> _Connection:
        """Where a partition is led; the first worker for one that nobody knows. EOFError while it has no leader."""
        if not self._leaders:
            answer = self.ask(METADATA, MetadataRequest(topics=None), 9)
            ports = {node.node_id: node.port for node in answer.brokers}
            for topic in answer.topics:
                for part in topic.partitions:
                    if part.leader_id not in ports:
                        raise EOFError(f"{topic.name}-{part.partition_index} has no leader")
                    connection = self._connection(ports[part.leader_id])
                    self._leaders[Place(topic.name, part.partition_index)] = connection
        return self._leaders.get(place, self._first)

    def coordinator(self, key: str, kind: int = 0) -> _Connection:
        """Who looks after a group (0) or a transactional id (1). EOFError while nobody does."""
        if (kind, key) not in self._coordinators:
            request = FindCoordinatorRequest(key_type=kind, coordinator_keys=[key])
            (answer,) = self.ask(FIND_COORDINATOR, request, 4).coordinators
            if answer.error_code:
                raise EOFError(f"{key} has no coordinator")
            self._coordinators[kind, key] = self._connection(answer.port)
        return self._coordinators[kind, key]

    # What campaigns ask. Raises Refused.

    def create_topic(self, name: str, partitions: int, settings: dict[str, str]) -> None:
        topic = CreatableTopic(
            name=name,
            num_partitions=partitions,
            replication_factor=1,
            configs=[CreatableTopicConfig(name=key, value=value) for key, value in settings.items()],
        )
        answer = self.ask(CREATE_TOPICS, CreateTopicsRequest(topics=[topic], timeout_ms=60_000), 7)
        _check(f"creating {name}", answer.topics[0].error_code, answer.topics[0].error_message)

    def topics(self) -> dict[str, int]:
        """How many partitions each topic has."""
        answer = self.ask(METADATA, MetadataRequest(topics=None), 9)
        return {topic.name: len(topic.partitions) for topic in answer.topics}

    def new_producer_id(self) -> int:
        answer = self.ask(INIT_PRODUCER_ID, InitProducerIdRequest(transactional_id=None), 4)
        _check("a producer id", answer.error_code)
        producer_id: int = answer.producer_id
        return producer_id

    def send_batch(self, place: Place, batch: bytes, *, acks: int) -> None:
        topic = TopicProduceData(
            name=place.topic, partition_data=[PartitionProduceData(index=place.partition, records=batch)]
        )
        request = ProduceRequest(acks=acks, timeout_ms=60_000, topic_data=[topic])
        self.send(PRODUCE, request, 9, answered=acks != 0, to=self.leader(place))

    def receive_offset(self, what: str) -> int:
        """The base offset that the oldest unanswered batch was given."""
        (part,) = self.receive().responses[0].partition_responses
        _check(what, part.error_code, part.error_message)
        offset: int = part.base_offset
        return offset

    def read(self, place: Place, offset: int) -> Iterator[Found]:
        """Every record from `offset` to the end as it was when the first answer came."""
        end = None
        while end is None or offset < end:
            part = FetchPartition(
                partition=place.partition, fetch_offset=offset, partition_max_bytes=FETCH_BYTES
            )
            request = FetchRequest(
                max_wait_ms=0,
                min_bytes=1,
                max_bytes=FETCH_BYTES,
                topics=[FetchTopic(topic=place.topic, partitions=[part])],
            )
            answer = self.ask(FETCH, request, 11, to=self.leader(place)).responses[0].partitions[0]
            _check(f"reading {place} from {offset}", answer.error_code)
            end = answer.high_watermark if end is None else end
            records = memoryview(answer.records or b"")
            if not len(records):
                return
            position = 0
            while position < len(records):
                header = parse_header(records, position)
                batch = records[position : position + header.size]
                if not crc_ok(records, position, header.size):
                    raise Violation(
                        f"{place}: the batch at offset {header.base_offset} does not match its CRC-32C"
                    )
                for record in iter_records(batch, header):
                    if record.offset >= offset:
                        yield Found(record.offset, _bytes(record.key), _bytes(record.value))
                offset = header.next_offset
                position += header.size

    def commit(self, group: str, place: Place, offset: int) -> None:
        part = OffsetCommitRequestPartition(partition_index=place.partition, committed_offset=offset)
        topic = OffsetCommitRequestTopic(name=place.topic, partitions=[part])
        request = OffsetCommitRequest(group_id=group, topics=[topic])
        answer = self.ask(OFFSET_COMMIT, request, 8, to=self.coordinator(group))
        _check(f"a commit of {group}", answer.topics[0].partitions[0].error_code)

    def committed(self, group: str, place: Place) -> int:
        """-1 when the group committed nothing."""
        topic = OffsetFetchRequestTopic(name=place.topic, partition_indexes=[place.partition])
        request = OffsetFetchRequest(group_id=group, topics=[topic])
        answer = self.ask(OFFSET_FETCH, request, 7, to=self.coordinator(group))
        _check(f"the offsets of {group}", answer.error_code)
        part = answer.topics[0].partitions[0]
        _check(f"the offset of {group} in {place}", part.error_code)
        offset: int = part.committed_offset
        return offset


MOVING = (
    ErrorCode.COORDINATOR_NOT_AVAILABLE,
    ErrorCode.COORDINATOR_LOAD_IN_PROGRESS,
    ErrorCode.NOT_COORDINATOR,
)


def _check(what: str, code: int, message: str | None = None) -> None:
    if code in MOVING:
        raise Moving(what, code, message)
    if code:
        raise Refused(what, code, message)


def _bytes(value: bytes | memoryview | None) -> bytes | None:
    return None if value is None else bytes(value)
