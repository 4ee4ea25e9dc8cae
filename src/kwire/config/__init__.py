"""Settings under Kafka's names: what there is to set (`Setting` and its tables), and what was set (`Config`)."""

from __future__ import annotations

from kwire.config.listeners import Listener
from kwire.config.setting import Scope, Setting, SettingType
from kwire.config.tables import (
    BROKER_SETTINGS,
    CLIENT_METRICS_SETTINGS,
    GROUP_SETTINGS,
    TOPIC_SETTINGS,
    all_settings,
)
from kwire.config.values import Config

__all__ = [
    "BROKER_SETTINGS",
    "CLIENT_METRICS_SETTINGS",
    "GROUP_SETTINGS",
    "TOPIC_SETTINGS",
    "Config",
    "Listener",
    "Scope",
    "Setting",
    "SettingType",
    "all_settings",
]
