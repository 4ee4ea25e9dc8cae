"""Compaction in a process of its own.

Compaction is Python at work on every record of a log. A thread would share the interpreter with the event loop and
cost every client up to a switch interval at each turn; a process uses another core and is told to be nice. It writes
`.cleaned` files and nothing else: the broker puts them in place, and a start removes what a killed one left. It ends
when the broker does, because it watches its standard input.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading

import attrs

from kwire.log.cleaning import Cleaning, run_here
from kwire.log.compaction import Cleaned, Group, Source, Task
from kwire.log.files import DiskFiles
from kwire.log.seam import Files
from kwire.log.segment import CorruptLog

HERE_BYTES = 256 * 1024
"""Up to so much is cleaned in the calling thread: a process would cost more than the work."""

_NICE = 10


class ProcessCleaning(Cleaning):
    """One run of the cleaner, in another process when there is much to do."""

    def __init__(self, files: Files, task: Task) -> None:
        super().__init__(files, task)
        self._worker: subprocess.Popen[bytes] | None = None

    def perform(self) -> None:
        if self.stopped:
            return
        size = sum(source.size for source in self.task.segments)
        if isinstance(self.files, DiskFiles) and size > HERE_BYTES:
            self._perform_there()
        else:
            super().perform()

    def stop(self) -> None:
        super().stop()
        worker = self._worker
        if worker is not None:
            worker.kill()

    def _perform_there(self) -> None:
        self._worker = worker = subprocess.Popen(
            [sys.executable, "-m", "kwire.server.cleaning"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd="/",
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
        assert worker.stdin is not None
        assert worker.stdout is not None
        try:
            if self.stopped:
                worker.kill()
            with contextlib.suppress(BrokenPipeError):  # it is gone; its status tells
                worker.stdin.write(_encode_task(self.task) + b"\n")
                worker.stdin.flush()
            answer = worker.stdout.readline()
        finally:
            with contextlib.suppress(BrokenPipeError):
                worker.stdin.close()
            worker.stdout.close()
            status = worker.wait()
        if answer:
            self.result = _decode_outcome(answer)
        elif not self.stopped:
            raise OSError(None, f"The cleaning process ended with status {status}", self.task.directory)


def _decode_outcome(answer: bytes) -> Cleaned:
    found = json.loads(answer)
    match found.pop("outcome"):
        case "corrupt":
            raise CorruptLog(found["path"], found["position"], found["reason"])
        case "failed":
            raise OSError(found["errno"], found["text"], found["path"])
    found["groups"] = [Group(**group | {"replaced": tuple(group["replaced"])}) for group in found["groups"]]
    return Cleaned(**found)


def _encode_task(task: Task) -> bytes:
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
