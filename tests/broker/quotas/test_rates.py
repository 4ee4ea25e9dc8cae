from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kwire.broker.quotas.rates import Rate, TokenBucket

WINDOWS, WINDOW_MS = 11, 1000


def test_a_rate_is_taken_over_ten_whole_windows_at_least() -> None:
    rate = Rate(WINDOWS, WINDOW_MS)
    rate.record(10_000, 5_000)
    assert rate.delay_ms(1000, 5_000) == 0
    rate.record(1_000, 5_000)
    assert (
        rate.delay_ms(1000, 5_000) == 1000
    )  # 1100 a second over 10 s: a tenth too fast, for a tenth of that
    assert rate.delay_ms(1000, 6_500) == 500  # time that goes by counts window by window


def test_what_is_older_than_all_windows_is_forgotten() -> None:
    rate = Rate(WINDOWS, WINDOW_MS)
    rate.record(1_000_000, 0)
    assert rate.delay_ms(1, 10_999) > 0
    assert rate.delay_ms(1, 11_000) == 0


@given(
    st.integers(1, 10_000),
    st.lists(st.tuples(st.integers(0, 3_000), st.integers(0, 100_000)), min_size=1, max_size=60),
)
def test_who_waits_as_long_as_it_is_told_keeps_to_the_bound(bound: int, steps: list[tuple[int, int]]) -> None:
    rate, now_ms, total = Rate(WINDOWS, WINDOW_MS), 0, 0
    largest = max(value for _, value in steps)
    for pause_ms, value in steps:
        now_ms += pause_ms
        rate.record(value, now_ms)
        total += value
        now_ms += rate.delay_ms(bound, now_ms)
    burst = bound * (WINDOWS * WINDOW_MS / 1000) + largest
    assert total <= bound * now_ms / 1000 + burst + len(steps) * bound / 1000


def test_tokens_come_at_their_rate_and_no_more_than_some_at_once() -> None:
    bucket = TokenBucket(WINDOWS, WINDOW_MS)
    bucket.record(22, 2, 0)
    assert bucket.delay_ms(2, 0) == 0
    bucket.record(1, 2, 0)
    assert bucket.delay_ms(2, 0) == 500
    assert bucket.delay_ms(2, 300) == pytest.approx(200)
    assert bucket.delay_ms(2, 500) == 0
    bucket.record(22, 2, 10_000_000)
    assert bucket.delay_ms(2, 10_000_000) == 0
    bucket.record(2, 2, 10_000_000)
    assert bucket.delay_ms(2, 10_000_000) == 1000
