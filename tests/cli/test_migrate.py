"""`kwire migrate --check`: a report for people, and an exit status for scripts."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import kwire
from kwire.cli import main


def fill(path: Path) -> None:
    with kwire.Broker(data=path):
        pass


def test_a_directory_that_carries_over_has_status_0(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(tmp_path / "d")
    assert main(["migrate", "--check", str(tmp_path / "d")]) == 0
    out = capsys.readouterr().out
    assert out.startswith(f"{tmp_path}/d: last run by kwire, to go on with Apache Kafka\n")
    assert "stop      yes   the last run ended in order" in out
    assert out.endswith("Everything carries over to Apache Kafka\n")


def test_the_other_direction_can_be_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fill(tmp_path / "d")
    assert main(["migrate", "--check", str(tmp_path / "d"), "--to", "kwire"]) == 0
    assert "to go on with kwire\n" in capsys.readouterr().out


def test_a_directory_in_use_has_status_1(tmp_path: Path) -> None:
    path = tmp_path / "d"
    with kwire.Broker(data=path):
        # A lock is not seen by the process that holds it: another one asks.
        command = [sys.executable, "-m", "kwire", "migrate", "--check", str(path)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "in use by a server; stop it first" in done.stdout
    assert "Apache Kafka cannot take this over" in done.stdout


def test_what_is_no_data_directory_has_status_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["migrate", "--check", str(tmp_path)]) == 2
    assert (
        capsys.readouterr().err == f"kwire: {tmp_path} is not a data directory: it has no meta.properties\n"
    )
