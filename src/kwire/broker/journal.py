"""The journal: decide -> append -> apply.

A rule decides and hands its events over as values. The journal appends them to the log that owns them as one batch,
and only then applies them. Start-up replays the same `apply`, so what was seen before a crash and what is seen after
it are made by the same code. An append that fails applies nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Generic, Protocol, TypeVar

from kwire.errors import ErrorCode, KafkaError
from kwire.records.batch import Record, build_batch, check_crc, iter_records, parse_header

E = TypeVar("E")


class JournalLog(Protocol):
    """What a journal needs of the log that owns its events."""

    def append_journal(self, batch: bytes, now_ms: int) -> int:
        """Append one whole batch; the offset of its first record. KafkaError(KAFKA_STORAGE_ERROR) when it cannot."""
        ...

    def journal_batches(self) -> Iterator[memoryview]:
        """Every data batch from the log start to the end, in order."""
        ...


class Journal(Generic[E]):
    """Events of one kind, kept as records (key, value) in Kafka's own formats."""

    def __init__(
        self,
        *,
        encode: Callable[[E], tuple[bytes | None, bytes | None]],
        decode: Callable[[bytes | None, bytes | None], E | None],
        apply: Callable[[E, int, int], None],
    ) -> None:
        """`apply(event, offset, timestamp_ms)` is the only thing that changes durable state."""
        self._encode = encode
        self._decode = decode
        self._apply = apply

    def write(self, log: JournalLog, events: Sequence[E], now_ms: int) -> None:
        """Append the events as one batch, then apply each of them."""
        if not events:
            return
        offset = log.append_journal(self.batch(events, now_ms), now_ms)
        for index, event in enumerate(events):
            self._apply(event, offset + index, now_ms)

    def batch(self, events: Sequence[E], now_ms: int, **options: Any) -> bytes:
        """The events as the one batch that `write` appends; `options` are those of `build_batch`."""
        records: list[Record] = []
        for index, event in enumerate(events):
            key, value = self._encode(event)
            records.append(Record(offset=index, timestamp=now_ms, key=key, value=value, headers=[]))
        return build_batch(records, **options)

    def replay(self, log: JournalLog) -> int:
        """Apply every event that the log holds; how many there were. Records of unknown kinds are passed over.

        Raises CorruptBatch for a batch that is not what was written.
        """
        applied = 0
        for batch in log.journal_batches():
            header = parse_header(batch)
            check_crc(batch, header)
            for record in iter_records(batch, header):
                event = self._decode(_bytes(record.key), _bytes(record.value))
                if event is not None:
                    self._apply(event, record.offset, record.timestamp)
                    applied += 1
        return applied

    def read(self, batches: Iterable[memoryview]) -> Iterator[E]:
        """The events in some batches, without applying them."""
        for batch in batches:
            for record in iter_records(batch):
                event = self._decode(_bytes(record.key), _bytes(record.value))
                if event is not None:
                    yield event


def _bytes(value: bytes | memoryview | None) -> bytes | None:
    return None if value is None else bytes(value)


@contextmanager
def storage_is_elsewhere() -> Iterator[None]:
    """When the disk fails, clients are sent to look for a coordinator that can: NOT_COORDINATOR."""
    try:
        yield
    except KafkaError as error:
        if error.code == ErrorCode.KAFKA_STORAGE_ERROR:
            raise KafkaError(ErrorCode.NOT_COORDINATOR, error.message) from error
        raise
