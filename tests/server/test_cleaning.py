"""Compaction in a process of its own: the same result, and what goes wrong there is told here."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from kwire.log.cleaning import run_here
from kwire.log.files import DiskFiles
from kwire.log.log import Log
from kwire.log.segment import CorruptLog
from kwire.server.cleaning import ProcessCleaning
from tests.log.test_compaction import CONFIG, NOW, append, batch, record, records, task_for


def test_much_is_cleaned_in_a_process_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = DiskFiles()
    log = Log.create(files, f"{tmp_path}/t-0", "t", 0, bytes(16), CONFIG)
    for number in range(50):
        append(
            log,
            batch(
                record(f"k{number % 5}", f"v{number}" * 50),
                producer_id=3,
                producer_epoch=0,
                base_sequence=number,
            ),
        )
    log.roll(NOW)
    log.flush()
    task = task_for(log, producers={3: (0, 49)})
    monkeypatch.setattr("kwire.server.cleaning.HERE_BYTES", 0)
    cleaning = ProcessCleaning(files, task)
    cleaning.perform()
    there = cleaning.result
    assert there is not None
    assert there == run_here(files, task)
    for group in there.groups:
        assert log.replace_segments(group, NOW)
    assert len(records(log)) == 5


@pytest.mark.parametrize("break_it", ["damage", "gone"])
def test_what_goes_wrong_in_the_process_is_told_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, break_it: str
) -> None:
    files = DiskFiles()
    log = Log.create(files, f"{tmp_path}/t-0", "t", 0, bytes(16), CONFIG)
    for number in range(50):
        append(log, batch(record(f"k{number % 5}", f"v{number}" * 50)))
    log.roll(NOW)
    log.flush()
    path = Path(log.segments[0].path)
    if break_it == "damage":
        data = bytearray(path.read_bytes())
        data[90] ^= 4
        path.write_bytes(data)
        expected: type[Exception] = CorruptLog
    else:
        path.unlink()
        expected = FileNotFoundError
    monkeypatch.setattr("kwire.server.cleaning.HERE_BYTES", 0)
    with pytest.raises(expected, match=path.name):
        ProcessCleaning(files, task_for(log)).perform()


def test_a_run_that_is_stopped_ends_early_and_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = DiskFiles()
    log = Log.create(files, f"{tmp_path}/t-0", "t", 0, bytes(16), CONFIG)
    for number in range(50):
        append(log, batch(record(f"k{number % 5}", f"v{number}" * 50)))
    log.roll(NOW)
    log.flush()
    monkeypatch.setattr("kwire.server.cleaning.HERE_BYTES", 0)
    before = ProcessCleaning(files, task_for(log))
    before.stop()
    before.perform()
    assert before.result is None
    during = ProcessCleaning(files, task_for(log, buffer_bytes=1 << 40))
    thread = threading.Thread(target=during.perform)
    thread.start()
    while during._worker is None:
        time.sleep(0.001)
    during.stop()
    thread.join()
    assert len(records(log)) == 50
