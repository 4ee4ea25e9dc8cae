"""Settings from the environment, as in the official image."""

from __future__ import annotations

import pytest

from kwire.config.environment import settings_of_environment


@pytest.mark.parametrize(
    ("variable", "name"),
    [
        ("KAFKA_ADVERTISED_LISTENERS", "advertised.listeners"),
        ("KAFKA_NODE_ID", "node.id"),
        ("KAFKA_A__B", "a_b"),
        ("KAFKA_A___B", "a-b"),
        ("KAFKA_A____B", "a-.b"),
        ("KAFKA_kwire_accept_any_replication_factor", "kwire.accept.any.replication.factor"),
        ("CLUSTER_ID", "cluster.id"),
    ],
)
def test_a_variable_is_a_setting(variable: str, name: str) -> None:
    assert settings_of_environment({variable: "x"}) == {name: (variable, "x")}


@pytest.mark.parametrize(
    "variable",
    [
        "KAFKA_HEAP_OPTS",
        "KAFKA_OPTS",
        "KAFKA_VERSION",
        "KAFKA_LOG4J_ROOT_LOGLEVEL",
        "KAFKA_",
        "PATH",
        "MY_KAFKA_X",
    ],
)
def test_what_is_for_a_jvm_or_for_others_is_none(variable: str) -> None:
    assert settings_of_environment({variable: "x"}) == {}


def test_an_empty_cluster_id_is_none() -> None:
    assert settings_of_environment({"CLUSTER_ID": ""}) == {}
