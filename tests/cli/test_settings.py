"""`kwire config`."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from kwire.cli import main
from kwire.cli.settings import show_settings
from kwire.config import all_settings

ROOT = Path(__file__).parent.parent.parent


def shown(*arguments: str, capsys: pytest.CaptureFixture[str]) -> str:
    assert main(["config", *arguments]) == 0
    return capsys.readouterr().out


def test_a_setting_is_told_with_all_that_is_known(capsys: pytest.CaptureFixture[str]) -> None:
    assert shown("group.initial.rebalance.delay.ms", capsys=capsys) == (
        "group.initial.rebalance.delay.ms  (broker, int)\n"
        "    How long the first rebalance of an empty group waits for more members.\n"
        "    default 0 (Kafka: 3000); set at start only\n"
    )


def test_a_setting_that_has_no_effect_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert shown("num.io.threads", capsys=capsys).endswith("not honoured yet\n")


def test_a_whole_name_is_that_setting_and_a_part_of_one_is_all_that_have_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert shown("retention.ms", capsys=capsys).count("\n    default ") == 1
    assert shown("retention.", capsys=capsys).count("\n    default ") > 5


def test_a_scope_is_all_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    rows = json.loads(shown("--scope", "client-metrics", "--format", "json", capsys=capsys))
    assert [row["name"] for row in rows] == ["interval.ms", "match", "metrics"]


def test_json_has_every_setting(capsys: pytest.CaptureFixture[str]) -> None:
    rows = json.loads(shown("--format", "json", capsys=capsys))
    assert [row["name"] for row in rows] == [setting.name for setting in all_settings()]
    node_id = next(row for row in rows if row["name"] == "node.id")
    assert (node_id["default"], node_id["kafka_default"]) == ("1", None)


def test_no_such_setting_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config", "no.such"]) == 1
    assert capsys.readouterr().err == "kwire: no setting has 'no.such' in its name\n"


def test_the_page_of_the_documentation_is_up_to_date() -> None:
    out = io.StringIO()
    show_settings(None, scope=None, form="markdown", out=out)
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    assert page == out.getvalue(), "kwire config --format markdown > docs/settings.md"
