"""The generated code in the repository is what the specs say, and the specs that cannot be read are refused."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from kwire.codec.messages import INDEX, load
from protocol_specs import grammar
from protocol_specs.grammar import Versions

ROOT = Path(__file__).parent.parent.parent


def test_generated_code_is_up_to_date() -> None:
    command = [sys.executable, str(ROOT / "protocol_specs" / "generate.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_index_tells_what_the_modules_say() -> None:
    for key, info in INDEX.items():
        module = load(key)
        assert (key, info.name) == (module.KEY, module.NAME)
        assert (info.min_version, info.max_version) == (module.MIN_VERSION, module.MAX_VERSION)
        assert info.flexible_from == module.FLEXIBLE_FROM


def test_the_index_loads_no_message() -> None:
    code = "import sys, kwire.codec.messages as m; print([n for n in sys.modules if n.startswith(m.__name__ + '.')])"
    printed = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert printed.strip() == "['kwire.codec.messages.index']"


def test_an_unstable_version_is_no_part_of_the_range() -> None:
    info = INDEX[22]
    assert (info.max_version, info.unstable_version) == (5, 6)


def test_produce_advertises_more_than_it_takes() -> None:
    info = INDEX[0]
    assert (info.advertised_min_version, info.min_version) == (0, 3)


def parse(tmp_path: Path, text: str) -> grammar.Spec:
    path = tmp_path / "x.spec"
    path.write_text(text)
    (spec,) = grammar.parse(path)
    return spec


HEAD = "Thing  key 7  versions 2..9  flexible 5+\nrequest\n"


@pytest.mark.parametrize(
    ("written", "range_"),
    [("", (2, 9)), ("4+", (4, 9)), ("..6", (2, 6)), ("3..4", (3, 4)), ("8", (8, 8))],
)
def test_ranges(tmp_path: Path, written: str, range_: tuple[int, int]) -> None:
    spec = parse(tmp_path, f"{HEAD}  a  int8  {written}\n")
    assert spec.messages[0].body.fields[0].versions == Versions(*range_)


def test_a_field_is_there_only_when_its_struct_is(tmp_path: Path) -> None:
    spec = parse(tmp_path, f"{HEAD}  a  []Inner  4+\n    b  int8  ..6\n    c  int8\n")
    inner = spec.messages[0].body.fields[0].struct
    assert inner is not None
    assert [item.versions for item in inner.fields] == [Versions(4, 6), Versions(4, 9)]


def test_every_word_of_a_field(tmp_path: Path) -> None:
    line = "  a  []string?7+  6+  = null  tag 3  ignorable  # What it means: a lot."
    item = parse(tmp_path, HEAD + line).messages[0].body.fields[0]
    assert (item.base, item.is_array, item.versions, item.nullable) == (
        "string",
        True,
        Versions(6, 9),
        Versions(7, 9),
    )
    assert (item.default, item.tag, item.ignorable) == ("null", 3, True)
    assert item.meaning == "What it means: a lot."


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("  a  int9", "unknown type"),
        ("  a  int8  perhaps", "unknown word perhaps"),
        ("  a  int8  12+", "is in no version"),
        ("  a  int8\n  a  int8", "is there already"),
        ("  a  Missing", "no struct Missing"),
        ("  a  int8\n    b  int8", "only a struct has lines below it"),
        ("  a", "a name and a type"),
    ],
)
def test_a_spec_that_cannot_be_read_says_where_and_why(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(grammar.SpecError, match=rf"x\.spec:\d+: .*{why}"):
        parse(tmp_path, f"{HEAD}{text}\n")
