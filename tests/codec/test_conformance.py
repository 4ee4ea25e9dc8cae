"""Every field of every version of every spec is what Apache Kafka's own definitions say, and nothing is missing."""

from __future__ import annotations

import re
from typing import Any

import pytest

from protocol_specs import grammar
from protocol_specs.grammar import Field, Message, Spec, Struct, Versions
from tests.codec.kafka_json import definitions, normal_default, versions
from tests.codec.random_messages import all_specs, identify
from tests.toolchain import require_maven_jar

pytestmark = pytest.mark.java

SPECS = all_specs()
ARTIFACTS = {
    "consumer_offsets": "kafka-group-coordinator",
    "transaction_state": "kafka-transaction-coordinator",
    "share_group_state": "kafka-share-coordinator",
    "cluster_metadata": "kafka-metadata",
}
# Spoken between brokers and controllers only, and kwire has no use for them.
INTERNAL_APIS = {
    "AlterPartition",
    "AssignReplicasToDirs",
    "BeginQuorumEpoch",
    "ControllerRegistration",
    "DeleteShareGroupState",
    "EndQuorumEpoch",
    "InitializeShareGroupState",
    "ReadShareGroupState",
    "ReadShareGroupStateSummary",
    "UpdateRaftVoter",
    "Vote",
    "WriteShareGroupState",
}
# Neither sent nor stored in a topic: the format of an index file.
OTHER_DATA = {"AbortedTxn"}
# Where our name is not Kafka's.
RENAMED = {"RequestApiKey": "apikey", "RequestApiVersion": "apiversion"}


def definition_of(spec: Spec, message: Message) -> dict[str, Any]:
    jar = require_maven_jar(ARTIFACTS.get(spec.path.stem, "kafka-clients"))
    return definitions(jar)[message.name]


def plain(name: str) -> str:
    return RENAMED.get(name) or re.sub(r"[^a-z0-9]", "", name.lower())


def facts_of_definition(definition: dict[str, Any], version: int) -> list[Any]:
    """What is on the wire in `version`: a nested list with one entry for each field."""
    flexible = version in versions(definition.get("flexibleVersions"))
    shared = {struct["name"]: struct["fields"] for struct in definition.get("commonStructs", [])}
    valid = versions(definition["validVersions"])

    def walk(fields: list[dict[str, Any]], within: Versions) -> list[Any]:
        facts: list[Any] = []
        for item in fields:
            present = versions(item.get("versions") or item["taggedVersions"])
            if version not in present:
                continue
            is_array = item["type"].startswith("[]")
            base = item["type"].removeprefix("[]")
            own_flexible = item.get("flexibleVersions")
            nested = item.get("fields") or shared.get(base)
            everywhere = present.covers(within)
            facts.append(
                {
                    "name": plain(item["name"]),
                    "type": base,
                    "array": is_array,
                    "nullable": version in versions(item.get("nullableVersions")),
                    "default": normal_default(base, is_array, item.get("default")),
                    "tag": item["tag"] if version in versions(item.get("taggedVersions")) else None,
                    "flexible": flexible if own_flexible is None else version in versions(own_flexible),
                    "may be lost": everywhere or str(item.get("ignorable", False)).lower() == "true",
                    "fields": walk(nested, present.cut(within)) if nested else None,
                }
            )
        return facts

    return walk(definition["fields"], valid)


def facts_of_spec(message: Message, version: int) -> list[Any]:
    flexible = version >= message.flexible_from

    def entry(item: Field, within: Versions) -> dict[str, Any]:
        return {
            "name": item.name.replace("_", ""),
            "type": item.base,
            "array": item.is_array,
            "nullable": version in item.nullable,
            "default": normal_default(item.base, item.is_array, item.default),
            "tag": item.tag,
            "flexible": flexible and not item.classic,
            "may be lost": item.versions.covers(within) or item.ignorable,
            "fields": walk(item.struct) if item.struct else None,
        }

    def walk(struct: Struct) -> list[Any]:
        return [entry(item, struct.versions) for item in struct.fields if version in item.versions]

    return walk(message.body)


@pytest.mark.parametrize("spec", SPECS, ids=identify)
def test_every_field_of_every_version_is_what_kafka_says(spec: Spec) -> None:
    for message in spec.messages:
        definition = definition_of(spec, message)
        assert message.versions == versions(definition["validVersions"])
        for version in range(message.versions.low, message.versions.high + 1):
            ours, theirs = facts_of_spec(message, version), facts_of_definition(definition, version)
            assert ours == theirs, f"{message.name} version {version}"


@pytest.mark.parametrize("spec", SPECS, ids=identify)
def test_key_and_stable_versions_are_what_kafka_says(spec: Spec) -> None:
    for message in spec.messages:
        definition = definition_of(spec, message)
        assert spec.key == definition.get("apiKey")
        if message.role == "request":
            assert bool(definition.get("latestVersionUnstable")) == (spec.unstable is not None)
        if spec.unstable is not None:
            assert spec.versions == Versions(message.versions.low, spec.unstable - 1)


def test_no_message_of_a_client_is_missing() -> None:
    everything = definitions(require_maven_jar("kafka-clients"))
    apis = {
        name.removesuffix("Request")
        for name, definition in everything.items()
        if definition["type"] == "request" and definition["validVersions"] != "none"
    }
    assert apis == {spec.name for spec in grammar.apis()} | INTERNAL_APIS
    others = {
        name for name, definition in everything.items() if definition["type"] not in ("request", "response")
    }
    written = {message.name for spec in SPECS for message in spec.messages}
    assert others - written == OTHER_DATA


@pytest.mark.parametrize("artifact", sorted(set(ARTIFACTS.values())))
def test_no_stored_record_is_missing(artifact: str) -> None:
    written = {message.name for spec in SPECS for message in spec.messages}
    assert definitions(require_maven_jar(artifact)).keys() <= written
