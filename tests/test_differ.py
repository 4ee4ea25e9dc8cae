"""The differ: two brokers behind one address; a client notices nothing, and a real difference is told."""

from __future__ import annotations

import confluent_kafka
import pytest

import kwire
from compat_tests.differ.proxy import Learned, Proxy, compare
from kwire.codec.messages.join_group import JoinGroupResponse
from kwire.codec.messages.list_offsets import (
    ListOffsetsResponse,
)


def address(broker: kwire.Broker) -> tuple[str, int]:
    host, _, port = broker.bootstrap_servers.rpartition(":")
    return host, int(port)


def test_what_servers_choose_is_learned_and_said_back() -> None:
    learned = Learned()
    first, second = JoinGroupResponse(member_id="a-1"), JoinGroupResponse(member_id="b-2")
    assert compare(first, second, learned) is None
    assert learned.translate(JoinGroupResponse(member_id="a-1")).member_id == "b-2"


def test_the_first_difference_is_named() -> None:
    told = compare(JoinGroupResponse(error_code=0), JoinGroupResponse(error_code=25), Learned())
    assert told == "error_code: 0, 25"
    assert compare(ListOffsetsResponse(), ListOffsetsResponse(), Learned()) is None


@pytest.mark.parametrize("same", [True, False])
def test_a_client_is_served_through_it(same: bool) -> None:
    said: list[str] = []
    config = {} if same else {"num.partitions": "3"}
    with kwire.Broker() as one, kwire.Broker(config=config) as two:
        proxy = Proxy(address(one), address(two), tell=said.append)
        proxy.start()
        bootstrap = "{}:{}".format(*proxy.address)
        producer = confluent_kafka.Producer({"bootstrap.servers": bootstrap, "enable.idempotence": True})
        for number in range(10):
            producer.produce("t", f"value {number}", partition=0)
        assert producer.flush(60) == 0
        consumer = confluent_kafka.Consumer(
            {"bootstrap.servers": bootstrap, "group.id": "g", "auto.offset.reset": "earliest"}
        )
        consumer.subscribe(["t"])
        seen: list[bytes | None] = []
        while len(seen) < 10:
            message = consumer.poll(60)
            assert message is not None
            assert message.error() is None
            seen.append(message.value())
        consumer.close()
        told = list(said)  # before clients notice that the brokers end
        proxy.close()
    assert proxy.compared > 10
    if same:
        assert told == []
    else:
        assert any("partitions: 1 entries, 3 entries" in line for line in told), told
