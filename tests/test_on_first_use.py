"""Rooms that are loaded when something in them is first used; what a start loads, and what it leaves."""

from __future__ import annotations

import subprocess
import sys

import pytest

from kwire.broker.groups.consumer import ConsumerGroup
from kwire.broker.groups.events import MODERN_KINDS
from kwire.broker.groups.modern_events import KINDS
from kwire.broker.groups.share import ShareGroup
from kwire.on_first_use import OnFirstUse

A_START = """
import sys
import kwire.cli.serve, kwire.server.run, kwire.server.logs
from kwire.broker.broker import Broker
from kwire.config import Config
from kwire.log.files import MemoryFiles
from kwire.server.clock import SystemClock

broker = Broker(Config({"log.dirs": "/data"}), clock=SystemClock(), files=MemoryFiles())
broker.start()
topic = broker.topics.create("letters")
broker.groups.coordinator_of("readers")
broker.disconnected("1")
broker.tick(broker.next_deadline())
broker.topics.delete(topic)
broker.close()
print(*sys.modules, sep="\\n")
"""

NOT_NEEDED = (
    "kwire.broker.groups.consumer",
    "kwire.broker.groups.modern",
    "kwire.broker.groups.share",
    "kwire.broker.share",
    "kwire.codec.stored.consumer_group",
    "kwire.codec.stored.share",
    "kwire.server.neighbours",
    "kwire.server.workers",
    "re2",
)


def test_a_server_without_such_groups_loads_nothing_of_theirs() -> None:
    """Nor of other workers, when there is one: what a start loads is what everybody waits for."""
    printed = subprocess.run(
        [sys.executable, "-c", A_START], check=True, capture_output=True, text=True
    ).stdout
    loaded = printed.split()
    assert "kwire.broker.groups.coordinator" in loaded
    assert [module for module in loaded if module.startswith(NOT_NEEDED)] == []


def test_the_index_knows_which_records_are_of_groups_that_are_loaded_late() -> None:
    assert MODERN_KINDS == KINDS


def test_groups_say_their_protocol_as_their_records_do() -> None:
    assert (ConsumerGroup.kind, ShareGroup.kind) == (ConsumerGroup.family.name, ShareGroup.family.name)


def test_a_room_is_loaded_by_the_first_use_and_its_content_kept() -> None:
    room = OnFirstUse("colorsys")
    sys.modules.pop("colorsys", None)
    assert "colorsys" not in sys.modules
    assert room.rgb_to_hsv(0.0, 0.0, 0.0) == (0.0, 0.0, 0.0)
    assert "colorsys" in sys.modules
    assert vars(room)["rgb_to_hsv"] is room.rgb_to_hsv


def test_what_a_room_does_not_have_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="colorsys"):
        OnFirstUse("colorsys").rgb_to_nothing  # noqa: B018
