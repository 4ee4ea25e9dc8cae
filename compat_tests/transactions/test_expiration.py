"""Transactional ids that nobody uses are forgotten (`transactional.id.expiration.ms`); those in use are not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from compat_tests.harness import Server, eventually, make_server
from compat_tests.transactions.wire import Servers
from kwire.errors import ErrorCode
from tests.apis.talking import unique
from tests.apis.transaction_claims import begun, topic_of

SETTINGS = {
    "transactional.id.expiration.ms": "1000",
    "transaction.remove.expired.transaction.cleanup.interval.ms": "200",
    "transaction.state.log.num.partitions": "4",
}


@pytest.fixture
def talk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    server: Server = make_server(tmp_path_factory.mktemp("server"), SETTINGS)
    server.start()
    talk = Servers(server.bootstrap)
    yield talk
    talk.close()
    server.stop()


def test_an_id_that_nobody_uses_is_forgotten(talk: Servers) -> None:
    idle, busy, topic = unique("idle"), unique("busy"), topic_of(talk)
    begun(talk, busy, topic)
    producer = talk.init(idle)
    ended = talk.end(idle, producer, commit=False)

    def is_gone() -> bool:
        return bool(talk.describe(idle).error_code == ErrorCode.TRANSACTIONAL_ID_NOT_FOUND)

    eventually(is_gone, "the idle id is forgotten")
    assert talk.describe(busy).transaction_state == "Ongoing"
    assert talk.end(idle, ended, commit=False).error_code == ErrorCode.INVALID_PRODUCER_ID_MAPPING
    answer = talk.produce(idle, ended, topic, patient=False)
    assert answer.error_code == ErrorCode.INVALID_PRODUCER_ID_MAPPING
    again = talk.init(idle, producer_id=ended.producer_id, epoch=ended.producer_epoch)
    assert (again.error_code, again.producer_epoch) == (ErrorCode.NONE, 0)
    assert again.producer_id != producer.producer_id
