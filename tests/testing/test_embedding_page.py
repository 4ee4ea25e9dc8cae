"""docs/embedding.md is true: its programs run as they are printed."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "embedding.md"
WITH, START_STOP, TEST, FIXTURES, TRIO = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("with", WITH),
        ("start_stop", "import kwire\n" + START_STOP),
        ("in_trio", TRIO + "\n\ntrio.run(main)\n"),
    ],
)
def test_a_program_of_the_page_runs(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / f"{name}.py").write_text(text)
    subprocess.run([sys.executable, f"{name}.py"], cwd=tmp_path, check=True)


@pytest.mark.parametrize(("name", "text"), [("test_one", TEST), ("test_two", "import pytest\n" + FIXTURES)])
def test_the_tests_of_the_page_pass(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / f"{name}.py").write_text(text)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", ".", f"{name}.py"]
    subprocess.run(command, cwd=tmp_path, check=True)
