"""`kwire config`: every setting with type, default and meaning, and whether kwire honours it yet."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from typing import TextIO

from kwire.config import Scope, Setting, all_settings


def show_settings(name: str | None, *, scope: str | None, form: str, out: TextIO | None = None) -> int:
    """Print the settings asked for; 1 when there are none."""
    out = sys.stdout if out is None else out
    wanted = None if scope is None else Scope[scope.upper()]
    found = [setting for setting in all_settings(wanted) if name is None or name in setting.name]
    if not found:
        print(f"kwire: no setting has {name!r} in its name", file=sys.stderr)
        return 1
    {"text": _text, "markdown": _markdown, "json": _json}[form](found, out)
    return 0


def _default(setting: Setting) -> str:
    if setting.default_text is None:
        return "none"
    return setting.default_text or "empty"


def _text(settings: Iterable[Setting], out: TextIO) -> None:
    for setting in settings:
        honoured = "honoured" if setting.honoured else "not honoured yet"
        print(f"{setting.name}  ({_scope(setting)}, {setting.type.name.lower()}, {honoured})", file=out)
        print(f"    default: {_default(setting)}", file=out)
        print(f"    {setting.doc}", file=out)


def _markdown(settings: Iterable[Setting], out: TextIO) -> None:
    section = None
    for setting in settings:
        if setting.scope != section:
            section = setting.scope
            print(f"\n## Settings of {_scope(setting)}s\n", file=out)
            print("| setting | type | default | honoured | meaning |", file=out)
            print("| --- | --- | --- | --- | --- |", file=out)
        cells = (
            f"`{setting.name}`",
            setting.type.name.lower(),
            f"`{_default(setting)}`",
            "yes" if setting.honoured else "",
            setting.doc.replace("|", "\\|"),
        )
        print("| " + " | ".join(cells) + " |", file=out)


def _json(settings: Iterable[Setting], out: TextIO) -> None:
    rows = [
        {
            "name": setting.name,
            "scope": _scope(setting),
            "type": setting.type.name.lower(),
            "default": setting.default_text,
            "honoured": setting.honoured,
            "update_mode": setting.update_mode,
            "doc": setting.doc,
        }
        for setting in settings
    ]
    json.dump(rows, out, indent=1)
    print(file=out)


def _scope(setting: Setting) -> str:
    return str(setting.scope.name).lower()
