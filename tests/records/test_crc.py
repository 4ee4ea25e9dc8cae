"""CRC-32C: the extension loaded past the front door of its package is the one behind it."""

from __future__ import annotations

import subprocess
import sys

import crc32c as package
import pytest

from kwire.records.crc import crc32c, load

CHECK = 0xE3069283
"""Of the nine digits: the check value by which CRC-32C is known."""


@pytest.mark.parametrize("reckon", [crc32c, load(), load("_not_there")], ids=["ours", "again", "by the door"])
def test_it_is_crc_32c(reckon: object) -> None:
    assert callable(reckon)
    assert reckon(b"123456789") == CHECK
    assert reckon(memoryview(b"56789"), reckon(bytearray(b"1234"))) == CHECK


def test_without_the_extension_the_package_is_asked() -> None:
    assert load("_not_there") is package.crc32c


def test_the_package_is_not_loaded_for_it() -> None:
    code = "import sys, kwire.records.crc; print(*sys.modules)"
    printed = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert not {"crc32c", "importlib.metadata", "email"} & set(printed.split())
