"""What clients are answered about consumer groups, by one broker in memory."""

from __future__ import annotations

import pytest

from kwire.errors import ErrorCode
from tests.apis import consumer_group_claims
from tests.apis.consuming import Consumer, describe
from tests.apis.in_memory import InMemory
from tests.apis.transaction_claims import Claim


@pytest.mark.parametrize("claim", consumer_group_claims.CLAIMS, ids=lambda claim: claim.__name__)
def test_kwire_answers_as_kafka_does(claim: Claim) -> None:
    claim(InMemory())


@pytest.mark.parametrize("claim", consumer_group_claims.CLAIMS, ids=lambda claim: claim.__name__)
def test_the_answers_are_the_same_when_everything_must_be_durable_first(claim: Claim) -> None:
    claim(InMemory(log_flush_interval_messages="1"))


def test_without_the_feature_nobody_joins() -> None:
    talk = InMemory()
    talk.broker.metadata.image.features["group.version"] = 0
    member = Consumer(talk, {})
    assert member.join() == ErrorCode.UNSUPPORTED_VERSION
    assert describe(talk, member.group_id).error_code == ErrorCode.UNSUPPORTED_VERSION


def test_a_broker_may_be_told_to_serve_classic_groups_only() -> None:
    talk = InMemory(group_coordinator_rebalance_protocols="classic")
    assert Consumer(talk, {}).join() == ErrorCode.UNSUPPORTED_VERSION
