"""What a request costs between the sockets: header and message decoded, the handler, the answer encoded; no client.

Each step is measured by itself over many requests, and then the whole way of a request at once; us of CPU time per
request, best of several rounds. `--only produce` picks rows by the beginning of their names.

    python benchmarks/request_path.py [--only NAME] [--requests 20000] [--rounds 5]
"""

from __future__ import annotations

import argparse
import gc
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from kwire.apis import TABLE, Caller, Wait
from kwire.broker.broker import Broker
from kwire.broker.configs.dynamic import TopicConfig
from kwire.broker.validation import check_batch
from kwire.codec.frames import finish_frame
from kwire.codec.headers import (
    RequestHeader,
    decode_request_header,
    encode_request_header,
    encode_response_header,
)
from kwire.codec.messages import fetch, metadata, produce
from kwire.codec.primitives import Buffer
from kwire.config import Config
from kwire.log.files import DiskFiles
from kwire.records.batch import Record, build_batch, parse_header
from kwire.server.clock import SystemClock

CALLER = Caller(client_id="bench")
PRODUCER_IDS = iter(range(1000, 1 << 30))


def timed(work: Callable[[], object], count: int) -> float:
    """us of CPU time for each of `count`."""
    gc.collect()
    began = time.process_time()
    work()
    return (time.process_time() - began) / count * 1e6


def framed(key: int, version: int, encode: Callable[[Any, int, list[Buffer]], None], request: Any) -> bytes:
    """A request as it comes from the socket, without its size."""
    parts: list[Buffer] = []
    encode_request_header(parts, RequestHeader(key, version, 1, "bench"))
    encode(request, version, parts)
    return b"".join(parts)


def answer(broker: Broker, buf: bytes) -> Wait[Any] | None:
    """The whole way of one request; what it waits for, when it has to wait."""
    header, body = decode_request_header(buf, 0, len(buf))
    served = TABLE[header.api_key]
    version = CALLER.version = header.api_version
    response = served.handle(broker, CALLER, served.decode(buf, body, len(buf), version))
    if response.__class__ is Wait:
        return response
    parts: list[Buffer] = []
    encode_response_header(parts, header.api_key, version, header.correlation_id)
    served.encode(response, version, parts)
    finish_frame(parts)
    return None


@dataclass
class Case:
    """One row: `frames(count)` are requests that can each be handled once, in this order."""

    name: str
    frames: Callable[[int], list[bytes]]
    count: int

    def measure(self, broker: Broker) -> dict[str, float]:
        """us per step."""
        return {**self._steps(broker), "all": self._whole(broker)}

    def _whole(self, broker: Broker) -> float:
        frames = self.frames(self.count)

        def work() -> None:
            for buf in frames:
                answer(broker, buf)

        return timed(work, len(frames))

    def _steps(self, broker: Broker) -> dict[str, float]:
        frames = self.frames(self.count)
        header, body = decode_request_header(frames[0], 0, len(frames[0]))
        served, version = TABLE[header.api_key], header.api_version
        answer(broker, frames.pop(0))
        CALLER.version = version

        def head() -> None:
            for buf in frames:
                decode_request_header(buf, 0, len(buf))

        def decode() -> None:
            for buf in frames:
                served.decode(buf, body, len(buf), version)

        requests = [served.decode(buf, body, len(buf), version) for buf in frames]

        response: Any = None

        def handle() -> None:
            nonlocal response
            for request in requests:
                response = served.handle(broker, CALLER, request)

        steps = {"header": timed(head, len(frames)), "decode": timed(decode, len(frames))}
        steps["handler"] = timed(handle, len(frames))
        if response.__class__ is Wait:
            steps["attempt"] = timed(lambda: [response.attempt(False) for _ in frames], len(frames))
            return steps

        def encode() -> None:
            for _ in frames:
                parts: list[Buffer] = []
                encode_response_header(parts, served.key, version, 1)
                served.encode(response, version, parts)
                finish_frame(parts)

        steps["encode"] = timed(encode, len(frames))
        return steps


class Bench:
    """A broker on a disk, and the cases."""

    def __init__(self, directory: str, requests: int) -> None:
        self.broker = Broker(
            Config({"log.dirs": directory, "num.partitions": "1"}), clock=SystemClock(), files=DiskFiles()
        )
        self.broker.start()
        self.requests = requests

    def topic(self, name: str, partitions: int) -> Any:
        """A topic, made when it is not there."""
        topics = self.broker.topics
        return topics.by_name.get(name) or topics.create(name, partitions=partitions)

    def cases(self) -> Iterator[Case]:
        for name, version, partitions, size in (
            ("produce 100 B", 13, 1, 100),
            ("produce 100 B, v7", 7, 1, 100),
            ("produce 100 B x 6 partitions", 13, 6, 100),
            ("produce 16 KB", 13, 1, 16_000),
        ):
            yield Case(
                name, self.produces(f"p{partitions}", version, partitions, size), self.requests // partitions
            )
        self.fill("f1", 1)
        self.fill("f100", 100)
        self.fill("f1000", 1000)
        log = self.broker.topics.by_name["f1"].partitions[0].log
        end = log.log_end_offset
        yield Case("fetch the newest", self.fetches("f1", 1, end - 1), self.requests)
        yield Case("fetch 64 KB in the middle", self.fetches("f1", 1, end // 2, 65536), self.requests)
        for count in (1, 100, 1000):
            few = max(self.requests // count, 20)
            yield Case(f"fetch nothing from {count}", self.fetches(f"f{count}", count, None), few)
        yield Case("fetch nothing, session of 1000", self.session_fetches("f1000", 1000), self.requests)
        yield Case("metadata of 1 topic", self.metadatas(["f1"]), self.requests)
        yield Case("metadata of 1,000 partitions", self.metadatas(["f1000"]), max(self.requests // 500, 20))
        yield Case("metadata of everything", self.metadatas(None), max(self.requests // 500, 20))

    def fill(self, name: str, partitions: int) -> None:
        (frame,) = self.produces(name, 13, partitions, 1000)(1)
        for _ in range(2000 if partitions == 1 else 1):
            (frame,) = self.produces(name, 13, partitions, 1000)(1)
            answer(self.broker, frame)

    def produces(self, name: str, version: int, partitions: int, size: int) -> Callable[[int], list[bytes]]:
        topic = self.topic(name, partitions)
        value = os.urandom(size)

        def make(count: int) -> list[bytes]:
            producer_id = next(PRODUCER_IDS)
            now_ms = int(time.time() * 1000)
            frames = []
            for sequence in range(count):
                batch = build_batch(
                    [Record(0, now_ms + sequence // 100, None, value)],
                    producer_id=producer_id,
                    producer_epoch=0,
                    base_sequence=sequence,
                )
                data = produce.TopicProduceData(
                    name,
                    topic.topic_id,
                    [produce.PartitionProduceData(index, batch) for index in range(partitions)],
                )
                request = produce.ProduceRequest(None, -1, 30_000, [data])
                frames.append(framed(0, version, produce.encode_request, request))
            return frames

        return make

    def fetches(
        self, name: str, partitions: int, offset: int | None, partition_max_bytes: int = 1 << 20
    ) -> Callable[[int], list[bytes]]:
        topic = self.topic(name, partitions)
        asked = [
            fetch.FetchPartition(
                partition=index,
                current_leader_epoch=0,
                fetch_offset=topic.partitions[index].log_end_offset if offset is None else offset,
                partition_max_bytes=partition_max_bytes,
            )
            for index in range(partitions)
        ]
        request = fetch.FetchRequest(
            max_wait_ms=500,
            min_bytes=1,
            max_bytes=50 << 20,
            session_epoch=-1,
            topics=[fetch.FetchTopic(topic=name, topic_id=topic.topic_id, partitions=asked)],
        )
        frame = framed(1, 17, fetch.encode_request, request)
        return lambda count: [frame] * count

    def session_fetches(self, name: str, partitions: int) -> Callable[[int], list[bytes]]:
        """A session, and the requests that follow when nothing happens."""
        (first,) = self.fetches(name, partitions, 0)(1)

        def make(count: int) -> list[bytes]:
            header, body = decode_request_header(first, 0, len(first))
            request = fetch.decode_request(first, body, len(first), header.api_version)
            request.session_epoch = 0
            CALLER.version = header.api_version
            response = TABLE[1].handle(self.broker, CALLER, request)
            for data in request.topics:
                for part in data.partitions:
                    part.fetch_offset = (
                        self.broker.topics.by_id[data.topic_id].partitions[part.partition].log_end_offset
                    )
            request.session_id, request.session_epoch = response.session_id, 1
            TABLE[1].handle(self.broker, CALLER, request)
            request.topics = []
            frames = []
            for epoch in range(2, count + 2):
                request.session_epoch = epoch
                frames.append(framed(1, header.api_version, fetch.encode_request, request))
            return frames

        return make

    def metadatas(self, names: list[str] | None) -> Callable[[int], list[bytes]]:
        topics = None if names is None else [metadata.MetadataRequestTopic(name=name) for name in names]
        frame = framed(3, 12, metadata.encode_request, metadata.MetadataRequest(topics=topics))
        return lambda count: [frame] * count

    def inside(self, count: int) -> dict[str, float]:
        """Parts of a produce of 100 bytes: what its handler calls."""
        frames = self.produces("p1", 13, 1, 100)(count)
        served = TABLE[0]
        _, body = decode_request_header(frames[0], 0, len(frames[0]))
        batches = [
            served.decode(buf, body, len(buf), 13).topic_data[0].partition_data[0].records for buf in frames
        ]
        partition = self.broker.topics.by_name["p1"].partitions[0]
        config: TopicConfig = partition.config
        log = partition.log
        headers = [parse_header(batch) for batch in batches]
        now_ms = int(time.time() * 1000)

        def check() -> None:
            for batch in batches:
                check_batch(batch, max_bytes=config.max_message_bytes, segment_bytes=config.log.segment_bytes)

        def appends() -> None:
            for batch, header in zip(batches, headers, strict=True):
                log.append(batch, header, 0, now_ms)

        def append() -> None:
            for batch in batches:
                partition.append(batch, now_ms)

        steps = {"check_batch": timed(check, count), "Partition.append": timed(append, count)}
        steps["Log.append"] = timed(appends, count)
        fd = os.open(os.path.join(log.directory, "scratch"), os.O_RDWR | os.O_CREAT)
        size = len(batches[0])

        def writes() -> None:
            for at, batch in enumerate(batches):
                os.pwritev(fd, (batch[:16], batch[16:]), at * size)

        steps["pwritev alone"] = timed(writes, count)
        os.close(fd)
        return steps


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", default="")
    parser.add_argument("--requests", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kwire-request-path-") as directory:
        bench = Bench(directory, arguments.requests)
        for case in bench.cases():
            if not case.name.startswith(arguments.only):
                continue
            rounds = [case.measure(bench.broker) for _ in range(arguments.rounds)]
            show(case.name, rounds)
            if case.name == "produce 100 B":
                show("  inside", [bench.inside(arguments.requests) for _ in range(arguments.rounds)])
        bench.broker.abandon()


def show(name: str, rounds: list[dict[str, float]]) -> None:
    best = {step: min(each[step] for each in rounds) for step in rounds[0]}
    print(f"{name:32}", "  ".join(f"{step} {us:.2f}" for step, us in best.items()), flush=True)


if __name__ == "__main__":
    main()
