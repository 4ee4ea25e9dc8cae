"""Transactions of older librdkafkas: 1.8.2 is the first that Kafka 4 serves (KIP-896), 1.9 the last before 2.0."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import confluent_kafka
import pytest

from compat_tests.harness import (
    DEADLINE_S,
    MissingToolchain,
    Server,
    cache_directory,
    make_server,
    run,
    skip_without,
    unique,
)
from compat_tests.topics import make_topic
from compat_tests.transactions.reading import until_seen
from compat_tests.transactions.test_claims import SETTINGS

HERE = Path(__file__).resolve().parent
PYTHONS = ("3.8", "3.7")
"""For which these wheels were made."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = make_server(tmp_path_factory.mktemp("server"), SETTINGS)
    server.start()
    yield server
    server.stop()


def older_python() -> str:
    """An interpreter of long ago, on the path or among pyenv's. Raises MissingToolchain."""
    root = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    for version in PYTHONS:
        found = [str(path) for path in root.glob(f"versions/{version}.*/bin/python{version}")]
        on_path = shutil.which(f"python{version}")
        for candidate in [*found, *([on_path] if on_path else [])]:
            if subprocess.run([candidate, "--version"], capture_output=True).returncode == 0:
                return candidate
    raise MissingToolchain(
        "no Python 3.7 or 3.8 is installed, for which there are old wheels of confluent-kafka"
    )


def with_confluent(version: str) -> str:
    """An interpreter that has this confluent-kafka; it is installed once, in the cache directory."""
    home = cache_directory() / f"confluent-kafka-{version}"
    if not home.is_dir():
        with tempfile.TemporaryDirectory(dir=cache_directory()) as scratch:
            made = Path(scratch, "venv")
            run([older_python(), "-m", "venv", str(made)])
            install = ["-m", "pip", "install", "--quiet", "--only-binary", ":all:"]
            run([str(made / "bin/python"), *install, f"confluent-kafka=={version}"], timeout_s=300)
            made.rename(home)  # complete, or not there
    return str(home / "bin/python")


@pytest.mark.parametrize("version", ["1.8.2", "1.9.2"])
def test_consume_transform_produce_is_exactly_once(server: Server, version: str) -> None:
    skip_without(older_python)
    source, target, group = make_topic(server), make_topic(server), unique("group")
    producer = confluent_kafka.Producer({"bootstrap.servers": server.bootstrap, "log_level": 2})
    for number in range(500):
        producer.produce(source, f"value {number}")
    assert producer.flush(DEADLINE_S) == 0
    done = run(
        [
            with_confluent(version),
            str(HERE / "older_transactor.py"),
            server.bootstrap,
            source,
            target,
            group,
            unique("id"),
            "500",
        ],
        timeout_s=2 * DEADLINE_S,
    )
    assert done.stdout.strip() == "committed 500, aborted 4, the zombie is fenced"
    until_seen(server, target, *(f"VALUE {number}" for number in range(500)))
