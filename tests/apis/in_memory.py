"""Talking to one broker in memory, which has all the time that it wants."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import attrs

from kwire.apis import Wait, held_back
from tests.apis.asking import Client
from tests.apis.epoch_claims import LAST_EPOCH
from tests.apis.talking import As, Talk
from tests.broker.keeping import Keeper

STEPS = 300
STEP_MS = 20


class HasToWait(Exception):
    """There is no answer yet."""


_connections = itertools.count(1)


class Connected:
    """A connection of its own."""

    def __init__(self, talk: InMemory) -> None:
        self._talk = talk
        self._client = Client(talk.broker)
        self._client.caller.connection_id = f"connection-{next(_connections)}"

    def ask(self, key: int, version: int, request: Any) -> Any:
        return self._talk.ask_as(self._client, version, request)

    def close(self) -> None:
        self._talk.broker.disconnected(self._client.caller.connection_id)


class InMemory(Talk):
    """One broker, which has all the time that it wants."""

    def __init__(self, **settings: str) -> None:
        super().__init__()
        self.keeper = Keeper(
            {
                "transaction.state.log.num.partitions": "3",
                "transaction.abort.timed.out.transaction.cleanup.interval.ms": "500",
                **{name.replace("_", "."): value for name, value in settings.items()},
            }
        )
        self.broker = self.keeper.broker
        self.broker.endpoints = {"PLAINTEXT": ("here", 9092)}
        self.client = Client(self.broker)
        self.is_patient = True
        """Waits for answers."""

    def at(self, address: str) -> InMemory:
        assert address == "here:9092"
        return self

    def connect(self, address: str) -> Connected:
        return Connected(self)

    def any(self) -> InMemory:
        return self

    def another(self) -> InMemory:
        return self

    def close(self) -> None:
        """There is nothing to give back."""

    def patience(self) -> Iterator[None]:
        for _ in range(STEPS):
            yield
            self.step()

    def time_ms(self) -> int:
        return self.keeper.clock.time_ms()

    def exhaust(self, transactional_id: str) -> As:
        """Without going through them all."""
        producer = self.init(transactional_id)
        transactions = self.broker.transactions
        known = transactions.describe(transactional_id)
        transactions._write(attrs.evolve(known, epoch=LAST_EPOCH))
        self.step()
        return As(producer.producer_id, LAST_EPOCH)

    def step(self) -> None:
        """A little later, with everything done that can be."""
        self.keeper.clock.now_ms += STEP_MS
        self.broker.tick(self.keeper.clock.now_ms)
        self.broker.flushing.take_owed()
        self.broker.jobs.run_all()

    def ask(self, key: int, version: int, request: Any) -> Any:
        """What leaves the broker in the end, as the edge brings it about."""
        return self.ask_as(self.client, version, request)

    def ask_as(self, client: Client, version: int, request: Any) -> Any:
        """The same on another connection."""
        owed = self.broker.flushing.owed
        answer = client.ask(request, version)
        began_ms = self.keeper.clock.now_ms
        while True:
            if isinstance(answer, Wait):
                owed.clear()
            elif owed:
                answer = held_back(self.broker, answer)
            else:
                return client.over_the_wire(answer, client._served(request)[1], version)
            if not self.is_patient:
                raise HasToWait
            self.step()
            is_late = self.keeper.clock.now_ms >= answer.until
            answer = answer.attempt(is_late) or answer
            assert self.keeper.clock.now_ms < began_ms + 60_000
