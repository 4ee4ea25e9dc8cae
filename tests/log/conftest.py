"""Both file systems for the tests of the log: what holds on one holds on the other."""

from __future__ import annotations

from pathlib import Path

import pytest

from kwire.log.files import DiskFiles, Files, MemoryFiles


@pytest.fixture(params=["disk", "memory"])
def files(request: pytest.FixtureRequest) -> Files:
    return DiskFiles() if request.param == "disk" else MemoryFiles()


@pytest.fixture
def root(tmp_path: Path, files: Files) -> str:
    """A directory that is there, in the file system of the test."""
    path = str(tmp_path)
    files.make_directory(path)
    return path
