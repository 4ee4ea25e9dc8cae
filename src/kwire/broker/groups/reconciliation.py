"""How a member of a consumer group gets from what it has to what it is to have (KIP-848).

It first gives up what is not in its target, and moves to the epoch of the target only when it no longer says that it
owns any of it; then it gets, of its target, what nobody else holds. So no partition ever has two owners.

| stands                | when                                    | then                                       |
| --------------------- | --------------------------------------- | ------------------------------------------ |
| Stable                | the target is of a newer epoch          | to the target                              |
| UnrevokedPartitions   | it still owns, or may own, what it must give up | stays                              |
| UnrevokedPartitions   | it gave everything up                   | one epoch on, and to the target            |
| UnreleasedPartitions  | always                                  | to the target: something may be free now   |
| Unknown               | it owns nothing, and says so            | to the target; before, it is fenced        |
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from kwire.broker.groups.assignment import Assignment, Owned, overlaps
from kwire.broker.groups.modern_events import Current, Progress
from kwire.errors import ErrorCode, KafkaError


def is_reconciled(current: Current, target_epoch: int) -> bool:
    """Does the member have what it is to have?"""
    return current.progress is Progress.STABLE and current.epoch == target_epoch


def reconcile(
    current: Current,
    owned: Assignment | None,
    target: Assignment,
    target_epoch: int,
    is_free: Callable[[bytes, int], bool],
) -> Current:
    """The member's next step; the same object when there is none.

    `owned` is what it says that it has, None when it says nothing of it. `is_free` tells of partitions that the member
    does not have. Raises KafkaError(FENCED_MEMBER_EPOCH).
    """
    match current.progress:
        case Progress.STABLE:
            if current.epoch == target_epoch:
                return current
            epoch = current.epoch
        case Progress.UNREVOKED_PARTITIONS:
            if owned is None or overlaps(owned, current.revoking):
                return current
            epoch = current.epoch + 1
        case Progress.UNRELEASED_PARTITIONS:
            epoch = current.epoch
        case Progress.UNKNOWN:
            if owned is None or owned:
                raise KafkaError(
                    ErrorCode.FENCED_MEMBER_EPOCH,
                    "The consumer group member is in a unknown state. The member must abandon all its partitions "
                    "and rejoin.",
                )
            epoch = target_epoch
    return _towards(current, epoch, owned, target, target_epoch, is_free)


def _towards(
    current: Current,
    epoch: int,
    owned: Assignment | None,
    target: Assignment,
    target_epoch: int,
    is_free: Callable[[bytes, int], bool],
) -> Current:
    kept: dict[bytes, Mapping[int, int]] = {}
    revoking: dict[bytes, Mapping[int, int]] = {}
    for topic_id, partitions in current.assigned.items():
        wanted = target.get(topic_id, frozenset())
        if partitions.keys() <= wanted:
            kept[topic_id] = partitions
            continue
        stay = {index: since for index, since in partitions.items() if index in wanted}
        if stay:
            kept[topic_id] = stay
        revoking[topic_id] = {index: since for index, since in partitions.items() if index not in wanted}
    if revoking and (owned is None or overlaps(owned, revoking)):
        return _moved(current, epoch, Progress.UNREVOKED_PARTITIONS, kept, revoking)
    waits = False
    for topic_id, wanted in target.items():
        has = kept.get(topic_id, {})
        missing = wanted - has.keys()
        if missing:
            free = {index: target_epoch for index in sorted(missing) if is_free(topic_id, index)}
            waits = waits or len(free) < len(missing)
            if free:
                kept[topic_id] = {**has, **free}
    progress = Progress.UNRELEASED_PARTITIONS if waits else Progress.STABLE
    return _moved(current, target_epoch, progress, kept, {})


def _moved(current: Current, epoch: int, progress: Progress, assigned: Owned, revoking: Owned) -> Current:
    """Who stays in its epoch keeps the one before: the answer that brought it there may be lost more than once."""
    previous_epoch = current.previous_epoch if epoch == current.epoch else current.epoch
    moved = Current(epoch, previous_epoch, progress, assigned, revoking)
    return current if moved == current else moved
