"""Exactly once under fire: the transactional clients of the simulation against real processes that are killed.

The same scripts, and the same checker, as in `tests/simulation/test_transactions.py`; here each script has a thread and
sockets of its own, time is real, and what dies is a server, or any of its workers. Clients die as well: they give up in
the middle of anything, and come back as new incarnations of their ids. `KWIRE_KILLS=200` kills 50 times.
"""

from __future__ import annotations

import threading
import time
from random import Random
from typing import Any

import attrs
import pytest

from compat_tests.harness import eventually
from kwire.codec.messages import load
from kwire.errors import ErrorCode
from soak.campaign import Campaign, remove
from soak.dump import kafka_finds_nothing
from soak.ledger import Place, Violation
from soak.load import AGAIN_S, Topic
from soak.test_kills import KILLS, SEED, new_directory
from soak.wire import PATIENCE_S, Wire
from tests.simulation.histories import History, check, check_copies
from tests.simulation.histories import Place as At
from tests.simulation.transactors import (
    COMMIT_OFFSETS,
    FETCH,
    OFFSET_FETCH,
    PRODUCE,
    committed_fetch,
    committed_records,
    copier,
    reader,
    writer,
)
from tests.simulation.world import Call, Disconnected, Script, Sleep

TOPICS = [
    Topic("in", 2, {}, 0, 0),
    Topic("out", 3, {"segment.bytes": str(1 << 20)}, 0, 0),
    Topic("copies", 1, {}, 0, 0),
]
PLACES: list[At] = [(topic.name, index) for topic in TOPICS[:2] for index in range(topic.partitions)]
SOURCE, TARGET, GROUP = ("in", 0), ("copies", 0), "copiers"
TIMEOUTS_MS = (1_000, 6_000)
ENDLESS = 1 << 30
FIND_COORDINATOR, TRANSACTION = 10, 1


class Talker(threading.Thread):
    """Performs one script over sockets."""

    def __init__(self, name: str, port: int, script: Script) -> None:
        super().__init__(name=name, daemon=True)
        self.port = port
        self.script = script
        self.halting = threading.Event()
        self.failure: Exception | None = None

    def run(self) -> None:
        try:
            self.talk()
        except StopIteration:
            pass
        except Exception as error:  # noqa: BLE001 - the campaign raises it where it is seen
            error.add_note(f"in {self.name}")
            self.failure = error

    def talk(self) -> None:
        wire: Wire | None = None
        wanted = next(self.script)
        while not self.halting.is_set():
            if isinstance(wanted, Sleep):
                time.sleep(wanted.milliseconds / 1000)
                wanted = self.script.send(None)
                continue
            try:
                wire = wire or Wire(self.port, client_id=self.name)
                answer = self.ask(wire, wanted)
            except (OSError, EOFError):
                if wire is not None:
                    wire.close()
                wire = None
                time.sleep(AGAIN_S)
                wanted = self.script.throw(Disconnected())
            else:
                wanted = self.script.send(answer)
        if wire is not None:
            wire.close()

    def ask(self, wire: Wire, call: Call) -> Any:
        """What whoever is to be asked says."""
        request = call.request
        assert call.version is not None
        if call.key == PRODUCE:
            data = request.topic_data[0]
            to = wire.leader(Place(data.name, data.partition_data[0].index))
        elif call.key == FETCH:
            to = wire.leader(Place(request.topics[0].topic, request.topics[0].partitions[0].partition))
        elif call.key in (COMMIT_OFFSETS, OFFSET_FETCH):
            to = wire.coordinator(request.group_id)
        else:
            name = getattr(request, "transactional_id", None) or request.v3_and_below_transactional_id
            to = wire.coordinator(name, TRANSACTION)
        return wire.ask(call.key, request, call.version, to=to)


@attrs.define
class Transactions(Campaign):
    """A campaign whose clients are those of the simulation."""

    history: History = attrs.field(factory=History)
    talkers: list[Talker] = attrs.field(factory=list)

    def _begin(self) -> None:
        self.server.start()
        with Wire(self.server.port) as wire:
            for topic in TOPICS:
                wire.create_topic(topic.name, topic.partitions, topic.settings)
        history, port = self.history, self.server.port

        def own() -> Random:
            return Random(self.random.random())

        scripts: dict[str, Script] = {}
        for number in range(5):
            name, transactional_id = f"w{number}", f"writer-{min(number, 3)}"
            scripts[name] = writer(
                name, transactional_id, history, own(), PLACES, ENDLESS, timeouts_ms=TIMEOUTS_MS
            )
        for number in range(2):
            name = f"c{number}"
            scripts[name] = copier(
                name, "copier", GROUP, history, own(), SOURCE, TARGET, ENDLESS, timeouts_ms=TIMEOUTS_MS
            )
        for number in range(2):
            scripts[f"r{number}"] = reader(f"r{number}", history, own(), [*PLACES, TARGET], ENDLESS)
        self.talkers = [Talker(name, port, script) for name, script in scripts.items()]
        for talker in self.talkers:
            talker.start()
        self.wait_for_progress()

    def check(self, *, everything: bool, commits: bool = True) -> None:
        for talker in self.talkers:
            if talker.failure is not None:
                raise talker.failure

    def wait_for_progress(self) -> None:
        """Until more was committed by the server that is there now."""
        before = self.committed()

        def more() -> bool:
            self.check(everything=False)
            return self.committed() > before + 5

        eventually(more, "transactions are committed again", deadline_s=PATIENCE_S)

    def committed(self) -> int:
        return sum(each.outcome.name == "COMMITTED" for each in list(self.history.transactions))

    def _end(self) -> None:
        for talker in self.talkers:
            talker.halting.set()
        for talker in self.talkers:
            talker.join(PATIENCE_S)
            if talker.is_alive():
                raise Violation(f"{talker.name} does not come to its end")
        self.check(everything=True)
        places = [*PLACES, TARGET]
        eventually(lambda: all(self.is_settled(place) for place in places), "no transaction is open any more")
        final = {place: self.all_committed(place) for place in places}
        position = self.position()
        check(self.history, final, {(GROUP, SOURCE): position})
        check_copies(final[SOURCE], [value for _, value in final[TARGET]], position)
        if self.stop() != 0:
            raise Violation("the server did not stop in order")
        self.inspect(self.data)

    def look(self, place: At, offset: int) -> Any:
        request = committed_fetch(place, offset, max_bytes=1 << 20)
        with self._auditor() as wire:
            answer = wire.ask(FETCH, request, 11, to=wire.leader(Place(*place)))
        part = answer.responses[0].partitions[0]
        assert part.error_code == ErrorCode.NONE, part
        return part

    def is_settled(self, place: At) -> bool:
        part = self.look(place, 0)
        return bool(part.last_stable_offset == part.high_watermark)

    def all_committed(self, place: At) -> list[tuple[int, bytes]]:
        found: list[tuple[int, bytes]] = []
        offset = 0
        while True:
            more, end = committed_records(self.look(place, offset), offset)
            if end == offset:
                return found
            found += more
            offset = end

    def position(self) -> int:
        wire = load(OFFSET_FETCH)
        topic = wire.OffsetFetchRequestTopic(name=SOURCE[0], partition_indexes=[SOURCE[1]])
        request = wire.OffsetFetchRequest(group_id=GROUP, topics=[topic], require_stable=True)

        def answered() -> Any:
            with self._auditor() as auditor:
                answer = auditor.ask(OFFSET_FETCH, request, 7, to=auditor.coordinator(GROUP))
            part = answer.topics[0].partitions[0] if not answer.error_code else None
            return part if part is not None and not part.error_code else None

        return max(int(eventually(answered, "the position of the group").committed_offset), 0)


@pytest.mark.parametrize("workers", [1, 3])
def test_transactions_hold_whatever_is_killed(workers: int) -> None:
    kills = max(KILLS // 4, 5)
    campaign = Transactions(
        new_directory(),
        SEED,
        kills,
        topics=TOPICS,
        inspect=kafka_finds_nothing,
        inspect_every=1 << 30,
        workers=workers,
    )
    print(f"seed {SEED}, {kills} kills, {workers} workers, in {campaign.directory}")
    campaign.run()
    outcomes = [each.outcome.name for each in campaign.history.transactions]
    told = {name: outcomes.count(name) for name in sorted(set(outcomes))}
    print(
        f"killed {campaign.killed}: {told}, {len(campaign.history.looks)} looks, {len(campaign.history.fenced)} fenced"
    )
    remove(campaign.directory)
