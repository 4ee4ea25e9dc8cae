"""What members of share groups are answered by one broker in memory, and what only a look inside can show."""

from __future__ import annotations

import pytest

from tests.apis import share_claims, share_group_claims
from tests.apis.in_memory import InMemory
from tests.apis.transaction_claims import Claim

CLAIMS = [*share_claims.CLAIMS, *share_group_claims.CLAIMS]


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.__name__)
def test_kwire_answers_as_kafka_does(claim: Claim) -> None:
    claim(InMemory())


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.__name__)
def test_the_answers_are_the_same_when_everything_must_be_durable_first(claim: Claim) -> None:
    claim(InMemory(log_flush_interval_messages="1"))
