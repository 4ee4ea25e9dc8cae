"""A client that sends requests over a raw socket, one API message at a time."""

from __future__ import annotations

from typing import Any

import attrs
import trio

from kwire.codec.frames import finish_frame
from kwire.codec.headers import (
    RequestHeader,
    decode_response_header,
    encode_request_header,
    encode_response_header,
)
from kwire.codec.messages import load
from kwire.codec.messages.fetch import FetchPartition, FetchRequest, FetchResponse, FetchTopic
from kwire.codec.messages.metadata import MetadataRequest, MetadataRequestTopic, MetadataResponse
from kwire.codec.messages.produce import (
    PartitionProduceData,
    PartitionProduceResponse,
    ProduceRequest,
    ProduceResponse,
    TopicProduceData,
)
from kwire.records.batch import Record, build_batch

PRODUCE, FETCH, METADATA, API_VERSIONS = 0, 1, 3, 18

__all__ = [
    "API_VERSIONS",
    "FETCH",
    "METADATA",
    "PRODUCE",
    "RawClient",
    "encode_response_header",
    "request_frame",
]


def request_frame(key: int, request: Any, version: int, correlation_id: int) -> bytes:
    parts: list[Any] = []
    encode_request_header(parts, RequestHeader(key, version, correlation_id, "raw"))
    load(key).encode_request(request, version, parts)
    finish_frame(parts)
    return b"".join(parts)


@attrs.define
class RawClient:
    """One connection; requests may be sent ahead of their answers."""

    stream: trio.SocketStream
    asked: list[tuple[int, int]] = attrs.field(factory=list)

    @classmethod
    async def connect(cls, port: int, host: str = "127.0.0.1") -> RawClient:
        return cls(await trio.open_tcp_stream(host, port))

    async def send(self, key: int, request: Any, version: int) -> None:
        self.asked.append((key, version))
        await self.stream.send_all(request_frame(key, request, version, len(self.asked)))

    async def receive(self) -> Any:
        """The answer to the oldest request that has none yet."""
        key, version = self.asked.pop(0)
        frame = await self._read(int.from_bytes(await self._read(4), "big"))
        _, pos = decode_response_header(frame, 0, len(frame), key, version)
        return load(key).decode_response(frame, pos, len(frame), version)

    async def ask(self, key: int, request: Any, version: int) -> Any:
        await self.send(key, request, version)
        return await self.receive()

    async def is_closed(self) -> bool:
        """Wait for the server to say something: True when that is the end of the connection."""
        try:
            return await self.stream.receive_some(1) == b""
        except trio.BrokenResourceError:
            return True

    async def _read(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            more = await self.stream.receive_some(size - len(data))
            if not more:
                raise EOFError("the server closed the connection")
            data += more
        return data

    async def create(self, topic: str) -> None:
        """Make a topic by asking for it."""
        response: MetadataResponse = await self.ask(
            METADATA, MetadataRequest([MetadataRequestTopic(name=topic)], allow_auto_topic_creation=True), 9
        )
        assert response.topics[0].error_code == 0

    async def produce(self, topic: str, value: bytes) -> int:
        """Append one record to partition 0; its offset."""
        partition = await self.try_to_produce(topic, value)
        assert partition.error_code == 0
        return partition.base_offset

    async def try_to_produce(self, topic: str, value: bytes) -> PartitionProduceResponse:
        """The answer to the append of one record to partition 0."""
        batch = build_batch([Record(0, 1, None, value, [])])
        response: ProduceResponse = await self.ask(
            PRODUCE,
            ProduceRequest(
                acks=-1,
                timeout_ms=1000,
                topic_data=[TopicProduceData(name=topic, partition_data=[PartitionProduceData(0, batch)])],
            ),
            9,
        )
        (partition,) = response.responses[0].partition_responses
        return partition

    async def send_fetch(self, topic: str, *, offset: int = 0, max_wait_ms: int = 0) -> None:
        """Ask for partition 0 from `offset` on: at least a byte, within `max_wait_ms`."""
        partition = FetchPartition(partition=0, fetch_offset=offset, partition_max_bytes=2**30)
        request = FetchRequest(
            max_wait_ms=max_wait_ms, min_bytes=1, topics=[FetchTopic(topic=topic, partitions=[partition])]
        )
        await self.send(FETCH, request, 11)

    async def receive_fetch(self) -> bytes:
        """The records of the answer to a fetch."""
        response: FetchResponse = await self.receive()
        (partition,) = response.responses[0].partitions
        assert partition.error_code == 0
        records = partition.records or b""
        assert isinstance(records, bytes | bytearray | memoryview)
        return bytes(records)
