"""kio, an implementation of its own, reads what the codec writes and writes the same bytes: all that it knows."""

from __future__ import annotations

import io
import random
from importlib import import_module
from typing import Any

import pytest
from kio.serial import entity_reader, entity_writer

from protocol_specs import grammar
from protocol_specs.grammar import Spec
from tests.codec.random_messages import SEED, Case, all_specs, cases, identify

MESSAGES_EACH = 3
SPECS = all_specs()
# kio follows Apache Kafka 4.3: what 4.4 has added it does not know.
NEWER = {"StreamsGroupTopologyDescriptionUpdate", "UnregisterController"}


def kio_class(case: Case) -> Any | None:
    """kio's class for this version; None when it has none."""
    name, role = case.spec.module, case.message.role
    if role in ("key", "value"):
        return None
    file = "data" if role == "data" else role
    if role in ("header", "data"):
        name = name.replace("kraft", "k_raft")
    try:
        module = import_module(f"kio.schema.{name}.v{case.version}.{file}")
    except ModuleNotFoundError:
        return None
    return getattr(module, case.message.name)


def again(kind: Any, data: bytes) -> bytes:
    value, size = entity_reader(kind)(data, 0)
    assert size == len(data)
    out = io.BytesIO()
    entity_writer(kind)(out, value)
    return out.getvalue()


def known_to_kio(spec: Spec) -> list[tuple[Case, Any]]:
    return [(case, kind) for case in cases(spec) if (kind := kio_class(case)) is not None]


def test_kio_knows_every_api_but_the_newest() -> None:
    assert {spec.name for spec in grammar.apis() if not known_to_kio(spec)} == NEWER


@pytest.mark.parametrize("spec", [spec for spec in SPECS if known_to_kio(spec)], ids=identify)
def test_kio_reads_it_and_writes_the_same_bytes(spec: Spec) -> None:
    for case, kind in known_to_kio(spec):
        rng = random.Random(f"{SEED} {case}")
        for value in [case.default(), *(case.random(rng, tame=True) for _ in range(MESSAGES_EACH))]:
            data = case.encode(value)
            assert again(kind, data) == data, f"{case}, KWIRE_SEED={SEED}: {value}"
