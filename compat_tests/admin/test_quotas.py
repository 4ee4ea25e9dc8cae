"""Clients that are too fast, against a real process: what both servers make of them.

Not here: a consumer beyond its quota, which Apache Kafka answers empty first and kwire with its records.
"""

from __future__ import annotations

import pytest

from compat_tests.harness import Server, worker_count
from tests.server.test_quotas import (  # noqa: F401 - what is imported here runs here
    admin,
    test_a_producer_beyond_its_quota_is_answered_at_once_and_read_later,
    test_a_producer_that_wants_no_answer_is_read_later_too,
    test_connections_beyond_the_rate_of_an_address_are_sent_away,
    test_topics_beyond_a_quota_are_refused_to_newer_clients_and_paid_for_by_older,
    test_who_keeps_the_broker_busy_is_read_later,
)

pytestmark = pytest.mark.skipif(worker_count() > 1, reason="a client here speaks to one broker")


@pytest.fixture
def address(server: Server) -> str:
    return server.bootstrap
