"""Placement of groups and transactions: what Java's `hashCode` says."""

from __future__ import annotations

import pytest

from kwire.broker.hashing import coordinator_index, java_string_hash


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", 0),
        ("a", 97),
        ("group", 98629247),
        ("console-consumer-12345", 158455506),
        ("orders", -1008770331),
        ("\u00e9t\u00e9", 227742),
        ("\U0001f600", 1772899),
        ("polygenelubricants", -2147483648),
    ],
)
def test_it_is_the_hash_of_java(text: str, value: int) -> None:
    assert java_string_hash(text) == value


def test_the_integer_without_an_absolute_value_goes_to_the_first_partition() -> None:
    assert coordinator_index("polygenelubricants", 50) == 0


def test_a_negative_hash_counts_by_its_absolute_value() -> None:
    assert coordinator_index("orders", 50) == 1008770331 % 50
