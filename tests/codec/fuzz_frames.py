"""Coverage-guided fuzzing of everything that reads bytes; runs until it finds something or is stopped.

    pip install atheris
    python tests/codec/fuzz_frames.py [CORPUS_DIRECTORY] [-max_total_time=SECONDS] [other options of libFuzzer]

The first two bytes of an input choose a message and its version; the rest is the message. Then the same bytes are
taken as a stream of frames with request headers. The only exception that may come out is MalformedFrame.
"""

from __future__ import annotations

import importlib
import random
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

atheris: Any = importlib.import_module("atheris")

with atheris.instrument_imports(include=["kwire.codec"]):
    from kwire.codec import MalformedFrame
    from kwire.codec.frames import FrameBuffer
    from kwire.codec.headers import decode_request_header
    from kwire.codec.messages import load
    from tests.codec.random_messages import all_specs, cases

    CASES = [case for spec in all_specs() for case in cases(spec)]
    for case in CASES:
        case.decode(case.encode(case.default()))

MAX_FRAME_BYTES = 1 << 20


def one_input(data: bytes) -> None:
    case = CASES[int.from_bytes(data[:2], "big") % len(CASES)]
    try:
        written = case.encode(case.decode(data[2:]))
        assert case.encode(case.decode(written)) == written
    except MalformedFrame:
        pass
    frames = FrameBuffer(MAX_FRAME_BYTES)
    frames.feed(data)
    try:
        while (frame := frames.next_frame()) is not None:
            buf, _, end = frame
            header, pos = decode_request_header(*frame)
            load(header.api_key).decode_request(buf, pos, end, header.api_version)
    except MalformedFrame:
        pass


def write_corpus(folder: Path) -> None:
    """One valid message of each kind to begin with."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, case in enumerate(CASES):
        message = case.encode(case.random(random.Random(number)))
        (folder / f"seed-{number}").write_bytes(number.to_bytes(2, "big") + message)


def main() -> None:
    folders = [argument for argument in sys.argv[1:] if not argument.startswith("-")]
    if folders and not any(Path(folders[0]).glob("seed-*")):
        write_corpus(Path(folders[0]))
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
