"""What brokers answer members of share groups, of a real process: the same claims hold for kwire and Apache Kafka."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from compat_tests.harness import Server, make_server
from compat_tests.transactions.wire import Servers
from tests.apis import share_claims, share_group_claims
from tests.apis.transaction_claims import Claim

CLAIMS = [*share_claims.CLAIMS, *share_group_claims.CLAIMS]

SETTINGS = {
    "share.coordinator.state.topic.num.partitions": "6",
    "offsets.topic.num.partitions": "6",
    "transaction.state.log.num.partitions": "6",
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
