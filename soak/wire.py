"""One blocking connection that speaks the protocol with kwire's own codec, and builds and reads batches itself.

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

PATIENCE_S = 60.0
"""A server that answers nothing for so long is taken for broken."""

FETCH_BYTES = 8 << 20


class Refused(Exception):
    """The server answered with an error code."""

    def __init__(self, what: str, code: int, message: str | None = None) -> None:
        super().__init__(f"{what}: {ErrorCode(code).name}{f' ({message})' if message else ''}")
        self.code = ErrorCode(code)


@attrs.frozen
class Found:
    """One record, as the log has it."""

    offset: int
    key: bytes | None
    value: bytes | None


class Wire:
    """One connection. Every method raises OSError or EOFError when the server goes away."""

    def __init__(self, port: int, *, client_id: str = "soak") -> None:
        self._client_id = client_id
        self._asked: deque[tuple[int, int]] = deque()
        self._number = 0
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def __enter__(self) -> Wire:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        self._socket.close()

    def send(self, key: int, request: Any, version: int, *, answered: bool = True) -> None:
        """Send a request; it is not waited for."""
        self._number += 1
        parts: list[Any] = []
        encode_request_header(parts, RequestHeader(key, version, self._number, self._client_id))
        load(key).encode_request(request, version, parts)
        finish_frame(parts)
        if answered:
            self._asked.append((key, version))
        self._socket.sendall(b"".join(parts))

    def receive(self) -> Any:
        """The answer to the oldest request that has none yet."""
        frame = self._read(int.from_bytes(self._read(4), "big"))
        key, version = self._asked.popleft()
        _, position = decode_response_header(frame, 0, len(frame), key, version)
        return load(key).decode_response(frame, position, len(frame), version)

    def ask(self, key: int, request: Any, version: int) -> Any:
        self.send(key, request, version)
        return self.receive()

    def _read(self, size: int) -> bytes:
        data = bytearray()
        while len(data) < size:
            more = self._socket.recv(size - len(data))
            if not more:
                raise EOFError("the server closed the connection")
            data += more
        return bytes(data)

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
        self.send(PRODUCE, request, 9, answered=acks != 0)

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
            answer = self.ask(FETCH, request, 11).responses[0].partitions[0]
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
        answer = self.ask(OFFSET_COMMIT, OffsetCommitRequest(group_id=group, topics=[topic]), 8)
        _check(f"a commit of {group}", answer.topics[0].partitions[0].error_code)

    def committed(self, group: str, place: Place) -> int:
        """-1 when the group committed nothing."""
        topic = OffsetFetchRequestTopic(name=place.topic, partition_indexes=[place.partition])
        answer = self.ask(OFFSET_FETCH, OffsetFetchRequest(group_id=group, topics=[topic]), 7)
        _check(f"the offsets of {group}", answer.error_code)
        part = answer.topics[0].partitions[0]
        _check(f"the offset of {group} in {place}", part.error_code)
        offset: int = part.committed_offset
        return offset


def _check(what: str, code: int, message: str | None = None) -> None:
    if code:
        raise Refused(what, code, message)


def _bytes(value: bytes | memoryview | None) -> bytes | None:
    return None if value is None else bytes(value)
