"""The image, built from the Dockerfile and run for real: without a Docker engine, by buildah.

The base image is made with debootstrap from the Debian mirror that this machine's apt uses, and kept in the user's
cache; packages for the build are downloaded beforehand and mounted into it. Everything runs on loopback.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest
from confluent_kafka import Consumer, Producer

from compat_tests.harness import eventually, free_port

ROOT = Path(__file__).parent.parent.parent
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "kwire-tests"
BASE = "localhost/kwire-test-base"
IMAGE = "localhost/kwire-test"

pytestmark = pytest.mark.slow


def buildah(*arguments: str, **options: object) -> str:
    """Run buildah, with storage of its own; its output. Fails with what it said."""
    done = subprocess.run(
        ["buildah", "--storage-driver", "vfs", "--root", str(CACHE / "buildah"), *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert done.returncode == 0, f"buildah {' '.join(arguments)}: {done.stdout}{done.stderr}"
    return done.stdout.strip()


def debian_mirror() -> tuple[str, str]:
    """(address, release) of the Debian mirror that apt uses here."""
    os_release = dict(
        line.split("=", 1) for line in Path("/etc/os-release").read_text().splitlines() if "=" in line
    )
    release = os_release.get("VERSION_CODENAME", "").strip('"')
    done = subprocess.run(
        [
            "apt-get",
            "indextargets",
            "--format",
            "$(REPO_URI) $(CODENAME) $(COMPONENT)",
            "Created-By: Packages",
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    for line in done.stdout.splitlines():
        address, codename, component = [*line.split(), "", "", ""][:3]
        if codename == release and component == "main":
            return address, release
    pytest.skip("apt knows no Debian mirror here")


@pytest.fixture(scope="module")
def tools() -> None:
    for tool in ("buildah", "debootstrap", "apt-get"):
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not installed")
    if os.geteuid() != 0:
        pytest.skip("debootstrap and chroot isolation need root")


@pytest.fixture(scope="module")
def base(tools: None) -> str:
    """A Debian with Python, as a local image."""
    CACHE.mkdir(parents=True, exist_ok=True)
    if BASE in buildah("images", "--format", "{{.Name}}").split():
        return BASE
    address, release = debian_mirror()
    rootfs = CACHE / "rootfs"
    shutil.rmtree(rootfs, ignore_errors=True)
    done = subprocess.run(
        ["debootstrap", "--variant=minbase", "--include=python3,python3-venv", release, str(rootfs), address],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    shutil.rmtree(rootfs / "var" / "cache" / "apt", ignore_errors=True)
    container = buildah("from", "scratch")
    buildah("add", "--quiet", container, str(rootfs), "/")
    buildah("config", "--env", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", container)
    buildah("commit", "--quiet", "--rm", container, BASE)
    shutil.rmtree(rootfs, ignore_errors=True)
    return BASE


@pytest.fixture(scope="module")
def wheels(base: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the build installs, for the Python in the base image."""
    container = buildah("from", base)
    version = buildah(
        "run", "--isolation", "chroot", container, "--", "python3", "-c",
        "import sys; print('%d.%d' % sys.version_info[:2])",
    )  # fmt: skip
    buildah("rm", container)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wanted = [*project["project"]["dependencies"], *project["build-system"]["requires"]]
    directory = tmp_path_factory.mktemp("wheels")
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "download", "--quiet", "--only-binary=:all:"),
            *("--python-version", version, "--dest", str(directory), *wanted),
        ],
        check=True,
    )
    return directory


@pytest.fixture(scope="module")
def image(base: str, wheels: Path) -> Iterator[str]:
    buildah(
        "build", "--quiet", "--isolation", "chroot", "--format", "docker",
        "--build-arg", f"BASE={base}",
        "--build-arg", "PIP_NO_INDEX=1",
        "--build-arg", "PIP_FIND_LINKS=/wheels",
        "--volume", f"{wheels}:/wheels:ro",
        "--tag", IMAGE, ".",
    )  # fmt: skip
    yield IMAGE
    buildah("rmi", IMAGE)


@attrs.define
class Container:
    """One container of the image, run as its configuration says, on a volume."""

    name: str
    port: int
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def listeners(self) -> str:
        return f"PLAINTEXT://127.0.0.1:{self.port}"

    @property
    def server_pid(self) -> int:
        """The process of kwire itself: in chroot isolation it is one of ours, so that it can be sent signals."""
        marker = f"KAFKA_LISTENERS={self.listeners}".encode()
        found = []
        for process in Path("/proc").iterdir():
            if process.name.isdigit():
                try:
                    command = (process / "cmdline").read_bytes()
                    environment = (process / "environ").read_bytes()
                except OSError:
                    continue
                if b"/kwire\0serve" in command and marker in environment.split(b"\0"):
                    found.append(int(process.name))
        assert len(found) == 1, f"{found} run kwire on port {self.port}"
        return found[0]

    def stop(self) -> None:
        os.kill(self.server_pid, signal.SIGTERM)
        assert self.process.wait(60) == 0, self.log.read_text()


@pytest.fixture
def run(image: str, tmp_path: Path) -> Iterator[object]:
    """Starts containers that share one volume."""
    configuration = json.loads(buildah("inspect", "--type", "image", image))["Docker"]["config"]
    volume = tmp_path / "volume"
    volume.mkdir()
    os.chown(volume, 1000, 1000)
    started: list[Container] = []

    def start() -> Container:
        name = buildah("from", image)
        port = free_port()
        log = tmp_path / f"{name}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [
                    *("buildah", "--storage-driver", "vfs", "--root", str(CACHE / "buildah"), "run"),
                    *("--isolation", "chroot", "--volume", f"{volume}:/var/lib/kwire"),
                    *("--env", f"KAFKA_LISTENERS=PLAINTEXT://127.0.0.1:{port}"),
                    *(name, "--", *configuration["Entrypoint"]),
                ],
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        container = Container(name, port, process, log)
        started.append(container)

        def serves() -> bool:
            assert process.poll() is None, log.read_text()
            return f"ready on 127.0.0.1:{port}" in log.read_text()

        eventually(serves, f"{name} is ready: {log.read_text()}")
        return container

    yield start
    for container in started:
        if container.process.poll() is None:
            os.kill(container.server_pid, signal.SIGKILL)
            container.process.wait(60)
        buildah("rm", container.name)


def produce(port: int, values: list[str]) -> None:
    producer = Producer({"bootstrap.servers": f"127.0.0.1:{port}"})
    for value in values:
        producer.produce("letters", value)
    assert producer.flush(60) == 0


def consume(port: int, count: int, group: str) -> list[str]:
    consumer = Consumer(
        {"bootstrap.servers": f"127.0.0.1:{port}", "group.id": group, "auto.offset.reset": "earliest"}
    )
    consumer.subscribe(["letters"])
    found: list[str] = []

    def arrived() -> bool:
        message = consumer.poll(0.5)
        if message is not None and message.error() is None:
            found.append(message.value().decode())
        return len(found) >= count

    try:
        eventually(arrived, f"{count} records arrive")
    finally:
        consumer.close()
    return found


def test_the_image_says_how_it_is_used(image: str) -> None:
    configuration = json.loads(buildah("inspect", "--type", "image", image))["Docker"]["config"]
    assert configuration["User"] == "kwire"
    assert "9092/tcp" in configuration["ExposedPorts"]
    assert "/var/lib/kwire" in configuration["Volumes"]
    entrypoint = configuration["Entrypoint"]
    assert entrypoint[:2] == ["kwire", "serve"], "no shell is between a signal and the server"
    assert "listeners=PLAINTEXT://0.0.0.0:9092" in entrypoint
    assert "advertised.listeners=PLAINTEXT://localhost:9092" in entrypoint
    assert configuration["Healthcheck"]["Test"] == ["CMD", "kwire", "ping"]


def test_records_survive_a_new_container_on_the_same_volume(run: object) -> None:
    assert callable(run)
    first = run()
    produce(first.port, ["a", "b", "c"])
    assert consume(first.port, 3, "readers") == ["a", "b", "c"]
    status = Path(f"/proc/{first.server_pid}/status").read_text()
    assert "Uid:\t1000\t" in status, "it does not run as root"
    assert buildah(
        *("run", "--isolation", "chroot", "--env", f"KAFKA_LISTENERS={first.listeners}"),
        *(first.name, "--", "kwire", "ping"),
    ), "the health check finds the listener that the environment names"
    first.stop()
    second = run()
    produce(second.port, ["d"])
    assert consume(second.port, 1, "readers") == ["d"], "the group goes on where it was"
    assert consume(second.port, 4, "others") == ["a", "b", "c", "d"]
    second.stop()
