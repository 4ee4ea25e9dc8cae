"""What a connection has to send: frames in order, out with as few system calls and copies as can be.

Small parts are joined, because copying them is cheaper than telling the kernel of each; large ones, which are slices
of a log's memory map, go to `sendmsg` as they are. Of the largest the kernel is only told where they lie in which file
(`sendfile`), where it is Linux: consumes of 1 KB then cost a server a fifth less.
"""

from __future__ import annotations

import errno
import os
import socket
import sys
from typing import Final

from kwire.codec.headers import answer_head
from kwire.codec.primitives import Buffer
from kwire.log.files import place_of

LARGE_BYTES = 16 * 1024
"""A part from this size on is sent from where it lies."""

FROM_FILE_BYTES: Final = 64 * 1024 if sys.platform == "linux" else sys.maxsize
"""A part from this size on is taken from its file."""

_MSG_MORE: Final = getattr(socket, "MSG_MORE", 0)

MOST_PARTS: Final = 512
"""Parts in one `sendmsg`; every platform takes as many (IOV_MAX is 1024 on Linux and macOS)."""


class Outbox:
    """Frames that wait to be sent on a non-blocking socket. `pending_bytes` is what they come to."""

    __slots__ = ("_has_large", "_parts", "_sock", "pending_bytes")

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._parts: list[Buffer] = []
        self._has_large = False
        self.pending_bytes = 0

    def put_answer(self, correlation_id: int, parts: list[Buffer], tagged: bool) -> None:
        """Queue one answer, whose head is put before it. The list is not kept, its parts are."""
        if len(parts) == 1:
            (part,) = parts
            size = len(part)
            if size < LARGE_BYTES:
                frame = answer_head(correlation_id, size, tagged) + part
                self.pending_bytes += len(frame)
                self._parts.append(frame)
                return
        else:
            size = sum(map(len, parts))
        if size >= LARGE_BYTES:
            self._has_large = True
        head = answer_head(correlation_id, size, tagged)
        self.pending_bytes += len(head) + size
        self._parts.append(head)
        self._parts += parts

    def send(self) -> bool:
        """Send what the socket takes now; whether that was everything. Raises OSError when the peer is gone."""
        if not self.pending_bytes:
            return True
        try:
            if not self._has_large:
                data = self._parts[0] if len(self._parts) == 1 else b"".join(self._parts)
                sent = self._sock.send(data)
                if sent == self.pending_bytes:
                    self._parts = []
                    self.pending_bytes = 0
                    return True
                self._parts = [memoryview(data)]
            else:
                return self._send_large()
        except (BlockingIOError, InterruptedError):
            return False
        self._drop(sent)
        return not self.pending_bytes

    def _send_large(self) -> bool:
        """As `send`, what has large parts in it."""
        self._parts = _join_small(self._parts)
        while self._parts:
            place = _place(self._parts[0])
            if place is None:
                count = 1
                while count < min(len(self._parts), MOST_PARTS) and len(self._parts[count]) < FROM_FILE_BYTES:
                    count += 1
                offered = sum(map(len, self._parts[:count]))
                more = _MSG_MORE if count < len(self._parts) else 0
                sent = self._sock.sendmsg(self._parts[:count], (), more)
            else:
                fd, position = place
                offered = len(self._parts[0])
                sent = os.sendfile(self._sock.fileno(), fd, position, offered)
                if not sent:
                    raise OSError(errno.EIO, "What was to be sent is not in its file any more")
            self._drop(sent)
            if sent < offered:
                return False
        return True

    def _drop(self, sent: int) -> None:
        """Forget the first `sent` bytes."""
        self.pending_bytes -= sent
        parts = self._parts
        gone = 0
        while gone < len(parts) and sent >= len(parts[gone]):
            sent -= len(parts[gone])
            gone += 1
        if sent:
            parts[gone] = memoryview(parts[gone])[sent:]
        del parts[:gone]
        if not parts:
            self._has_large = False


def _place(part: Buffer) -> tuple[int, int] | None:
    """(descriptor, position) of a part that is to be taken from its file."""
    if len(part) < FROM_FILE_BYTES or not isinstance(part, memoryview):
        return None
    return place_of(part)


def _join_small(parts: list[Buffer]) -> list[Buffer]:
    """The same bytes in fewer parts: neighbours that are small become one."""
    joined: list[Buffer] = []
    small: list[Buffer] = []
    for part in parts:
        if len(part) < LARGE_BYTES:
            small.append(part)
        else:
            if small:
                joined.append(small[0] if len(small) == 1 else b"".join(small))
                small = []
            joined.append(part)
    if small:
        joined.append(small[0] if len(small) == 1 else b"".join(small))
    return joined
