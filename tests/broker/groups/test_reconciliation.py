"""A member's way to its target, one step at a time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kwire.broker.groups.assignment import Assignment, partitions_of
from kwire.broker.groups.modern_events import Current, Progress
from kwire.broker.groups.reconciliation import is_reconciled, reconcile
from kwire.errors import ErrorCode, KafkaError

T = b"t" * 16


def parts(*indexes: int) -> Assignment:
    return {T: frozenset(indexes)} if indexes else {}


def stands(
    epoch: int, progress: Progress, assigned: tuple[int, ...], revoking: tuple[int, ...] = ()
) -> Current:
    def owned(indexes: tuple[int, ...]) -> dict[bytes, dict[int, int]]:
        return {T: dict.fromkeys(indexes, 1)} if indexes else {}

    return Current(epoch, epoch - 1, progress, owned(assigned), owned(revoking))


def shown(current: Current) -> tuple[int, Progress, list[int], list[int]]:
    return (
        current.epoch,
        current.progress,
        sorted(current.assigned.get(T, ())),
        sorted(current.revoking.get(T, ())),
    )


def free(_: bytes, __: int) -> bool:
    return True


def held(_: bytes, __: int) -> bool:
    return False


def test_who_is_at_its_target_stays_as_it_is() -> None:
    current = stands(5, Progress.STABLE, (1, 2))
    assert reconcile(current, None, parts(1, 2), 5, free) is current
    assert is_reconciled(current, 5)


def test_what_is_free_comes_with_the_epoch_of_the_target_and_says_since_when() -> None:
    current = reconcile(stands(4, Progress.STABLE, (1,)), None, parts(1, 2), 6, free)
    assert shown(current) == (6, Progress.STABLE, [1, 2], [])
    assert (current.previous_epoch, current.assigned[T]) == (4, {1: 1, 2: 6})


def test_what_has_to_go_goes_first_and_the_epoch_waits() -> None:
    before = stands(4, Progress.STABLE, (1, 2))
    current = reconcile(before, parts(1, 2), parts(1, 3), 6, free)
    assert shown(current) == (4, Progress.UNREVOKED_PARTITIONS, [1], [2])
    assert reconcile(current, None, parts(1, 3), 6, free) is current
    assert reconcile(current, parts(1, 2), parts(1, 3), 6, free) is current
    assert shown(reconcile(current, parts(1), parts(1, 3), 6, free)) == (6, Progress.STABLE, [1, 3], [])


def test_who_gave_up_and_has_to_give_up_more_is_one_epoch_on() -> None:
    current = stands(4, Progress.UNREVOKED_PARTITIONS, (1, 2), (3,))
    assert shown(reconcile(current, parts(1, 2), parts(1), 7, free)) == (
        5,
        Progress.UNREVOKED_PARTITIONS,
        [1],
        [2],
    )


def test_what_it_does_not_own_it_need_not_give_up() -> None:
    assert shown(reconcile(stands(4, Progress.STABLE, (1,)), {}, parts(2), 6, free)) == (
        6,
        Progress.STABLE,
        [2],
        [],
    )


def test_it_waits_for_what_others_hold_and_is_asked_again() -> None:
    current = reconcile(stands(4, Progress.STABLE, ()), {}, parts(1, 2), 6, lambda _, index: index == 1)
    assert shown(current) == (6, Progress.UNRELEASED_PARTITIONS, [1], [])
    assert reconcile(current, {}, parts(1, 2), 6, held) is current
    assert shown(reconcile(current, {}, parts(1, 2), 6, free)) == (6, Progress.STABLE, [1, 2], [])


def test_where_nobody_knows_how_it_stands_it_begins_with_nothing() -> None:
    current = stands(4, Progress.UNKNOWN, (1,))
    for owned in (None, parts(1)):
        with pytest.raises(KafkaError) as caught:
            reconcile(current, owned, parts(1), 6, free)
        assert caught.value.code == ErrorCode.FENCED_MEMBER_EPOCH
    assert shown(reconcile(current, {}, parts(1), 6, free)) == (6, Progress.STABLE, [1], [])


indexes = st.frozensets(st.integers(0, 5))


@given(assigned=indexes, target=indexes, taken=indexes)
def test_a_member_that_does_as_it_is_told_gets_there(
    assigned: frozenset[int], target: frozenset[int], taken: frozenset[int]
) -> None:
    current = stands(4, Progress.STABLE, tuple(assigned))
    for _ in range(3):
        owned = partitions_of(current.assigned)
        current = reconcile(current, owned, parts(*target), 6, lambda _, index: index not in taken)
    assert shown(current)[2] == sorted(target - (taken - assigned))
    assert (current.epoch, current.progress is Progress.STABLE) == (6, not (taken - assigned) & target)
