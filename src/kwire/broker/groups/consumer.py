"""A group of the consumer protocol (KIP-848): the broker decides who has what, and members say in heartbeats how far
they are.

What members may ask for, and in which order that is checked, is here; how one gets to its target is in
`reconciliation`. What a heartbeat's epoch means:

| epoch | it                                                     |
| ----- | ------------------------------------------------------ |
| 0     | joins, or joins again with nothing in its hands         |
| > 0   | goes on; the epoch before is taken when the answer that brought the newer one may be lost |
| -1    | leaves                                                 |
| -2    | leaves for a while: a static member keeps its place until its session ends |

A partition never has two owners: `owners` are all who were given it and have not said that they gave it up.
Members of the classic protocol may be in it too, while a group changes over (`classic_side`).
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar, Literal, Protocol

import attrs

from kwire.broker.groups.assignment import NOTHING, Assignment, is_within, partitions_of, same_partitions
from kwire.broker.groups.assignors import ASSIGNORS
from kwire.broker.groups.change import Change
from kwire.broker.groups.events import GroupEvent
from kwire.broker.groups.modern import (
    JOIN_EPOCH,
    LEAVE_STATIC_EPOCH,
    Beat,
    ModernGroup,
    ModernHome,
    ModernMember,
    check_epoch,
)
from kwire.broker.groups.modern_events import (
    CONSUMER,
    Current,
    CurrentStored,
    GroupEpoch,
    MemberStored,
    ModernEvent,
    PartitionMetadataGone,
    Progress,
    RegexResolved,
    StoredMember,
)
from kwire.broker.groups.reconciliation import reconcile
from kwire.broker.groups.timers import Timer, TimerKind
from kwire.broker.regex import InvalidRegex, Regex
from kwire.errors import ErrorCode, KafkaError

log = logging.getLogger(__name__)

FIRST_EPOCH = 1
"""Of a group that was just made; what its first member subscribes to moves it on."""

STORAGE_RETRY_MS = 1_000
"""When somebody's time is up and that cannot be written: how soon to try again."""


@attrs.frozen
class ConsumerSettings:
    """The settings of the broker and of the group that consumer groups follow."""

    session_timeout_ms: int = 45_000
    heartbeat_interval_ms: int = 5_000
    assignment_interval_ms: int = 0
    max_size: int = 2_147_483_647
    assignors: tuple[str, ...] = ("uniform", "range")


class ConsumerHome(ModernHome, Protocol):
    """What a consumer group needs of the coordinator that it lives with."""

    def consumer_settings(self, group_id: str) -> ConsumerSettings: ...

    def left_to_classic(self, group: ConsumerGroup, leaving: Sequence[str], now_ms: int) -> bool:
        """Members go. When only classic ones stay, the group may become a classic one: then True, and all is done."""
        ...


@attrs.frozen
class Heartbeat:
    """What a member says. None: as before."""

    member_id: str
    """Empty when the broker is to make one."""
    epoch: int
    client_id: str = ""
    client_host: str = ""
    instance_id: str | None = None
    rack_id: str | None = None
    rebalance_timeout_ms: int = -1
    topics: tuple[str, ...] | None = None
    """Sorted, each once."""
    regex: str | None = None
    server_assignor: str | None = None
    owned: Assignment | None = None

    @property
    def is_full(self) -> bool:
        """Does it say everything, as a member does that does not know what of its last request was heard?"""
        return self.epoch == JOIN_EPOCH or (
            self.rebalance_timeout_ms != -1
            and (self.topics is not None or self.regex is not None)
            and self.owned is not None
        )

    @property
    def is_brief(self) -> bool:
        """Does it say nothing of itself?"""
        return (
            self.topics is None
            and self.rebalance_timeout_ms == -1
            and self.regex is None
            and self.server_assignor is None
            and self.rack_id is None
        )


class ConsumerGroup(ModernGroup):
    """One group of the consumer protocol."""

    family = CONSUMER
    kind: ClassVar[Literal["consumer"]] = "consumer"
    home: ConsumerHome
    __slots__ = ("had_partition_metadata", "owners", "patterns", "prologue", "resolved", "static")

    def __init__(self, home: ConsumerHome, group_id: str) -> None:
        super().__init__(home, group_id)
        self.static: dict[str, str] = {}
        """The member id that each instance has now."""
        self.owners: dict[bytes, dict[int, str]] = {}
        self.resolved: dict[str, RegexResolved] = {}
        """What the regular expressions of the members stand for."""
        self.patterns: dict[str, Regex] = {}
        self.had_partition_metadata = False
        self.prologue: list[GroupEvent] = []
        """What has to be written before its first record: the group that was there under this id goes."""

    # Heartbeats

    def heartbeat(self, beat: Heartbeat, now_ms: int) -> Beat:
        """A member joins, or goes on. Raises KafkaError, and then nothing changed."""
        settings = self.home.consumer_settings(self.group_id)
        member = self.members.get(beat.member_id)
        if (
            member is not None
            and beat.epoch == member.current.epoch == self.target_epoch == self.epoch
            and beat.epoch > 0
            and beat.is_brief
            and member.current.progress is Progress.STABLE
            and self.topics_version == self.home.known_topics.version
            and member.stored.instance_id == beat.instance_id
            and member.stored.classic is None
            and member.stored.client_id == beat.client_id
            and member.stored.client_host == beat.client_host
        ):
            self.home.timers.set(member.session, now_ms + settings.session_timeout_ms)
            return Beat(beat.member_id, beat.epoch, settings.heartbeat_interval_ms)
        if len(self.members) >= settings.max_size and member is None:
            raise KafkaError(
                ErrorCode.GROUP_MAX_SIZE_REACHED,
                f"The consumer group has reached its maximum capacity of {settings.max_size} members.",
            )
        member_id = beat.member_id or self.home.new_member_id()
        change = Change(self, member_id)
        if beat.instance_id is None:
            self._identify(change, beat)
        else:
            self._identify_static(change, beat, beat.instance_id)
        stored = change.stored
        updated = attrs.evolve(
            stored,
            instance_id=stored.instance_id if beat.instance_id is None else beat.instance_id,
            rack_id=stored.rack_id if beat.rack_id is None else beat.rack_id,
            client_id=beat.client_id,
            client_host=beat.client_host,
            topics=stored.topics if beat.topics is None else beat.topics,
            regex=stored.regex if beat.regex is None else beat.regex,
            rebalance_timeout_ms=(
                stored.rebalance_timeout_ms if beat.rebalance_timeout_ms == -1 else beat.rebalance_timeout_ms
            ),
            server_assignor=stored.server_assignor if beat.server_assignor is None else beat.server_assignor,
            classic=None,
        )
        before = change.current
        self.bring_up_to_date(change, updated, beat.owned, now_ms)
        self.write(change)
        member = self.members[member_id]
        self.home.timers.set(member.session, now_ms + settings.session_timeout_ms)
        self._watch_revocation(member, before, now_ms)
        self.clear_timer(member, TimerKind.JOIN)  # it may have been a classic member
        self.clear_timer(member, TimerKind.SYNC)
        current = member.current
        assignment = None
        if beat.is_full or not same_partitions(before.assigned, current.assigned):
            assignment = partitions_of(current.assigned)
        return Beat(member_id, current.epoch, settings.heartbeat_interval_ms, assignment)

    def _identify(self, change: Change, beat: Heartbeat) -> None:
        member = self.members.get(change.member_id)
        if member is None:
            if beat.epoch != JOIN_EPOCH:
                raise self.unknown(change.member_id)
            log.info("group %s: %s joins", self.group_id, change.member_id)
            return
        change.goes_on(member)
        if beat.epoch == JOIN_EPOCH:
            change.begins_anew()
            return
        self._check_epoch(member, beat)

    def _identify_static(self, change: Change, beat: Heartbeat, instance_id: str) -> None:
        if beat.epoch != JOIN_EPOCH:
            member = self.static_member(change.member_id, instance_id)
            change.goes_on(member)
            self._check_epoch(member, beat)
            return
        log.info("group %s: %s joins as %s", self.group_id, change.member_id, instance_id)
        known = self.static.get(instance_id)
        if known is None:
            return
        member = self.members[known]
        if member.stored.classic is None and member.current.epoch != LEAVE_STATIC_EPOCH:
            raise KafkaError(
                ErrorCode.UNRELEASED_INSTANCE_ID,
                f"Static member {change.member_id} with instance id {instance_id} cannot join the group because the "
                f"instance id is owned by {known} member.",
            )
        if known == change.member_id:
            change.goes_on(member)
            change.begins_anew()
        else:
            change.replaces(member)

    def static_member(self, member_id: str, instance_id: str) -> ModernMember:
        """The member with this instance id. Raises KafkaError: UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID."""
        known = self.static.get(instance_id)
        if known is None:
            raise KafkaError(ErrorCode.UNKNOWN_MEMBER_ID, f"Instance id {instance_id} is unknown.")
        if known != member_id:
            raise KafkaError(
                ErrorCode.FENCED_INSTANCE_ID,
                f"Static member {member_id} with instance id {instance_id} was fenced by member {known}.",
            )
        return self.members[known]

    def unknown(self, member_id: str) -> KafkaError:
        return KafkaError(
            ErrorCode.UNKNOWN_MEMBER_ID, f"Member {member_id} is not a member of group {self.group_id}."
        )

    @staticmethod
    def _check_epoch(member: ModernMember, beat: Heartbeat) -> None:
        lost = beat.owned is not None and is_within(beat.owned, member.current.assigned)
        check_epoch(member, beat.epoch, may_be_previous=lost, what="consumer")

    def bring_up_to_date(
        self, change: Change, updated: StoredMember, owned: Assignment | None, now_ms: int
    ) -> None:
        """Decide everything that follows when a member is `updated`: epoch, targets, its own next step."""
        of, group_id = self.family, self.group_id
        stored = change.stored
        if updated != stored or change.is_new:
            change.events.append(MemberStored(of, group_id, updated.member_id, updated))
        changed = updated.topics != stored.topics or updated.regex != stored.regex
        epoch = self._next_epoch(change, updated, changed)
        target_epoch = self.target_epoch
        target = change.target
        if epoch > target_epoch and self._may_assign(now_ms):
            members = change.members_with(updated)
            assignor = ASSIGNORS[self.preferred_assignor(members.values())]
            topics_of = self.topics_of(members, change.resolved)
            targets, events = self.targets_for(epoch, members, topics_of, change.targets, assignor)
            change.events += events
            change.targets_made_ms = now_ms
            target, target_epoch = targets[updated.member_id], epoch
        current = reconcile(
            change.current,
            owned,
            target,
            target_epoch,
            lambda topic_id, index: self._is_free(topic_id, index, change),
        )
        if current is not change.current or change.is_new:
            change.events.append(CurrentStored(of, group_id, updated.member_id, current))

    def _next_epoch(self, change: Change, updated: StoredMember | None, changed: bool) -> int:
        """The group's epoch when a member is like this, or gone; what has to be written of it is part of the change."""
        version = self.home.known_topics.version
        is_first = not self.epoch
        if not changed and not is_first and version == self.topics_version:
            return self.epoch
        self.resolve(change, updated)
        metadata_hash = self.hash_of(self._subscribed(change, updated))
        epoch = max(self.epoch, FIRST_EPOCH)
        if changed or metadata_hash != self.metadata_hash:
            epoch += 1
        if epoch != self.epoch:
            change.events.append(GroupEpoch(self.family, self.group_id, epoch, metadata_hash))
            log.info("group %s: epoch %d", self.group_id, epoch)
        change.topics_version = version
        return epoch

    def write(self, change: Change) -> None:
        """Let a change hold. Raises KafkaError, and then nothing changed."""
        self.home.write_events(self.group_id, change.events)
        self.prologue = []
        self.topics_version = change.topics_version
        if change.targets_made_ms is not None:
            self.targets_made_ms = change.targets_made_ms

    def _subscribed(self, change: Change, updated: StoredMember | None) -> set[str]:
        """Every topic that somebody subscribes to, in whatever way."""
        subscribers = self.subscribers
        topics = set(subscribers)
        gone = [self.members[member_id].stored for member_id in change.gone if member_id in self.members]
        if updated is not None and updated.member_id in self.members:
            gone.append(self.members[updated.member_id].stored)
        left = {name for each in gone for name in each.topics}
        for name in left:
            if subscribers[name] <= sum(name in each.topics for each in gone):
                topics.discard(name)
        if updated is not None:
            topics.update(updated.topics)
        for names in change.resolved.values():
            topics |= names
        return topics

    def resolve(self, change: Change, updated: StoredMember | None) -> None:
        """What the regular expressions stand for now that this member is updated, or gone."""
        used = {
            member.stored.regex
            for member_id, member in self.members.items()
            if member_id not in change.gone and (updated is None or member_id != updated.member_id)
        }
        if updated is not None:
            used.add(updated.regex)
        used.discard("")
        known = self.home.known_topics
        for text in sorted(used):
            pattern = self.patterns.get(text)
            if pattern is None:
                pattern = self.patterns[text] = parse_regex(text)
            topics = change.resolved.get(text)
            if topics is None or known.version != self.topics_version:
                found = frozenset(filter(pattern.matches, known.names()))
                if found != topics:
                    change.resolved[text] = found
                    change.events.append(
                        RegexResolved(self.group_id, text, found, max(known.version, 0), self.home.time_ms())
                    )
        for text in self.resolved.keys() - used:
            change.resolved.pop(text, None)
            change.events.append(RegexResolved(self.group_id, text, None))

    def topics_of(
        self, members: Mapping[str, StoredMember], resolved: Mapping[str, frozenset[str]]
    ) -> dict[str, frozenset[str]]:
        """The topics that each member subscribes to; those of members who say the same are the same object."""
        same: dict[tuple[tuple[str, ...], str], frozenset[str]] = {}
        found = {}
        for member_id, stored in members.items():
            said = stored.topics, stored.regex
            topics = same.get(said)
            if topics is None:
                topics = same[said] = frozenset(stored.topics) | resolved.get(stored.regex, frozenset())
            found[member_id] = topics
        return found

    def preferred_assignor(self, members: Iterable[StoredMember]) -> str:
        """What most members ask for; the broker's first when nobody asks."""
        assignors = self.home.consumer_settings(self.group_id).assignors
        votes = Counter(each.server_assignor for each in members if each.server_assignor in assignors)
        return str(votes.most_common(1)[0][0]) if votes else assignors[0]

    def _may_assign(self, now_ms: int) -> bool:
        """Not more often than the settings say: many members may come at once."""
        made_ms = self.targets_made_ms
        interval_ms = self.home.consumer_settings(self.group_id).assignment_interval_ms
        return made_ms is None or now_ms - made_ms >= interval_ms

    def _is_free(self, topic_id: bytes, index: int, change: Change) -> bool:
        owner = self.owners.get(topic_id, {}).get(index)
        return owner is None or owner == change.member_id or owner in change.gone

    # Leaving

    def leave(self, member_id: str, instance_id: str | None, epoch: int, now_ms: int) -> None:
        """A member goes. Raises KafkaError."""
        if instance_id is None:
            member = self.members.get(member_id)
            if member is None:
                raise self.unknown(member_id)
        else:
            member = self.static_member(member_id, instance_id)
            if epoch == LEAVE_STATIC_EPOCH:
                log.info("group %s: %s leaves for a while", self.group_id, member_id)
                current = attrs.evolve(member.current, epoch=LEAVE_STATIC_EPOCH, revoking={})
                self.home.write_events(
                    self.group_id, [CurrentStored(self.family, self.group_id, member_id, current)]
                )
                self.clear_timer(member, TimerKind.REVOCATION)
                return
        log.info("group %s: %s leaves", self.group_id, member_id)
        self.remove([member_id], now_ms)

    def remove(self, member_ids: Sequence[str], now_ms: int) -> None:
        """These are no members any more; the others hear of it in their next heartbeats. Raises KafkaError."""
        if self.home.left_to_classic(self, member_ids, now_ms):
            return
        change = Change(self, "")
        for member_id in member_ids:
            change.takes_out(member_id)
        self._next_epoch(change, None, True)
        self.write(change)

    # Time

    def expire(self, timer: Timer, now_ms: int) -> None:
        member = self.members.get(timer.member_id)
        if member is None or (timer is not member.session and timer is not member.timers.get(timer.kind)):
            return
        log.info("group %s: %s is out: %s", self.group_id, member.member_id, timer.kind.name.lower())
        try:
            self.remove([member.member_id], now_ms)
        except KafkaError as error:
            log.warning("group %s: %s cannot be taken out: %s", self.group_id, member.member_id, error)
            self.home.timers.set(timer, now_ms + STORAGE_RETRY_MS)

    def resume(self, now_ms: int) -> None:
        """Go on after a restart: members have their session timeout, from now on, to be heard of."""
        session_timeout_ms = self.home.consumer_settings(self.group_id).session_timeout_ms
        for member in self.members.values():
            classic = member.stored.classic
            timeout_ms = session_timeout_ms if classic is None else classic.session_timeout_ms
            self.home.timers.set(member.session, now_ms + timeout_ms)
            self._watch_revocation(member, Current(), now_ms)

    def can_get_more(self, member: ModernMember) -> bool:
        """Is anything free of what the member waits for?"""
        assigned = member.current.assigned
        return any(
            self.owners.get(topic_id, {}).get(index) is None
            for topic_id, partitions in self.targets.get(member.member_id, NOTHING).items()
            for index in partitions - assigned.get(topic_id, {}).keys()
        )

    def _watch_revocation(self, member: ModernMember, before: Current, now_ms: int) -> None:
        """Who has to give something up has its rebalance timeout for that."""
        current = member.current
        if member.stored.classic is not None or current.progress is not Progress.UNREVOKED_PARTITIONS:
            self.clear_timer(member, TimerKind.REVOCATION)
        elif current is not before:
            self.set_timer(member, TimerKind.REVOCATION, now_ms + member.stored.rebalance_timeout_ms)

    # Offsets

    def check_commit(
        self,
        member_id: str,
        epoch: int,
        *,
        partitions: Iterable[tuple[bytes, int]],
        in_transaction: bool = False,
        knows_epochs: bool = True,
    ) -> None:
        """May this member commit offsets of these partitions? Raises KafkaError.

        In an older epoch it may, for partitions that it has had since then (KIP-1251).
        """
        if epoch < 0 and (not self.members or (in_transaction and not member_id)):
            return  # nobody who is a member: old producers do not say whom they commit for
        member = self.members.get(member_id)
        if member is None:
            raise self.unknown(member_id)
        if not in_transaction and member.stored.classic is None and not knows_epochs:
            raise KafkaError(
                ErrorCode.UNSUPPORTED_VERSION,
                "OffsetCommit version 9 or above must be used by members using the modern group protocol",
            )
        current = member.current
        if epoch == current.epoch:
            return
        if member.stored.classic is not None or in_transaction:
            raise KafkaError(ErrorCode.ILLEGAL_GENERATION)
        if epoch > current.epoch or not all(
            _given_by(current, topic_id, index, epoch) for topic_id, index in partitions
        ):
            raise KafkaError(
                ErrorCode.STALE_MEMBER_EPOCH,
                f"The received member epoch {epoch} does not match the expected member epoch {current.epoch}.",
            )

    def check_fetch(self, member_id: str | None, epoch: int) -> None:
        """May this member fetch offsets? Raises KafkaError. Who is no member says neither id nor epoch."""
        if member_id is None and epoch < 0:
            return
        member = self.members.get(member_id or "")
        if member is None:
            raise self.unknown(member_id or "")
        if epoch != member.current.epoch:
            raise KafkaError(
                ErrorCode.STALE_MEMBER_EPOCH
                if member.stored.classic is None
                else ErrorCode.ILLEGAL_GENERATION
            )

    @property
    def is_consumer_group(self) -> bool:
        return True

    def is_subscribed_to(self, topic: str) -> bool:
        return topic in self.subscribers or any(
            topic in (each.topics or ()) for each in self.resolved.values()
        )

    @property
    def offsets_kept_since_ms(self) -> int | None:
        """Offsets of topics that nobody subscribes to are kept from their commit on."""
        return -1

    # The log

    def adopt(self, event: ModernEvent) -> None:
        match event:
            case RegexResolved(topics=None):
                self.resolved.pop(event.regex, None)
                self.patterns.pop(event.regex, None)
            case RegexResolved():
                self.resolved[event.regex] = event
            case PartitionMetadataGone(is_there=is_there):
                self.had_partition_metadata = is_there
            case _:
                super().adopt(event)

    def _adopt_member(self, stored: StoredMember) -> None:
        super()._adopt_member(stored)
        if stored.instance_id is not None:
            self.static[stored.instance_id] = stored.member_id

    def _forget_member(self, member_id: str) -> None:
        member = self.members.get(member_id)
        if member is not None and self.static.get(member.stored.instance_id or "") == member_id:
            del self.static[member.stored.instance_id or ""]
        super()._forget_member(member_id)

    def _adopt_current(self, member: ModernMember, current: Current) -> None:
        member_id = member.member_id
        owners = self.owners
        for owned in (member.current.assigned, member.current.revoking):
            for topic_id, partitions in owned.items():
                of_topic = owners.get(topic_id)
                if of_topic is not None:
                    for index in partitions:
                        if of_topic.get(index) == member_id:
                            del of_topic[index]
                    if not of_topic:
                        del owners[topic_id]
        member.current = current
        for owned in (current.assigned, current.revoking):
            for topic_id, partitions in owned.items():
                of_topic = owners.setdefault(topic_id, {})
                for index in partitions:
                    of_topic[index] = member_id

    def removals(self) -> list[ModernEvent]:
        gone = super().removals()
        last = gone.pop()
        gone += [RegexResolved(self.group_id, text, None) for text in self.resolved]
        if self.had_partition_metadata:
            gone.append(PartitionMetadataGone(self.group_id))
        return [*gone, last]


def _given_by(current: Current, topic_id: bytes, index: int, epoch: int) -> bool:
    """Does the member have the partition since this epoch or an earlier one?"""
    for owned in (current.assigned, current.revoking):
        since = owned.get(topic_id, {}).get(index)
        if since is not None:
            return since <= epoch
    return False


def parse_regex(text: str) -> Regex:
    """Raises KafkaError(INVALID_REGULAR_EXPRESSION)."""
    try:
        return Regex(text)
    except InvalidRegex as error:
        raise KafkaError(
            ErrorCode.INVALID_REGULAR_EXPRESSION,
            f"SubscribedTopicRegex `{text}` is not a valid regular expression: {error}.",
        ) from error
