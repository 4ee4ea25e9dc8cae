"""Performing a compaction: in a process of its own when there is much to do, else here.

Compaction is Python at work on every record of a log. A thread would share the interpreter with the event loop and
cost every client up to a switch interval at each turn; a process uses another core and is told to be nice. It writes
`.cleaned` files and nothing else: the broker puts them in place, and a start removes what a killed one left. It ends
when the broker does, because it watches its standard input.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading

from kwire.log.compaction import Cleaned, Group, Source, Task, clean
from kwire.log.files import DiskFiles
from kwire.log.seam import Files
from kwire.log.segment import CorruptLog

HERE_BYTES = 256 * 1024
"""Up to so much is cleaned in the calling thread: a process would cost more than the work."""

_NICE = 10


def perform(files: Files, task: Task) -> Cleaned:
    """Clean, and return when it is done. Raises CorruptLog, OSError."""
    if not isinstance(files, DiskFiles) or sum(source.size for source in task.segments) <= HERE_BYTES:
        return run_here(files, task)
    return _run_there(task)


def run_here(files: Files, task: Task) -> Cleaned:
    """Clean without a pause."""
    steps = clean(files, task)
    while True:
        try:
            next(steps)
        except StopIteration as stop:
            result: Cleaned = stop.value
            return result


def _run_there(task: Task) -> Cleaned:
    worker = subprocess.Popen(
        [sys.executable, "-m", "kwire.log.cleaning"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd="/",
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert worker.stdin is not None
    assert worker.stdout is not None
    try:
        worker.stdin.write(_encode_task(task) + b"\n")
        worker.stdin.flush()
        answer = worker.stdout.readline()
    finally:
        worker.stdin.close()
        worker.stdout.close()
        status = worker.wait()
    if not answer:
        raise OSError(None, f"The cleaning process ended with status {status}", task.directory)
    found = json.loads(answer)
    match found.pop("outcome"):
        case "corrupt":
            raise CorruptLog(found["path"], found["position"], found["reason"])
        case "failed":
            raise OSError(found["errno"], found["text"], found["path"])
    found["groups"] = [Group(**group | {"replaced": tuple(group["replaced"])}) for group in found["groups"]]
    return Cleaned(**found)


def _encode_task(task: Task) -> bytes:
    import attrs

    return json.dumps(attrs.asdict(task)).encode()


def decode_task(data: bytes) -> Task:
    """The task that the line on standard input says."""
    fields = json.loads(data)
    fields["directory"] = str(fields["directory"])
    fields["segments"] = [Source(**source) for source in fields["segments"]]
    fields["producers"] = {
        int(producer_id): (epoch, offset) for producer_id, (epoch, offset) in fields["producers"].items()
    }
    return Task(**fields)


def main() -> None:
    """One task from standard input, its outcome on standard output."""
    import attrs

    os.nice(_NICE)
    line = sys.stdin.buffer.readline()
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        outcome = {"outcome": "done"} | attrs.asdict(run_here(DiskFiles(), decode_task(line)))
    except CorruptLog as error:
        outcome = {
            "outcome": "corrupt",
            "path": error.path,
            "position": error.position,
            "reason": error.reason,
        }
    except OSError as error:
        outcome = {
            "outcome": "failed",
            "errno": error.errno,
            "text": error.strerror or str(error),
            "path": error.filename,
        }
    sys.stdout.write(json.dumps(outcome) + "\n")
    sys.stdout.flush()


def _end_with_parent() -> None:
    while os.read(
        sys.stdin.fileno(), 4096
    ):  # not through `sys.stdin`, whose lock the end of the process wants
        pass
    os._exit(1)


if __name__ == "__main__":
    main()
