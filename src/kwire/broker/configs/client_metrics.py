"""Subscriptions of client metrics (KIP-714): which clients are to push which metrics, and how often.

They are kept and described; without a receiver nobody is asked to push anything, as in Kafka.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from kwire.config import CLIENT_METRICS_SETTINGS
from kwire.errors import ErrorCode, KafkaError

_MATCHED = (
    "client_id",
    "client_instance_id",
    "client_software_name",
    "client_software_version",
    "client_source_address",
    "client_source_port",
)


def check_subscription(values: Mapping[str, str]) -> None:
    """May these be the settings of a subscription? Raises KafkaError: INVALID_REQUEST, INVALID_CONFIG."""
    for name, text in values.items():
        setting = CLIENT_METRICS_SETTINGS.get(name)
        if setting is None:
            raise KafkaError(ErrorCode.INVALID_REQUEST, f"Unknown client metrics configuration: {name}")
        if name == "match":
            _check_patterns(text)
            continue
        try:
            setting.parse(text)
        except ValueError as error:
            raise KafkaError(ErrorCode.INVALID_REQUEST, str(error)) from error


def _check_patterns(text: str) -> None:
    for each in text.split(",") if text.strip() else ():
        name, separator, pattern = each.partition("=")
        if name.strip() not in _MATCHED or not separator or not pattern or "=" in pattern:
            raise _illegal(each)
        try:
            re.compile(pattern.strip())
        except re.error as error:
            raise _illegal(each) from error


def _illegal(pattern: str) -> KafkaError:
    return KafkaError(ErrorCode.INVALID_CONFIG, f"Illegal client matching pattern: {pattern.strip()}")
