"""Group members as child processes, seen from a test: what they own, what they read, and ways to end them."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from compat_tests.harness import DEADLINE_S, eventually

GROUP_MEMBER = Path(__file__).resolve().parent / "python" / "group_member.py"

#: The shortest session that a broker allows by default, so that crashes are noticed soon.
SESSION_TIMEOUT_MS = 6_000
HEARTBEAT_INTERVAL_MS = 300


class Member:
    """One child process that tells its events as JSON lines; see python/group_member.py for them."""

    def __init__(self, command: Sequence[str], name: str) -> None:
        self.name = name
        self.events: list[dict[str, Any]] = []
        self.errors: list[str] = []
        self._changed = threading.Condition()
        self.process = subprocess.Popen(
            list(command), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        self._readers = [
            threading.Thread(target=self._read_events, daemon=True),
            threading.Thread(target=self._read_errors, daemon=True),
        ]
        for reader in self._readers:
            reader.start()

    def _read_events(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            # A killed process may leave half a line.
            if line.endswith("\n"):
                self.events.append(json.loads(line))

    def _read_errors(self) -> None:
        assert self.process.stderr is not None
        self.errors.extend(self.process.stderr)

    def of(self, event: str) -> list[dict[str, Any]]:
        return [one for one in list(self.events) if one.get("event") == event]

    @property
    def owned(self) -> list[int] | None:
        """The partitions it owns now; None before the first assignment."""
        told = self.of("assignment")
        return told[-1]["partitions"] if told else None

    @property
    def read(self) -> list[tuple[int, int, str]]:
        """(partition, offset, value) of everything it read, in order."""
        return [(*one,) for event in self.of("records") for one in event["records"]]

    def ask_to_leave(self) -> None:
        """Let it leave the group in its own time."""
        assert self.process.stdin is not None
        self.process.stdin.write("leave\n")
        self.process.stdin.flush()

    def leave(self) -> None:
        """Let it leave the group and finish; AssertionError when it does not end well."""
        self.ask_to_leave()
        self.ended()

    def ended(self) -> None:
        code = self.process.wait(DEADLINE_S)
        self._close()
        assert code == 0, f"{self.name} ended with {code}:\n{''.join(self.errors)[-4000:]}"
        assert self.of("left"), f"{self.name} did not say that it left"

    def kill(self) -> None:
        """SIGKILL: to the server it just falls silent."""
        self.process.kill()
        self.process.wait()
        self._close()

    def _close(self) -> None:
        for reader in self._readers:
            reader.join()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            if stream is not None:
                # What a dead child no longer wants to read is no error.
                try:
                    stream.close()
                except BrokenPipeError:
                    continue

    def gone(self) -> bool:
        return self.process.poll() is not None


class Members:
    """The members that one test started; whatever it leaves over is killed at its end."""

    def __init__(self) -> None:
        self.started: list[Member] = []

    def start(
        self,
        client: str,
        bootstrap: str,
        topic: str,
        group: str,
        *,
        strategy: str = "range",
        instance_id: str | None = None,
    ) -> Member:
        command = [sys.executable, str(GROUP_MEMBER), "--client", client, "--bootstrap", bootstrap]
        command += ["--topic", topic, "--group", group, "--strategy", strategy]
        command += ["--session-timeout-ms", str(SESSION_TIMEOUT_MS)]
        command += ["--heartbeat-interval-ms", str(HEARTBEAT_INTERVAL_MS)]
        if instance_id is not None:
            command += ["--instance-id", instance_id]
        return self.run(command, f"member {len(self.started) + 1} ({client})")

    def run(self, command: Sequence[str], name: str) -> Member:
        member = Member(command, name)
        self.started.append(member)
        return member

    def end_all(self) -> None:
        for member in self.started:
            member.kill()

    def story(self) -> str:
        """What each member said, for the report of a failure; long record lists are cut."""
        parts = []
        for member in self.started:
            lines = [json.dumps(event)[:200] for event in member.events[-40:]]
            parts.append(
                "\n".join([f"{member.name}:", *lines, *(line.rstrip() for line in member.errors[-40:])])
            )
        return "\n\n".join(parts)


def shared_out(members: Iterable[Member], partitions: int) -> None:
    """Wait until the members own every partition, each exactly once, and nobody is without a share."""
    members = list(members)

    def settled() -> bool:
        for member in members:
            assert not member.gone(), f"{member.name} ended by itself:\n{''.join(member.errors)[-4000:]}"
        shares = [member.owned for member in members]
        flat = [one for share in shares for one in share or ()]
        return all(shares) and sorted(flat) == list(range(partitions))

    eventually(settled, f"{partitions} partitions shared by {len(members)} members")
