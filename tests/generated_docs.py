"""The parts of the documentation that are made from the code: run as a script it writes them anew (`make docs`)."""

from __future__ import annotations

import io
import re
from pathlib import Path

from kwire.apis import BETWEEN_NODES, TABLE
from kwire.codec.messages import INDEX

ROOT = Path(__file__).resolve().parent.parent

BEGIN = "<!-- generated: apis -->"
END = "<!-- end generated -->"


def api_table() -> str:
    """Every served API with its key and versions; below it how many there are."""
    rows = ["| key | API | versions |", "| --- | --- | --- |"]
    for key, served in sorted(TABLE.items()):
        rows.append(f"| {key} | {served.name} | {served.min_version} to {served.max_version} |")
    internal = BETWEEN_NODES.keys() - TABLE.keys()
    return (
        "\n".join(rows)
        + f"\n\n{len(TABLE)} of the {len(INDEX.keys() - internal)} APIs that a client of Kafka 4.4 can call;"
        + " all of them are specified in `protocol_specs/`."
    )


def readme(text: str) -> str:
    """The README with its table as it should be."""
    made = f"{BEGIN}\n{api_table()}\n{END}"
    return re.sub(f"{BEGIN}.*?{END}", lambda _: made, text, count=1, flags=re.DOTALL)


def settings_page() -> str:
    """docs/settings.md as it should be."""
    from kwire.cli.settings import show_settings

    out = io.StringIO()
    show_settings(None, scope=None, form="markdown", out=out)
    return out.getvalue()


def write() -> None:
    path = ROOT / "README.md"
    path.write_text(readme(path.read_text(encoding="utf-8")), encoding="utf-8")
    (ROOT / "docs" / "settings.md").write_text(settings_page(), encoding="utf-8")


if __name__ == "__main__":
    write()
