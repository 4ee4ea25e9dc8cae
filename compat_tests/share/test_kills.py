"""A share group whose server is killed in the middle: what was acknowledged does not come again, all else does."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from random import Random

from compat_tests.harness import Server, make_server
from compat_tests.transactions.wire import Servers
from kwire.errors import ErrorCode
from tests.apis.share_group_claims import Beating
from tests.apis.share_talking import ACCEPT, RELEASE, Member, Shared, acquired_of, given, parts, shared

KILLS = 20 if os.environ.get("COMPAT_FULL") else 4
RECORDS = 60
"""For each kill."""

GONE = (ConnectionError, TimeoutError)
MANY_DELIVERIES = {"group.share.delivery.count.limit": "10"}


class Ledger:
    """What members were promised."""

    def __init__(self) -> None:
        self.done: set[int] = set()
        self.unsure: set[int] = set()
        """Their acknowledgement was not answered."""

    def take(self, member: Member) -> list[int]:
        """A few records, none of which is done with."""
        answer = member.fetch(max_records=8, share_acquire_mode=1, max_wait_ms=100)
        assert answer.error_code == ErrorCode.NONE, answer
        for part in parts(answer).values():
            assert part.error_code in (ErrorCode.NONE, ErrorCode.COORDINATOR_NOT_AVAILABLE), part
        offsets = given(acquired_of(answer))
        assert not self.done & {*offsets}
        return offsets

    def say(self, member: Member, offsets: list[int], chance: Random) -> None:
        """Of each record, that it is accepted or not."""
        types = [chance.choice((ACCEPT, ACCEPT, RELEASE)) for _ in offsets]
        accepted = {offset for offset, kind in zip(offsets, types, strict=True) if kind == ACCEPT}
        self.unsure |= accepted
        said = [(offset, offset, [kind]) for offset, kind in zip(offsets, types, strict=True)]
        answer = member.say({0: said})
        assert answer.error_code == ErrorCode.NONE, answer
        if parts(answer)[0].error_code == ErrorCode.NONE:
            self.done |= accepted
        self.unsure -= accepted


def _work(group: Shared, ledger: Ledger, chance: Random, until: threading.Event) -> None:
    member = group.member()
    while not until.is_set():
        offsets = ledger.take(member)
        if offsets:
            ledger.say(member, offsets, chance)


def _killed_at_work(server: Server, group: Shared, ledger: Ledger, chance: Random) -> None:
    dead = threading.Event()

    def kill() -> None:
        server.kill()
        dead.set()

    timer = threading.Timer(chance.uniform(0.02, 0.4), kill)
    timer.start()
    try:
        _work(group, ledger, chance, dead)
    except GONE:
        pass
    finally:
        timer.join()


def test_what_was_acknowledged_does_not_come_again(tmp_path: Path) -> None:
    chance = Random(932)
    server = make_server(tmp_path, MANY_DELIVERIES)
    server.start()
    talk = Servers(server.bootstrap)
    try:
        group = shared(talk, initialized=False)
        beating = Beating(group)
        beating.join()
        beating.until_assigned(0)
        group.member().fetch()  # from now on it is on record where the group begins
        ledger = Ledger()
        produced = 0
        for _ in range(KILLS):
            for _ in range(RECORDS // 4):
                group.produce(*[b"x"] * 4)
                produced += 4
            _killed_at_work(server, group, ledger, chance)
            talk.close()
            server.start()
            talk = group.talk = Servers(server.bootstrap)
        member = group.member()
        for _ in talk.patience():
            offsets = ledger.take(member)
            if offsets:
                answer = member.say({0: [(offset, offset, [ACCEPT]) for offset in offsets]})
                assert parts(answer)[0].error_code == ErrorCode.NONE, answer
                ledger.done |= {*offsets}
            if len(ledger.done | ledger.unsure) == produced:
                break
        assert ledger.done | ledger.unsure == {*range(produced)}
        assert group.state(87, 1, 0).start_offset == produced
    finally:
        talk.close()
        server.stop()
