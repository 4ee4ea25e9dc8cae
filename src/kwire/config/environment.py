"""Settings from environment variables, as the official Docker image of Apache Kafka reads them.

`KAFKA_LOG_RETENTION_MS` is `log.retention.ms`: lower case, `_` for a dot, `__` for an underscore, `___` for a dash.
`CLUSTER_ID` is the cluster's id. What is meant for a JVM is none of ours.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_PREFIX = "KAFKA_"
_NOT_SETTINGS = frozenset(
    (
        "KAFKA_CLASSPATH",
        "KAFKA_DEBUG",
        "KAFKA_GC_LOG_OPTS",
        "KAFKA_HEAP_OPTS",
        "KAFKA_JMX_HOSTNAME",
        "KAFKA_JMX_OPTS",
        "KAFKA_JMX_PORT",
        "KAFKA_JVM_PERFORMANCE_OPTS",
        "KAFKA_LOG4J_LOGGERS",
        "KAFKA_LOG4J_OPTS",
        "KAFKA_LOG4J_ROOT_LOGLEVEL",
        "KAFKA_OPTS",
        "KAFKA_TOOLS_LOG4J_LOGLEVEL",
        "KAFKA_VERSION",
    )
)
_UNDERSCORES = re.compile("___|__|_")
_MEANING = {"___": "-", "__": "_", "_": "."}


def settings_of_environment(environment: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """Setting name to (variable, value) of every variable that is a setting."""
    found = {}
    if environment.get("CLUSTER_ID"):
        found["cluster.id"] = ("CLUSTER_ID", environment["CLUSTER_ID"])
    for variable, value in environment.items():
        name = variable.removeprefix(_PREFIX)
        if name not in (variable, "") and variable not in _NOT_SETTINGS:
            found[_UNDERSCORES.sub(lambda run: _MEANING[run[0]], name.lower())] = (variable, value)
    return found
