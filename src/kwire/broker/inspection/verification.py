"""`kwire verify`: is a whole data directory sound? Offline and read-only.

Reads the metadata, plans the partitions, has the segments walked through (here or in other processes, as the caller
likes), and compares all of it. Always holds: a directory that a broker closed in order has no problem, and neither has
one whose broker was killed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeAlias

import attrs

from kwire.broker.inspection.contents import (
    METADATA_DIRECTORY,
    Inspection,
    NotADataDirectory,
    read_directory,
    read_metadata,
)
from kwire.broker.metadata.image import BROKER_RESOURCE, TOPIC_RESOURCE, Image
from kwire.broker.metadata.snapshot import read_batches
from kwire.codec import MalformedFrame
from kwire.codec.stored import COORDINATOR_TOPICS, decode_coordinator_record, decode_metadata_record
from kwire.log.checkpoint import CLEANER_OFFSETS, HIGH_WATERMARKS, LOG_STARTS, RECOVERY_POINTS
from kwire.log.meta_properties import META_PROPERTIES
from kwire.log.partition_metadata import FILE_NAME as PARTITION_METADATA
from kwire.log.partition_metadata import encode_uuid, split_directory_name
from kwire.log.recovery import TEMPORARY_SUFFIX
from kwire.log.seam import Entry, Files
from kwire.log.trash import DELETED_DIRECTORY_SUFFIX
from kwire.log.verify import Finding, SegmentJob, SegmentReport, check_segment
from kwire.log.verify_directory import (
    DirectoryState,
    PartitionPlan,
    finish_partition,
    plan_partition,
    read_state,
)
from kwire.log.worker_files import BOOT_ID, CLEAN_SHUTDOWN, LOCK_FILE, is_worker_file
from kwire.records.batch import CorruptBatch, Record

METADATA_TOPIC = "__cluster_metadata"
BOOTSTRAP = "bootstrap.checkpoint"
_COMPACTED = ("__consumer_offsets", "__transaction_state")
_TOP_FILES = (
    *(META_PROPERTIES, LOCK_FILE, CLEAN_SHUTDOWN, BOOT_ID, BOOTSTRAP),
    *(CLEANER_OFFSETS, HIGH_WATERMARKS, LOG_STARTS, RECOVERY_POINTS),
)
_ASIDE = {
    DELETED_DIRECTORY_SUFFIX: "of a deleted topic: the next start removes it",
    "-stray": "set aside by a start, because the metadata did not know its topic: nobody reads it",
    "-future": "on its way from another log directory",
}


@attrs.frozen
class Task:
    """One segment to walk through."""

    topic: str
    job: SegmentJob
    deep: bool


Progress: TypeAlias = Callable[[int], None]
Runner: TypeAlias = Callable[[Sequence[Task]], Iterable[SegmentReport]]
"""Does all tasks; the reports come in their order."""


@attrs.define
class Verification:
    """What was looked at, and what was found."""

    paths: list[str]
    findings: list[Finding] = attrs.Factory(list)
    partitions: int = 0
    segments: int = 0
    batches: int = 0
    records: int = 0
    bytes: int = 0

    @property
    def problems(self) -> list[Finding]:
        return [each for each in self.findings if each.problem]

    @property
    def notes(self) -> list[Finding]:
        return [each for each in self.findings if not each.problem]


def check_task(files: Files, task: Task, progress: Progress = lambda count: None) -> SegmentReport:
    """Walk through one segment; what cannot be read is a finding."""
    check = None
    if task.topic == METADATA_TOPIC:
        check = _check_metadata_record
    elif task.topic in COORDINATOR_TOPICS:
        check = _CoordinatorRecords(task.topic)
    try:
        return check_segment(files, task.job, deep=task.deep, check_record=check, progress=progress)
    except OSError as error:
        path = error.filename or task.job.path(".log")
        what = f"it cannot be read: {error.strerror or error}"
        finding = Finding(
            str(path), None, task.job.base_offset, what, "the disk or its permissions are at fault"
        )
        return SegmentReport([finding], unreadable=True)


def look_up(files: Files, paths: Sequence[str]) -> Inspection:
    """Whose directories these are, and which are in use. Raises NotADataDirectory, OSError."""
    found = Inspection([path.rstrip("/") or "/" for path in paths])
    for path in found.paths:
        if files.exists(f"{path}/{PARTITION_METADATA}"):
            raise NotADataDirectory(
                f"{path} is the directory of one partition: name the data directory that it is in, or use kwire dump"
            )
        read_directory(files, path, found)
    return found


def verify(files: Files, found: Inspection, run: Runner, *, deep: bool = False) -> Verification:
    """Check the directories that `look_up` found; `run` does the walks. Raises OSError for a directory that is gone."""
    result = Verification(found.paths)
    image = _read_image(files, found, result.findings)
    plans: list[PartitionPlan] = []
    for path in found.paths:
        state = read_state(files, path, result.findings)
        for entry in sorted(files.entries(path), key=lambda entry: entry.name):
            if entry.is_directory:
                plans += _plan(files, state, entry, image, result.findings)
            else:
                _check_top_file(files, path, entry, result.findings)
    reports = iter(run([Task(plan.topic, job, deep) for plan in plans for job in plan.jobs]))
    for plan in plans:
        of_plan = [next(reports) for _ in plan.jobs]
        finish_partition(plan, of_plan)
        result.findings += plan.findings
        for report in of_plan:
            result.findings += report.findings
            result.segments += 1
            result.batches += report.batches
            result.records += report.records
            result.bytes += report.bytes
    result.partitions = len(plans)
    result.findings += _compare(image, found, plans)
    return result


def _read_image(files: Files, found: Inspection, findings: list[Finding]) -> Image | None:
    """What the metadata says; None when they are not here or cannot be read."""
    for path in found.paths:
        directory = f"{path}/{METADATA_DIRECTORY}"
        if not files.is_directory(directory):
            continue
        found.has_metadata = True
        image = Image()
        try:
            read_metadata(files, directory, image, found.quorum)
        except NotADataDirectory as error:
            findings.append(
                Finding(
                    directory, None, None, str(error), "no broker starts on this directory until it is mended"
                )
            )
            return None
        _check_snapshots(files, directory, findings)
        return image
    what = f"there is no {METADATA_DIRECTORY}"
    meaning = "topics cannot be compared with what the metadata says: name all directories of log.dirs"
    findings.append(Finding(found.paths[0], None, None, what, meaning, problem=False))
    return None


def _check_snapshots(files: Files, directory: str, findings: list[Finding]) -> None:
    for entry in files.entries(directory):
        if entry.name.endswith(".checkpoint"):
            _check_snapshot(files, f"{directory}/{entry.name}", findings)


def _check_snapshot(files: Files, path: str, findings: list[Finding]) -> None:
    try:
        for _ in read_batches(files.read_bytes(path)):
            pass
    except CorruptBatch as error:
        findings.append(Finding(path, None, None, str(error), "a start that needs this snapshot fails"))


def _plan(
    files: Files, state: DirectoryState, entry: Entry, image: Image | None, findings: list[Finding]
) -> Iterator[PartitionPlan]:
    path = f"{state.path}/{entry.name}"
    for suffix, meaning in _ASIDE.items():
        if entry.name.endswith(suffix):
            findings.append(Finding(path, None, None, "not a partition in use", meaning, problem=False))
            return
    try:
        topic, partition = split_directory_name(entry.name)
    except ValueError:
        if entry.name != "lost+found":
            findings.append(Finding(path, None, None, "not a partition", "it is left alone", problem=False))
        return
    try:
        yield plan_partition(files, state, topic, partition, path, gapless=not _is_compacted(image, topic))
    except OSError as error:
        what = f"it cannot be read: {error.strerror or error}"
        meaning = "the disk or its permissions are at fault"
        findings.append(Finding(str(error.filename or path), None, None, what, meaning))


def _is_compacted(image: Image | None, topic: str) -> bool:
    if topic in _COMPACTED or image is None:
        return topic in _COMPACTED
    of_topic = image.configs.get((TOPIC_RESOURCE, topic), {}).get("cleanup.policy")
    of_broker = image.configs.get((BROKER_RESOURCE, ""), {}).get("log.cleanup.policy", "")
    return "compact" in (of_broker if of_topic is None else of_topic)


def _check_top_file(files: Files, path: str, entry: Entry, findings: list[Finding]) -> None:
    name = f"{path}/{entry.name}"
    if entry.name == BOOTSTRAP:
        _check_snapshot(files, name, findings)
    elif entry.name.endswith(TEMPORARY_SUFFIX):
        meaning = "a write was cut short before it counted: nothing is lost"
        findings.append(Finding(name, None, None, "left over", meaning, problem=False))
    elif entry.name not in _TOP_FILES and not is_worker_file(entry.name):
        findings.append(
            Finding(name, None, None, "not a file of a data directory", "it is left alone", problem=False)
        )


def _compare(image: Image | None, found: Inspection, plans: Sequence[PartitionPlan]) -> Iterator[Finding]:
    """The metadata and the partition directories must tell of the same topics."""
    if image is None:
        return
    topics = {topic.name: topic for topic in image.topics.values()}
    there = {(plan.topic, plan.partition): plan for plan in plans}
    clean = not found.unclean and not found.in_use
    if len(there) != len(plans):
        for plan in plans:
            other = there[plan.topic, plan.partition]
            if other is not plan:
                yield Finding(
                    plan.path,
                    None,
                    None,
                    f"{other.path} is the same partition",
                    "keep one, move the other away",
                )
    for (name, partition), plan in there.items():
        if name == METADATA_TOPIC:
            continue
        topic = topics.get(name)
        if topic is None or partition not in topic.partitions:
            yield Finding(
                plan.path,
                None,
                None,
                "the metadata know no such partition",
                "the next start sets it aside as -stray"
                + ("" if clean else "; normal when it was just deleted"),
                problem=clean,
            )
        elif plan.topic_id is not None and plan.topic_id != topic.topic_id:
            yield Finding(
                f"{plan.path}/{PARTITION_METADATA}",
                None,
                None,
                f"it says topic id {encode_uuid(plan.topic_id)}, the metadata say {encode_uuid(topic.topic_id)}",
                "this is of an older topic of the same name: the next start sets it aside as -stray",
            )
    offsets = {key: end for plan in plans for key, end in plan.state.high_watermarks.items()}
    for topic in topics.values():
        for index, placed in topic.partitions.items():
            if not found.has(placed) or (topic.name, index) in there:
                continue
            elsewhere = [each for each in placed.directories or () if each not in found.directory_ids]
            if elsewhere and any(int.from_bytes(each, "big") >= 100 for each in elsewhere):
                what, meaning = (
                    "it is in a log directory that was not named",
                    "name all directories of log.dirs",
                )
                problem = False
            else:
                end = offsets.get((topic.name, index), 0)
                what = "the metadata know this partition, and it has no directory"
                meaning = f"its records, {end} offsets, are lost" if end else "the next start makes it, empty"
                problem = clean or end > 0
            yield Finding(
                f"{found.paths[0]}/{topic.name}-{index}", None, None, what, meaning, problem=problem
            )


def _check_metadata_record(record: Record) -> str | None:
    if record.value is None:
        return "it has no value"
    try:
        decode_metadata_record(record.value)
    except MalformedFrame as error:
        return str(error)
    return None


@attrs.frozen
class _CoordinatorRecords:
    """The check of the records in one of the coordinators' topics."""

    topic: str

    def __call__(self, record: Record) -> str | None:
        if record.key is None:
            return "it has no key"
        try:
            decode_coordinator_record(self.topic, record.key, record.value)
        except MalformedFrame as error:
            return str(error)
        return None
