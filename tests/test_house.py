"""The rules of the house that a machine can check: what the import contracts cannot say."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCES = sorted(
    path
    for path in (ROOT / "src" / "kwire").rglob("*.py")
    if not {"messages", "stored"} & set(path.relative_to(ROOT).parts)
)
RULES = [
    path
    for path in SOURCES
    if path.relative_to(ROOT / "src" / "kwire").parts[0] in ("broker", "log", "records")
]


def identify(path: Path) -> str:
    return str(path.relative_to(ROOT / "src"))


@pytest.mark.parametrize("path", SOURCES, ids=identify)
def test_every_file_opens_with_its_reason(path: Path) -> None:
    text = path.read_text()
    assert not text or ast.get_docstring(ast.parse(text)), f"{path} has no docstring"


@pytest.mark.parametrize("path", SOURCES, ids=identify)
def test_no_file_grows_beyond_a_sitting(path: Path) -> None:
    lines = path.read_text().count("\n")
    assert lines <= 620, f"{path} has {lines} lines: is it one room or two?"


@pytest.mark.parametrize("path", RULES, ids=identify)
def test_rules_take_time_and_randomness_and_never_fetch_them(path: Path) -> None:
    """Time and randomness are handed in; only the files seam touches the operating system."""
    imported = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            imported |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            imported.add(node.module.split(".")[0])
    forbidden = {"time", "datetime", "socket", "threading", "asyncio", "secrets"}
    if path.name != "files.py":
        forbidden |= {"mmap", "fcntl", "shutil", "tempfile"}
    assert not imported & forbidden


def test_the_front_door_is_quick_to_open() -> None:
    """`import kwire` loads neither the server nor any generated message."""
    code = "import sys, kwire; print(sorted(m for m in sys.modules if m.startswith('kwire.') or m == 'trio'))"
    printed = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert "trio" not in printed
    assert "kwire.codec" not in printed
    assert "kwire.broker" not in printed


def test_handlers_say_which_versions_they_serve() -> None:
    from kwire.apis import TABLE

    for served in TABLE.values():
        text = (ROOT / "src" / "kwire" / "apis" / f"{served.function}.py").read_text()
        opening = ast.get_docstring(ast.parse(text)) or ""
        assert re.search(rf"\(key {served.key}\), version", opening), served.function
