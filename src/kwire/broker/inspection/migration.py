"""What of a data directory carries over when the other server goes on with it, in plain words.

The other server is kwire for a directory that Apache Kafka had last, and Apache Kafka for one of kwire's. Every line
says one thing, and one of three answers: it carries over; it is kept in the directory, and has no effect for now; or
the other server cannot take the directory over because of it.
"""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Iterator

import attrs

from kwire.broker.inspection.contents import Inspection
from kwire.broker.metadata.image import TOPIC_RESOURCE, KeptRecord
from kwire.broker.metadata.takeover import KEPT_KINDS, refusals, unknown_features
from kwire.config.tables import BROKER_SETTINGS, CLIENT_METRICS_SETTINGS, GROUP_SETTINGS, TOPIC_SETTINGS

_TABLES = {TOPIC_RESOURCE: TOPIC_SETTINGS, 16: CLIENT_METRICS_SETTINGS, 32: GROUP_SETTINGS}
"""By the type of the resource that a setting is of."""

_RELEASES = ((30, "4.3"), (28, "4.2"), (26, "4.1"))
"""The first release of Kafka that knows a metadata.version; before those it is 4.0."""

INTERNAL_TOPICS = ("__consumer_offsets", "__transaction_state", "__share_group_state")


class Answer(enum.Enum):
    """Does it carry over?"""

    YES = "yes"
    KEPT = "kept"
    NO = "no"


@attrs.frozen
class Line:
    """One thing, whether it carries over, and what there is to know."""

    about: str
    answer: Answer
    text: str


def judge(found: Inspection, *, to_kwire: bool) -> list[Line]:
    """Every line of the report."""
    if found.version != 1:
        return [
            Line(
                "format",
                Answer.NO,
                f"meta.properties has version {found.version}: this broker ran with ZooKeeper; migrate it to KRaft "
                "with Kafka 3.9 first",
            )
        ]
    lines = [Line("cluster", Answer.YES, f"{found.cluster_id}, node {found.node_id}"), *_stop(found)]
    if not found.has_metadata:
        lines.append(
            Line("metadata", Answer.NO, "there is no __cluster_metadata-0: name all directories of log.dirs")
        )
        return lines
    lines += _features(found, to_kwire=to_kwire)
    lines += _topics(found)
    lines += _settings(found, to_kwire=to_kwire)
    lines += _groups(found, to_kwire=to_kwire)
    lines += _transactions(found)
    lines += _kept(found, to_kwire=to_kwire)
    if not to_kwire:
        lines += _workers(found)
    if to_kwire:
        lines += [
            Line("refused", Answer.NO, reason)
            for reason in refusals(
                found.image, found.quorum, found.node_id, found.directory_ids, found.present
            )
        ]
    return lines


def _stop(found: Inspection) -> Iterator[Line]:
    if found.in_use:
        yield Line("stop", Answer.NO, f"{', '.join(found.in_use)}: in use by a server; stop it first")
    elif found.unclean:
        yield Line("stop", Answer.YES, "the last run did not end in order: the next start checks the logs")
    else:
        yield Line("stop", Answer.YES, "the last run ended in order")


def _workers(found: Inspection) -> Iterator[Line]:
    """After an orderly stop everything belongs to the first of several workers: Kafka knows no other."""
    elsewhere = [
        f"{topic.name}-{index}"
        for topic in found.image.topics.values()
        for index, partition in topic.partitions.items()
        if found.has(partition) and found.node_id not in partition.replicas
    ]
    if elsewhere:
        yield Line(
            "workers",
            Answer.NO,
            f"{_some(elsewhere)}: of other workers, which did not stop in order; start kwire once more, and stop it",
        )


def _features(found: Inspection, *, to_kwire: bool) -> Iterator[Line]:
    features = found.image.features
    shown = ", ".join(f"{name} {level}" for name, level in sorted(features.items()))
    answer = Answer.NO if to_kwire and unknown_features(found.image) else Answer.YES
    yield Line("features", answer, shown or "none on record")
    if not to_kwire:
        level = features.get("metadata.version", 0)
        release = next((release for first, release in _RELEASES if level >= first), "4.0")
        yield Line("release", Answer.YES, f"Apache Kafka {release} or newer")
    if found.quorum.kraft_version:
        yield Line("voters", Answer.YES, f"on record (kraft.version {found.quorum.kraft_version})")
    else:
        settings = f"controller.quorum.voters={found.node_id}@HOST:PORT"
        yield Line("voters", Answer.YES, f"only in Kafka's settings (kraft.version 0): it needs {settings}")


def _topics(found: Inspection) -> Iterator[Line]:
    topics = found.image.topics.values()
    partitions = sum(len(topic.partitions) for topic in topics)
    yield Line(
        "topics",
        Answer.YES,
        f"{_count(len(topics), 'topic')}, {_count(partitions, 'partition')}, with their ids",
    )
    if found.old_formats:
        yield Line(
            "formats",
            Answer.NO,
            f"{_some(found.old_formats)}: batches from before Kafka 0.11, which neither kwire nor Kafka 4 reads",
        )
    if found.moving:
        yield Line(
            "moves",
            Answer.YES,
            f"{_some(found.moving)}: on the way to another log directory, and goes on",
        )


def _settings(found: Inspection, *, to_kwire: bool) -> Iterator[Line]:
    silent: Counter[str] = Counter()
    honoured = 0
    tiered = []
    for (kind, resource), values in found.image.configs.items():
        if kind == TOPIC_RESOURCE and resource in INTERNAL_TOPICS:
            continue
        table = _TABLES.get(kind, BROKER_SETTINGS)
        for name, value in values.items():
            setting = table.get(name)
            if name == "remote.storage.enable" and value == "true":
                tiered.append(resource)
            elif (setting is None or not setting.honoured) if to_kwire else name.startswith("kwire."):
                silent[name] += 1
            else:
                honoured += 1
    yield Line("settings", Answer.YES, f"{_count(honoured, 'setting')} of topics and brokers")
    if silent:
        server = "kwire" if to_kwire else "Apache Kafka"
        named = ", ".join(
            name if count == 1 else f"{name} ({count} times)" for name, count in sorted(silent.items())
        )
        yield Line("settings", Answer.KEPT, f"not honoured by {server} for now: {named}")
    if to_kwire and tiered:
        yield Line("tiers", Answer.NO, f"{_some(tiered)}: part of the records is in remote storage")


def _groups(found: Inspection, *, to_kwire: bool) -> Iterator[Line]:
    groups = found.groups
    served = groups["classic"] + groups["offsets"] + groups["consumer"] if to_kwire else groups.total()
    if served:
        yield Line("groups", Answer.YES, f"{_count(served, 'group')} with committed offsets and generations")
    if to_kwire:
        if groups["share"]:
            yield Line(
                "groups", Answer.YES, f"{_count(groups['share'], 'share group')} with what they have read"
            )
        if groups["streams"]:
            text = f"{_count(groups['streams'], 'streams group')}: not served by kwire for now"
            yield Line("groups", Answer.KEPT, text)


def _transactions(found: Inspection) -> Iterator[Line]:
    if found.open_transactions:
        text = (
            f"{_count(len(found.open_transactions), 'open transaction')} ({_some(found.open_transactions)})"
        )
        yield Line("transactions", Answer.YES, text)
    ended = found.transactional_ids - len(found.open_transactions)
    if ended:
        yield Line("transactions", Answer.YES, _count(ended, "transactional id"))


def _kept(found: Inspection, *, to_kwire: bool) -> Iterator[Line]:
    kinds: Counter[type[KeptRecord]] = Counter(type(record) for record in found.image.kept.values())
    for kind, (one, many, effect) in KEPT_KINDS.items():
        if kinds[kind]:
            text = f"{kinds[kind]} {one if kinds[kind] == 1 else many}"
            if to_kwire and effect:
                yield Line("security", Answer.KEPT, f"{text}, {effect} by kwire for now")
            else:
                yield Line("security", Answer.YES, text)
    if found.image.unknown_records:
        count = _count(found.image.unknown_records, "record")
        yield Line("metadata", Answer.KEPT, f"{count} of kinds that kwire does not know")


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _some(names: list[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
