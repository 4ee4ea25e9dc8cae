"""A share group with members that come, go, forget and die, and a broker that is stopped, killed and led elsewhere.

Always holds: a record is acquired by at most one member; nothing that was accepted or rejected, and answered, is given
to anybody again; how often a record was given only grows; and in the end every record was given to somebody, and is
done with.
"""

from __future__ import annotations

from typing import Any

import attrs
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, precondition, rule

from kwire.broker.broker import Broker
from kwire.broker.share.led import LedSharePartition
from kwire.broker.share.runs import RecordState
from kwire.broker.share.share_partition import AcknowledgedBatch
from kwire.broker.share.state import SHARE_TOPIC
from kwire.errors import KafkaError
from kwire.records.batch import Record, build_batch
from tests.broker.keeping import Keeper

GROUP = "g"
LOCK_MS = 30_000
ACCEPT, RELEASE, REJECT = 1, 2, 3
FINAL = (ACCEPT, REJECT)
MAX_DELIVERIES = 5


@attrs.define(eq=False)
class Client:
    """A member, and the records that it was given and has said nothing of: deliveries by offset."""

    name: str
    held: dict[int, int] = attrs.Factory(dict)
    until_ms: int = 0


class Sharing(RuleBasedStateMachine):
    """Steps are requests, as the APIs make them of the rules."""

    clients = Bundle("clients")

    def __init__(self) -> None:
        super().__init__()
        self.keeper = Keeper(
            {
                "share.coordinator.state.topic.num.partitions": "2",
                "share.coordinator.snapshot.update.records.per.snapshot": "4",
            }
        )
        self.broker: Broker = self.keeper.broker
        self.broker.topics.create("t", partitions=1)
        self.broker.topics.ensure_internal(SHARE_TOPIC)
        self.topic_id = self.broker.topics.by_name["t"].topic_id
        answers: list[Any] = []
        self.broker.sharing.persister.initialize(GROUP, {(self.topic_id, 0): (0, 0)}, answers.append)
        assert answers == [{(self.topic_id, 0): None}]
        self._somebody_is_there()
        self.end = 0
        self.names = 0
        self.done: set[int] = set()
        self.deliveries: dict[int, int] = {}
        self.stored: dict[int, int] = {}
        """How often each was given, as far as that is on record."""
        self.members: list[Client] = []

    def _somebody_is_there(self) -> None:
        """A group without sessions is forgotten."""
        self.broker.sharing.sessions.open(GROUP, "somebody", "connection", [])

    # Helpers

    @property
    def led(self) -> LedSharePartition:
        return self.broker.sharing.get(GROUP, (self.topic_id, 0))

    def acquire(self, client: Client, limit: int, *, exactly: bool) -> None:
        led = self.led
        records = led.peek(10_000, at_least_one=True)
        if not records:
            return
        now_ms = self.keeper.clock.now_ms
        _, acquired = led.acquire(
            client.name, records, now_ms, max_records=limit, batch_size=100, exactly=exactly
        )
        given = [
            (offset, each.deliveries) for each in acquired for offset in range(each.first, each.last + 1)
        ]
        assert not exactly or len(given) <= limit
        for offset, deliveries in given:
            assert offset < self.end
            assert offset not in self.done, f"{offset} was done with"
            for other in self.members:
                if other.until_ms > now_ms:
                    assert offset not in other.held, f"{offset} is {other.name}'s"
            assert deliveries > self.stored.get(offset, 0)
            assert deliveries <= MAX_DELIVERIES
            self.deliveries[offset] = deliveries
            client.held[offset] = deliveries
        client.until_ms = now_ms + LOCK_MS

    def forget_late(self) -> None:
        """Those whose time is over have nothing any more."""
        now_ms = self.keeper.clock.now_ms
        for client in self.members:
            if client.until_ms <= now_ms and client.held:
                self.given_back(client, list(client.held))

    def given_back(self, client: Client, offsets: list[int]) -> None:
        for offset in offsets:
            deliveries = client.held.pop(offset)
            self.stored[offset] = deliveries
            if deliveries >= MAX_DELIVERIES:
                self.done.add(offset)

    def restarted(self) -> None:
        self.broker = self.keeper.broker
        self._somebody_is_there()
        for client in self.members:
            client.held.clear()

    # Steps

    @rule(count=st.integers(1, 5))
    def produce(self, count: int) -> None:
        now_ms = self.keeper.clock.time_ms()
        records = [Record(at, now_ms, None, b"x", []) for at in range(count)]
        partition = self.broker.topics.partition("t", 0)
        assert partition.append(build_batch(records), now_ms).base_offset == self.end
        self.end += count

    @rule(target=clients)
    def join(self) -> Client:
        self.names += 1
        client = Client(f"m{self.names}")
        self.members.append(client)
        return client

    @rule(client=clients, limit=st.integers(1, 7), exactly=st.booleans())
    def fetch(self, client: Client, limit: int, exactly: bool) -> None:
        if not client.held:  # so that all its locks end together
            self.acquire(client, limit, exactly=exactly)

    @rule(client=clients, data=st.data())
    def acknowledge(self, client: Client, data: st.DataObject) -> None:
        offsets = sorted(client.held)
        if not offsets:
            return
        chosen = data.draw(st.lists(st.sampled_from(offsets), unique=True, min_size=1).map(sorted))
        kinds = data.draw(
            st.lists(st.sampled_from((ACCEPT, RELEASE, REJECT)), min_size=len(chosen), max_size=len(chosen))
        )
        batches = [
            AcknowledgedBatch(offset, offset, [kind]) for offset, kind in zip(chosen, kinds, strict=True)
        ]
        outcome = self.led.acknowledge(client.name, batches, self.keeper.clock.now_ms)
        assert (outcome.is_known, outcome.error) == (True, None)
        for offset, kind in zip(chosen, kinds, strict=True):
            if kind in FINAL:
                self.stored[offset] = client.held.pop(offset)
                self.done.add(offset)
            else:
                self.given_back(client, [offset])

    @rule(client=clients, offset=st.integers(0, 20))
    def speak_of_what_is_not_yours(self, client: Client, offset: int) -> None:
        led = self.led
        if (
            offset in client.held
            or offset in self.done
            or led.share is None
            or offset < led.share.start_offset
        ):
            return
        try:
            led.acknowledge(
                client.name, [AcknowledgedBatch(offset, offset, [ACCEPT])], self.keeper.clock.now_ms
            )
        except KafkaError:
            return
        raise AssertionError(f"{client.name} does not have {offset}")

    @rule(client=consumes(clients))
    def leave(self, client: Client) -> None:
        self.led.release(client.name)
        self.given_back(client, list(client.held))
        self.members.remove(client)

    @rule(ms=st.sampled_from((1_000, LOCK_MS, 400_000)))
    def wait(self, ms: int) -> None:
        self.keeper.clock.now_ms += ms
        self.broker.tick(self.keeper.clock.now_ms)
        self.forget_late()

    @precondition(lambda self: self.end > 0)
    @rule(kill=st.booleans())
    def restart(self, kill: bool) -> None:
        if kill:
            self.keeper.kill()
        else:
            self.keeper.restart()
        self.restarted()

    @rule()
    def forget(self) -> None:
        """Nobody has a session any more: it is loaded anew when somebody comes."""
        led = self.led
        for client in self.members:
            led.release(client.name)
            self.given_back(client, list(client.held))
        self.broker.sharing.forget(led)

    # What holds

    @invariant()
    def one_member_has_it(self) -> None:
        share = self.led.share
        if share is None:
            return
        for run in share.runs:
            if run.state is RecordState.ACQUIRED:
                (owner,) = [client for client in self.members if client.name == run.member_id]
                assert all(offset in owner.held for offset in range(run.first, run.last + 1))

    def teardown(self) -> None:
        """Everything that is there is given to somebody who accepts it."""
        self.keeper.clock.now_ms += LOCK_MS
        self.broker.tick(self.keeper.clock.now_ms)
        self.forget_late()
        last = Client("last")
        self.members.append(last)
        for _ in range(2 * self.end + 1):
            self.acquire(last, 100, exactly=False)
            if not last.held:
                break
            batches = [AcknowledgedBatch(offset, offset, [ACCEPT]) for offset in sorted(last.held)]
            outcome = self.led.acknowledge("last", batches, self.keeper.clock.now_ms)
            assert outcome.is_known
            self.done |= set(last.held)
            last.held.clear()
        assert self.done == set(range(self.end))
        share = self.led.share
        assert share is not None
        assert share.start_offset == self.end


Sharing.TestCase.settings = settings(max_examples=25, stateful_step_count=30)
TestSharing = Sharing.TestCase
