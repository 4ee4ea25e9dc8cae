"""What kwire says while it runs, through the standard library's logging: for a person, or as JSON lines.

Loggers are named after the module that speaks. A line about a connection carries `peer`, `client_id`, `what` and
`where` as attributes of its record, so that the JSON form has them as fields.
"""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Final, TextIO

FORMATS: Final = ("human", "json")
LEVELS: Final = ("debug", "info", "warning", "error", "critical")

_speaker = ""
_DETAILS = ("peer", "client_id", "what", "where")


class HumanFormatter(logging.Formatter):
    """`12:30:01.250 WARNING server.connection: text`, times local; of several workers, which one says it."""

    def __init__(self) -> None:
        super().__init__(
            "%(asctime)s.%(msecs)03d %(levelname)s %(room)s: %(message)s", datefmt="%Y-%m-%d %H:%M:%S"
        )

    def format(self, record: logging.LogRecord) -> str:
        record.room = f"{_speaker}{record.name.removeprefix('kwire.')}"
        return super().format(record)


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time (ISO 8601, UTC), level, logger, message, and a connection's details."""

    def format(self, record: logging.LogRecord) -> str:
        when = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        fields: dict[str, str] = {
            "time": when,
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if _speaker:
            fields["worker"] = _speaker.split()[1]
        for name in _DETAILS:
            value = record.__dict__.get(name)
            if value is not None:
                fields[name] = str(value)
        if record.exc_info:
            fields["traceback"] = self.formatException(record.exc_info)
        return json.dumps(fields, ensure_ascii=False)


def speak_as_worker(number: int) -> None:
    """From now on each line says which worker of several this process is."""
    global _speaker
    _speaker = f"worker {number} "


def configure_logging(level: str = "info", log_format: str = "human", stream: TextIO | None = None) -> None:
    """Send what kwire logs to `stream` (stderr unless given), from `level` up, in one of FORMATS.

    Only the logger "kwire" is touched: an application that embeds kwire keeps its own logging. Calling it again
    replaces what it did before. ValueError for an unknown level or format.
    """
    if level.lower() not in LEVELS:
        raise ValueError(f"log level {level!r} is none of {', '.join(LEVELS)}")
    if log_format not in FORMATS:
        raise ValueError(f"log format {log_format!r} is none of {', '.join(FORMATS)}")
    handler = logging.StreamHandler(stream if stream is not None else sys.stderr)
    handler.setFormatter(JsonFormatter() if log_format == "json" else HumanFormatter())
    logger = logging.getLogger("kwire")
    for old in logger.handlers[:]:
        logger.removeHandler(old)
    logger.addHandler(handler)
    logger.setLevel(level.upper())
    logger.propagate = False
