"""What brokers answer about transactions, of a real process: the same claims hold for kwire and for Apache Kafka."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from compat_tests.harness import Server, make_server
from compat_tests.transactions.wire import Servers
from tests.apis import epoch_claims, pending_offset_claims, transaction_claims, visibility_claims
from tests.apis.transaction_claims import Claim

CLAIMS = [
    *transaction_claims.CLAIMS,
    *epoch_claims.CLAIMS,
    *epoch_claims.LONG_CLAIMS,
    *pending_offset_claims.CLAIMS,
    *visibility_claims.CLAIMS,
]

SETTINGS = {
    "transaction.abort.timed.out.transaction.cleanup.interval.ms": "500",
    "transaction.state.log.num.partitions": "6",
    "offsets.topic.num.partitions": "6",
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One for all claims."""
    server = make_server(tmp_path_factory.mktemp("server"), SETTINGS)
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def talk(server: Server) -> Iterator[Servers]:
    talk = Servers(server.bootstrap)
    yield talk
    talk.close()


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.__name__)
def test_the_claim_holds(talk: Servers, claim: Claim) -> None:
    claim(talk)
