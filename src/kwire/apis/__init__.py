"""The APIs: values in, values out, one file per Kafka API.

A handler has one shape: `handler(broker, caller, request) -> response | Wait[response] | NO_RESPONSE`. It runs to
completion, so there are no locks. `TABLE` is the one list of everything served; ApiVersions is derived from it and
from the versions that the specs state. Protocol versions stop in this room.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

import attrs

from kwire.broker.signals import Signal
from kwire.codec.headers import answer_tagged_from
from kwire.codec.messages import INDEX
from kwire.codec.primitives import Readable
from kwire.errors import ErrorCode, KafkaError

if TYPE_CHECKING:
    from kwire.broker.broker import Broker

R = TypeVar("R")


@attrs.define
class Caller:
    """Who asks, and how: one per connection; `version` is the api version of the request being answered."""

    client_host: str = ""
    listener: str = "PLAINTEXT"
    principal: str = "User:ANONYMOUS"
    connection_id: str = ""
    client_id: str = ""
    version: int = 0
    software_name: str = "unknown"
    software_version: str = "unknown"


@attrs.define(eq=False)
class Wait(Generic[R]):
    """An answer that is not ready: the one way to wait.

    `attempt(final)` is called whenever a signal in `wake_on` fired, and a last time with `final=True` when the
    monotonic clock reaches `until` (milliseconds) or the server stops. It answers, or returns None for not yet;
    when `final` it must answer.
    """

    attempt: Callable[[bool], R | None]
    wake_on: Sequence[Signal]
    until: int


UNTIL_DURABLE_MS = 30_000
"""How long an answer is held back for a sync, where the request does not say: Kafka's `request.timeout.ms`."""


def held_back(broker: Broker, response: R, timeout_ms: int = UNTIL_DURABLE_MS) -> Wait[R]:
    """The answer to a request that wrote what must be durable first (`broker.flushing.owed`).

    The attempt raises KafkaError: what the promise says of a failed sync, REQUEST_TIMED_OUT when it takes too long.
    """
    owed = broker.flushing.take_owed()

    def attempt(final: bool) -> R | None:
        if all(promise.is_kept() for promise in owed):
            return response
        if final:
            raise KafkaError(ErrorCode.REQUEST_TIMED_OUT)
        return None

    return Wait(
        attempt,
        [signal for promise in owed for signal in promise.signals],
        broker.clock.monotonic_ms() + timeout_ms,
    )


class _NoResponse:
    def __repr__(self) -> str:
        return "NO_RESPONSE"


NO_RESPONSE: Final = _NoResponse()
"""What a handler returns when the protocol wants no answer (Produce with acks=0)."""


class CloseConnection(Exception):
    """The protocol's only answer to this request is to close the connection; the text says why."""


class Served:
    """One served API: the versions it is served in, and its code, loaded at the first request."""

    __slots__ = (
        "accepts_any_version",
        "answer_tagged_from",
        "decode",
        "encode",
        "function",
        "handle",
        "key",
        "max_version",
        "min_version",
        "name",
        "refuse_version",
        "short_way",
        "wire",
    )

    def __init__(self, key: int, function: str) -> None:
        info = INDEX[key]
        self.key = key
        self.name = info.name
        self.function = function
        self.min_version = info.min_version
        self.max_version = info.max_version
        self.accepts_any_version = False
        self.answer_tagged_from = answer_tagged_from(key)
        self.handle: Callable[[Any, Caller, Any], Any] = self._load_and_handle
        self.decode: Callable[[bytes | bytearray, int, int, int], Any] = self._load_and_decode
        self.encode: Callable[[Any, int, list[Any]], None] = self._load_and_encode
        self.wire: ModuleType | None = None
        self.refuse_version: Callable[[Any, Caller], tuple[Any, int]] | None = None
        self.short_way: Callable[[Any, Caller, Readable, int, int], bytes | Wait[Any] | None] | None = None
        """For the request that a busy server is asked all the time: all of its way at once, or None. See `produce`."""

    def load(self) -> None:
        """Import the codec and the handler of this API."""
        info = INDEX[self.key]
        wire = import_module(f"kwire.codec.messages.{info.module}")
        room = import_module(f"kwire.apis.{self.function}")
        self.wire = wire
        self.decode = wire.decode_request
        self.encode = wire.encode_response
        self.handle = getattr(room, self.function)
        self.refuse_version = getattr(room, "refuse_version", None)
        self.short_way = getattr(room, "short_way", None)

    def _load_and_handle(self, broker: Any, caller: Caller, request: Any) -> Any:
        self.load()
        return self.handle(broker, caller, request)

    def _load_and_decode(self, buf: bytes | bytearray, pos: int, end: int, version: int) -> Any:
        self.load()
        return self.decode(buf, pos, end, version)

    def _load_and_encode(self, response: Any, version: int, parts: list[Any]) -> None:
        self.load()
        self.encode(response, version, parts)


TABLE: dict[int, Served] = {
    key: Served(key, function)
    for key, function in {
        0: "produce",
        1: "fetch",
        2: "list_offsets",
        3: "metadata",
        8: "offset_commit",
        9: "offset_fetch",
        10: "find_coordinator",
        11: "join_group",
        12: "heartbeat",
        13: "leave_group",
        14: "sync_group",
        15: "describe_groups",
        16: "list_groups",
        17: "sasl_handshake",
        18: "api_versions",
        19: "create_topics",
        20: "delete_topics",
        21: "delete_records",
        22: "init_producer_id",
        23: "offset_for_leader_epoch",
        24: "add_partitions_to_txn",
        25: "add_offsets_to_txn",
        26: "end_txn",
        27: "write_txn_markers",
        28: "txn_offset_commit",
        29: "describe_acls",
        30: "create_acls",
        31: "delete_acls",
        32: "describe_configs",
        33: "alter_configs",
        34: "alter_replica_log_dirs",
        35: "describe_log_dirs",
        36: "sasl_authenticate",
        37: "create_partitions",
        38: "create_delegation_token",
        39: "renew_delegation_token",
        40: "expire_delegation_token",
        41: "describe_delegation_token",
        42: "delete_groups",
        43: "elect_leaders",
        44: "incremental_alter_configs",
        45: "alter_partition_reassignments",
        46: "list_partition_reassignments",
        47: "offset_delete",
        48: "describe_client_quotas",
        49: "alter_client_quotas",
        50: "describe_user_scram_credentials",
        51: "alter_user_scram_credentials",
        55: "describe_quorum",
        57: "update_features",
        60: "describe_cluster",
        61: "describe_producers",
        64: "unregister_broker",
        65: "describe_transactions",
        66: "list_transactions",
        68: "consumer_group_heartbeat",
        69: "consumer_group_describe",
        74: "list_config_resources",
        75: "describe_topic_partitions",
        76: "share_group_heartbeat",
        77: "share_group_describe",
        78: "share_fetch",
        79: "share_acknowledge",
        80: "add_raft_voter",
        81: "remove_raft_voter",
        83: "initialize_share_group_state",
        84: "read_share_group_state",
        85: "write_share_group_state",
        86: "delete_share_group_state",
        87: "read_share_group_state_summary",
        90: "describe_share_group_offsets",
        91: "alter_share_group_offsets",
        92: "delete_share_group_offsets",
        94: "unregister_controller",
    }.items()
}
BETWEEN_NODES: dict[int, Served] = {
    key: Served(key, function)
    for key, function in {
        1: "fetch_metadata",
        58: "envelope",
        59: "fetch_snapshot",
        62: "broker_registration",
        63: "broker_heartbeat",
        67: "allocate_producer_ids",
    }.items()
}
"""What workers say to their controller, on a listener of their own; everything else there is as in TABLE."""

FORWARDED: Final = (19, 20, 33, 37, 43, 44, 45, 46, 49, 51, 55, 57, 64, 80, 81, 94)
"""What only the controller can decide: other workers pass these on to it (KIP-590)."""

# A client may ask for ApiVersions in a version from the future: it is told which versions there are (KIP-511).
TABLE[18].accepts_any_version = True
