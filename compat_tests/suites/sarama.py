"""sarama's functional tests, from the module that Go's proxy serves. They want five brokers behind toxiproxy, each
at a fixed port; here all five proxies lead to the one server, in a network of their own, and the topics that the
tests share have one replica. What needs a second broker fails or is skipped on every server that is alone.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from compat_tests.harness import eventually, require
from compat_tests.suites import network
from compat_tests.suites.reading import go_test, not_ended
from compat_tests.suites.suite import Case, Place, Suite, installed, must, run_program

VERSION, TOXIPROXY = "1.61.1", "2.5.0"
PORT, FIRST_PROXY, PROXIES, CONTROL = 9092, 29091, 5, 8474

SETTINGS = {
    "advertised.listeners": f"PLAINTEXT://localhost:{FIRST_PROXY}",
    "auto.create.topics.enable": "false",
}

FEATURES = (
    ("Txn|Transaction|Idempotent|InitProducer|DescribeProducers", "transactions and idempotence"),
    ("Admin|ClientMetadata", "administration"),
    ("ConsumerGroup|JoinGroup|Rebalance|Coordinator", "consumer groups"),
    ("Offset", "offsets"),
    ("", "produce and consume"),
)


def prepare() -> Path:
    network.possible()
    require("go")
    return installed(f"sarama-{VERSION}", _build)


def _build(directory: Path) -> None:
    fetched = must(
        [require("go"), "mod", "download", "-json", f"github.com/IBM/sarama@v{VERSION}"], cwd=Path.home()
    )
    source = directory / "source"
    shutil.copytree(json.loads(fetched[fetched.index("{") :])["Dir"], source, copy_function=shutil.copyfile)
    for path in [source, *source.rglob("*/")]:
        path.chmod(0o755)  # Go keeps them for reading only
    shared = source / "functional_test.go"
    shared.write_text(
        shared.read_text(encoding="utf-8").replace("ReplicationFactor: 3,", "ReplicationFactor: 1,"),
        encoding="utf-8",
    )
    must(
        ["nice", require("go"), "test", "-tags=functional", "-c", "-o", directory / "sarama.test", "."],
        cwd=source,
    )
    proxy = directory / "toxiproxy"
    proxy.mkdir()
    must([require("go"), "mod", "init", "example.com/toxiproxy"], cwd=proxy)
    must([require("go"), "get", f"github.com/Shopify/toxiproxy/v2/cmd/server@v{TOXIPROXY}"], cwd=proxy)
    must(
        [
            "nice",
            require("go"),
            "build",
            "-o",
            directory / "proxies",
            "github.com/Shopify/toxiproxy/v2/cmd/server",
        ],
        cwd=proxy,
    )


@contextmanager
def proxies(within: Sequence[str], program: Path, scratch: Path) -> Iterator[None]:
    """Five proxies before the server, and the port at which the tests make them misbehave."""
    config = scratch / "proxies.json"
    config.write_text(
        json.dumps(
            [
                {
                    "name": f"kafka{number + 1}",
                    "listen": f"127.0.0.1:{FIRST_PROXY + number}",
                    "upstream": f"127.0.0.1:{PORT}",
                    "enabled": True,
                }
                for number in range(PROXIES)
            ]
        ),
        encoding="utf-8",
    )
    with (scratch / "proxies.log").open("wb") as sink:
        command = [*within, str(program), "-host=127.0.0.1", f"-port={CONTROL}", f"-config={config}"]
        process = subprocess.Popen(command, stdout=sink, stderr=subprocess.STDOUT)
        try:
            eventually(lambda: process.poll() is not None or _answers(within), "the proxies answer")
            yield
        finally:
            process.kill()
            process.wait()


def _answers(within: Sequence[str]) -> bool:
    knock = f"import socket; socket.create_connection(('127.0.0.1', {CONTROL}))"
    return run_program([*within, sys.executable, "-c", knock], bound_s=10).code == 0


def functional(source: Path) -> list[str]:
    """The names of the tests that need a broker; the others have mocks of one."""
    files = sorted(source.glob("functional_*_test.go"))
    return [
        name for file in files for name in re.findall(r"^func (Test\w+)\(t ", file.read_text("utf-8"), re.M)
    ]


def run(place: Place) -> Sequence[Case]:
    directory = prepare()
    names = f"^({'|'.join(functional(directory / 'source'))})$"
    end = time.monotonic() + place.bound_s
    with (
        network.apart() as within,
        network.server_on(PORT, within, place.scratch / "server", SETTINGS),
        proxies(within, directory / "proxies", place.scratch),
    ):
        left_s = max(1.0, end - time.monotonic())
        done = run_program(
            [
                *within,
                directory / "sarama.test",
                "-test.v",
                f"-test.run={names}",
                f"-test.timeout={left_s:.0f}s",
            ],
            bound_s=left_s,
            log=place.log,
            cwd=directory / "source",
            env={"TOXIPROXY_ADDR": f"http://127.0.0.1:{CONTROL}", "KAFKA_VERSION": "4.3.0"},
        )
    cases = go_test(done.output)
    return not_ended(cases, place.bound_s) if done.timed_out else cases


def suites() -> list[Suite]:
    return [
        Suite(
            name="sarama",
            client="sarama",
            version=VERSION,
            about="its functional tests, one broker behind five proxies.",
            prepare=prepare,
            run=run,
            features=FEATURES,
            bound_s=1500,
            needs_server=False,
        )
    ]
