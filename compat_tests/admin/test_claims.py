"""What brokers answer about administration, of a real process: the same claims hold for kwire and for Apache Kafka."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from compat_tests.harness import Server
from compat_tests.transactions.wire import Servers
from tests.apis.test_admin_claims import CLAIMS
from tests.apis.transaction_claims import Claim


@pytest.fixture
def talk(server: Server) -> Iterator[Servers]:
    talk = Servers(server.bootstrap)
    yield talk
    talk.close()


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.__name__)
def test_the_claim_holds(talk: Servers, claim: Claim) -> None:
    claim(talk)
