"""What a connection has to send: every byte once and in order, from memory and from files."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from kwire.codec.primitives import Buffer
from kwire.log.files import DiskFile, DiskFiles
from kwire.server.outbox import FROM_FILE_BYTES, LARGE_BYTES, Outbox

FILE_BYTES = 4 << 20


@pytest.fixture
def content() -> bytes:
    return Random(1).randbytes(FILE_BYTES)


@pytest.fixture
def file(tmp_path: Path, content: bytes) -> Iterator[DiskFile]:
    (tmp_path / "0.log").write_bytes(content)
    opened = DiskFiles().open(str(tmp_path / "0.log"))
    yield opened
    opened.close()


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        near = socket.create_connection(listener.getsockname())
        far, _ = listener.accept()
    near.setblocking(False)
    with near, far:
        yield near, far


def part(random: Random, file: DiskFile) -> Buffer:
    """A piece of memory or of the file, of any size."""
    size = random.choice(
        [0, 1, 100, LARGE_BYTES - 1, LARGE_BYTES, 65_535, 65_536, random.randrange(1 << 20), 1 << 20]
    )
    if random.random() < 0.4:
        return random.randbytes(size)
    start = random.randrange(FILE_BYTES - size)
    return file.read(start, start + size)


def framed(correlation_id: int, parts: list[Buffer]) -> bytes:
    body = correlation_id.to_bytes(4, "big") + b"\0" + b"".join(bytes(each) for each in parts)
    return len(body).to_bytes(4, "big") + body


@pytest.mark.parametrize("seed", range(10))
def test_a_slow_client_gets_every_byte_once_and_in_order(
    seed: int, file: DiskFile, pair: tuple[socket.socket, socket.socket]
) -> None:
    random = Random(seed)
    file.read(0, FILE_BYTES)  # as a fetch does it: from a map
    outbox = Outbox(pair[0])
    expected, received = bytearray(), bytearray()
    blocked = 0
    for number in range(30):
        parts = [part(random, file) for _ in range(random.randint(1, 6))]
        expected += framed(number, parts)
        outbox.put_answer(number, parts, tagged=True)
        assert len(received) + outbox.pending_bytes <= len(expected)
        while random.random() < 0.7:
            blocked += not outbox.send()
            if random.random() < 0.5 and len(received) < len(expected) - outbox.pending_bytes:
                received += pair[1].recv(random.randrange(1, 1 << 18))
    while len(received) < len(expected):
        outbox.send()
        received += pair[1].recv(1 << 20)
    assert received == expected
    assert outbox.pending_bytes == 0
    assert outbox.send()
    assert blocked


def test_an_answer_outlives_its_file(
    file: DiskFile, content: bytes, pair: tuple[socket.socket, socket.socket]
) -> None:
    """Idle files are closed, segments removed: what was given out of their maps is sent all the same."""
    parts: list[Buffer] = [file.read(5, 5 + (1 << 20))]
    outbox = Outbox(pair[0])
    outbox.put_answer(1, parts, tagged=True)
    outbox.send()  # part of it
    os.unlink(file.path)
    file.close()
    taken = os.open(os.devnull, os.O_RDONLY)  # its number is another's now
    received = bytearray()
    while len(received) < (1 << 20) + 9:
        outbox.send()
        received += pair[1].recv(1 << 20)
    os.close(taken)
    assert received == framed(1, [content[5 : 5 + (1 << 20)]])


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux sends from the file")
def test_a_file_that_was_cut_meanwhile_ends_the_connection_and_not_the_server(
    file: DiskFile, pair: tuple[socket.socket, socket.socket]
) -> None:
    outbox = Outbox(pair[0])
    outbox.put_answer(1, [file.read(0, FROM_FILE_BYTES), file.read(1 << 20, 2 << 20)], tagged=False)
    os.truncate(file.path, FROM_FILE_BYTES)
    with pytest.raises(OSError, match="not in its file any more"):
        outbox.send()
