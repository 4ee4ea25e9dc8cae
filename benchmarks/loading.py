"""The load generator: built when its sources changed, and run against a server for one figure or one stretch."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from servers import CACHE, HERE, Running, ServerFailed, pinned

Figures = dict[str, Any]


def built_with_go(name: str, folder: Path) -> Path:
    """The program of a folder with Go sources, in the cache under a name that says which sources."""
    digest = hashlib.sha256()
    for path in sorted([*folder.glob("*.go"), folder / "go.mod", folder / "go.sum"]):
        digest.update(path.read_bytes())
    binary = CACHE / f"{name}-{digest.hexdigest()[:12]}"
    if not binary.exists():
        if not shutil.which("go"):
            raise ServerFailed(f"{name} needs Go on the path")
        print(f"building {name}", file=sys.stderr, flush=True)
        CACHE.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(
            ["go", "build", "-o", str(binary), "."], cwd=folder, stderr=subprocess.PIPE, text=True
        )
        if done.returncode:
            raise ServerFailed(f"{name} could not be built:\n{done.stderr}")
    return binary


def load_generator() -> Path:
    return built_with_go("loadgen", HERE / "loadgen")


def load(server: Running, workload: str, *arguments: str, cpus: str = "") -> subprocess.Popen[str]:
    """Begin to load the server; `outcome` waits for the end."""
    command = [str(load_generator()), "-brokers", server.address, "-workload", workload]
    command += ["-server-pids", ",".join(map(str, server.pids)), *arguments]
    if server.kind.makes_up_topics:
        command.append("-no-admin")
    if server.kind.as_of:
        command += ["-as-of", server.kind.as_of]
    return subprocess.Popen(pinned(cpus, command), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def outcome(process: subprocess.Popen[str], *, patience_s: float = 300.0) -> Figures:
    """What the load generator found out.

    Raises ServerFailed when it ended badly, hung, or when records failed.
    """
    try:
        printed, complaints = process.communicate(timeout=patience_s)
    except BaseException as error:
        process.kill()
        process.wait()
        if isinstance(error, subprocess.TimeoutExpired):
            raise ServerFailed(f"the load generator hung for {patience_s:g} s") from None
        raise
    if process.returncode:
        raise ServerFailed(complaints.strip() or f"the load generator ended with {process.returncode}")
    figures: Figures = json.loads(printed)
    if figures["errors"]:
        raise ServerFailed(f"{figures['errors']} records failed: {figures['first_error']}")
    return figures
