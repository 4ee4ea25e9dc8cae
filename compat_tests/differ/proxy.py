"""A proxy that says what a client says to two servers, decodes both answers and prints the first field that differs.

The client sees the answers of the first server only, with the proxy's address in place of the server's, so that it
never goes round the proxy. What servers choose freely (ids, epochs of sessions, times) is not compared but learned:
where the first server said X and the second Y, a later X of the client is said to the second as Y, in batches too.

    python -m compat_tests.differ --first HOST:PORT --second HOST:PORT     # two servers that run
    python -m compat_tests.differ                                          # Apache Kafka and a kwire of its own

Each server must be one node. Requests of one connection are answered in turn, as brokers do it.
"""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from typing import Any

import attrs
from crc32c import crc32c

from kwire.codec.headers import (
    decode_request_header,
    decode_response_header,
    encode_request_header,
    encode_response_header,
)
from kwire.codec.messages import INDEX, load
from kwire.codec.primitives import Struct

Address = tuple[str, int]

FREE = {
    *(
        "cluster_id",
        "topic_id",
        "member_id",
        "leader_id",
        "leader",
        "producer_id",
        "producer_epoch",
        "session_id",
    ),
    *("throttle_time_ms", "log_append_time_ms", "timestamp", "max_timestamp", "start_time"),
    *(
        "node_id",
        "broker_id",
        "controller_id",
        "host",
        "port",
        "leader_epoch",
        "current_leader",
        "replica_nodes",
    ),
    *("isr_nodes", "member_assignment", "coordinator_epoch", "transaction_start_time_ms"),
}
"""Fields of answers that servers choose freely."""

TRANSLATED = ("topic_id", "member_id", "producer_id", "producer_epoch", "session_id")
"""Those of them that clients say back; a field is translated under its own name."""

NOT_COMPARED = {18: "what is served differs by release"}
"""ApiVersions: by API key, why answers are not compared."""

#: In a record batch: where the checksum, the attributes, and the producer's id and epoch are.
_CRC, _ATTRIBUTES, _PRODUCER = 17, 21, 43


@attrs.define
class Learned:
    """What the second server calls what the first server calls otherwise."""

    names: dict[tuple[str, Any], Any] = attrs.field(factory=dict)
    lock: threading.Lock = attrs.field(factory=threading.Lock)

    def learn(self, field: str, first: Any, second: Any) -> None:
        if field in TRANSLATED and first != second:
            with self.lock:
                self.names[field, first] = second

    def translate(self, message: Any) -> Any:
        """Change a decoded request, in place, into what the second server is to be told."""
        for owner, field in _fields(message):
            value = getattr(owner, field)
            if field == "records" and value is not None:
                setattr(owner, field, self._batches(bytes(value)))
            elif field in TRANSLATED:
                setattr(owner, field, self.names.get((field, value), value))
        return message

    def _batches(self, records: bytes) -> bytes:
        """Record batches with the producer's id as the second server gave it."""
        out, at = bytearray(records), 0
        while at + 61 <= len(out):
            end = at + 12 + struct.unpack_from(">i", out, at + 8)[0]
            (producer,) = struct.unpack_from(">q", out, at + _PRODUCER)
            if end <= len(out) and ("producer_id", producer) in self.names:
                struct.pack_into(">q", out, at + _PRODUCER, self.names["producer_id", producer])
                struct.pack_into(">I", out, at + _CRC, crc32c(bytes(out[at + _ATTRIBUTES : end])))
            at = end
        return bytes(out)


def _fields(message: Any) -> Iterator[tuple[Any, str]]:
    """Every field of a message and of what it holds, with its owner."""
    if isinstance(message, Struct):
        for name in message.__match_args__:
            yield message, name
            yield from _fields(getattr(message, name))
    elif isinstance(message, list):
        for each in message:
            yield from _fields(each)


def compare(first: Any, second: Any, learned: Learned, path: str = "") -> str | None:
    """The first difference between two decoded answers, as one line; None when there is none. Learns free values."""
    field = path.rpartition(".")[2].partition("[")[0]
    if field in FREE:
        if not isinstance(first, (Struct, list)):
            learned.learn(field, first, second)
        return None
    if isinstance(first, Struct) and type(first) is type(second):
        differences = [
            compare(getattr(first, name), getattr(second, name), learned, f"{path}.{name}" if path else name)
            for name in first.__match_args__
        ]
        return next(filter(None, differences), None)
    if isinstance(first, list) and isinstance(second, list):
        if len(first) != len(second):
            return f"{path}: {len(first)} entries, {len(second)} entries"
        pairs = zip(_in_order(first), _in_order(second), strict=True)
        found = [compare(a, b, learned, f"{path}[{at}]") for at, (a, b) in enumerate(pairs)]
        return next(filter(None, found), None)
    if field == "records" and first and second:
        first, second = _plain(bytes(first)), _plain(bytes(second))
    if first != second:
        return f"{path}: {_short(first)}, {_short(second)}"
    return None


def _in_order(entries: list[Any]) -> list[Any]:
    """Entries that have names by their names: their order is nobody's promise."""
    for key in ("name", "partition_index", "partition", "group_id", "topic"):
        if all(hasattr(each, key) and getattr(each, key) is not None for each in entries):
            return sorted(entries, key=lambda each: getattr(each, key))
    return entries


def _plain(records: bytes) -> bytes:
    """Record batches without what the server stamps: leader epochs, and the producer that it chose."""
    out, at = bytearray(records), 0
    while at + 61 <= len(out):
        length = struct.unpack_from(">i", out, at + 8)[0]
        out[at + 12 : at + 16] = out[at + _CRC : at + _ATTRIBUTES] = bytes(4)
        out[at + _PRODUCER : at + _PRODUCER + 10] = bytes(10)
        at += 12 + length
    return bytes(out)


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 200 else f"{text[:200]}… ({len(text)} characters)"


@attrs.define
class Proxy:
    """Listens on a port of its own; `start`, then clients bootstrap from `address`."""

    first: Address
    second: Address
    tell: Callable[[str], None] = print
    learned: Learned = attrs.field(factory=Learned)
    differences: int = 0
    compared: int = 0
    listener: socket.socket = attrs.field(factory=lambda: socket.create_server(("127.0.0.1", 0)))

    @property
    def address(self) -> Address:
        host, port = self.listener.getsockname()[:2]
        return host, port

    def start(self) -> None:
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self.listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:  # closed
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        """One client's connection, to its end."""
        with (
            client,
            socket.create_connection(self.first) as first,
            socket.create_connection(self.second) as second,
        ):
            while (frame := read_frame(client)) is not None:
                header, at = decode_request_header(frame, 0, len(frame))
                key, version = header.api_key, header.api_version
                module = load(key)
                request = module.decode_request(frame, at, len(frame), version)
                silent = key == 0 and request.acks == 0
                first.sendall(struct.pack(">i", len(frame)) + frame)
                self.learned.translate(request)
                parts: list[Any] = []
                encode_request_header(parts, header)
                module.encode_request(request, version, parts)
                told = joined(parts)
                second.sendall(struct.pack(">i", len(told)) + told)
                if silent:
                    continue
                answer, other = read_frame(first), read_frame(second)
                if answer is None or other is None:
                    self._differs(
                        key, version, request, f"connection closed: {answer is None}, {other is None}"
                    )
                    return
                client.sendall(self._answer(key, version, request, answer, other))

    def _answer(self, key: int, version: int, request: Any, answer: bytes, other: bytes) -> bytes:
        """Compare two answers; the first, framed, with our own address in place of its server's."""
        module = load(key)
        if key == 18 and INDEX[key].flexible_from <= version and struct.unpack_from(">h", answer, 4)[0] == 35:
            return struct.pack(">i", len(answer)) + answer  # UNSUPPORTED_VERSION is said in version 0
        header, at = decode_response_header(answer, 0, len(answer), key, version)
        decoded = module.decode_response(answer, at, len(answer), version)
        _, at = decode_response_header(other, 0, len(other), key, version)
        if key not in NOT_COMPARED:
            difference = compare(
                decoded, module.decode_response(other, at, len(other), version), self.learned
            )
            self.compared += 1
            if difference:
                self._differs(key, version, request, difference)
        for owner, field in _fields(decoded):
            if field == "host" and getattr(owner, "port", 0) == self.first[1]:
                owner.host, owner.port = self.address
        parts: list[Any] = []
        encode_response_header(parts, key, version, header.correlation_id)
        module.encode_response(decoded, version, parts)
        body = joined(parts)
        return struct.pack(">i", len(body)) + body

    def _differs(self, key: int, version: int, request: Any, what: str) -> None:
        self.differences += 1
        self.tell(f"{INDEX[key].name} v{version}: {what}\n    asked: {_short(request)}")


def joined(parts: list[Any]) -> bytes:
    return b"".join(bytes(part) for part in parts)


def read_frame(connection: socket.socket) -> bytes | None:
    """The next frame without its size; None at the end of the connection."""
    size = _read(connection, 4)
    return None if size is None else _read(connection, struct.unpack(">i", size)[0])


def _read(connection: socket.socket, count: int) -> bytes | None:
    out = bytearray()
    while len(out) < count:
        try:
            part = connection.recv(count - len(out))
        except ConnectionError:
            return None
        if not part:
            return None
        out += part
    return bytes(out)
