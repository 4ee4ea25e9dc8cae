"""Writes src/kwire/codec/messages/ and src/kwire/codec/stored/ from the specs beside this file.

python protocol_specs/generate.py          write what has changed
python protocol_specs/generate.py --check  write nothing; exit 1 when something is not as the specs say
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from protocol_specs import emit_module, grammar  # noqa: E402

CODEC = ROOT / "src" / "kwire" / "codec"
HAND_WRITTEN = {"messages/__init__.py", "stored/__init__.py"}


def texts() -> dict[str, str]:
    """What every generated file should hold, by its path inside codec/, before formatting."""
    apis, headers, stored = grammar.apis(), grammar.headers(), grammar.stored()
    result = {f"messages/{spec.module}.py": emit_module.api_module(spec) for spec in apis}
    result |= {f"messages/{spec.module}.py": emit_module.header_module(spec) for spec in headers}
    result |= {f"stored/{spec.module}.py": emit_module.record_module(spec) for spec in stored}
    result["messages/index.py"] = emit_module.message_index(apis)
    result["stored/index.py"] = emit_module.stored_index(stored)
    return result


def formatted(texts: dict[str, str]) -> dict[str, str]:
    """The same, as `ruff format` writes it."""
    with tempfile.TemporaryDirectory() as folder:
        for path, text in texts.items():
            file = Path(folder, path)
            file.parent.mkdir(exist_ok=True)
            file.write_text(text)
        ruff = [sys.executable, "-m", "ruff", "format", "--quiet", "--no-cache"]
        subprocess.run([*ruff, "--config", str(ROOT / "pyproject.toml"), folder], check=True)
        return {path: Path(folder, path).read_text() for path in texts}


def main(arguments: list[str]) -> int:
    check = "--check" in arguments
    try:
        wanted = formatted(texts())
    except grammar.SpecError as error:
        print(error, file=sys.stderr)
        return 2
    present = {
        str(path.relative_to(CODEC))
        for folder in ("messages", "stored")
        for path in (CODEC / folder).glob("*.py")
    }
    stale = [path for path in sorted(present - wanted.keys()) if path not in HAND_WRITTEN]
    changed = [
        path
        for path, text in wanted.items()
        if not (CODEC / path).exists() or (CODEC / path).read_text() != text
    ]
    if check:
        for path in [*stale, *changed]:
            print(f"{path} is not what the specs say: run `make generate`", file=sys.stderr)
        return 1 if stale or changed else 0
    for path in stale:
        (CODEC / path).unlink()
    for path in changed:
        (CODEC / path).write_text(wanted[path])
    print(f"{len(changed)} of {len(wanted)} files written, {len(stale)} removed")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
