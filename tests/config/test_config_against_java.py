"""Our settings are Kafka's: the same names, types, defaults and synonyms, and the same texts are taken and refused."""

from __future__ import annotations

import os
import random
import subprocess
from base64 import b64decode, b64encode
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from kwire.config import (
    BROKER_SETTINGS,
    GROUP_SETTINGS,
    TOPIC_SETTINGS,
    Scope,
    Setting,
    SettingType,
    all_settings,
)
from kwire.config.properties import parse_properties
from kwire.errors import InvalidSetting
from tests.toolchain import SLF4J, require_maven_jar, require_tool

pytestmark = pytest.mark.java

ARTIFACTS = (
    "kafka-clients",
    "kafka-coordinator-common",
    "kafka-group-coordinator",
    "kafka-group-coordinator-api",
    "kafka-metadata",
    "kafka-raft",
    "kafka-server",
    "kafka-server-common",
    "kafka-share-coordinator",
    "kafka-storage",
    "kafka-storage-api",
    "kafka-transaction-coordinator",
)
OTHERS = (
    SLF4J,
    ("commons-validator", "commons-validator", "1.10.1"),
    ("commons-logging", "commons-logging", "1.3.5"),
)
SCOPES = {"BROKER": BROKER_SETTINGS, "TOPIC": TOPIC_SETTINGS, "GROUP": GROUP_SETTINGS}
INTERNAL = {"log.initial.task.delay.ms"}  # Kafka has it and does not tell
OURS = {
    "cluster.id",
    "kwire.accept.any.replication.factor",
    "kwire.log.open.files.max",
    "kwire.workers",
} | INTERNAL

Ask = Callable[[Sequence[str]], list[str]]


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Ask:
    """Puts questions to Java; see KafkaSettings.java."""
    javac, java = require_tool("javac"), require_tool("java")
    jars = [require_maven_jar(artifact) for artifact in ARTIFACTS]
    jars += [require_maven_jar(name, group=group, version=version) for group, name, version in OTHERS]
    classes = tmp_path_factory.mktemp("classes")
    class_path = os.pathsep.join(map(str, [classes, *jars]))
    source = Path(__file__).parent / "java" / "KafkaSettings.java"
    subprocess.run([javac, "-nowarn", "-cp", class_path, "-d", str(classes), str(source)], check=True)

    def put(questions: Sequence[str]) -> list[str]:
        done = subprocess.run(
            [java, "-XX:TieredStopAtLevel=1", "-cp", class_path, "KafkaSettings"],
            input="\n".join(questions) + "\n",
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            check=True,
        )
        return done.stdout.split("\n")[:-1]

    return put


def encode(text: str) -> str:
    return b64encode(text.encode("utf-8")).decode()


def decode(text: str) -> str:
    return b64decode(text).decode("utf-8")[1:]


def test_every_setting_is_there_as_kafka_defines_it(ask: Ask) -> None:
    kafkas = {}
    for line in ask(["settings"])[:-1]:
        scope, name, kind, standard, mode, synonyms = line.split(" ")
        kafkas[(scope, name)] = (
            kind,
            decode(standard) if standard else None,
            mode if scope == "BROKER" else "",
            tuple(synonyms.split(",")) if synonyms else (),
        )
    ours = {}
    for setting in all_settings():
        if setting.scope is Scope.CLIENT_METRICS or setting.name in OURS:
            continue
        default = setting.default_text
        if setting.kafka_default_text is not None:
            default = None if setting.kafka_default_text == "none" else setting.kafka_default_text
        ours[(str(setting.scope.name), setting.name)] = (
            setting.type.name,
            default,
            setting.update_mode if setting.scope is Scope.BROKER else "",
            setting.synonyms,
        )
    assert ours == kafkas


def texts_for(setting: Setting) -> list[str]:
    """What somebody might give as a value, sensible or not."""
    texts = [
        "",
        "0",
        "1",
        "-1",
        "2",
        "+7",
        " 12 ",
        "1_000",
        "0x10",
        "1.0",
        "0.5",
        ".5",
        "1e-1",
        "٣",
        "9" * 25,
    ]
    texts += ["32768", "2147483647", "2147483648", "9223372036854775807", "9223372036854775808"]
    texts += [
        "true",
        "TRUE",
        " false",
        "yes",
        "abc",
        "a,b",
        "a , b",
        "a,a",
        "a,,b",
        ",",
        "*",
        "1:2,3:4",
        "1:x",
    ]
    texts += ["by_duration:PT1H", "by_duration:P1DT2H3M4.5S", "by_duration:P", "by_duration:x", "latest"]
    for limit in (setting.minimum, setting.maximum, setting.also):
        if limit is not None:
            texts += [str(limit - 1), str(limit), str(limit + 1)]
    for choice in setting.choices:
        texts += [
            choice,
            choice.upper(),
            choice.lower(),
            f"{choice},{choice}",
            f"{setting.choices[0]},{choice}",
        ]
    return list(dict.fromkeys(texts))


def takes(setting: Setting, text: str) -> bool:
    try:
        setting.parse(text)
    except InvalidSetting:
        return False
    return True


def test_the_same_values_are_taken_and_refused(ask: Ask) -> None:
    # Kafka loads classes as it reads their names, and looks into the addresses of controllers.
    unlike = {"controller.quorum.voters", "controller.quorum.bootstrap.servers"} | OURS
    cases = [
        (scope, setting, text)
        for scope, settings in SCOPES.items()
        for setting in settings.values()
        if setting.type is not SettingType.CLASS and setting.name not in unlike
        for text in texts_for(setting)
    ]
    answers = ask([f"parse {scope} {setting.name} {encode(text)}" for scope, setting, text in cases])
    different = [
        f"{setting.name}={text!r}: Kafka says {answer}"
        for (_, setting, text), answer in zip(cases, answers, strict=True)
        if takes(setting, text) != (answer == "yes")
    ]
    assert not different


PIECES = ("a", "b.c", "=", ":", " ", "\t", "\f", "\\", "\\\\", "\n", "\r", "\r\n", "#", "!", "\\n", "\\t", "\\:",
          "\\u0041", "\\u00e9", "\\u12", "\\q", "é", "value", "\x1c", "\x85", "\u2028")  # fmt: skip


def test_properties_files_are_read_as_java_reads_them(ask: Ask) -> None:
    rng = random.Random(20260301)
    texts = ["".join(rng.choices(PIECES, k=rng.randint(1, 14))) for _ in range(20_000)]
    answers = ask([f"properties {encode(text)}" for text in texts])
    for text, answer in zip(texts, answers, strict=True):
        javas = None if answer == "no" else dict(map(read_pair, answer.split()))
        if javas is not None and "" in javas:
            continue  # The empty name is Java's; for us it is a mistake.
        try:
            ours = {each.name: each.value for each in parse_properties(text)}
        except InvalidSetting:
            ours = None
        assert ours == javas, repr(text)


def read_pair(text: str) -> tuple[str, str]:
    name, _, value = text.partition(":")
    return decode(name), decode(value)
