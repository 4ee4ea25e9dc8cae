"""Java's hashes, where Kafka's placement depends on them: which partition coordinates a group or a transaction."""

from __future__ import annotations


def java_string_hash(text: str) -> int:
    """`String.hashCode()`: over UTF-16 code units, as a signed 32-bit integer."""
    value = 0
    if text.isascii():
        for unit in text.encode():
            value = (31 * value + unit) & 0xFFFFFFFF
    else:
        units = text.encode("utf-16-be", "surrogatepass")
        for at in range(0, len(units), 2):
            value = (31 * value + (units[at] << 8 | units[at + 1])) & 0xFFFFFFFF
    return value - (1 << 32) if value >> 31 else value


def coordinator_index(key: str, partitions: int) -> int:
    """The partition of the coordinator's topic that owns `key`; the one integer without an absolute value goes to 0."""
    value = abs(java_string_hash(key))
    return 0 if value >> 31 else value % partitions
