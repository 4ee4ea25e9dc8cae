"""Programs of our own, one for each client that brings no tests along (`programs/`): how they are run and told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import confluent_kafka

from compat_tests.harness import DEADLINE_S, eventually
from compat_tests.suites.reading import not_ended, tap
from compat_tests.suites.suite import Case, Outcome, Place, run_program

PROGRAMS = Path(__file__).resolve().parent / "programs"

#: The names of cases begin with what they are about; see `programs/cases.py`.
FEATURES = (
    ("^admin", "administration"),
    ("^group", "consumer groups"),
    ("^offsets", "offsets"),
    ("^transactions", "transactions and idempotence"),
    ("^stream", "stream processing"),
    ("", "produce and consume"),
)


#: Programs write records with times of their own choice, long ago; a broker may not find them too old meanwhile.
SETTINGS = {"log.retention.ms": "-1"}


def run_cases(
    command: Sequence[str | Path], place: Place, *, env: Mapping[str, str] | None = None
) -> Sequence[Case]:
    """Run a program with the server's address behind its arguments; its cases."""
    warm_up(place.bootstrap)
    done = run_program(
        [*command, place.bootstrap], bound_s=place.bound_s, log=place.log, cwd=place.scratch, env=env
    )
    cases = tap(done.output)
    if done.timed_out:
        return not_ended(cases, place.bound_s)
    if done.code != 0:
        return [*cases, Case("the whole program", Outcome.FAILED, f"it ended with {done.code}")]
    return cases


def warm_up(bootstrap: str) -> None:
    """Wait until the server has its internal topics: some clients give up before a slow one has made them."""
    settings = {"bootstrap.servers": bootstrap, "group.id": "warm-up", "log_level": 0}
    consumer = confluent_kafka.Consumer(settings)

    def coordinated() -> bool:
        try:
            consumer.committed([confluent_kafka.TopicPartition("any", 0)], DEADLINE_S)
        except confluent_kafka.KafkaException:
            return False
        return True

    eventually(coordinated, "a coordinator of groups", deadline_s=2 * DEADLINE_S)
    consumer.close()
    producer = confluent_kafka.Producer(
        {"bootstrap.servers": bootstrap, "transactional.id": "warm-up", "log_level": 0}
    )
    producer.init_transactions(2 * DEADLINE_S)
