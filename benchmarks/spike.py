"""The Produce path alone, by hand: the yardstick for what this approach can give.

Plain Trio, struct, crc32c and pwritev: decode the frame, check each batch's CRC, stamp offsets, append to a file,
answer. No groups, no producer sequences, no log index, no errors, no fetch: it answers only what a producer asks before
its first record. A server that does the real work can come near these figures and can hardly pass them, so the distance
between the two is what its own code costs.
"""

from __future__ import annotations

import argparse
import os
import socket
from collections.abc import Callable
from pathlib import Path
from struct import Struct, pack, unpack_from

import trio
from crc32c import crc32c

PARTITIONS = 6
APIS = {0: (3, 7), 3: (4, 4), 18: (0, 3), 22: (0, 1)}  # Produce, Metadata, ApiVersions, InitProducerId
HEADER = Struct(">ihhih")  # size, key, version, correlation id, length of the client id
STAMP = Struct(">qii")  # base offset, length, leader epoch: what the broker writes over the producer's
ANSWERED = Struct(">ihqqq")  # partition, error, base offset, append time, log start


class Spike:
    def __init__(self, directory: Path, port: int) -> None:
        self.directory, self.port = directory, port
        self.logs: dict[
            tuple[bytes, int], list[int]
        ] = {}  # (topic, partition) -> [fd, next offset, next position]
        self.producer_ids = 0

    def log(self, topic: bytes, partition: int) -> list[int]:
        if not any(name == topic for name, _ in self.logs):
            # Nobody deletes topics here: the one before is forgotten when the next one comes.
            for old in self.logs.values():
                os.close(old[0])
            self.logs.clear()
            for path in self.directory.iterdir():
                path.unlink()
        fd = os.open(self.directory / f"{topic.decode()}-{partition}.log", os.O_RDWR | os.O_CREAT)
        return self.logs.setdefault((topic, partition), [fd, 0, 0])

    def produce(self, buf: bytearray, view: memoryview, at: int, version: int) -> bytes:
        (length,) = unpack_from(">h", buf, at)  # transactional id
        at += 2 + max(length, 0) + 6  # acks, timeout
        (topics,) = unpack_from(">i", buf, at)
        at += 4
        out: list[bytes | memoryview] = [pack(">i", topics)]
        for _ in range(topics):
            (length,) = unpack_from(">h", buf, at)
            name = bytes(view[at + 2 : at + 2 + length])
            (partitions,) = unpack_from(">i", buf, at + 2 + length)
            out.append(view[at : at + 6 + length])
            at += 6 + length
            for _ in range(partitions):
                partition, size = unpack_from(">ii", buf, at)
                at += 8
                log = self.logs.get((name, partition)) or self.log(name, partition)
                crc, _attributes, last_delta = unpack_from(">Ihi", buf, at + 17)
                error = 0 if crc32c(view[at + 21 : at + size]) == crc else 2
                base = log[1]
                if not error:
                    log[2] += os.pwritev(
                        log[0], [STAMP.pack(base, size - 12, 0), view[at + 16 : at + size]], log[2]
                    )
                    log[1] = base + last_delta + 1
                out.append(ANSWERED.pack(partition, error, base, -1, 0)[: 30 if version >= 5 else 22])
                at += size
        out.append(b"\0\0\0\0")
        return b"".join(out)

    def metadata(self, buf: bytearray, view: memoryview, at: int, version: int) -> bytes:
        (topics,) = unpack_from(">i", buf, at)
        at += 4
        # One broker, number 1, without rack; no cluster id; itself the controller.
        broker = pack(">iiih9siH", 0, 1, 1, 9, b"127.0.0.1", self.port, 0xFFFF)
        out = [broker, pack(">Hii", 0xFFFF, 1, max(topics, 0))]
        one = b"".join(pack(">hiiiiii", 0, p, 1, 1, 1, 1, 1) for p in range(PARTITIONS))
        for _ in range(topics):
            (length,) = unpack_from(">h", buf, at)
            out.append(b"\0\0" + view[at : at + 2 + length] + b"\0" + pack(">i", PARTITIONS) + one)
            at += 2 + length
        return b"".join(out)

    def api_versions(self, buf: bytearray, view: memoryview, at: int, version: int) -> bytes:
        if version == 3:
            rows = b"".join(pack(">hhhB", key, low, high, 0) for key, (low, high) in APIS.items())
            return pack(">hB", 0, len(APIS) + 1) + rows + pack(">iB", 0, 0)
        rows = b"".join(pack(">hhh", key, low, high) for key, (low, high) in APIS.items())
        return pack(">hi", 0 if version == 0 else 35, len(APIS)) + rows + pack(">i", 0) * (1 <= version < 3)

    def init_producer_id(self, buf: bytearray, view: memoryview, at: int, version: int) -> bytes:
        self.producer_ids += 1
        return pack(">ihqh", 0, 0, self.producer_ids, 0)

    async def connection(self, sock: socket.socket) -> None:
        answer: dict[int, Callable[[bytearray, memoryview, int, int], bytes]] = {
            0: self.produce,
            3: self.metadata,
            18: self.api_versions,
            22: self.init_producer_id,
        }
        buf, end = bytearray(1 << 16), 0
        view = memoryview(buf)
        with sock:
            while True:
                await trio.lowlevel.wait_readable(sock)
                try:
                    received = sock.recv_into(view[end:])
                except BlockingIOError:
                    continue
                except ConnectionError:
                    return
                if not received:
                    return
                end += received
                at, out, size = 0, b"", 0
                while end - at >= 14:
                    size, key, version, correlation, client_id = HEADER.unpack_from(buf, at)
                    if end - at < size + 4:
                        break
                    body = answer[key](buf, view, at + 14 + max(client_id, 0), version)
                    out += pack(">ii", len(body) + 4, correlation) + body
                    at += size + 4
                rest = end - at
                if size + 4 > len(buf):
                    buf = bytearray(size + 4) + bytearray(1 << 16)
                    buf[:rest], view = view[at:end], memoryview(buf)
                elif at and rest:
                    buf[:rest] = buf[at:end]
                end = rest
                while out:
                    try:
                        out = out[sock.send(out) :]
                    except BlockingIOError:
                        await trio.lowlevel.wait_writable(sock)

    async def serve(self) -> None:
        listener = socket.create_server(("127.0.0.1", self.port), backlog=512)
        listener.setblocking(False)
        self.port = listener.getsockname()[1]
        print(f"spike ready on 127.0.0.1:{self.port}", flush=True)
        async with trio.open_nursery() as nursery:
            while True:
                await trio.lowlevel.wait_readable(listener)
                sock, _ = listener.accept()
                sock.setblocking(False)
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                nursery.start_soon(self.connection, sock)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--data", type=Path, required=True)
    arguments = parser.parse_args()
    arguments.data.mkdir(parents=True, exist_ok=True)
    trio.run(Spike(arguments.data, arguments.port).serve)
