"""What quotas do: who was too fast, and how long they have to wait (KIP-13, KIP-124, KIP-219, KIP-599, KIP-612).

A client is measured against the quota that fits it best: that of its user and client id before that of its user, that
of its client id last, and a name of one's own before the default. All that share a quota's user and client id are
measured together. Always holds: as long as nobody has a quota, nobody is measured; `limit_clients` and
`limit_connections` say so, and are all that a request costs then.
"""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, TypeAlias

import attrs

from kwire.broker.quotas.client_quotas import (
    CLIENT_ID,
    CONNECTION_CREATION_RATE,
    CONSUMER_BYTE_RATE,
    CONTROLLER_MUTATION_RATE,
    IP,
    PRODUCER_BYTE_RATE,
    REQUEST_PERCENTAGE,
    USER,
    stored_quotas,
)
from kwire.broker.quotas.rates import Rate, TokenBucket
from kwire.errors import ErrorCode, KafkaError

if TYPE_CHECKING:
    from kwire.broker.broker import Broker

Tags: TypeAlias = tuple[str | None, str | None]
"""User and client id that are measured together; None for all."""

FORGOTTEN_AFTER_MS = 3_600_000
_MOST_REMEMBERED = 10_000


@attrs.frozen
class Client:
    """Who asks, as quotas know them: the name of a principal, and what the client calls itself."""

    user: str
    client_id: str


@attrs.frozen
class Limit:
    """A quota that holds for a client."""

    bound: float
    tags: Tags


class Quotas:
    """All quotas of this broker."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        self.limit_clients = False
        """Has any user or client id a quota?"""
        self.limit_connections = False
        """Has any address one?"""
        self._clients: dict[tuple[bool, str | None, bool, str | None], dict[str, float]] = {}
        self._addresses: dict[str | None, float] = {}
        self._limits: dict[tuple[str, Client], Limit | None] = {}
        self._rates: dict[tuple[str, Tags], Rate] = {}
        self._buckets: dict[Tags, TokenBucket] = {}
        self._pruned_ms = 0
        config = broker.config
        self._windows = config.int("quota.window.num")
        self._window_ms = config.int("quota.window.size.seconds") * 1000
        self._mutation_windows = config.int("controller.quota.window.num")
        self._mutation_window_ms = config.int("controller.quota.window.size.seconds") * 1000

    def apply(self) -> None:
        """The metadata changed: let the quotas hold that are on record."""
        self._clients.clear()
        self._addresses.clear()
        self._limits.clear()
        for entity, quotas in stored_quotas(self._broker.metadata.image).items():
            parts = dict(entity)
            if IP in parts:
                if CONNECTION_CREATION_RATE in quotas:
                    self._addresses[_one_spelling(parts[IP])] = quotas[CONNECTION_CREATION_RATE]
            else:
                key = (USER in parts, parts.get(USER), CLIENT_ID in parts, parts.get(CLIENT_ID))
                self._clients[key] = quotas
        self.limit_clients = bool(self._clients)
        self.limit_connections = bool(self._addresses)

    def limit(self, key: str, client: Client) -> Limit | None:
        """The quota that fits a client best, if there is one."""
        asked = key, client
        if asked not in self._limits:
            if len(self._limits) >= _MOST_REMEMBERED:
                self._limits.clear()
            self._limits[asked] = self._find(key, client)
        return self._limits[asked]

    def _find(self, key: str, client: Client) -> Limit | None:
        user, client_id = client.user, client.client_id
        for has_user, name in ((True, user), (True, None), (False, None)):
            for has_client, its_id in ((True, client_id), (True, None), (False, None)):
                bound = self._clients.get((has_user, name, has_client, its_id), {}).get(key)
                if bound is not None:
                    return Limit(bound, (user if has_user else None, client_id if has_client else None))
        return None

    # What was done, and how long to wait for it

    def produced(self, client: Client, size_bytes: int, now_ms: int) -> int:
        """A Produce of so many bytes: milliseconds to wait."""
        return self._recorded(PRODUCER_BYTE_RATE, client, size_bytes, now_ms)

    def fetched(self, client: Client, size_bytes: int, now_ms: int) -> int:
        """A Fetch that brings so many bytes: milliseconds to wait."""
        return self._recorded(CONSUMER_BYTE_RATE, client, size_bytes, now_ms)

    def worked(self, client: Client, seconds: float, now_ms: int) -> int:
        """A request that kept the broker busy for so long: milliseconds to wait, a window at most."""
        return min(self._recorded(REQUEST_PERCENTAGE, client, seconds * 100, now_ms), self._window_ms)

    def most_fetched_bytes(self, client: Client) -> int | None:
        """What one Fetch may bring, so that the time to wait for it stays within the windows."""
        limit = self.limit(CONSUMER_BYTE_RATE, client)
        if limit is None:
            return None
        return int(limit.bound * (self._windows - 1) * self._window_ms / 1000)

    def _recorded(self, key: str, client: Client, value: float, now_ms: int) -> int:
        limit = self.limit(key, client)
        if limit is None:
            return 0
        rate = self._rate(key, limit.tags, now_ms)
        rate.record(value, now_ms)
        return rate.delay_ms(limit.bound, now_ms)

    def connected(self, address: str, now_ms: int) -> int:
        """Somebody connects from an address: milliseconds to wait before they are sent away, 0 to let them in."""
        bound = self._addresses.get(address, self._addresses.get(None))
        if bound is None:
            return 0
        rate = self._rate(CONNECTION_CREATION_RATE, (address, None), now_ms)
        rate.record(1, now_ms)
        delay_ms = rate.delay_ms(bound, now_ms)
        if delay_ms:
            rate.record(-1, now_ms)  # who is sent away was not here
        return delay_ms

    def mutations(self, client: Client, *, strict: bool) -> Mutations:
        """What a request may change of topics (KIP-599)."""
        limit = self.limit(CONTROLLER_MUTATION_RATE, client) if self.limit_clients else None
        if limit is None:
            return UNBOUNDED
        now_ms = self._broker.clock.monotonic_ms()
        bucket = self._buckets.get(limit.tags)
        if bucket is None:
            self._prune(now_ms)
            bucket = TokenBucket(self._mutation_windows, self._mutation_window_ms)
            self._buckets[limit.tags] = bucket
        return Mutations(bucket, limit.bound, now_ms, strict)

    def _rate(self, key: str, tags: Tags, now_ms: int) -> Rate:
        rate = self._rates.get((key, tags))
        if rate is None:
            self._prune(now_ms)
            rate = self._rates[key, tags] = Rate(self._windows, self._window_ms)
        return rate

    def _prune(self, now_ms: int) -> None:
        """Now and then, when there is somebody new: who was not here for an hour is forgotten."""
        if now_ms - self._pruned_ms >= FORGOTTEN_AFTER_MS:
            self._pruned_ms = now_ms
            oldest_ms = now_ms - FORGOTTEN_AFTER_MS
            self._rates = {key: each for key, each in self._rates.items() if each.last_ms > oldest_ms}
            self._buckets = {key: each for key, each in self._buckets.items() if each.last_ms > oldest_ms}


def _one_spelling(address: str | None) -> str | None:
    """As sockets spell an address; a name, which Apache Kafka permits, stays and stands for nobody."""
    try:
        return None if address is None else str(ipaddress.ip_address(address))
    except ValueError:
        return address


class Mutations:
    """The changes of one request, each of which takes a token for every partition.

    With `strict` a change is refused while there is a debt; without it, as for older clients, it is made, and paid for.
    """

    __slots__ = ("_bound", "_bucket", "_now_ms", "_strict", "throttle_time_ms")

    def __init__(self, bucket: TokenBucket | None, bound: float, now_ms: int, strict: bool) -> None:
        self._bucket = bucket
        self._bound = bound
        self._now_ms = now_ms
        self._strict = strict
        self.throttle_time_ms = 0
        """How long the client has to wait after this request."""

    def charge(self, count: int) -> None:
        """So many partitions are made or removed. Raises KafkaError(THROTTLING_QUOTA_EXCEEDED)."""
        if self._bucket is None:
            return
        delay_ms = self._bucket.delay_ms(self._bound, self._now_ms)
        self.throttle_time_ms = max(self.throttle_time_ms, delay_ms)
        if delay_ms and self._strict:
            raise KafkaError(ErrorCode.THROTTLING_QUOTA_EXCEEDED, "The throttling quota has been exceeded.")
        self._bucket.record(count, self._bound, self._now_ms)


UNBOUNDED = Mutations(None, 0.0, 0, strict=False)
"""Nobody counts."""
