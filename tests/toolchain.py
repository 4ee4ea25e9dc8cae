"""Tools of other languages that some tests need, found or fetched, or the test is skipped and says why."""

from __future__ import annotations

import os
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest

KAFKA_VERSION = "4.4.0"
"""The Apache Kafka whose jars are the reference for formats."""

SLF4J = ("org.slf4j", "slf4j-api", "1.7.36")

_FETCH_TIMEOUT_S = 300


class MissingToolchain(Exception):
    """Something that is not installed, or cannot be fetched; the text says what."""


def find_tool(name: str) -> str:
    """The path of a program. Raises MissingToolchain."""
    path = shutil.which(name)
    if path is None:
        raise MissingToolchain(f"{name} is not installed")
    return path


@cache
def maven_jar(group: str, artifact: str, version: str) -> Path:
    """The jar with these coordinates in Maven's repository, fetched when it is not there. Raises MissingToolchain."""
    repository = Path(os.environ.get("MAVEN_REPO_LOCAL") or Path.home() / ".m2" / "repository")
    jar = repository / group.replace(".", "/") / artifact / version / f"{artifact}-{version}.jar"
    if jar.exists():
        return jar
    maven = find_tool("mvn")
    command = [
        *(maven, "-q", "-B", f"-Dmaven.repo.local={repository}"),
        *("dependency:get", "-Dtransitive=false", f"-Dartifact={group}:{artifact}:{version}"),
    ]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_FETCH_TIMEOUT_S, check=False)
    except subprocess.TimeoutExpired as error:
        raise MissingToolchain(f"Maven did not fetch {artifact} {version} in time") from error
    if done.returncode or not jar.exists():
        raise MissingToolchain(f"Maven could not fetch {artifact} {version}: {done.stdout.strip()[:300]}")
    return jar


def require_tool(name: str) -> str:
    """The path of a program; skips the test without it."""
    try:
        return find_tool(name)
    except MissingToolchain as missing:
        pytest.skip(str(missing))


def require_maven_jar(artifact: str, group: str = "org.apache.kafka", version: str = KAFKA_VERSION) -> Path:
    """A jar from Maven, by default one of Apache Kafka's; skips the test when it cannot be had."""
    try:
        return maven_jar(group, artifact, version)
    except MissingToolchain as missing:
        pytest.skip(str(missing))
