"""`kwire verify`: a progress bar while it looks, then what is wrong and a summary, for people or as JSON."""

from __future__ import annotations

import json
import multiprocessing
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from typing import Any, TextIO

import attrs

from kwire.broker.inspection.contents import NotADataDirectory
from kwire.broker.inspection.verification import Task, Verification, check_task, look_up
from kwire.broker.inspection.verification import verify as verify_directories
from kwire.log.files import DiskFiles
from kwire.log.verify import Finding, SegmentReport

SEVERAL_PROCESSES_FROM_BYTES = 256 << 20
"""Less than this is checked sooner than a process starts."""

_CHUNK_BYTES = 32 << 20
_SHOW_EVERY_S = 0.1
_BAR_WIDTH = 24


def verify(paths: Sequence[str], *, deep: bool, quiet: bool, as_json: bool, force: bool) -> int:
    """Check the directories and print what was found. 0: sound; 1: problems; 2: cannot be checked."""
    started = time.monotonic()
    files = DiskFiles()
    try:
        found = look_up(files, paths)
        if found.in_use:
            print(f"kwire: {', '.join(found.in_use)}: in use by a server", end="", file=sys.stderr)
            if not force:
                print("; stop it first, or look all the same with --force", file=sys.stderr)
                return 2
            print(": what it writes meanwhile may look damaged", file=sys.stderr)
        bar = Bar(sys.stderr) if sys.stderr.isatty() and not quiet else None
        result = verify_directories(files, found, _Runner(bar), deep=deep)
    except NotADataDirectory as error:
        print(f"kwire: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"kwire: cannot read {error.filename}: {error.strerror or error}", file=sys.stderr)
        return 2
    except BrokenProcessPool:
        print("kwire: a process that checked segments was killed: memory or disk failed", file=sys.stderr)
        return 1
    seconds = time.monotonic() - started
    if as_json:
        json.dump(_as_json(result, seconds), sys.stdout, indent=1)
        print()
    else:
        _print(result, seconds, quiet=quiet)
    return 1 if result.problems else 0


def _print(result: Verification, seconds: float, *, quiet: bool) -> None:
    for finding in result.findings:
        if finding.problem or not quiet:
            print(f"{'PROBLEM' if finding.problem else 'note   '} {_where(finding)}: {finding.what}")
            print(f"        {finding.meaning}")
    if quiet:
        return
    problems, notes = len(result.problems), len(result.notes)
    print(
        f"{_count(result.partitions, 'partition')}, {_count(result.segments, 'segment')}, "
        f"{_count(result.batches, 'batch', 'es')}, {_count(result.records, 'record')}, {_size(result.bytes)} "
        f"in {seconds:.1f} s ({_size(result.bytes / max(seconds, 1e-6))}/s)"
    )
    verdict = f"{_count(problems, 'problem')} found" if problems else "Sound: no problem found"
    print(f"{verdict}, {_count(notes, 'note')}" if notes else verdict)


def _where(finding: Finding) -> str:
    words = [finding.path]
    if finding.position is not None:
        words.append(f"byte {finding.position}")
    if finding.offset is not None:
        words.append(f"offset {finding.offset}")
    return ", ".join(words)


def _as_json(result: Verification, seconds: float) -> dict[str, Any]:
    def plain(finding: Finding) -> dict[str, Any]:
        return {
            "file": finding.path,
            "position": finding.position,
            "offset": finding.offset,
            "what": finding.what,
            "meaning": finding.meaning,
        }

    return {
        "directories": result.paths,
        "sound": not result.problems,
        "partitions": result.partitions,
        "segments": result.segments,
        "batches": result.batches,
        "records": result.records,
        "bytes": result.bytes,
        "seconds": round(seconds, 3),
        "problems": [plain(each) for each in result.problems],
        "notes": [plain(each) for each in result.notes],
    }


def _count(number: int, what: str, plural: str = "s") -> str:
    return f"{number:,} {what}{'' if number == 1 else plural}"


def _size(count: float) -> str:
    for unit in ("bytes", "kB", "MB", "GB"):
        if count < 1000 or unit == "GB":
            return f"{count:.0f} {unit}" if unit == "bytes" else f"{count:.1f} {unit}"
        count /= 1000
    raise AssertionError("not reached")


class Bar:
    """One line that is written over and over: how far, how fast, how long still."""

    def __init__(self, out: TextIO, now: Callable[[], float] = time.monotonic) -> None:
        self._out = out
        self._now = now
        self._started = self._shown = now()

    def show(self, done: int, total: int) -> None:
        """Draw it anew, unless that was done a moment ago."""
        now = self._now()
        if now - self._shown < _SHOW_EVERY_S or not total:
            return
        self._shown = now
        rate = done / max(now - self._started, 1e-6)
        filled = _BAR_WIDTH * done // total
        left = (total - done) / rate if rate else 0.0
        self._out.write(
            f"\r[{'#' * filled}{'.' * (_BAR_WIDTH - filled)}] {100 * done // total:3}%  "
            f"{_size(done)} of {_size(total)}  {_size(rate)}/s  {int(left) // 60}:{int(left) % 60:02} left\x1b[K"
        )
        self._out.flush()

    def clear(self) -> None:
        self._out.write("\r\x1b[K")
        self._out.flush()


@attrs.define
class _Runner:
    """Does the tasks, in several processes when there is enough to do."""

    bar: Bar | None

    def __call__(self, tasks: Sequence[Task]) -> Iterable[SegmentReport]:
        total = sum(task.job.size for task in tasks)
        several = total >= SEVERAL_PROCESSES_FROM_BYTES and (os.cpu_count() or 1) > 1 and len(tasks) > 1
        try:
            return self._in_several(tasks, total) if several else self._in_this(tasks, total)
        finally:
            if self.bar is not None:
                self.bar.clear()

    def _in_this(self, tasks: Sequence[Task], total: int) -> list[SegmentReport]:
        files = DiskFiles()
        done = 0

        def progress(count: int) -> None:
            nonlocal done
            done += count
            if self.bar is not None:
                self.bar.show(done, total)

        return [check_task(files, task, progress) for task in tasks]

    def _in_several(self, tasks: Sequence[Task], total: int) -> list[SegmentReport]:
        context = multiprocessing.get_context("spawn")
        done = context.Value("q", 0)
        pool = ProcessPoolExecutor(mp_context=context, initializer=_begin, initargs=(done,))
        try:
            chunks: list[Future[list[SegmentReport]]] = [
                pool.submit(_check_chunk, chunk) for chunk in _chunks(tasks)
            ]
            pending = set(chunks)
            while pending:
                _, pending = wait(pending, timeout=_SHOW_EVERY_S)
                if self.bar is not None:
                    self.bar.show(done.value, total)
            return [report for chunk in chunks for report in chunk.result()]
        finally:
            pool.shutdown(cancel_futures=True)


def _chunks(tasks: Sequence[Task]) -> Iterator[list[Task]]:
    """Neighbours together, for a segment may be small."""
    chunk: list[Task] = []
    size = 0
    for task in tasks:
        chunk.append(task)
        size += task.job.size
        if size >= _CHUNK_BYTES:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


_done: Any = None
"""In a process of the pool: the bytes that all of them have done."""


def _begin(done: Any) -> None:
    global _done
    _done = done


def _check_chunk(tasks: list[Task]) -> list[SegmentReport]:
    files = DiskFiles()

    def progress(count: int) -> None:
        with _done.get_lock():
            _done.value += count

    return [check_task(files, task, progress) for task in tasks]
