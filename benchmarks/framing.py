"""What a request costs before its handler does anything: one Trio connection task, framing, headers, one send.

Serves Heartbeat with a handler that does nothing, in a process of its own, and loads it over loopback with clients
that have a number of requests under way. The client is Python too: from 16 connections on its own cost counts.

    python benchmarks/framing.py [--seconds 3]
"""

from __future__ import annotations

import argparse
import multiprocessing
import multiprocessing.connection
import selectors
import socket
import time
from collections.abc import Sequence

import trio

from kwire.apis import Served
from kwire.codec.frames import finish_frame
from kwire.codec.headers import RequestHeader, encode_request_header
from kwire.codec.messages.heartbeat import HeartbeatRequest, HeartbeatResponse, encode_request
from kwire.codec.primitives import Buffer
from kwire.server.clock import SystemClock
from kwire.server.connection import Hall
from kwire.server.listener import Limits, Reception, SocketOptions, bind, listen
from kwire.server.waiting import Timers

HEARTBEAT, VERSION = 12, 4


def serve(port: multiprocessing.connection.Connection) -> None:
    """Answer heartbeats until killed."""
    import kwire.codec.messages.heartbeat as wire

    served = Served(HEARTBEAT, "heartbeat")
    served.decode, served.encode = wire.decode_request, wire.encode_response
    response = HeartbeatResponse()
    served.handle = lambda broker, caller, request: response

    async def run() -> None:
        clock = SystemClock()
        timers = Timers(clock)
        hall = Hall(None, {HEARTBEAT: served}, timers, clock, 1 << 20)
        reception = Reception(hall, Limits())
        (sock,) = bind("PLAINTEXT", "127.0.0.1", 0, SocketOptions())
        listen("PLAINTEXT", "127.0.0.1", [sock], SocketOptions())
        port.send(sock.getsockname()[1])
        async with trio.open_nursery() as nursery:
            nursery.start_soon(timers.run)
            nursery.start_soon(hall.poller.run)
            await reception.accept(sock, "PLAINTEXT")

    trio.run(run)


def load(port: int, connections: int, depth: int, seconds: float) -> float:
    """Requests per second."""
    parts: list[Buffer] = []
    encode_request_header(parts, RequestHeader(HEARTBEAT, VERSION, 1, "bench"))
    encode_request(HeartbeatRequest(group_id="group", member_id="member"), VERSION, parts)
    finish_frame(parts)
    request = b"".join(parts)
    answer_bytes = 4 + 5 + 7
    selector = selectors.DefaultSelector()
    for _ in range(connections):
        sock = socket.create_connection(("127.0.0.1", port))
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        selector.register(sock, selectors.EVENT_READ, sock)
        sock.sendall(request * depth)
    received = 0
    began = now = time.perf_counter()
    while now < began + seconds:
        for key, _ in selector.select():
            data = key.data.recv(65536)
            received += len(data)
            # An answer that came in two pieces counts when its second piece is there.
            key.data.sendall(request * (len(data) // answer_bytes))
        now = time.perf_counter()
    for key in list(selector.get_map().values()):
        key.data.close()
    return received / answer_bytes / (now - began)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=3.0)
    options = parser.parse_args(arguments)
    here, there = multiprocessing.Pipe()
    server = multiprocessing.Process(target=serve, args=(there,), daemon=True)
    server.start()
    port = here.recv()
    print("connections  depth   requests/s   us each")
    for connections, depth in ((1, 1), (1, 10), (16, 1), (64, 1), (64, 10), (256, 1)):
        rate = load(port, connections, depth, options.seconds)
        print(f"{connections:11}  {depth:5}   {rate:10,.0f}   {1e6 / rate:7.1f}")
    server.kill()


if __name__ == "__main__":
    main()
