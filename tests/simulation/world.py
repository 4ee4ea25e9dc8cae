"""A whole broker and its clients in one thread, run from one seed.

The world owns time, chance and files. Clients are generators: each yields a `Call` (a request, in some version) or a
`Sleep`, and gets the response back; requests and responses pass through the codec, as on a wire. The broker's jobs are
performed at some later moment each, in any order, while clients go on. A crash takes the broker away between two
steps, or in the middle of a file operation; what it wrote is what the next broker finds. With a power loss that is only
what it had synced, and some of the rest.
"""

from __future__ import annotations

import errno
from collections.abc import Callable, Generator, Sequence
from enum import Enum
from importlib import import_module
from random import Random
from typing import Any

import attrs

from kwire.apis import TABLE, Caller, Wait, _NoResponse, held_back
from kwire.broker.broker import Broker
from kwire.broker.jobs import Job
from kwire.codec import messages
from kwire.config import Config
from kwire.errors import KafkaError
from kwire.log.files import MemoryFiles
from kwire.log.recovery import FAILED_SYNC

DATA = "/data"


class Killed(BaseException):
    """The broker's process is gone, in the middle of something. Not an Exception: nothing may catch it."""


class Disconnected(Exception):
    """What a client sees of a crash: no answer, and it cannot know whether the request was carried out."""


@attrs.define
class Call:
    """One request; `version` None takes any that is served."""

    key: int
    request: Any
    version: int | None = None


@attrs.define
class Sleep:
    milliseconds: int


Script = Generator[Call | Sleep, Any, None]


class SimulatedClock:
    """Time that moves only when the world moves it."""

    def __init__(self) -> None:
        self.now_ms = 1_000_000

    def time_ms(self) -> int:
        return 1_700_000_000_000 + self.now_ms

    def monotonic_ms(self) -> int:
        return self.now_ms


class State(Enum):
    SLEEPING = "until wakes_at"
    SENDING = "has a request to send"
    PARKED = "the broker keeps its request"
    ANSWERED = "has an answer to read"
    DONE = "its script has ended"


@attrs.define(eq=False)
class Client:
    """One client: its script, and where it stands."""

    name: str
    script: Script
    state: State = State.SLEEPING
    wakes_at: int = 0
    call: Call | None = None
    request: Any = None
    wait: Wait[Any] | None = None
    answer: Any = None
    signalled: bool = False

    def wake(self) -> None:
        self.signalled = True


@attrs.define(eq=False)
class Worker:
    """A thread with one job of the broker, which has begun."""

    job: Job
    performed: bool = False
    error: Exception | None = None


def _nothing() -> Script:
    yield from ()


def _refusal(call: Call, request: Any, error: KafkaError) -> Any:
    """What the server answers when a handler raises."""
    room = import_module(f"kwire.apis.{TABLE[call.key].function}")
    return room.error_response(request, error.code)


class World:
    """One run. Every choice comes from `seed`, so a failure is reproduced by it."""

    workers: Sequence[Worker] = ()
    holds_back = True
    """Answers wait for what must be durable first."""

    def __init__(
        self,
        seed: int,
        *,
        settings: dict[str, str] | None = None,
        crash_chance: float = 0.0,
        power_loss_chance: float = 0.0,
        failed_sync_chance: float = 0.0,
        files: MemoryFiles | None = None,
    ) -> None:
        """`power_loss_chance`: of a crash to take the power with it, which needs files that lose what is not synced.

        `failed_sync_chance`: of a sync in a worker thread to fail.
        """
        self.seed = seed
        self.random = Random(seed)
        self.clock = SimulatedClock()
        self.files = MemoryFiles() if files is None else files
        self.files.time_ms = self.clock.time_ms
        self.settings = {"log.dirs": DATA, **(settings or {})}
        self.crash_chance = crash_chance
        self.power_loss_chance = power_loss_chance
        self.failed_sync_chance = failed_sync_chance
        self.crashes = 0
        self.power_losses = 0
        self.failed_syncs = 0
        self.on_crash: Callable[[Broker, Broker, bool], None] = lambda before, after, power_loss: None
        """Told of the broker that died and the one that came after it."""
        self.clients: list[Client] = []
        self.workers = []
        self.broker = self._start()
        self._acting: Client | None = None

    def add(self, name: str, script: Script) -> None:
        self.clients.append(Client(name, script))

    def run(self, for_ms: int) -> None:
        """Let everybody act until the time has passed or all scripts have ended."""
        deadline = self.clock.now_ms + for_ms
        while self.clock.now_ms < deadline and any(client.state != State.DONE for client in self.clients):
            if self.random.random() < self.crash_chance:
                self._light_fuse()
            try:
                self._step()
            except Killed:
                self._crash()
        self.files.fault = None

    def restart(self) -> None:
        """An orderly stop, and a start."""
        self.stop()
        self.start()

    def stop(self) -> None:
        self.files.fault = None
        self.finish_jobs()
        self.broker.close()

    def start(self) -> None:
        self._disconnect()
        self.broker = self._start()

    def ask(self, key: int, request: Any, version: int | None = None) -> Any:
        """One request outside any script, answered at once."""
        call = Call(key, request, version)
        client = Client("observer", _nothing())
        answer = self._serve(client, call)
        while isinstance(answer, Wait):
            self.finish_jobs()
            answer = self._attempt(client, call, answer, final=True)
        return answer

    def wait(self, for_ms: int) -> None:
        """Let time pass for the broker alone, and let it do what comes due."""
        self.clock.now_ms += for_ms
        self.broker.tick(self.clock.now_ms)
        self.finish_jobs()

    def finish_jobs(self) -> None:
        """Let every job that there is come to its end."""
        while self.workers:
            self._work(self.workers[0])
        self.broker.jobs.run_all()

    # One step: a client that can act acts, or time passes.

    def _step(self) -> None:
        now = self.clock.now_ms
        ready = [client for client in self.clients if self._can_act(client, now)]
        jobs = len(self.broker.jobs) + len(self.workers)
        if not (ready or jobs) or self.random.random() < 0.1:
            soonest = now + 1 if ready or jobs else max(now + 1, min(self._wakings()))
            self.clock.now_ms = soonest + self.random.randrange(20)
            self.broker.tick(self.clock.now_ms)
            return
        if self.random.randrange(len(ready) + jobs) >= len(ready):
            at = self.random.randrange(jobs)
            if at < len(self.workers):
                self._work(self.workers[at])
            elif (job := self.broker.jobs.next()) is not None:
                self.workers = [*self.workers, Worker(job)]
            return
        self._acting = self.random.choice(ready)
        self._act(self._acting)
        self._acting = None

    def _can_act(self, client: Client, now: int) -> bool:
        if client.state == State.SLEEPING:
            return now >= client.wakes_at
        if client.state == State.PARKED:
            assert client.wait is not None
            return client.signalled or now >= client.wait.until
        return client.state != State.DONE

    def _wakings(self) -> list[int]:
        times = [self.broker.next_deadline()]
        for client in self.clients:
            if client.state == State.SLEEPING:
                times.append(client.wakes_at)
            elif client.state == State.PARKED and client.wait is not None:
                times.append(client.wait.until)
        return times

    def _act(self, client: Client) -> None:
        if client.state == State.SLEEPING:
            self._resume(client, None)
        elif client.state == State.ANSWERED:
            answer, client.answer = client.answer, None
            self._resume(client, answer)
        elif client.state == State.SENDING:
            assert client.call is not None
            self._take(client, self._serve(client, client.call))
        else:
            assert client.wait is not None
            assert client.call is not None
            client.signalled = False
            final = self.clock.now_ms >= client.wait.until
            answer = self._attempt(client, client.call, client.wait, final=final)
            if answer is not None:
                for signal in client.wait.wake_on:
                    signal.discard(client.wake)
                self._take(client, answer)

    def _take(self, client: Client, answer: Any) -> None:
        """The client has its answer, or waits for it."""
        if isinstance(answer, Wait):
            client.wait, client.state, client.signalled = answer, State.PARKED, False
            for signal in answer.wake_on:
                signal.add(client.wake)
        else:
            client.wait, client.answer, client.state = None, answer, State.ANSWERED

    def _work(self, worker: Worker) -> None:
        """A worker thread performs its job, or is found to have performed it."""
        if worker.performed:
            self.workers = [each for each in self.workers if each is not worker]
            worker.job.finish(worker.error)
            return
        fuse = self.files.fault

        def fail(operation: str, path: str, size: int) -> None:
            if fuse is not None:
                fuse(operation, path, size)
            if operation == "sync" and self.random.random() < self.failed_sync_chance:
                self.failed_syncs += 1
                raise OSError(errno.EIO, "Input/output error", path)

        if self.failed_sync_chance:
            self.files.fault = fail
        try:
            worker.job.perform()
        except Exception as error:  # noqa: BLE001 - the job knows what to make of it
            worker.error = error
        worker.performed = True
        self.files.fault = fuse

    def _resume(self, client: Client, value: Any) -> None:
        """Run the script up to the next thing that it wants. An exception is thrown into it."""
        try:
            asked = client.script.throw(value) if isinstance(value, Exception) else client.script.send(value)
        except StopIteration:
            client.state = State.DONE
            return
        if isinstance(asked, Sleep):
            client.state, client.wakes_at = State.SLEEPING, self.clock.now_ms + asked.milliseconds
        else:
            client.state, client.call = State.SENDING, asked

    # The wire

    def _serve(self, client: Client, call: Call) -> Any:
        served = TABLE[call.key]
        if call.version is None:
            call.version = self.random.randint(served.min_version, served.max_version)
        parts: list[Any] = []
        wire = messages.load(call.key)
        wire.encode_request(call.request, call.version, parts)
        frame = b"".join(bytes(part) for part in parts)
        request = served.decode(frame, 0, len(frame), call.version)
        caller = Caller(client_host="/127.0.0.1", client_id=client.name, version=call.version)
        client.request = request
        try:
            answer = served.handle(self.broker, caller, request)
        except KafkaError as error:
            self.broker.flushing.owed.clear()
            answer = _refusal(call, request, error)
        return self._settled(call, answer)

    def _attempt(self, client: Client, call: Call, wait: Wait[Any], *, final: bool) -> Any:
        """The answer to a request that was kept; None while there is none."""
        try:
            answer = wait.attempt(final)
        except KafkaError as error:
            self.broker.flushing.owed.clear()
            answer = _refusal(call, client.request, error)
        return None if answer is None else self._settled(call, answer)

    def _settled(self, call: Call, answer: Any) -> Any:
        """An answer as the client gets it; it is held back while what its request wrote must become durable first."""
        owed = self.broker.flushing.owed
        if owed and self.holds_back and not isinstance(answer, Wait | _NoResponse):
            return held_back(self.broker, answer)
        owed.clear()
        if isinstance(answer, Wait | _NoResponse):
            return answer
        return self._over_the_wire(call, answer)

    def _over_the_wire(self, call: Call, answer: Any) -> Any:
        assert call.version is not None
        wire = messages.load(call.key)
        parts: list[Any] = []
        wire.encode_response(answer, call.version, parts)
        frame = b"".join(bytes(part) for part in parts)
        return wire.decode_response(frame, 0, len(frame), call.version)

    # Crashes

    def _light_fuse(self) -> None:
        """Die at one of the next file operations."""
        remaining = self.random.randrange(0, 8)

        def burn(operation: str, path: str, size: int) -> None:
            nonlocal remaining
            if path.endswith(FAILED_SYNC):  # it is made in the moment in which the sync fails
                return
            if remaining == 0:
                raise Killed
            remaining -= 1

        self.files.fault = burn

    def _crash(self) -> None:
        self.crashes += 1
        self.files.fault = None
        power_loss = self.power_loss_chance > 0 and self.random.random() < self.power_loss_chance
        self.power_losses += power_loss
        self.files = self.files.crash(self.random, power_loss=power_loss)
        self.workers = []
        self._disconnect()
        before, self.broker = self.broker, self._start()
        self.on_crash(before, self.broker, power_loss)

    def _disconnect(self) -> None:
        """Every client with a request under way loses it; an answer on its way may be lost or still arrive."""
        for client in self.clients:
            if (
                client is self._acting
                or client.state == State.PARKED
                or (client.state == State.ANSWERED and self.random.random() < 0.5)
            ):
                client.wait = client.answer = None
                self._resume(client, Disconnected())
        self._acting = None

    def _start(self) -> Broker:
        broker = Broker(
            Config(self.settings), clock=self.clock, files=self.files, random=Random(self.random.random())
        )
        broker.start()
        return broker
