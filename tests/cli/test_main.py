"""The command line as a whole: versions, help, and what is not understood."""

from __future__ import annotations

import subprocess
import sys

import pytest

from kwire import __version__
from kwire.cli import main


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["--version"])
    assert caught.value.code == 0
    assert capsys.readouterr().out == f"kwire {__version__}\n"


def test_the_version_is_told_without_loading_the_server() -> None:
    code = """
import sys
from kwire.cli import main
try:
    main(["--version"])
except SystemExit:
    print(sorted({"trio", "attrs", "kwire.config", "kwire.server", "kwire.codec"} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_without_a_command_there_is_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "serve" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments",
    [["no-such-command"], ["serve", "--no-such-option"], ["serve", "--data", "x", "--ephemeral"], ["dump"]],
)
def test_what_is_not_understood_has_status_2(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert "usage:" in capsys.readouterr().err


def test_output_that_nobody_reads_is_no_error() -> None:
    done = subprocess.run(
        f"{sys.executable} -m kwire config | head -1; exit ${{PIPESTATUS[0]}}",
        shell=True,
        executable="/bin/bash",
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
