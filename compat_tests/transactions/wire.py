"""Talking to real brokers, over sockets."""

from __future__ import annotations

import time
from collections.abc import Iterator

from kwire.codec.messages import load
from kwire.errors import ErrorCode
from tests.apis.epoch_claims import LAST_EPOCH
from tests.apis.sockets import Socket
from tests.apis.talking import As, Talk

DEADLINE_S = 60.0


class Servers(Talk):
    """Every broker of a server under test."""

    def __init__(self, bootstrap: str) -> None:
        super().__init__()
        self._bootstrap = bootstrap
        self._wires: dict[str, Socket] = {}
        self._connected: list[Socket] = []

    def close(self) -> None:
        for wire in (*self._wires.values(), *self._connected):
            wire.close()

    def at(self, address: str) -> Socket:
        if address not in self._wires:
            self._wires[address] = Socket(address)
        return self._wires[address]

    def connect(self, address: str) -> Socket:
        wire = Socket(address)
        self._connected.append(wire)
        return wire

    def time_ms(self) -> int:
        return time.time_ns() // 1_000_000

    def exhaust(self, transactional_id: str) -> As:
        """By going through them all."""
        producer = self.init(transactional_id)
        request = load(22).InitProducerIdRequest(
            transactional_id=transactional_id,
            transaction_timeout_ms=60_000,
            producer_id=-1,
            producer_epoch=-1,
        )
        answer = self.coordinator(transactional_id).ask_again(22, 5, request, LAST_EPOCH)
        assert (answer.error_code, answer.producer_id) == (ErrorCode.NONE, producer.producer_id)
        return As(answer.producer_id, answer.producer_epoch)

    def coordinator(self, key: str, kind: int = 1) -> Socket:
        found = super().coordinator(key, kind)
        assert isinstance(found, Socket)
        return found

    def any(self) -> Socket:
        return self.at(self._bootstrap)

    def another(self) -> Socket:
        return Socket(self._bootstrap)

    def patience(self) -> Iterator[None]:
        end = time.monotonic() + DEADLINE_S
        while time.monotonic() < end:
            yield
            time.sleep(0.01)
