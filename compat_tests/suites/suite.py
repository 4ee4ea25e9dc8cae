"""What a suite is: one client in one version, how it is installed, how it runs against a server, what it found.

A suite is a value. Its module makes it, and the catalogue lists it; the runner (`run.py`) prepares it, starts a fresh
server, runs it within its bound and keeps what it found.
"""

from __future__ import annotations

import enum
import fcntl
import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import attrs

from compat_tests.harness import Server


class Outcome(enum.StrEnum):
    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"


@attrs.frozen
class Case:
    """One test of a suite. `reason` says why it failed or was skipped, in one line."""

    name: str
    outcome: Outcome
    reason: str = ""


@attrs.frozen
class Place:
    """Where one run of a suite happens."""

    server: Server
    scratch: Path
    """Empty at the start; kept when something failed, and then the runner says where it is."""
    bound_s: float

    @property
    def bootstrap(self) -> str:
        return self.server.bootstrap

    @property
    def log(self) -> Path:
        """Everything that the suite's programs print."""
        return self.scratch / "output.log"


@attrs.frozen
class Suite:
    name: str
    client: str
    version: str
    about: str
    """How it was tried: one sentence for the reader of docs/compatibility.md."""
    run: Callable[[Place], Sequence[Case]]
    """Runs everything against `place.server` and returns what was found; an exception fails the suite."""
    prepare: Callable[[], object] = lambda: None
    """Installs what is needed, once. Raises MissingToolchain with the program that is not there."""
    features: Sequence[tuple[str, str]] = ()
    """(pattern, feature): what a case is about is told by the first pattern found in its name."""
    unserved: Sequence[tuple[str, str]] = ()
    """(pattern, reason): cases about what kwire does not serve yet. The page lists them so; they fail no run."""
    meant: Sequence[tuple[str, str]] = ()
    """(pattern, reason): cases in which kwire differs and means to, as docs/differences.md says; they fail no run."""
    settings: Mapping[str, str] = {}
    """Settings that the suite's own instructions ask of a broker; for both targets."""
    bound_s: float = 900.0
    """A suite that takes longer has failed."""
    quick: bool = False
    """Whether every change is tried with it (CI)."""
    big: bool = False
    """Whether it installs so much that it runs only when asked for (`make compat-big`)."""
    needs_server: bool = True
    """False: it starts servers itself, through the harness."""

    def feature(self, case: str) -> str:
        for pattern, feature in self.features:
            if re.search(pattern, case):
                return feature
        return "other"

    def why_meant(self, case: str) -> str | None:
        """Why kwire means to differ in this case; None when it does not."""
        return next((reason for pattern, reason in self.meant if re.search(pattern, case)), None)

    def why_unserved(self, case: str) -> str | None:
        """Why kwire need not pass this case yet; None when it must."""
        return next((reason for pattern, reason in self.unserved if re.search(pattern, case)), None)


def home(name: str) -> Path:
    """A directory that stays between runs, for what suites install: below `~/.cache/kwire-compat`, or another place
    named by `$KWIRE_COMPAT_CACHE`. Nothing is ever installed into the project.
    """
    chosen = os.environ.get("KWIRE_COMPAT_CACHE")
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    directory = (Path(chosen) if chosen else base / "kwire-compat") / name
    directory.parent.mkdir(parents=True, exist_ok=True)
    return directory


def installed(name: str, install: Callable[[Path], object]) -> Path:
    """The directory `name` as `install` filled it; done once, and whole or not there.

    It is filled where it stays, since virtual environments cannot be moved; a mark tells that it is whole.
    """
    directory = home(name)
    mark = directory / ".whole"
    with (directory.parent / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # another run may be installing the same
        if not mark.exists():
            shutil.rmtree(directory, ignore_errors=True)
            directory.mkdir(parents=True)
            install(directory)
            mark.touch()
    return directory


@attrs.frozen
class Finished:
    code: int
    output: str
    timed_out: bool


def run_program(
    command: Sequence[str | Path],
    *,
    bound_s: float,
    log: Path | None = None,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
) -> Finished:
    """Run a program with its output in `log`; at the bound it is ended, with all its children."""
    with tempfile.TemporaryDirectory() as scratch:
        sink = log or Path(scratch, "output.log")
        with sink.open("ab") as out:
            begin = out.tell()
            process = subprocess.Popen(
                [str(part) for part in command],
                stdout=out,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                cwd=cwd,
                env={**os.environ, **(env or {})},
                start_new_session=True,
            )
            timed_out = False
            try:
                process.wait(bound_s)
            except subprocess.TimeoutExpired:
                timed_out = True
            finally:
                with suppress(ProcessLookupError):  # all ended by themselves
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        with sink.open("rb") as source:
            source.seek(begin)
            output = source.read().decode("utf-8", "replace")
    return Finished(process.returncode, output, timed_out)


def must(command: Sequence[str | Path], *, bound_s: float = 1800, cwd: Path | None = None) -> str:
    """Run a program that installs or builds; its output, or AssertionError with the end of it."""
    done = run_program(command, bound_s=bound_s, cwd=cwd)
    if done.code != 0 or done.timed_out:
        why = "took too long" if done.timed_out else f"ended with {done.code}"
        raise AssertionError(f"{' '.join(map(str, command))}\n{why}\n{done.output[-4000:]}")
    return done.output


def maven_jars(artifact: str, directory: Path) -> None:
    """Fetch the jars of `group:name:version`, and of all that it needs at run time, into a directory."""
    group, name, version = artifact.split(":")
    with tempfile.TemporaryDirectory() as scratch:
        pom = Path(scratch, "pom.xml")
        pom.write_text(POM.format(group=group, name=name, version=version), encoding="utf-8")
        must(["mvn", "-q", "-B", "-f", pom, COPY, "-DincludeScope=runtime", f"-DoutputDirectory={directory}"])


POM = """<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>kwire</groupId><artifactId>client</artifactId><version>1</version><packaging>pom</packaging>
<dependencies><dependency><groupId>{group}</groupId><artifactId>{name}</artifactId>
<version>{version}</version></dependency></dependencies></project>
"""
COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"


@contextmanager
def scratch_directory(name: str) -> Iterator[Path]:
    """A fresh directory for one run of a suite; it stays, to be looked at, when a file `keep` is left in it."""
    directory = Path(tempfile.mkdtemp(prefix=f"kwire-suite-{name}-"))
    yield directory
    if not (directory / "keep").exists():
        shutil.rmtree(directory, ignore_errors=True)
