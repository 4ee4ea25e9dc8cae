"""`kwire verify`: a report for people, one for programs, an exit status for scripts, and a bar for who waits."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import kwire
from kwire.cli import main
from kwire.cli import verify as verify_module
from kwire.cli.verify import Bar


@pytest.fixture
def data(tmp_path: Path) -> Path:
    path = tmp_path / "d"
    with kwire.Broker(data=path):
        pass
    return path


def damage(data: Path) -> Path:
    """A flipped byte in the middle of the metadata's log."""
    path = data / "__cluster_metadata-0" / f"{0:020d}.log"
    content = bytearray(path.read_bytes())
    content[100] ^= 1
    path.write_bytes(content)
    return path


def test_a_sound_directory_has_status_0(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", str(data)]) == 0
    captured = capsys.readouterr()
    lines = captured.out.splitlines()
    assert lines[-1] == "Sound: no problem found"
    assert lines[-2].startswith("1 partition, 1 segment, ")
    assert captured.err == ""


def test_problems_have_status_1_and_say_where(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = damage(data)
    assert main(["verify", str(data)]) == 1
    out = capsys.readouterr().out
    assert f"PROBLEM {path}, byte 0, offset 0: a batch does not match its CRC-32C\n        bytes 0.." in out
    assert " problem found" in out.splitlines()[-1]


def test_quiet_prints_problems_only(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (data / "letter.txt").write_text("hello")
    assert main(["verify", "--quiet", str(data)]) == 0
    assert capsys.readouterr().out == ""
    damage(data)
    assert main(["verify", "-q", str(data)]) == 1
    assert capsys.readouterr().out.startswith("PROBLEM ")


def test_json_says_the_same(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = damage(data)
    (data / "letter.txt").write_text("hello")
    assert main(["verify", "--json", str(data)]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["sound"] is False
    assert found["partitions"] == 1
    (problem,) = found["problems"]
    assert (problem["file"], problem["position"], problem["offset"]) == (str(path), 0, 0)
    assert [note["file"] for note in found["notes"]] == [str(data / "letter.txt")]


def test_several_processes_find_the_same(
    data: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    damage(data)
    assert main(["verify", "--json", str(data)]) == 1
    in_one = json.loads(capsys.readouterr().out)
    copy = data / "t-0"
    copy.mkdir()
    for suffix in (".log", ".index", ".timeindex"):
        original = data / "__cluster_metadata-0" / f"{0:020d}{suffix}"
        (copy / original.name).write_bytes(original.read_bytes())
    monkeypatch.setattr(verify_module, "SEVERAL_PROCESSES_FROM_BYTES", 1)
    monkeypatch.setattr(verify_module, "_CHUNK_BYTES", 1)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    assert main(["verify", "--json", str(data)]) == 1
    in_two = json.loads(capsys.readouterr().out)
    assert in_two["batches"] == 2 * in_one["batches"]
    assert in_one["problems"][0] in in_two["problems"]
    assert any(problem["file"].startswith(str(copy)) for problem in in_two["problems"])


@pytest.mark.parametrize("path", ["", "/__cluster_metadata-0", "/no"])
def test_what_is_no_data_directory_has_status_2(
    tmp_path: Path, data: Path, path: str, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = f"{data}{path}" if path else str(tmp_path)
    assert main(["verify", wrong]) == 2
    captured = capsys.readouterr()
    assert captured.err.startswith(f"kwire: {wrong} is ")
    assert captured.out == ""


def test_a_directory_in_use_has_status_2_unless_forced(tmp_path: Path) -> None:
    def run(*options: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "kwire", "verify", *options, str(tmp_path)]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    with kwire.Broker(data=tmp_path):
        # A lock is not seen by the process that holds it: another one asks.
        refused, forced = run(), run("--force")
    assert refused.returncode == 2
    assert refused.stderr == (
        f"kwire: {tmp_path}: in use by a server; stop it first, or look all the same with --force\n"
    )
    assert forced.returncode == 0, forced.stdout
    assert "may look damaged" in forced.stderr


def test_the_bar_shows_how_far_how_fast_and_how_long_still() -> None:
    out = io.StringIO()
    times = iter([0.0, 0.05, 2.0])
    bar = Bar(out, lambda: next(times))
    bar.show(1, 1000)
    assert out.getvalue() == ""  # too soon after the last time
    bar.show(250_000_000, 1_000_000_000)
    assert out.getvalue() == (
        "\r[######..................]  25%  250.0 MB of 1.0 GB  125.0 MB/s  0:06 left\x1b[K"
    )
    bar.clear()
    assert out.getvalue().endswith("\r\x1b[K")


def test_there_is_a_bar_for_a_terminal(
    data: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setattr(verify_module, "_SHOW_EVERY_S", 0)
    assert main(["verify", str(data)]) == 0
    assert "[########################] 100%" in capsys.readouterr().err
    assert main(["verify", "-q", str(data)]) == 0
    assert capsys.readouterr().err == ""
