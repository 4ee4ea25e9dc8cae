"""The transactional tests that franz-go brings along, run against the server: records go through three topics in turn,
exactly once, while members of each group come and go with transactions in hand.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from compat_tests.harness import DEADLINE_S, Server, cache_directory, make_server, require, run, skip_without

VERSION = "v1.22.2"
RECORDS = 100_000 if os.environ.get("COMPAT_FULL") else 5_000


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = make_server(tmp_path_factory.mktemp("server"))
    server.start()
    yield server
    server.stop()


def franz_tests() -> Path:
    """franz-go's tests as a program; fetched and built once."""
    program = cache_directory() / f"franz-go-{VERSION}.test"
    if not program.exists():
        go = require("go")
        module = f"github.com/twmb/franz-go@{VERSION}"
        fetched = run(
            [go, "mod", "download", "-json", module], cwd=cache_directory(), timeout_s=5 * DEADLINE_S
        )
        source = Path(json.loads(fetched.stdout)["Dir"], "pkg", "kgo")
        built = program.with_suffix(f".{os.getpid()}")
        run([go, "test", "-mod=mod", "-c", "-o", str(built), "."], cwd=source, timeout_s=10 * DEADLINE_S)
        built.rename(program)
    return program


def test_franz_gos_own_transactional_tests_pass(server: Server, tmp_path: Path) -> None:
    skip_without(lambda: require("go"))
    settings = {
        "KGO_SEEDS": server.bootstrap,
        "KGO_TEST_RF": "1",
        "KGO_TEST_RECORDS": str(RECORDS),
        "KGO_TEST_MAX_TOPIC_PARTS": "7",
        "KGO_TEST_UNSAFE": "1",
        "KGO_LOG_LEVEL": "none",
    }
    done = subprocess.run(
        [str(franz_tests()), "-test.run", "^TestTxnEtl$", "-test.v", "-test.timeout", "900s"],
        env={**os.environ, **settings},
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, f"{done.stdout[-6000:]}\n{done.stderr[-2000:]}"
    passed = set(re.findall(r"--- PASS: TestTxnEtl/(\S+)", done.stdout))
    assert passed >= {"range", "cooperative-sticky", "cooperative-sticky/static"}
