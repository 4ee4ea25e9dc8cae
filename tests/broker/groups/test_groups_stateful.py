"""Members do whatever they like, brokers die, time passes: what must hold, holds."""

from __future__ import annotations

from collections import Counter

import attrs
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from kwire.broker.broker import Broker
from kwire.broker.groups.classic import ClassicGroup
from kwire.broker.groups.events import CommittedOffset, OffsetCommitted
from kwire.broker.groups.members import Join, Joined, Parked, State, Synced
from kwire.errors import ErrorCode, KafkaError
from kwire.log.files import MemoryFiles
from tests.broker.groups.bench import offers
from tests.broker.groups.brokers import TestClock, open_broker, pass_time

GROUP = "g"
PARTITIONS = range(6)
SESSION_MS = 10_000
REBALANCE_MS = 30_000
CHOICES = [("range",), ("range", "sticky"), ("sticky", "range")]


@attrs.define(eq=False)
class _Client:
    """A scripted member: what it was told last, and what it waits for."""

    instance_id: str | None = None
    told: Joined = attrs.Factory(Joined)
    joining: Parked[Joined] | None = None
    syncing: Parked[Synced] | None = None
    protocols: tuple[str, ...] = ("range",)


def _expect(error: KafkaError, *codes: ErrorCode) -> None:
    assert error.code in codes


class Groups(RuleBasedStateMachine):
    """One group, up to eight clients, one broker after another."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = TestClock()
        self.files = MemoryFiles()
        self.starts = 0
        self.broker = self._start()
        self.clients: list[_Client] = []
        self.owners: dict[tuple[int, int], str] = {}
        self.newest_generation = 0
        self.committed: dict[int, int] = {}

    def _start(self) -> Broker:
        self.starts += 1
        return open_broker(
            self.files,
            self.clock,
            seed=self.starts,
            group_max_size="5",
            group_initial_rebalance_delay_ms="2000",
        )

    @property
    def now_ms(self) -> int:
        return self.clock.monotonic_ms()

    @property
    def group(self) -> ClassicGroup | None:
        group = self.broker.groups.groups.get(GROUP)
        assert isinstance(group, ClassicGroup | None)
        return group

    def _listen(self) -> None:
        """Clients read what was answered."""
        for client in self.clients:
            if client.joining is not None and client.joining.answer is not None:
                answer = client.joining.answer
                client.joining = None
                if answer.error is ErrorCode.NONE:
                    client.told = answer
                elif answer.error is ErrorCode.MEMBER_ID_REQUIRED:
                    client.told = Joined(member_id=answer.member_id)
                elif answer.error is not ErrorCode.REBALANCE_IN_PROGRESS:
                    client.told = Joined()
            if client.syncing is not None and client.syncing.answer is not None:
                got = client.syncing.answer
                client.syncing = None
                for partition in got.assignment if got.error is ErrorCode.NONE else b"":
                    owner = self.owners.setdefault((client.told.generation, partition), client.told.member_id)
                    # A static member that came back has its assignment under a new id.
                    assert owner == client.told.member_id or client.instance_id is not None

    def _pick(self, which: int) -> _Client:
        return self.clients[which % len(self.clients)]

    @precondition(lambda self: len(self.clients) < 8)
    @rule(static=st.booleans())
    def somebody_appears(self, static: bool) -> None:
        self.clients.append(_Client(f"i{len(self.clients)}" if static else None))

    @precondition(lambda self: self.clients)
    @rule(
        which=st.integers(0, 7), protocols=st.sampled_from(CHOICES), forget=st.booleans(), old=st.booleans()
    )
    def somebody_joins(self, which: int, protocols: tuple[str, ...], forget: bool, old: bool) -> None:
        client = self._pick(which)
        if forget:
            client.told = Joined()
        self._join(client, protocols, old=old)

    @rule(protocols=st.sampled_from(CHOICES))
    def everybody_joins(self, protocols: tuple[str, ...]) -> None:
        for _ in range(2):  # first for an id, then with it
            for client in self.clients:
                if client.joining is None:
                    self._join(client, protocols, old=False)
        pass_time(self.broker, 4_000)
        self._listen()

    def _join(self, client: _Client, protocols: tuple[str, ...], *, old: bool) -> None:
        join = Join(
            member_id=client.told.member_id,
            instance_id=client.instance_id,
            client_id="c",
            client_host="/h",
            session_timeout_ms=SESSION_MS,
            rebalance_timeout_ms=REBALANCE_MS,
            protocol_type="consumer",
            protocols=offers(*protocols),
            can_retry_with_id=not old,
        )
        try:
            client.joining = self.broker.groups.join(GROUP, join, self.now_ms)
        except KafkaError as error:
            _expect(error, ErrorCode.UNKNOWN_MEMBER_ID)
            client.told = Joined()
        client.syncing = None
        self._listen()

    @precondition(lambda self: self.clients)
    @rule(which=st.integers(0, 7))
    def somebody_syncs(self, which: int) -> None:
        self._sync(self._pick(which))

    @rule()
    def everybody_syncs(self) -> None:
        for client in self.clients:
            if client.joining is None:
                self._sync(client)

    def _sync(self, client: _Client) -> None:
        told = client.told
        members = [member_id for member_id, _, _ in told.members]
        shares = {
            member_id: bytes(PARTITIONS[index :: len(members)]) for index, member_id in enumerate(members)
        }
        try:
            client.syncing = self.broker.groups.sync(
                GROUP, told.member_id, client.instance_id, told.generation, None, None, shares, self.now_ms
            )
        except KafkaError as error:
            if error.code is not ErrorCode.REBALANCE_IN_PROGRESS:
                client.told = Joined()
        self._listen()

    @precondition(lambda self: self.clients)
    @rule(which=st.integers(0, 7))
    def heartbeat(self, which: int) -> None:
        told = self._pick(which).told
        try:
            self.broker.groups.heartbeat(
                GROUP, told.member_id, self._pick(which).instance_id, told.generation, self.now_ms
            )
        except KafkaError as error:
            _expect(
                error,
                ErrorCode.UNKNOWN_MEMBER_ID,
                ErrorCode.ILLEGAL_GENERATION,
                ErrorCode.REBALANCE_IN_PROGRESS,
                ErrorCode.FENCED_INSTANCE_ID,
            )

    @precondition(lambda self: self.clients)
    @rule(which=st.integers(0, 7))
    def leave(self, which: int) -> None:
        client = self._pick(which)
        self.broker.groups.leave(GROUP, [(client.told.member_id, client.instance_id, None)], self.now_ms)
        client.told = Joined()
        self._listen()

    @precondition(lambda self: self.clients)
    @rule(which=st.integers(0, 7), partition=st.sampled_from(PARTITIONS), offset=st.integers(0, 1_000))
    def commit(self, which: int, partition: int, offset: int) -> None:
        client = self._pick(which)
        event = OffsetCommitted(GROUP, "t", partition, CommittedOffset(offset, commit_timestamp_ms=0))
        told = client.told
        try:
            self.broker.groups.commit(
                GROUP, told.member_id, client.instance_id, told.generation, [event], self.now_ms
            )
        except KafkaError:
            return
        self.committed[partition] = offset

    @rule(milliseconds=st.sampled_from([0, 1, 1_000, 3_000, SESSION_MS, REBALANCE_MS]))
    def time_passes(self, milliseconds: int) -> None:
        pass_time(self.broker, milliseconds)
        self._listen()

    @rule()
    def the_broker_dies(self) -> None:
        self.broker.abandon()
        self.broker = self._start()
        for client in self.clients:
            client.joining = client.syncing = None

    @invariant()
    def generations_only_grow_between_restarts(self) -> None:
        group = self.group
        if group is not None and group.state is State.STABLE:
            assert group.generation >= self.newest_generation
            self.newest_generation = group.generation

    @invariant()
    def nobody_waits_for_ever(self) -> None:
        group = self.group
        for member in group.members if group is not None else ():
            assert group is not None
            if member.joining is not None:
                assert group.state is State.PREPARING_REBALANCE
                assert group._join_timer.due_ms is not None
            if member.syncing is not None:
                assert group.state is State.COMPLETING_REBALANCE
                assert group._sync_timer.due_ms is not None
            if not member.may_be_silent:
                assert member.session.due_ms is not None
        waiting = {id(member.joining) for member in group.members} if group is not None else set()
        for client in self.clients:
            if client.joining is not None and client.joining.answer is None:
                assert id(client.joining) in waiting

    @invariant()
    def what_is_counted_is_true(self) -> None:
        group = self.group
        if group is None:
            return
        members = group.members
        assert members.awaiting_join == sum(member.joining is not None for member in members)
        assert members._supporters == Counter(name for member in members for name, _ in member.protocols)
        assert members._static == {m.instance_id: m.member_id for m in members if m.instance_id is not None}
        assert (members.leader_id or "") in members if len(members) else members.leader_id is None
        assert (group.state is State.EMPTY) <= (len(members) == 0)

    @invariant()
    def offsets_are_what_was_committed_last(self) -> None:
        for partition, offset in self.committed.items():
            found = self.broker.groups.offsets.get(GROUP, "t", partition)
            assert found is not None
            assert found.offset == offset

    def teardown(self) -> None:
        """When everybody behaves, the group becomes stable again, or empty."""
        pass_time(self.broker, 20 * REBALANCE_MS)
        self._listen()
        group = self.group
        assert group is None or group.state is State.EMPTY
        assert all(client.joining is None and client.syncing is None for client in self.clients)


Groups.TestCase.settings = settings(
    max_examples=60,
    stateful_step_count=40,
    suppress_health_check=[HealthCheck.data_too_large],
)
TestGroups = Groups.TestCase
