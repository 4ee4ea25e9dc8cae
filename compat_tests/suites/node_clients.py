"""Clients of Node.js, each with a program of ours, since npm's packages leave their tests out."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import attrs

from compat_tests.harness import require
from compat_tests.suites.program import FEATURES, PROGRAMS, SETTINGS, run_cases
from compat_tests.suites.suite import Case, Place, Suite, installed, must

#: A client may ask for a newer Node.js than the machine has; npm has that as well.
NODE = "24.21.0"


@attrs.frozen
class NodeClient:
    name: str
    package: str
    version: str
    program: str
    about: str
    also: Mapping[str, str] = {}
    """Further packages and their versions."""
    environment: Mapping[str, str] = {}
    """For its installation."""
    own_node: bool = False
    """Whether it runs in the Node.js that the machine has, as it must when it is built against that."""

    def prepare(self) -> None:
        require("node")
        require("npm")
        self.home()
        if not self.own_node:
            newer_node()

    def home(self) -> Path:
        return installed(f"{self.name}-{self.version}", self._install)

    def _install(self, directory: Path) -> None:
        npm_install(directory, {self.package: self.version, **self.also}, self.environment)

    def run(self, place: Place) -> Sequence[Case]:
        node = require("node") if self.own_node else newer_node()
        # Programs lie elsewhere than the packages that they load; only this way does Node.js find them.
        return run_cases(
            [node, PROGRAMS / self.program], place, env={"NODE_PATH": str(self.home() / "node_modules")}
        )


def npm_install(directory: Path, packages: Mapping[str, str], environment: Mapping[str, str]) -> None:
    manifest = {"name": "kwire-compat", "private": True, "dependencies": dict(packages)}
    (directory / "package.json").write_text(json.dumps(manifest), encoding="utf-8")
    settings = [f"{name}={value}" for name, value in environment.items()]
    must(["env", *settings, require("npm"), "install", "--no-audit", "--no-fund"], cwd=directory)


def newer_node() -> Path:
    home = installed(f"node-{NODE}", lambda directory: npm_install(directory, {"node": NODE}, {}))
    return home / "node_modules" / "node" / "bin" / "node"


CLIENTS = (
    NodeClient(
        name="kafkajs",
        package="kafkajs",
        version="2.2.4",
        program="with_kafkajs.js",
        about="a program of ours: administration, every codec, groups, offsets, transactions.",
        also={"kafkajs-snappy": "1.1.0", "lz4-napi": "2.10.0"},
    ),
    NodeClient(
        name="platformatic-kafka",
        package="@platformatic/kafka",
        version="2.12.1",
        program="with_platformatic.js",
        about="a program of ours: administration, every codec, groups of both protocols, offsets, transactions.",
    ),
    NodeClient(
        name="confluent-kafka-javascript",
        package="@confluentinc/kafka-javascript",
        version="1.10.1",
        program="with_confluent.js",
        about="built from source; a program of ours: administration, every codec, groups, offsets, transactions.",
        # What its own build would fetch, it takes from the machine.
        environment={"CKJS_LINKING": "dynamic"},
        own_node=True,
    ),
)


def suites() -> list[Suite]:
    return [
        Suite(
            name=client.name,
            client=client.package,
            version=client.version,
            about=client.about,
            prepare=client.prepare,
            run=client.run,
            features=FEATURES,
            settings=SETTINGS,
            bound_s=600,
        )
        for client in CLIENTS
    ]
