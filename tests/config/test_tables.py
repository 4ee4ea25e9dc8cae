"""The tables of settings: complete, readable, and cheap."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from kwire.config import (
    BROKER_SETTINGS,
    CLIENT_METRICS_SETTINGS,
    GROUP_SETTINGS,
    TOPIC_SETTINGS,
    Scope,
    SettingType,
    all_settings,
    honoured,
)

SOURCE = Path(__file__).parent.parent.parent / "src" / "kwire"


def test_every_setting_says_what_it_means() -> None:
    for setting in all_settings():
        assert re.fullmatch(r"\S.*(\.|,\.\.\.)", setting.doc), setting.name
        assert len(setting.doc) <= 120, setting.name


def test_every_setting_takes_its_own_default() -> None:
    for setting in all_settings():
        if setting.default_text is not None:
            assert setting.parse(setting.default_text) == setting.default


def test_tables_are_in_the_order_of_their_names() -> None:
    for settings in (BROKER_SETTINGS, TOPIC_SETTINGS, GROUP_SETTINGS, CLIENT_METRICS_SETTINGS):
        assert list(settings) == sorted(settings)


def test_an_unknown_name_is_none_of_the_settings() -> None:
    assert "no.such.setting" not in BROKER_SETTINGS
    assert BROKER_SETTINGS.get("no.such.setting") is None
    with pytest.raises(KeyError):
        BROKER_SETTINGS["no.such.setting"]


def test_only_passwords_are_sensitive() -> None:
    for setting in all_settings():
        assert setting.sensitive == (setting.type is SettingType.PASSWORD)


def test_synonyms_are_settings_of_the_broker() -> None:
    for setting in all_settings():
        assert all(name in BROKER_SETTINGS for name in setting.synonyms)
    assert TOPIC_SETTINGS["retention.ms"].synonyms == (
        "log.retention.ms",
        "log.retention.minutes",
        "log.retention.hours",
    )
    assert GROUP_SETTINGS["consumer.session.timeout.ms"].synonyms == ("group.consumer.session.timeout.ms",)


def test_a_default_of_ours_stands_beside_kafkas() -> None:
    delay = BROKER_SETTINGS["group.initial.rebalance.delay.ms"]
    assert (delay.default, delay.kafka_default_text) == (0, "3000")
    assert BROKER_SETTINGS["num.partitions"].kafka_default_text is None


def test_what_is_honoured_is_a_setting() -> None:
    assert set(BROKER_SETTINGS) >= honoured.HONOURED_BROKER
    assert set(TOPIC_SETTINGS) >= honoured.HONOURED_TOPIC
    assert set(GROUP_SETTINGS) >= honoured.HONOURED_GROUP
    assert set(CLIENT_METRICS_SETTINGS) >= honoured.HONOURED_CLIENT_METRICS


def test_a_setting_that_the_code_reads_is_honoured() -> None:
    reads = re.compile(r"""config\.(?:int|bool|float|text|text_or_none|list|value)\(\s*"([a-z.]+)"\s*\)""")
    read = {
        name
        for path in SOURCE.rglob("*.py")
        for name in reads.findall(path.read_text(encoding="utf-8"))
        if not path.is_relative_to(SOURCE / "config")
    }
    assert read
    assert {name for name in read if not BROKER_SETTINGS[name].honoured} == set()


def test_importing_the_settings_reads_no_table() -> None:
    code = """
import io, sys
opened = []
sys.addaudithook(lambda event, args: opened.append(str(args[0])) if event == "open" else None)
import kwire.config
assert "kwire.config.tables" in sys.modules
print([path for path in opened if path.endswith(".txt")])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_scopes_have_words() -> None:
    assert [scope.words for scope in Scope] == ["broker", "topic", "group", "client metrics"]
