"""Clients in Python, each in an environment of its own, with a program of ours; kafka-python 3 brings its own tests."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import attrs

from compat_tests.harness import MissingToolchain, require
from compat_tests.suites import jvm
from compat_tests.suites.program import FEATURES, PROGRAMS, SETTINGS, run_cases
from compat_tests.suites.suite import Case, Place, Suite, installed, maven_jars, must

HERE = f"{sys.version_info.major}.{sys.version_info.minor}"
"""The Python that runs the suites."""
OLDER = ("3.9", "3.8", "3.7")
"""Those that have wheels of clients from 2021."""


@attrs.frozen
class PythonClient:
    name: str
    client: str
    version: str
    program: str
    about: str
    packages: Sequence[str]
    """As pip takes them."""
    pythons: Sequence[str] = (HERE,)
    """The versions of Python that will do, the best first."""
    jars: Sequence[str] = ()
    """What Maven fetches besides; the program finds their paths in `JARS`, with commas between."""
    quick: bool = False
    big: bool = False
    case_s: float = 90.0
    at_once: int = 3
    bound_s: float = 900.0

    def prepare(self) -> Path:
        """The interpreter of its environment."""
        for program in ("java", "mvn") if self.jars else ():
            require(program)
        python = interpreter(self.pythons)
        return installed(self.name, lambda directory: self._install(directory, python)) / "venv/bin/python"

    def _install(self, directory: Path, python: str) -> None:
        must([python, "-m", "venv", directory / "venv"])
        pip: list[str | Path] = [directory / "venv/bin/python", "-m", "pip", "--disable-pip-version-check"]
        must([*pip, "install", "--quiet", "--prefer-binary", *self.packages])
        for artifact in self.jars:
            maven_jars(artifact, directory / "jars")

    def run(self, place: Place) -> Sequence[Case]:
        python = self.prepare()
        jars = ",".join(str(path) for path in sorted((python.parents[2] / "jars").glob("*.jar")))
        env = {"CASE_S": str(self.case_s), "CASES_AT_ONCE": str(self.at_once), "JARS": jars}
        if self.jars:
            env["JDK_JAVA_OPTIONS"] = " ".join(jvm.SHORT)  # each case has a JVM of its own
        return run_cases([python, PROGRAMS / self.program], place, env=env)

    def suite(self) -> Suite:
        return Suite(
            name=self.name,
            client=self.client,
            version=self.version,
            about=self.about,
            prepare=self.prepare,
            run=self.run,
            features=FEATURES,
            settings=SETTINGS,
            quick=self.quick,
            big=self.big,
            bound_s=self.bound_s,
        )


def interpreter(versions: Sequence[str]) -> str:
    """An interpreter of the first of these versions that there is: this one, pyenv's, or one on the path."""
    root = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    for version in versions:
        if version == HERE:
            return sys.executable
        found = [str(path) for path in sorted(root.glob(f"versions/{version}.*/bin/python{version}"))]
        on_path = shutil.which(f"python{version}")
        for candidate in [*found, *([on_path] if on_path else [])]:
            if subprocess.run([candidate, "--version"], capture_output=True).returncode == 0:
                return candidate
    raise MissingToolchain(f"no Python {' or '.join(versions)} is installed")


EVERYTHING = (
    "a program of ours: administration, every codec, groups and their assignors, offsets, transactions."
)

CLIENTS = (
    PythonClient(
        name="confluent-kafka",
        client="confluent-kafka",
        version="2.16.1",
        program="with_confluent.py",
        about=EVERYTHING,
        packages=["confluent-kafka==2.16.1"],
        quick=True,
    ),
    PythonClient(
        name="confluent-kafka-2021",
        client="confluent-kafka",
        version="1.8.2",
        program="with_confluent.py",
        about=f"of 2021, in an older Python; {EVERYTHING}",
        packages=["confluent-kafka==1.8.2"],
        pythons=OLDER,
    ),
    PythonClient(
        name="kafka-python-2020",
        client="kafka-python",
        version="2.0.2",
        program="with_kafka_python.py",
        about="of 2020; a program of ours: administration, every codec, groups and their assignors, offsets.",
        packages=["kafka-python==2.0.2", "lz4", "python-snappy", "zstandard", "crc32c"],
        pythons=("3.11", "3.10", "3.9"),
    ),
    PythonClient(
        name="aiokafka",
        client="aiokafka",
        version="0.14.0",
        program="with_aiokafka.py",
        about=EVERYTHING,
        packages=["aiokafka[lz4,snappy,zstd]==0.14.0"],
        quick=True,
    ),
    PythonClient(
        name="faststream",
        client="FastStream",
        version="0.7.8",
        program="with_faststream.py",
        about="on both its clients; a program of ours: subscribers, publishers, batches, replies, restarts.",
        packages=["faststream[kafka,confluent]==0.7.8"],
    ),
    PythonClient(
        name="quixstreams",
        client="Quix Streams",
        version="3.28.1",
        program="with_quixstreams.py",
        about="a program of ours: state and windows with changelogs, restarts, lost state, kills, exactly once.",
        packages=["quixstreams==3.28.1"],
        case_s=120,
    ),
    PythonClient(
        name="faust",
        client="faust-streaming",
        version="0.15.3",
        program="with_faust.py",
        about="a program of ours: agents, tables with changelogs, windows, restarts, kills, exactly once.",
        packages=["faust-streaming==0.15.3"],
        case_s=180,
    ),
    PythonClient(
        name="pyspark",
        client="PySpark",
        version="4.1.1",
        program="with_pyspark.py",
        about="Structured Streaming; a program of ours: tables and streams in and out, checkpoints, restarts, kills.",
        packages=["pyspark==4.1.1", "confluent-kafka==2.16.1"],
        jars=["org.apache.spark:spark-sql-kafka-0-10_2.13:4.1.1"],
        big=True,
        case_s=240,
        at_once=1,
        bound_s=1500,
    ),
    PythonClient(
        name="pyflink",
        client="PyFlink",
        version="2.2.0",
        program="with_pyflink.py",
        about="and its Kafka connector 5.0.0; a program of ours: tables and streams in and out, checkpoints, kills,"
        " exactly once.",
        packages=["apache-flink==2.2.0", "confluent-kafka==2.16.1"],
        pythons=("3.11", "3.10", "3.9"),
        jars=["org.apache.flink:flink-sql-connector-kafka:5.0.0-2.2"],
        big=True,
        case_s=240,
        at_once=2,
        bound_s=2400,
    ),
)


def suites() -> list[Suite]:
    return [client.suite() for client in CLIENTS]
