"""Members of the classic protocol in a group of the consumer protocol (KIP-848): JoinGroup, SyncGroup and Heartbeat as
they know them, while the broker assigns.

Each of them is told that somebody else leads. A JoinGroup is answered at once: the generation is the member's epoch. A
Heartbeat says REBALANCE_IN_PROGRESS when there is something to give up or to get, and the JoinGroup that follows says
what the member owns, which is how it reconciles.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

import attrs

from kwire.broker.groups.change import Change
from kwire.broker.groups.consumer import ConsumerGroup
from kwire.broker.groups.conversion import Malformed, by_id, read_subscription, read_version, write_assignment
from kwire.broker.groups.members import Join, Joined, Parked, Synced
from kwire.broker.groups.modern import ModernMember
from kwire.broker.groups.modern_events import ClassicSide, Progress
from kwire.broker.groups.subscriptions import CONSUMER_PROTOCOL_TYPE
from kwire.broker.groups.timers import TimerKind
from kwire.errors import ErrorCode, KafkaError

log = logging.getLogger(__name__)


def join(group: ConsumerGroup, wish: Join, now_ms: int) -> Joined:
    """A classic member joins, or joins again. Raises KafkaError."""
    home = group.home
    is_new = not wish.member_id
    if len(group.members) >= home.consumer_settings(group.group_id).max_size and (
        wish.member_id not in group.members
    ):
        raise KafkaError(ErrorCode.GROUP_MAX_SIZE_REACHED)
    if not _supports(group, wish):
        raise KafkaError(ErrorCode.INCONSISTENT_GROUP_PROTOCOL)
    member_id = wish.member_id or home.new_member_id()
    if is_new and wish.instance_id is None and wish.can_retry_with_id:
        return Joined(ErrorCode.MEMBER_ID_REQUIRED, member_id)
    try:
        subscription = read_subscription(wish.protocols[0][1])
    except Malformed as error:
        raise KafkaError(ErrorCode.UNKNOWN_SERVER_ERROR, str(error)) from error
    change = Change(group, member_id)
    _identify(group, change, wish.instance_id, is_new=is_new)
    stored = change.stored
    updated = attrs.evolve(
        stored,
        instance_id=stored.instance_id if wish.instance_id is None else wish.instance_id,
        rack_id=stored.rack_id if subscription.rack_id is None else subscription.rack_id,
        client_id=wish.client_id,
        client_host=wish.client_host,
        topics=tuple(sorted(set(subscription.topics))),
        regex="",
        rebalance_timeout_ms=wish.rebalance_timeout_ms,
        classic=ClassicSide(wish.session_timeout_ms, wish.protocols),
    )
    owned = by_id(
        [(part.topic, part.partitions) for part in subscription.owned_partitions], home.known_topics
    )
    group.bring_up_to_date(change, updated, owned, now_ms)
    group.write(change)
    member = group.members[member_id]
    group.clear_timer(member, TimerKind.JOIN)
    group.clear_timer(member, TimerKind.REVOCATION)
    home.timers.set(member.session, now_ms + wish.session_timeout_ms)
    group.set_timer(member, TimerKind.SYNC, now_ms + wish.rebalance_timeout_ms)
    return Joined(
        ErrorCode.NONE, member_id, member.current.epoch, CONSUMER_PROTOCOL_TYPE, wish.protocols[0][0]
    )


def _supports(group: ConsumerGroup, wish: Join) -> bool:
    """Does it offer something that every other classic member offers too?"""
    if wish.protocol_type != CONSUMER_PROTOCOL_TYPE or not wish.protocols:
        return False
    names = {name for name, _ in wish.protocols}
    for member_id, member in group.members.items():
        classic = member.stored.classic
        if classic is not None and member_id != wish.member_id:
            names &= {name for name, _ in classic.protocols}
    return bool(names)


def _identify(group: ConsumerGroup, change: Change, instance_id: str | None, *, is_new: bool) -> None:
    if instance_id is None:
        member = group.members.get(change.member_id)
        if member is not None:
            change.goes_on(member)
        else:
            log.info("group %s: %s joins with the classic protocol", group.group_id, change.member_id)
        return
    if not is_new:
        change.goes_on(group.static_member(change.member_id, instance_id))
        return
    known = group.static.get(instance_id)
    if known is not None:
        change.replaces(group.members[known])


def sync(
    group: ConsumerGroup,
    member_id: str,
    instance_id: str | None,
    generation: int,
    protocol_type: str | None,
    protocol_name: str | None,
    now_ms: int,
) -> Parked[Synced]:
    """What the member has. Raises KafkaError."""
    member, classic = _classic_member(group, member_id, instance_id)
    _check_generation(member, generation)
    first, metadata = classic.protocols[0]
    if protocol_type not in (None, CONSUMER_PROTOCOL_TYPE) or protocol_name not in (None, first):
        raise KafkaError(ErrorCode.INCONSISTENT_GROUP_PROTOCOL)
    current = member.current
    if group.epoch > current.epoch and current.progress is not Progress.UNREVOKED_PARTITIONS:
        _wait_for_join(group, member, now_ms)
        raise KafkaError(ErrorCode.REBALANCE_IN_PROGRESS)
    group.clear_timer(member, TimerKind.SYNC)
    group.home.timers.set(member.session, now_ms + classic.session_timeout_ms)
    assignment = write_assignment(current.assigned, read_version(metadata), group.home.known_topics)
    return Parked(Synced(ErrorCode.NONE, protocol_type, protocol_name, assignment))


def heartbeat(
    group: ConsumerGroup, member_id: str, instance_id: str | None, generation: int, now_ms: int
) -> None:
    """The member is alive. Raises KafkaError, REBALANCE_IN_PROGRESS when it should join again."""
    member, classic = _classic_member(group, member_id, instance_id)
    _check_generation(member, generation)
    group.home.timers.set(member.session, now_ms + classic.session_timeout_ms)
    current = member.current
    if (
        current.epoch < group.epoch
        or current.progress is Progress.UNREVOKED_PARTITIONS
        or (current.progress is Progress.UNRELEASED_PARTITIONS and group.can_get_more(member))
    ):
        _wait_for_join(group, member, now_ms)
        raise KafkaError(ErrorCode.REBALANCE_IN_PROGRESS)


def leave(
    group: ConsumerGroup, leavers: Sequence[tuple[str, str | None, str | None]], now_ms: int
) -> list[ErrorCode]:
    """Members of either protocol, each (member id, instance id, reason), go: an administrator may send them away.

    Raises KafkaError when that cannot be written.
    """
    codes = []
    gone: dict[str, None] = {}
    for member_id, instance_id, reason in leavers:
        try:
            if instance_id is not None and not member_id:
                member_id = group.static.get(instance_id, "")
            gone[_member(group, member_id, instance_id).member_id] = None
        except KafkaError as error:
            codes.append(error.code)
            continue
        codes.append(ErrorCode.NONE)
        log.info("group %s: %s leaves%s", group.group_id, member_id, f" ({reason})" if reason else "")
    if gone:
        group.remove([*gone], now_ms)
    return codes


def _classic_member(
    group: ConsumerGroup, member_id: str, instance_id: str | None
) -> tuple[ModernMember, ClassicSide]:
    member = _member(group, member_id, instance_id)
    if member.stored.classic is None:
        raise KafkaError(
            ErrorCode.UNKNOWN_MEMBER_ID, f"Member {member_id} does not use the classic protocol."
        )
    return member, member.stored.classic


def _member(group: ConsumerGroup, member_id: str, instance_id: str | None) -> ModernMember:
    if instance_id is not None:
        return group.static_member(member_id, instance_id)
    member = group.members.get(member_id)
    if member is None:
        raise group.unknown(member_id)
    return member


def _check_generation(member: ModernMember, generation: int) -> None:
    if generation != member.current.epoch:
        raise KafkaError(ErrorCode.ILLEGAL_GENERATION)


def _wait_for_join(group: ConsumerGroup, member: ModernMember, now_ms: int) -> None:
    """From when it was first told to join again, it has its rebalance timeout for that."""
    timer = member.timers.get(TimerKind.JOIN)
    if timer is None or timer.due_ms is None:
        group.set_timer(member, TimerKind.JOIN, now_ms + member.stored.rebalance_timeout_ms)
