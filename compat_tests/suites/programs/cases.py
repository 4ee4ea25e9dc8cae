"""What the programs in Python share: named cases, each run in a process of its own and told as one line of TAP, so that
one which fails, hangs or crashes hides no other. cases.js is the same for JavaScript. Runs on Python 3.7 and newer.

    python PROGRAM BOOTSTRAP               all cases, a few at a time
    python PROGRAM BOOTSTRAP --run NAME …  one case, or one of the children that cases start
"""

from __future__ import annotations

import asyncio
import inspect
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Callable, Dict, List, Optional, Tuple, TypeVar  # noqa: UP035  old interpreters

T = TypeVar("T")
Work = Callable[..., Any]

#: How long one case may take; a program of heavy frameworks sets it higher.
CASE_S = float(os.environ.get("CASE_S", "90"))
AT_ONCE = int(os.environ.get("CASES_AT_ONCE", "3"))
BOOTSTRAP = sys.argv[1] if len(sys.argv) > 1 else ""

_cases: Dict[str, Tuple[Work, str]] = {}  # noqa: UP006
_children: Dict[str, Work] = {}  # noqa: UP006
_started: List[Child] = []  # noqa: UP006


def check(name: str, *, unless: str = "") -> Callable[[Work], Work]:
    """A check that must hold: a function, async or not, that raises when it does not; `unless` is why it is skipped."""

    def register(work: Work) -> Work:
        assert name not in _cases, name
        _cases[name] = (work, unless)
        return work

    return register


def child(work: Work) -> Work:
    """What a case starts as a child, by the name of the function; it tells what it sees as JSON lines (`tell`)."""
    _children[work.__name__] = work
    return work


def tell(**event: Any) -> None:
    print(f"\n{json.dumps(event)}", flush=True)  # on a line of its own, whatever a framework printed before


class Child:
    """A child that was started; every child is killed at the end of its case."""

    def __init__(self, work: Work, parameters: Tuple[str, ...]) -> None:  # noqa: UP006
        self.events: List[Dict[str, Any]] = []  # noqa: UP006
        command = [sys.executable, sys.argv[0], BOOTSTRAP, "--run", work.__name__, *parameters]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, universal_newlines=True)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            # Half a line is left by one that was killed; a framework prints lines of its own.
            if line.startswith("{") and line.endswith("}\n"):
                self.events.append(json.loads(line))

    def of(self, key: str) -> List[Any]:  # noqa: UP006
        """What it told under this key, in order."""
        return [event[key] for event in list(self.events) if key in event]

    def kill(self) -> None:
        """SIGKILL: no goodbye to the server."""
        self.process.kill()
        self.process.wait()
        self._reader.join()

    def stop(self) -> int:
        """SIGTERM, as a service manager does it; the exit code."""
        self.process.terminate()
        code = self.process.wait(CASE_S)
        self._reader.join()
        return code


def start(work: Work, *parameters: str) -> Child:
    _started.append(Child(work, parameters))
    return _started[-1]


def crash(one: Child) -> None:
    """SIGKILL to the JVM that does the work, whose process id the child told, and to the child."""
    os.kill(one.of("jvm")[0], signal.SIGKILL)
    one.kill()


class Grouped:
    """The members of one group that read a topic of four partitions: children that tell what they `owned` and what
    `value` they read, and leave on SIGTERM.
    """

    def __init__(self, member: Work, topic: str) -> None:
        self.topic, self.group = topic, unique("group")
        self.members: List[Child] = []  # noqa: UP006
        self.sent = 0
        self._member = member

    def join(self, *options: str) -> Child:
        self.members.append(start(self._member, self.topic, self.group, *options))
        return self.members[-1]

    def shared(self, *members: Child) -> None:
        """Wait until these own all partitions, each exactly once, and nobody is without."""

        def settled() -> bool:
            shares = [(one.of("owned") or [[]])[-1] for one in members]
            return all(shares) and sorted(one for share in shares for one in share) == [0, 1, 2, 3]

        eventually(settled, f"four partitions shared by {len(members)}")

    def next_hundred(self) -> Tuple[int, int]:  # noqa: UP006
        """The numbers to write next, as (begin, end)."""
        self.sent += 100
        return self.sent - 100, self.sent

    def all_read(self) -> None:
        """Wait until the members together have read every number."""
        wanted = {str(number) for number in range(self.sent)}
        eventually(
            lambda: {v for one in self.members for v in one.of("value")} == wanted, "every record read"
        )

    def left(self, member: Child) -> None:
        """Let it leave in its own time."""
        assert member.stop() == 0
        assert member.of("left") == [True]


def eventually(probe: Callable[[], Optional[T]], what: str) -> T:  # noqa: UP045
    """Poll until `probe` returns something true, and return that."""
    end = time.monotonic() + CASE_S - 10
    while True:
        answer = probe()
        if answer:
            return answer
        assert time.monotonic() < end, f"never: {what}"
        time.sleep(0.05)


def unique(prefix: str) -> str:
    _names.append(prefix)
    return f"{prefix}-{os.getpid()}-{len(_names)}"


_names: List[str] = []  # noqa: UP006


def fails(work: Callable[[], Any], kind: type = Exception) -> Any:
    """The error of this kind that `work` must raise."""
    try:
        work()
    except Exception as error:
        if isinstance(error, kind):
            return error
        raise
    raise AssertionError("it did not fail")


def _run_one(name: str, parameters: List[str]) -> None:  # noqa: UP006
    work = _cases[name][0] if name in _cases else _children[name]
    code = 0
    try:
        made = work(*parameters)
        if inspect.iscoroutine(made):
            asyncio.run(made)
    except SystemExit as ended:  # how some frameworks end
        code = int(ended.code or 0)
    except BaseException as error:  # noqa: BLE001  whatever it is, the case failed, and its children must go
        traceback.print_exc()
        print(f"{type(error).__name__}: {' '.join(str(error).split())}", file=sys.stderr, flush=True)
        code = 1
    for one in _started:
        one.kill()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # threads that a client left behind hold up nobody


def _outcome(name: str) -> Tuple[Optional[int], str]:  # noqa: UP006, UP045
    """(exit code, None when it was late; everything printed) of one case."""
    with tempfile.TemporaryFile() as sink:
        process = subprocess.Popen(
            [sys.executable, sys.argv[0], BOOTSTRAP, "--run", name],
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        code: Optional[int] = None  # noqa: UP045
        try:
            code = process.wait(CASE_S)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)  # with its children
            process.wait()
        sink.seek(0)
        return code, sink.read().decode("utf-8", "replace")


def _run_all() -> None:
    lock = threading.Lock()
    told: List[str] = []  # noqa: UP006

    def say(name: str) -> None:
        why = _cases[name][1]
        code, text = (0, "") if why else _outcome(name)
        lines = text.rstrip().splitlines()
        with lock:
            told.append(name)
            for line in lines if code != 0 else ():
                print(f"# {line}")
            skip = f" # SKIP {why}" if why else ""
            print(f"{'ok' if code == 0 else 'not ok'} {len(told)} - {name}{skip}")
            if code != 0:
                ended = f"not over within {CASE_S:.0f} s" if code is None else f"ended with {code}"
                reason = lines[-1] if lines and code is not None else ended
                print(f"  ---\n  message: {json.dumps(reason)}\n  ...")
            sys.stdout.flush()

    print(f"1..{len(_cases)}", flush=True)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(say, _cases))


def main() -> None:
    """Called once, at the end of a program."""
    if sys.argv[2:3] == ["--run"]:
        _run_one(sys.argv[3], sys.argv[4:])
    else:
        _run_all()
