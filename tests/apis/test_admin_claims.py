"""What clients are answered about the administration of a cluster, by one broker in memory."""

from __future__ import annotations

import pytest

from tests.apis import cluster_claims, config_claims, security_claims
from tests.apis.in_memory import InMemory
from tests.apis.transaction_claims import Claim

CLAIMS = [*cluster_claims.CLAIMS, *config_claims.CLAIMS, *security_claims.CLAIMS]


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.__name__)
def test_kwire_answers_as_kafka_does(claim: Claim) -> None:
    claim(InMemory())
