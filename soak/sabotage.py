"""Damage done on purpose behind a killed server's back, to prove that a campaign notices.

Each function changes the data directory the way a broken server would have left it, whole batches only, so that the
next start finds nothing wrong by itself. It answers False when there is nothing yet whose loss was promised not to be.
"""

from __future__ import annotations

import os
import struct
from itertools import pairwise
from pathlib import Path

import attrs

from kwire.records.batch import BatchHeader, parse_header
from soak.campaign import Campaign
from soak.ledger import Place

VICTIM = Place("rolling", 0)


@attrs.frozen
class _Batch:
    path: Path
    position: int
    header: BatchHeader

    @property
    def data(self) -> bytes:
        return self.path.read_bytes()[self.position : self.position + self.header.size]


def lose_the_last_batch(data: Path, campaign: Campaign) -> bool:
    """An acknowledged batch is not there."""
    batch = _last_batch(data / str(VICTIM))
    if batch is None or not _is_promised(campaign, batch):
        return False
    os.truncate(batch.path, batch.position)
    return True


def repeat_the_last_batch(data: Path, campaign: Campaign) -> bool:
    """A batch was appended once more when its producer sent it again."""
    batch = _last_batch(data / str(VICTIM))
    if batch is None or batch.header.producer_id < 0 or not _is_promised(campaign, batch):
        return False
    with batch.path.open("r+b") as log:
        log.seek(batch.position + batch.header.size)
        log.write(struct.pack(">q", batch.header.next_offset) + batch.data[8:])
    return True


def swap_the_last_batches(data: Path, campaign: Campaign) -> bool:
    """Two batches of one producer are in the wrong order: the last that follow each other."""
    recent = _batches(data / str(VICTIM))[-20:]
    pairs = [pair for pair in pairwise(recent) if _can_be_swapped(campaign, *pair)]
    if not pairs:
        return False
    first, second = pairs[-1]
    offset = first.header.base_offset
    swapped = struct.pack(">q", offset) + second.data[8:]
    swapped += struct.pack(">q", offset + second.header.last_offset_delta + 1) + first.data[8:]
    with first.path.open("r+b") as log:
        log.seek(first.position)
        log.write(swapped)
    return True


def _can_be_swapped(campaign: Campaign, first: _Batch, second: _Batch) -> bool:
    one_producer = first.header.producer_id == second.header.producer_id >= 0
    return first.path == second.path and one_producer and _is_promised(campaign, first)


def forget_the_newest_commits(data: Path, campaign: Campaign) -> bool:
    """The last commits of every group are not there."""
    done = False
    for directory in data.glob("__consumer_offsets-*"):
        batches = _batches(directory)
        if len(batches) > 20:
            os.truncate(batches[-20].path, batches[-20].position)
            for path in directory.glob("*.log"):
                if path.name > batches[-20].path.name:
                    path.unlink()
            done = True
    return done


def _is_promised(campaign: Campaign, batch: _Batch) -> bool:
    promised = campaign.ledger.highest(VICTIM)
    return promised >= batch.header.last_offset


def _last_batch(directory: Path) -> _Batch | None:
    batches = _batches(directory)
    return batches[-1] if batches else None


def _batches(directory: Path) -> list[_Batch]:
    """Every whole batch of a partition, oldest first."""
    found = []
    for path in sorted(directory.glob("*.log")):
        view = memoryview(path.read_bytes())
        position = 0
        while position + 61 <= len(view):
            header = parse_header(view, position)
            if position + header.size > len(view):
                break
            found.append(_Batch(path, position, header))
            position += header.size
    return found
