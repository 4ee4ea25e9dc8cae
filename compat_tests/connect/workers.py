"""Workers of Kafka Connect as child processes, and their REST interface."""

from __future__ import annotations

import json
import subprocess
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs

from compat_tests.harness import DEADLINE_S, Server, eventually, free_port
from compat_tests.suites import jvm

VERSION = "4.3.0"
NAMES = ("connect-runtime", "connect-file", "connect-mirror")
JARS = (
    *(f"org.apache.kafka:{name}:{VERSION}" for name in NAMES),
    "org.apache.logging.log4j:log4j-slf4j-impl:2.25.4",
)
FILE_SOURCE = "org.apache.kafka.connect.file.FileStreamSourceConnector"
FILE_SINK = "org.apache.kafka.connect.file.FileStreamSinkConnector"
STRINGS = "org.apache.kafka.connect.storage.StringConverter"
#: A worker scans its plugins and makes its topics, on a machine that may do much else.
START_S = 2 * DEADLINE_S


def connect_jars() -> Path:
    """The directory with the jars of Connect and of MirrorMaker."""
    return jvm.jars("kafka-connect", JARS)


def properties(settings: Mapping[str, object]) -> str:
    return "".join(f"{name}={value}\n" for name, value in settings.items())


class RestError(Exception):
    """An answer of the REST interface that is no success; `status` is the HTTP status."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(f"{status}: {text}")
        self.status = status


@attrs.define
class Worker:
    """One worker; distributed, or alone with the files of its connectors."""

    server: Server
    directory: Path
    settings: dict[str, str]
    connectors: Sequence[Mapping[str, object]] = ()
    """For a worker that is alone."""
    port: int = attrs.field(factory=lambda: free_port(1))
    process: subprocess.Popen[bytes] | None = None

    @property
    def output(self) -> Path:
        return self.directory / "worker.log"

    def start(self) -> None:
        """Start, and return when it serves."""
        self.directory.mkdir(parents=True, exist_ok=True)
        main = "ConnectStandalone" if self.connectors else "ConnectDistributed"
        files = [self.directory / "worker.properties"]
        files[0].write_text(
            properties(
                {
                    "bootstrap.servers": self.server.bootstrap,
                    "listeners": f"http://127.0.0.1:{self.port}",
                    "rest.advertised.host.name": "127.0.0.1",
                    "plugin.discovery": "service_load",
                    "key.converter": STRINGS,
                    "value.converter": STRINGS,
                    "offset.flush.interval.ms": "500",
                    **self.settings,
                }
            )
        )
        for connector in self.connectors:
            files.append(self.directory / f"{connector['name']}.properties")
            files[-1].write_text(properties(connector))
        command = jvm.command(
            f"org.apache.kafka.connect.cli.{main}",
            f"{connect_jars()}/*",
            options=[jvm.kafka_log_config()],
        )
        with self.output.open("ab") as sink:
            self.process = subprocess.Popen([*command, *map(str, files)], stdout=sink, stderr=sink)
        eventually(self._serves, f"a worker serves on {self.port}", deadline_s=START_S)

    def _serves(self) -> bool:
        assert self.process is not None
        code = self.process.poll()
        assert code is None, (
            f"a worker ended with {code}:\n{self.output.read_text('utf-8', 'replace')[-4000:]}"
        )
        try:
            self.get("/connectors")
        except (OSError, RestError):
            return False
        return True

    def stop(self) -> None:
        assert self.process is not None
        self.process.terminate()
        self.process.wait(START_S)

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def ask(self, method: str, path: str, body: object = None) -> Any:
        """The JSON that is answered, or None; asked again while the workers are in a rebalance (409)."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=DEADLINE_S) as answer:
                text = answer.read()
        except urllib.error.HTTPError as error:
            with error:
                raise RestError(error.code, error.read().decode("utf-8", "replace")) from None
        return json.loads(text) if text else None

    def patiently(self, method: str, path: str, body: object = None) -> Any:
        """`ask`, again and again while the workers are in a rebalance (409) or do not find each other (500)."""
        answers: list[Any] = []

        def done() -> bool:
            try:
                answers.append(self.ask(method, path, body))
            except RestError as error:
                if error.status in (409, 500):
                    return False
                raise
            return True

        eventually(done, f"{method} {path}", deadline_s=START_S)
        return answers[-1]

    def get(self, path: str) -> Any:
        return self.ask("GET", path)

    def create(self, connector: str, **config: object) -> None:
        """Names of settings have _ in place of dots."""
        settings = {name.replace("_", "."): str(value) for name, value in config.items()}
        self.patiently("POST", "/connectors", {"name": connector, "config": settings})

    def states(self, connector: str) -> list[str]:
        """Of the connector, then of its tasks; empty while nobody knows."""
        try:
            status = self.get(f"/connectors/{connector}/status")
        except RestError:
            return []
        return [status["connector"]["state"], *(task["state"] for task in status["tasks"])]

    def await_states(self, connector: str, *states: str) -> None:
        eventually(
            lambda: self.states(connector) == list(states), f"{connector} {states}", deadline_s=START_S
        )

    def owners(self, connector: str) -> set[str]:
        """The workers that its running tasks are on."""
        status = self.get(f"/connectors/{connector}/status")
        return {task["worker_id"] for task in status["tasks"] if task["state"] == "RUNNING"}
