"""Loggers of this process and their levels: Kafka's names of levels over the standard library's loggers (KIP-412).

They are of this process and of this run: nothing of it is on record.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from kwire.errors import ErrorCode, KafkaError

ROOT_LOGGER = "root"
_LEVELS = {"TRACE": 5, "DEBUG": 10, "INFO": 20, "WARN": 30, "ERROR": 40, "FATAL": 50}
_SET, _DELETE, _APPEND, _SUBTRACT = range(4)
_REFUSED = {_APPEND: "APPEND", _SUBTRACT: "SUBTRACT"}


def levels() -> dict[str, str]:
    """The level that holds for each logger, by name."""
    found = sorted(name for name in logging.root.manager.loggerDict if name.startswith("kwire"))
    return {name: _level(name) for name in (ROOT_LOGGER, *found)}


def alter_levels(operations: Sequence[tuple[str, int, str | None]], *, validate_only: bool) -> None:
    """Change all of them or none: (logger, operation of IncrementalAlterConfigs, level) each.

    Raises KafkaError: INVALID_CONFIG, INVALID_REQUEST.
    """
    known = levels()
    for name, operation, level in operations:
        if operation in _REFUSED:
            raise KafkaError(
                ErrorCode.INVALID_REQUEST,
                f"{_REFUSED[operation]} operation is not allowed for the BROKER_LOGGER resource",
            )
        if name not in known:
            raise KafkaError(ErrorCode.INVALID_CONFIG, f"Logger {name} does not exist!")
        if operation == _SET and level not in _LEVELS:
            raise KafkaError(
                ErrorCode.INVALID_CONFIG,
                f"Cannot set the log level of {name} to {level} as it is not a supported log level. "
                f"Valid log levels are {', '.join(sorted(_LEVELS))}",
            )
        if operation == _DELETE and name == ROOT_LOGGER:
            raise KafkaError(
                ErrorCode.INVALID_REQUEST,
                f"Removing the log level of the {ROOT_LOGGER} logger is not allowed",
            )
    if validate_only:
        return
    for name, operation, level in operations:
        wanted = _LEVELS[level] if operation == _SET and level is not None else logging.NOTSET
        _logger(name).setLevel(wanted)


def _logger(name: str) -> logging.Logger:
    return logging.getLogger("" if name == ROOT_LOGGER else name)


def _level(name: str) -> str:
    number = _logger(name).getEffectiveLevel()
    return next((known for known, least in _LEVELS.items() if number <= least), "FATAL")
