"""Checking what a log directory says of its partitions: checkpoints, epochs, snapshots, names, and what is left over.

Works in two steps around the walks through the segments, which are the heavy part and may be done elsewhere:
`plan_partition` reads what lies beside the segments, `finish_partition` compares it with what the walks found.
"""

from __future__ import annotations

import posixpath
from bisect import bisect_right
from collections.abc import Sequence

import attrs

from kwire.log.checkpoint import (
    CLEANER_OFFSETS,
    HIGH_WATERMARKS,
    LOG_STARTS,
    RECOVERY_POINTS,
    BadCheckpoint,
    TopicPartition,
    decode_checkpoint,
)
from kwire.log.epochs import FILE_NAME as EPOCHS_FILE
from kwire.log.epochs import LeaderEpochs
from kwire.log.partition_metadata import FILE_NAME as PARTITION_METADATA
from kwire.log.partition_metadata import BadPartitionMetadata, decode_partition_metadata
from kwire.log.recovery import CLEANED_SUFFIX, FAILED_SYNC, SWAP_SUFFIX, TEMPORARY_SUFFIX
from kwire.log.seam import Files
from kwire.log.segment import LOG_SUFFIX, SUFFIXES
from kwire.log.snapshot import SUFFIX as SNAPSHOT_SUFFIX
from kwire.log.snapshot import BadSnapshot, decode_snapshot
from kwire.log.trash import DELETED_SUFFIX
from kwire.log.verify import REMADE, Finding, SegmentJob, SegmentReport
from kwire.log.worker_files import CLEAN_SHUTDOWN, workers_in
from kwire.log.worker_files import read_state as read_worker_state

LEFTOVERS = {
    DELETED_SUFFIX: "the segment is deleted, and the file goes soon",
    CLEANED_SUFFIX: "a compaction was cut short: the next start removes it, and nothing is lost",
    SWAP_SUFFIX: "a compaction was cut short: the next start finishes it",
    TEMPORARY_SUFFIX: "a write was cut short before it counted: the next start removes it",
}
_KNOWN = (EPOCHS_FILE, PARTITION_METADATA)


@attrs.define
class DirectoryState:
    """What the files at the top of a log directory say."""

    path: str
    clean: bool
    recovery_points: dict[TopicPartition, int] = attrs.Factory(dict)
    log_starts: dict[TopicPartition, int] = attrs.Factory(dict)
    high_watermarks: dict[TopicPartition, int] = attrs.Factory(dict)
    cleaner_offsets: dict[TopicPartition, int] = attrs.Factory(dict)


@attrs.define
class PartitionPlan:
    """One partition: what was read beside its segments, and which segments there are to walk through."""

    state: DirectoryState
    topic: str
    partition: int
    path: str
    topic_id: bytes | None = None
    findings: list[Finding] = attrs.Factory(list)
    jobs: list[SegmentJob] = attrs.Factory(list)
    gapless: bool = True
    epochs: LeaderEpochs | None = None
    snapshots: list[int] = attrs.Factory(list)
    log_end_offset: int = 0

    def find(
        self, name: str, what: str, meaning: str, *, offset: int | None = None, problem: bool = True
    ) -> None:
        self.findings.append(Finding(f"{self.path}/{name}", None, offset, what, meaning, problem))


def read_state(files: Files, path: str, findings: list[Finding]) -> DirectoryState:
    """The checkpoints of a log directory; a damaged one is a finding and counts as empty."""
    state = DirectoryState(path, files.exists(f"{path}/{CLEAN_SHUTDOWN}"))
    for name, offsets, meaning in (
        (RECOVERY_POINTS, state.recovery_points, "after an unclean stop every log is checked from its start"),
        (LOG_STARTS, state.log_starts, "records that were deleted from the start of a segment come back"),
        (HIGH_WATERMARKS, state.high_watermarks, "logs are readable up to their ends"),
        (CLEANER_OFFSETS, state.cleaner_offsets, "compaction begins anew"),
    ):
        if files.exists(f"{path}/{name}"):
            try:
                offsets.update(decode_checkpoint(files.read_bytes(f"{path}/{name}")))
            except BadCheckpoint as error:
                findings.append(Finding(f"{path}/{name}", None, None, str(error), meaning))
    _add_workers(files, state, findings)
    return state


def _add_workers(files: Files, state: DirectoryState, findings: list[Finding]) -> None:
    """What other workers say of logs of which the first says nothing: they did not come to hand them over."""

    def warn(what: str) -> None:
        findings.append(Finding(state.path, None, None, what, "the next start checks more"))

    for worker in sorted(workers_in(entry.name for entry in files.entries(state.path))):
        state.clean = False
        found = read_worker_state(files, state.path, worker, warn)
        for own, its in (
            (state.recovery_points, found.recovery_points),
            (state.log_starts, found.log_starts),
            (state.high_watermarks, found.high_watermarks),
            (state.cleaner_offsets, found.cleaner_offsets),
        ):
            for key, offset in its.items():
                own.setdefault(key, offset)


def plan_partition(
    files: Files, state: DirectoryState, topic: str, partition: int, path: str, *, gapless: bool
) -> PartitionPlan:
    """Read and check the small files of a partition directory. Raises OSError for what cannot be read."""
    plan = PartitionPlan(state, topic, partition, path)
    plan.gapless = gapless and (topic, partition) not in state.cleaner_offsets
    segments: dict[int, dict[str, int]] = {}
    names = []
    for entry in sorted(files.entries(path), key=lambda entry: entry.name):
        stem, suffix = posixpath.splitext(entry.name)
        if suffix in LEFTOVERS:
            plan.find(entry.name, "left over", LEFTOVERS[suffix], problem=False)
        elif suffix in SUFFIXES and stem.isdigit():
            segments.setdefault(int(stem), {})[suffix] = entry.size
        elif suffix == SNAPSHOT_SUFFIX and stem.isdigit():
            _check_snapshot(files, plan, entry.name)
        elif entry.name == FAILED_SYNC:
            plan.find(entry.name, "the disk failed to sync", "the next start checks this log", problem=False)
        elif entry.name not in _KNOWN and suffix != ".checkpoint" and entry.name != "quorum-state":
            plan.find(entry.name, "not a file of a partition", "it is left alone", problem=False)
        names.append(entry.name)
    _check_topic_id(files, plan, names)
    _check_epochs(files, plan, names)
    _plan_segments(plan, segments)
    return plan


def _plan_segments(plan: PartitionPlan, segments: dict[int, dict[str, int]]) -> None:
    for base_offset in sorted(segments):
        if LOG_SUFFIX not in segments[base_offset]:
            for suffix in sorted(segments[base_offset]):
                what = "there is no .log beside it"
                meaning = "if the log was there, its records are lost; the next start removes this file"
                plan.find(f"{base_offset:020d}{suffix}", what, meaning, problem=plan.state.clean)
            del segments[base_offset]
    recovery_point = plan.state.recovery_points.get((plan.topic, plan.partition), 0)
    bases = sorted(segments)
    first_checked = max(bisect_right(bases, recovery_point - 1) - 1, 0)
    for number, base_offset in enumerate(bases):
        plan.jobs.append(
            SegmentJob(
                plan.path,
                base_offset,
                segments[base_offset][LOG_SUFFIX],
                frozenset(segments[base_offset]),
                None if plan.epochs is None else tuple(plan.epochs),
                is_last=number == len(bases) - 1,
                settled=plan.state.clean or number < first_checked,
                gapless=plan.gapless,
                durable_end=recovery_point,
            )
        )


def _check_snapshot(files: Files, plan: PartitionPlan, name: str) -> None:
    offset = int(name.removesuffix(SNAPSHOT_SUFFIX))
    plan.snapshots.append(offset)
    try:
        entries = decode_snapshot(files.read_bytes(f"{plan.path}/{name}"))
    except BadSnapshot as error:
        meaning = "a start removes it and reads the producers' state from an older one and the log"
        plan.find(name, str(error), meaning, problem=plan.state.clean)
        return
    for entry in entries:
        if entry.last_offset >= offset:
            what = f"producer {entry.producer_id} wrote offset {entry.last_offset}, and it knows less than {offset}"
            plan.find(name, what, "retries of this producer may be refused or written twice", offset=offset)


def _check_topic_id(files: Files, plan: PartitionPlan, names: Sequence[str]) -> None:
    if PARTITION_METADATA not in names:
        plan.find(
            PARTITION_METADATA, "it is missing", "the next start writes it anew", problem=plan.state.clean
        )
        return
    try:
        plan.topic_id = decode_partition_metadata(files.read_bytes(f"{plan.path}/{PARTITION_METADATA}"))
    except BadPartitionMetadata as error:
        meaning = "a start cannot tell which topic this is: write it anew with the id that the metadata has"
        plan.find(PARTITION_METADATA, str(error), meaning)


def _check_epochs(files: Files, plan: PartitionPlan, names: Sequence[str]) -> None:
    plan.epochs = LeaderEpochs()
    if EPOCHS_FILE not in names:
        return
    try:
        plan.epochs = LeaderEpochs.decode(files.read_bytes(f"{plan.path}/{EPOCHS_FILE}"))
    except BadCheckpoint as error:
        plan.epochs = None
        meaning = REMADE if not plan.state.clean else "a start takes the partition offline; delete the file"
        plan.find(EPOCHS_FILE, str(error), meaning, problem=plan.state.clean)


def finish_partition(plan: PartitionPlan, reports: Sequence[SegmentReport]) -> None:
    """Compare what lies beside the segments with what the walks through them found; adds to the plan's findings."""
    key = (plan.topic, plan.partition)
    for job, report, following in zip(plan.jobs, reports, plan.jobs[1:], strict=False):
        if not report.unreadable:
            _check_border(plan, job, report, following)
    if not plan.jobs:
        known = plan.state.high_watermarks.get(key, 0)
        meaning = f"{known} offsets were there" if known else "the next start begins one"
        plan.find("", "it has no segment", meaning, problem=known > 0)
        return
    if reports[-1].unreadable:
        return
    end = plan.log_end_offset = reports[-1].end_offset
    last = f"{plan.jobs[-1].base_offset:020d}{LOG_SUFFIX}"
    durable = plan.state.recovery_points.get(key, 0)
    watermark = plan.state.high_watermarks.get(key, 0)
    log_start = plan.state.log_starts.get(key, 0)
    if durable > end:
        what = f"the log ends with offset {end}, and {RECOVERY_POINTS} says it was on disk up to {durable}"
        plan.find(last, what, "the records between are lost", offset=end)
    elif watermark > end:
        what = f"the log ends with offset {end}, and {HIGH_WATERMARKS} says consumers read up to {watermark}"
        plan.find(last, what, "the records between are lost", offset=end)
    elif plan.state.clean and durable < end and key in plan.state.recovery_points:
        what = f"the log ends with offset {end}, and {RECOVERY_POINTS} says {durable}, after a stop in order"
        plan.find(
            last, what, "somebody wrote to this log since, or the checkpoint is an older one", offset=durable
        )
    if log_start > end:
        what = f"the log ends with offset {end}, and {LOG_STARTS} says it begins with {log_start}"
        plan.find(
            last, what, "the next start begins an empty log there", offset=end, problem=plan.state.clean
        )
    for offset in plan.snapshots:
        if offset > end:
            what = f"it knows of offsets up to {offset}, and the log ends with {end}"
            meaning = "the next start removes it"
            plan.find(
                f"{offset:020d}{SNAPSHOT_SUFFIX}", what, meaning, offset=offset, problem=plan.state.clean
            )
    for epoch, start in plan.epochs or ():
        if start > end:
            what = f"leader epoch {epoch} begins with offset {start}, and the log ends with {end}"
            plan.find(EPOCHS_FILE, what, "the next start forgets it", offset=start, problem=plan.state.clean)


def _check_border(plan: PartitionPlan, job: SegmentJob, report: SegmentReport, following: SegmentJob) -> None:
    name = f"{job.base_offset:020d}{LOG_SUFFIX}"
    end, base = report.end_offset, following.base_offset
    if end > base:
        what = f"it ends with offset {end - 1}, and the next segment begins with {base}"
        plan.find(name, what, "offsets are here twice: move one of the two away", offset=base)
    elif end < base and plan.gapless:  # compaction may leave a segment without a batch, as in Kafka
        what = f"offsets {end}..{base - 1} are missing: the next segment begins with {base}"
        meaning = "a segment or the end of this one is lost, unless the topic was compacted before"
        plan.findings.append(Finding(f"{plan.path}/{name}", job.size, end, what, meaning))
