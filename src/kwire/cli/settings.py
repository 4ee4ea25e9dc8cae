"""`kwire config`: every setting with type, default and meaning, and whether kwire honours it yet."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import TextIO

from kwire.config import Scope, Setting, all_settings

_UPDATE_MODES = {
    "read-only": "at start only",
    "cluster-wide": "while running, for all brokers",
    "per-broker": "while running, for one broker",
}
_PREFACE = """\
# Settings

Every setting has the name, the type, the default and the limits that it has in Apache Kafka 4.4. A default that is
kwire's own stands beside Kafka's. What is not honoured yet is taken and has no effect; `kwire serve` names it once when
it starts. A topic's or a group's setting that is not set has the value of the broker's setting named beside it.

This page is what `kwire config --format markdown` prints.
"""


def show_settings(name: str | None, *, scope: str | None, form: str, out: TextIO | None = None) -> int:
    """Print the setting of that name, or else those with this in their names; 1 when there are none."""
    wanted = None if scope is None else Scope[scope.upper().replace("-", "_")]
    found = list(all_settings(wanted))
    if name is not None:
        found = [each for each in found if each.name == name] or [each for each in found if name in each.name]
    if not found:
        print(f"kwire: no setting has {name!r} in its name", file=sys.stderr)
        return 1
    {"text": _text, "markdown": _markdown, "json": _json}[form](found, sys.stdout if out is None else out)
    return 0


def _default(setting: Setting) -> str:
    """The default in words, with Kafka's beside it where that is another."""
    ours = {None: "none", "": "empty"}.get(setting.default_text, setting.default_text)
    return (
        f"{ours} (Kafka: {setting.kafka_default_text})"
        if setting.kafka_default_text is not None
        else str(ours)
    )


def _kafka_default(setting: Setting) -> str | None:
    if setting.kafka_default_text is None:
        return setting.default_text
    return None if setting.kafka_default_text == "none" else setting.kafka_default_text


def _text(settings: Sequence[Setting], out: TextIO) -> None:
    for setting in settings:
        facts = [f"default {_default(setting)}"]
        if setting.limits:
            facts.append(setting.limits)
        if setting.scope is Scope.BROKER:
            facts.append(f"set {_UPDATE_MODES[setting.update_mode]}")
        if setting.synonyms:
            facts.append(f"else {', '.join(setting.synonyms)}")
        if not setting.honoured:
            facts.append("not honoured yet")
        print(f"{setting.name}  ({setting.scope.words}, {setting.type.words})", file=out)
        print(f"    {setting.doc}", file=out)
        print(f"    {'; '.join(facts)}", file=out)


def _markdown(settings: Sequence[Setting], out: TextIO) -> None:
    print(_PREFACE, end="", file=out)
    for scope, group in groupby(settings, key=lambda each: each.scope):
        last = "changes" if scope is Scope.BROKER else "else"
        print(f"\n## {scope.words.capitalize()}\n", file=out)
        print(f"| Setting | Meaning | Type | Default | Limits | {last.capitalize()} | Honoured |", file=out)
        print("| --- | --- | --- | --- | --- | --- | --- |", file=out)
        for setting in group:
            print(f"| {' | '.join(_cells(setting))} |", file=out)


def _cells(setting: Setting) -> Iterable[str]:
    yield f"`{setting.name}`"
    yield setting.doc
    yield setting.type.words
    yield _default(setting)
    yield setting.limits
    if setting.scope is Scope.BROKER:
        yield _UPDATE_MODES[setting.update_mode]
    else:
        yield ", ".join(f"`{name}`" for name in setting.synonyms)
    yield "yes" if setting.honoured else "not yet"


def _json(settings: Sequence[Setting], out: TextIO) -> None:
    rows = [
        {
            "name": setting.name,
            "scope": setting.scope.words,
            "type": setting.type.words,
            "default": setting.default_text,
            "kafka_default": _kafka_default(setting),
            "limits": setting.limits,
            "update_mode": setting.update_mode if setting.scope is Scope.BROKER else None,
            "synonyms": list(setting.synonyms),
            "sensitive": setting.sensitive,
            "honoured": setting.honoured,
            "doc": setting.doc,
        }
        for setting in settings
    ]
    json.dump(rows, out, indent=1)
    print(file=out)
