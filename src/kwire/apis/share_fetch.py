"""ShareFetch (key 78), versions 1 to 2: records for a member of a share group, which has them for some time (KIP-932).

2 no record more than asked for (KIP-1206); a member can ask for more time (KIP-1222). A request also says what became
of records that were given before; both are answered together.
"""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from kwire.apis import UNTIL_DURABLE_MS, Caller, Wait
from kwire.apis.leaders import endpoints
from kwire.apis.share_acknowledging import RENEWS_FROM, Acknowledgements, acknowledge, check_member
from kwire.broker.broker import Broker
from kwire.broker.remote import NotLeader
from kwire.broker.share.led import LedSharePartition
from kwire.broker.share.requests import TopicIndex
from kwire.broker.share.sessions import FINAL_EPOCH, FIRST_EPOCH, ShareSession
from kwire.broker.share.settings import share_settings
from kwire.broker.signals import Signal
from kwire.codec.messages.share_fetch import (
    AcquiredRecords,
    LeaderIdAndEpoch,
    NodeEndpoint,
    PartitionData,
    ShareFetchableTopicResponse,
    ShareFetchRequest,
    ShareFetchResponse,
)
from kwire.errors import ErrorCode, KafkaError
from kwire.log.warming import Cold

MOST_READINGS = 20
"""How often more is read when nobody may see what was read; then it is for the next request."""

EXACTLY = 1
"""The acquire mode in which a member is given no record more than it asks for; 0 gives whole batches."""


def share_fetch(
    broker: Broker, caller: Caller, request: ShareFetchRequest
) -> ShareFetchResponse | Wait[ShareFetchResponse]:
    """Answer when there is something to acquire, and every acknowledgement is on record, or after `max_wait_ms`."""
    wanted = [(topic.topic_id, part.partition_index) for topic in request.topics for part in topic.partitions]
    said = [
        ((topic.topic_id, part.partition_index), part.acknowledgement_batches)
        for topic in request.topics
        for part in topic.partitions
        if part.acknowledgement_batches
    ]
    renews = caller.version >= RENEWS_FROM and request.is_renew_ack
    try:
        group_id, member_id = check_member(broker, request.group_id, request.member_id)
        if renews:
            _check_renewal(request)
        session = _session(broker, caller, request, group_id, member_id, wanted, has_said=bool(said))
    except KafkaError as error:
        refusal = ShareFetchResponse(error_code=error.code, error_message=error.message)
        if error.code != ErrorCode.SHARE_SESSION_LIMIT_REACHED or request.max_wait_ms <= 0:
            return refusal
        # Let it try again later: a session may end meanwhile.
        return Wait(
            lambda final: refusal if final else None, [], broker.clock.monotonic_ms() + request.max_wait_ms
        )
    found = acknowledge(
        broker, group_id, member_id, said, version=caller.version, is_renew_ack=request.is_renew_ack
    )
    ends = request.share_session_epoch == FINAL_EPOCH
    fetch = _Fetch(broker, caller, request, session, found)
    if not (renews or ends):
        fetch.begin()
    if ends:
        broker.sharing.release(session)
    return _perform(broker, fetch)


def _perform(broker: Broker, fetch: _Fetch) -> ShareFetchResponse | Wait[ShareFetchResponse]:
    now_ms = broker.clock.monotonic_ms()
    until = now_ms + max(fetch.request.max_wait_ms, 0)
    if not fetch.acknowledgements.are_done:
        # What others have to put on record is waited for, and then told with whatever can be given.
        until = now_ms + UNTIL_DURABLE_MS

        def acknowledged(final: bool) -> ShareFetchResponse | None:
            if final or fetch.acknowledgements.are_done:
                return fetch.attempt(final=True)
            return None

        return Wait(acknowledged, fetch.acknowledgements.signals(), until)
    answer = fetch.attempt(final=until <= now_ms)
    if answer is not None:
        return answer
    return Wait(lambda final: fetch.attempt(final=final), fetch.signals(), until)


def error_response(request: ShareFetchRequest, code: ErrorCode) -> ShareFetchResponse:
    return ShareFetchResponse(error_code=code)


def _check_renewal(request: ShareFetchRequest) -> None:
    """Who asks for more time asks for nothing else (KIP-1222). Raises KafkaError(INVALID_REQUEST)."""
    wrong = [
        f"{name} must be set to 0, "
        for name, value in (
            ("maxBytes", request.max_bytes),
            ("minBytes", request.min_bytes),
            ("maxRecords", request.max_records),
            ("maxWaitMs", request.max_wait_ms),
        )
        if value
    ]
    if wrong:
        raise KafkaError(ErrorCode.INVALID_REQUEST, f"{''.join(wrong)}if isRenewAck is true.")


def _session(
    broker: Broker,
    caller: Caller,
    request: ShareFetchRequest,
    group_id: str,
    member_id: str,
    wanted: list[TopicIndex],
    *,
    has_said: bool,
) -> ShareSession:
    """The session of a request: new, as before with what changed, or about to end.

    Raises KafkaError: INVALID_REQUEST, SHARE_SESSION_NOT_FOUND, INVALID_SHARE_SESSION_EPOCH,
    SHARE_SESSION_LIMIT_REACHED.
    """
    sessions = broker.sharing.sessions
    if request.share_session_epoch == FINAL_EPOCH:
        return sessions.get(group_id, member_id)
    if request.share_session_epoch == FIRST_EPOCH:
        if has_said:
            raise KafkaError(ErrorCode.INVALID_REQUEST)
        return sessions.open(group_id, member_id, caller.connection_id, wanted)
    session = sessions.resume(group_id, member_id, request.share_session_epoch)
    session.update(
        wanted,
        ((gone.topic_id, index) for gone in request.forgotten_topics_data for index in gone.partitions),
    )
    return session


@attrs.define(eq=False)
class _Fetch:
    """One request, and how far it is."""

    broker: Broker
    caller: Caller
    request: ShareFetchRequest
    session: ShareSession
    acknowledgements: Acknowledgements
    _epoch: int = attrs.field(init=False)
    _led: dict[TopicIndex, LedSharePartition] = attrs.Factory(dict)
    _errors: dict[TopicIndex, KafkaError] = attrs.Factory(dict)
    _elsewhere: list[int] = attrs.Factory(list)

    def __attrs_post_init__(self) -> None:
        self._epoch = self.session.epoch

    def begin(self) -> None:
        """Look for the share partitions; those that are not loaded begin to be."""
        wanted = [*self.session.partitions]
        if self.request.max_records <= 0 or self.request.max_bytes <= 0:
            wanted = []
        turn = self._epoch % len(wanted) if wanted else 0
        for at in wanted[turn:] + wanted[:turn]:  # so that each comes first now and then
            try:
                self._led[at] = self.broker.sharing.get(self.session.group_id, at)
            except KafkaError as error:
                self._errors[at] = error

    def signals(self) -> list[Signal]:
        """What may make a difference."""
        return [
            signal
            for led in self._led.values()
            for signal in (led.changed, led.partition.appended, led.partition.warmed)
        ]

    def attempt(self, *, final: bool) -> ShareFetchResponse | None:
        """The answer, if there is one now; when `final` there is."""
        if self.session.epoch != self._epoch:
            return ShareFetchResponse(error_code=ErrorCode.INVALID_SHARE_SESSION_EPOCH)
        given: dict[TopicIndex, PartitionData] = {}
        for _ in range(MOST_READINGS):
            readable = self._readable()
            size = sum(len(records) for _, records in readable)
            if size < min(self.request.min_bytes, self.request.max_bytes) and self._led and not final:
                return None
            given = self._give(readable)
            if given or not readable:  # else it was of aborted transactions only, which are behind us now
                break
        if not given and self._led and not final:
            return None
        return self._answer(given)

    def _readable(self) -> list[tuple[TopicIndex, memoryview | bytes]]:
        """From which batches records could be given, by partition."""
        found: list[tuple[TopicIndex, memoryview | bytes]] = []
        room = min(self.request.max_bytes, self.broker.fetch_max_bytes) // max(len(self._led), 1)
        for at, led in [*self._led.items()]:
            try:
                records = led.peek(room, at_least_one=not found)
            except KafkaError as error:
                self._errors[at] = error
                del self._led[at]
            except Cold:
                continue  # the disk brings it
            else:
                if records:
                    found.append((at, records))
        return found

    def _give(self, readable: list[tuple[TopicIndex, memoryview | bytes]]) -> dict[TopicIndex, PartitionData]:
        """Acquire what the member may have of it."""
        request = self.request
        now_ms = self.broker.clock.monotonic_ms()
        left = request.max_records
        given = {}
        for at, records in readable:
            if left <= 0:
                break
            try:
                batches, acquired = self._led[at].acquire(
                    self.session.member_id,
                    records,
                    now_ms,
                    max_records=left,
                    batch_size=request.batch_size,
                    exactly=self.caller.version >= RENEWS_FROM and request.share_acquire_mode == EXACTLY,
                )
            except KafkaError as error:
                self._errors[at] = error
                continue
            if acquired:
                left -= sum(each.last - each.first + 1 for each in acquired)
                given[at] = PartitionData(
                    partition_index=at[1],
                    records=batches,
                    acquired_records=[
                        AcquiredRecords(each.first, each.last, each.deliveries) for each in acquired
                    ],
                )
        return given

    def _answer(self, given: dict[TopicIndex, PartitionData]) -> ShareFetchResponse:
        """What is given, what is wrong, and what became of the acknowledgements."""
        answers = dict(given)
        for at, told in self.session.partitions.items():
            if at in self._led and told and at not in answers:
                answers[at] = PartitionData(partition_index=at[1], records=b"")
        for at in answers:
            if at in self.session.partitions:
                self.session.partitions[at] = False
        for at in given:
            self.session.goes_last(at)
        for at, error in self._errors.items():
            answers[at] = self._refusal(at[1], error)
            if at in self.session.partitions:
                self.session.partitions[at] = True
        for at, acknowledged in self.acknowledgements.told():
            answer = answers.setdefault(at, PartitionData(partition_index=at[1], records=b""))
            if acknowledged is not None:
                answer.acknowledge_error_code = acknowledged.code
                answer.acknowledge_error_message = acknowledged.message
        return ShareFetchResponse(
            acquisition_lock_timeout_ms=share_settings(self.broker, self.session.group_id).limits.lock_ms,
            responses=[*_by_topic(answers)],
            node_endpoints=endpoints(self.broker, self.caller, self._elsewhere, NodeEndpoint),
        )

    def _refusal(self, index: int, error: KafkaError) -> PartitionData:
        refused = PartitionData(
            partition_index=index, error_code=error.code, error_message=error.message, records=b""
        )
        if isinstance(error, NotLeader):
            refused.current_leader = LeaderIdAndEpoch(error.leader_id, error.leader_epoch)
            self._elsewhere.append(error.leader_id)
        return refused


def _by_topic(answers: dict[TopicIndex, PartitionData]) -> Iterator[ShareFetchableTopicResponse]:
    topics: dict[bytes, list[PartitionData]] = {}
    for (topic_id, _), answer in answers.items():
        topics.setdefault(topic_id, []).append(answer)
    for topic_id, partitions in topics.items():
        yield ShareFetchableTopicResponse(topic_id, partitions)
