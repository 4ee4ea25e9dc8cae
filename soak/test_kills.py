"""Nothing acknowledged is lost, however often the server is killed; and the campaign that says so can fail.

`KWIRE_KILLS=200` kills so often (20 unless set), `KWIRE_SEED=7` reproduces the choices of a run.
"""

from __future__ import annotations

import os
import random
import tempfile
from pathlib import Path

import pytest

from soak.campaign import Campaign, Sabotage, remove
from soak.dump import kafka_finds_nothing
from soak.ledger import Violation
from soak.sabotage import (
    forget_the_newest_commits,
    lose_the_last_batch,
    repeat_the_last_batch,
    swap_the_last_batches,
)

KILLS = int(os.environ.get("KWIRE_KILLS", "20"))
SEED = int(os.environ.get("KWIRE_SEED", str(random.randrange(1 << 30))))


def new_directory() -> Path:
    """Kept when a test fails."""
    return Path(tempfile.mkdtemp(prefix="kwire-soak-"))


def test_nothing_acknowledged_is_lost_however_often_the_server_is_killed() -> None:
    campaign = Campaign(new_directory(), SEED, KILLS, inspect=kafka_finds_nothing)
    print(f"seed {SEED}, {KILLS} kills, in {campaign.directory}")
    campaign.run()
    print(campaign.summary())
    remove(campaign.directory)


def test_nothing_acknowledged_is_lost_whichever_of_several_workers_is_killed() -> None:
    kills = max(KILLS // 4, 5)
    campaign = Campaign(new_directory(), SEED, kills, inspect=kafka_finds_nothing, workers=3)
    print(f"seed {SEED}, {kills} kills of 3 workers, in {campaign.directory}")
    campaign.run()
    print(campaign.summary())
    remove(campaign.directory)


@pytest.mark.parametrize(
    ("sabotage", "complaint"),
    [
        (lose_the_last_batch, r"rolling-0: .* is lost|rolling-0 ended at|rolling-0: (ended|offset)"),
        (repeat_the_last_batch, "rolling-0: .* (is there twice|comes after number)"),
        (swap_the_last_batches, "rolling-0: (.* (comes after number|is there twice)|offset)"),
        (forget_the_newest_commits, "(readers|committer-.*) committed"),
    ],
    ids=lambda each: getattr(each, "__name__", ""),
)
def test_a_campaign_notices(sabotage: Sabotage, complaint: str) -> None:
    """Soon: damage may be made good before anybody looks, by a producer that sends again what it was not told of."""
    campaign = Campaign(new_directory(), SEED, 20, sabotage=sabotage)
    with pytest.raises(Violation, match=complaint) as noticed:
        campaign.run()
    assert campaign.damages, "the damage was done"
    print(noticed.value)
    remove(campaign.directory)
