"""Java programs as suites: jars by their Maven coordinates, sources compiled against them, what they print as cases.

The programs are in `java/`. Each makes its checks with `java/Checks.java`, one after the other in one JVM; a check
that fails, or hangs, hides no other.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import escape

from compat_tests.harness import JAVA_DIR, require
from compat_tests.suites.reading import checks, not_ended
from compat_tests.suites.suite import Case, Outcome, Place, installed, must, run_program

SOURCES = Path(__file__).resolve().parent / "java"
#: The serial collector and C1 only: these JVMs live for seconds, and several at a time.
SHORT = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto")
OPTIONS = (*SHORT, "-Xmx256m")
COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"

POM = """<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>kwire</groupId><artifactId>suite</artifactId><version>1</version><packaging>pom</packaging>
<dependencies>{dependencies}</dependencies></project>
"""
DEPENDENCY = (
    "<dependency><groupId>{}</groupId><artifactId>{}</artifactId><version>{}</version></dependency>\n"
)


def jars(name: str, coordinates: Sequence[str]) -> Path:
    """The directory with these jars (GROUP:NAME:VERSION) and all that they need, fetched by Maven once."""
    for program in ("java", "javac", "mvn"):
        require(program)
    digest = hashlib.sha256("\n".join(coordinates).encode()).hexdigest()[:8]
    return installed(f"{name}-{digest}", functools.partial(_fetch, coordinates)) / "jars"


def _fetch(coordinates: Sequence[str], directory: Path) -> None:
    pom = directory / "pom.xml"
    listed = "".join(DEPENDENCY.format(*map(escape, each.split(":"))) for each in coordinates)
    pom.write_text(POM.format(dependencies=listed), encoding="utf-8")
    into = f"-DoutputDirectory={directory}/jars"
    must(["mvn", "-q", "-B", "-f", pom, COPY, "-DincludeScope=runtime", into])


def classes(name: str, jars: Path, sources: Sequence[str]) -> Path:
    """The directory with what these sources compile to against the jars; done once for each state of them."""
    files = [SOURCES / each for each in sources]
    content = b"".join(file.read_bytes() for file in files) + str(jars).encode()
    digest = hashlib.sha256(content).hexdigest()[:8]

    def compile_all(directory: Path) -> None:
        # Parameter names are kept: Spring asks for them.
        must(["javac", "-parameters", "-nowarn", "-cp", f"{jars}/*", "-d", directory, *files])

    return installed(f"{name}-classes-{digest}", compile_all)


def command(main_class: str, *paths: Path | str, options: Sequence[str] = ()) -> list[str]:
    """`java` for a JVM that lives shortly, with these on its class path."""
    return ["java", *OPTIONS, *options, "-cp", ":".join(map(str, paths)), main_class]


def run_checks(
    place: Place,
    main_class: str,
    jars: Path,
    classes: Path,
    *arguments: str,
    options: Sequence[str] = (),
    bound_s: float | None = None,
) -> Sequence[Case]:
    """Run a program of `java/` against the server of this place: its checks as cases."""
    bound_s = bound_s or place.bound_s
    done = run_program(
        [*command(main_class, classes, f"{jars}/*", options=options), place.bootstrap, *arguments],
        bound_s=bound_s,
        log=place.log,
        cwd=place.scratch,
    )
    cases = checks(done.output)
    if done.timed_out:
        return not_ended(cases, bound_s)
    if done.code != 0:
        return [*cases, Case(f"{main_class} itself", Outcome.FAILED, f"it ended with {done.code}")]
    return cases


def kafka_log_config() -> str:
    """The option that makes Kafka's own programs log warnings to standard error."""
    return f"-Dlog4j2.configurationFile={JAVA_DIR / 'log4j2-tool.properties'}"
