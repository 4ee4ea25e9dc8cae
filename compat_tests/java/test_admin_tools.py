"""Apache Kafka's command-line tools for administrators: directories, replicas, leaders, voters, quotas, credentials."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from compat_tests.harness import Server, eventually, kafka_jars, require, run_java, skip_without, unique
from compat_tests.topics import make_topic

pytestmark = pytest.mark.java

LOG_DIRS = "org.apache.kafka.tools.LogDirsCommand"
REASSIGN = "org.apache.kafka.tools.reassign.ReassignPartitionsCommand"
ELECTION = "org.apache.kafka.tools.LeaderElectionCommand"
CONFIGS = "kafka.admin.ConfigCommand"
QUORUM = "org.apache.kafka.tools.MetadataQuorumCommand"
FEATURES = "org.apache.kafka.tools.FeatureCommand"
CLIENT_METRICS = "org.apache.kafka.tools.ClientMetricsCommand"
ACLS = "org.apache.kafka.tools.AclCommand"
TOKENS = "org.apache.kafka.tools.DelegationTokenCommand"
CLUSTER = "org.apache.kafka.tools.ClusterTool"


@pytest.fixture(scope="module", autouse=True)
def _java() -> None:
    skip_without(lambda: (require("java"), kafka_jars()))


def tool(server: Server, main_class: str, *arguments: str) -> str:
    """What the tool printed; a non-zero exit fails the test."""
    return run_java(main_class, "--bootstrap-server", server.bootstrap, *arguments).stdout


def refused(server: Server, main_class: str, *arguments: str) -> str:
    """What a tool that fails said."""
    done = run_java(main_class, "--bootstrap-server", server.bootstrap, *arguments, check=False)
    return done.stdout + done.stderr


def test_log_dirs_shows_where_partitions_lie(server: Server) -> None:
    topic = make_topic(server, partitions=2)
    output = tool(server, LOG_DIRS, "--describe", "--topic-list", topic)
    described = json.loads(next(line for line in output.splitlines() if line.startswith("{")))
    partitions = [
        each["partition"]
        for broker in described["brokers"]
        for directory in broker["logDirs"]
        for each in directory["partitions"]
    ]
    assert sorted(partitions) == [f"{topic}-0", f"{topic}-1"]


def test_reassign_partitions_finds_everything_where_it_is_to_be(server: Server, tmp_path: Path) -> None:
    topic = make_topic(server)
    generated = tool(
        server, REASSIGN, "--generate", "--topics-to-move-json-file", topics_file(tmp_path, topic),
        "--broker-list", "1",
    )  # fmt: skip
    now = json.loads(next(line for line in generated.splitlines() if line.startswith("{")))
    leader = now["partitions"][0]["replicas"][0]
    plan = tmp_path / "plan.json"
    moved = [{"topic": topic, "partition": 0, "replicas": [leader]}]
    plan.write_text(json.dumps({"version": 1, "partitions": moved}))
    output = tool(server, REASSIGN, "--execute", "--reassignment-json-file", str(plan))
    assert "Successfully started partition reassignment" in output
    output = tool(server, REASSIGN, "--verify", "--reassignment-json-file", str(plan))
    assert f"Reassignment of partition {topic}-0 is completed." in output
    assert "No partition reassignments found." in tool(server, REASSIGN, "--list")


def topics_file(tmp_path: Path, topic: str) -> str:
    path = tmp_path / "topics.json"
    path.write_text(json.dumps({"version": 1, "topics": [{"topic": topic}]}))
    return str(path)


def test_leader_election_finds_the_leaders_that_are_to_be(server: Server) -> None:
    topic = make_topic(server)
    asked = ("--election-type", "preferred", "--topic", topic, "--partition", "0")
    output = tool(server, ELECTION, *asked)
    assert f"Valid replica already elected for partitions {topic}-0" in output
    assert tool(server, ELECTION, "--election-type", "unclean", "--all-topic-partitions") is not None


def test_configs_sets_quotas_of_users_clients_and_addresses(server: Server) -> None:
    user, client = unique("user"), unique("client")
    entity = (
        "--entity-type",
        "users",
        "--entity-name",
        user,
        "--entity-type",
        "clients",
        "--entity-name",
        client,
    )
    tool(server, CONFIGS, "--alter", "--add-config", "producer_byte_rate=1024,request_percentage=50", *entity)
    expected = f"Quota configs for user-principal '{user}', client-id '{client}' are"

    def described() -> str | None:
        output = tool(server, CONFIGS, "--describe", *entity)
        return output if expected in output else None

    output = eventually(described, "the quota is described")
    assert "producer_byte_rate=1024.0" in output
    assert "request_percentage=50.0" in output
    tool(server, CONFIGS, "--alter", "--delete-config", "producer_byte_rate,request_percentage", *entity)
    eventually(lambda: described() is None, "the quota is gone")
    address = ("--entity-type", "ips", "--entity-name", "10.9.8.7")
    tool(server, CONFIGS, "--alter", "--add-config", "connection_creation_rate=5", *address)
    eventually(
        lambda: "connection_creation_rate=5.0" in tool(server, CONFIGS, "--describe", *address),
        "the address has its quota",
    )


def test_configs_makes_and_removes_scram_credentials(server: Server) -> None:
    user = unique("user")
    entity = ("--entity-type", "users", "--entity-name", user)
    tool(
        server, CONFIGS, "--alter", "--add-config", "SCRAM-SHA-256=[iterations=8192,password=secret]", *entity
    )
    eventually(
        lambda: (
            f"SCRAM credential configs for user-principal '{user}' are SCRAM-SHA-256=iterations=8192"
            in tool(server, CONFIGS, "--describe", *entity)
        ),
        "the credential is described",
    )
    tool(server, CONFIGS, "--alter", "--delete-config", "SCRAM-SHA-256", *entity)
    eventually(
        lambda: "SCRAM-SHA-256" not in tool(server, CONFIGS, "--describe", *entity), "the credential is gone"
    )


def test_configs_changes_settings_of_groups_and_levels_of_loggers(server: Server) -> None:
    entity = ("--entity-type", "groups", "--entity-name", unique("group"))
    tool(server, CONFIGS, "--alter", "--add-config", "consumer.session.timeout.ms=50000", *entity)
    eventually(
        lambda: "consumer.session.timeout.ms=50000" in tool(server, CONFIGS, "--describe", *entity),
        "the group has its setting",
    )
    loggers = ("--entity-type", "broker-loggers", "--entity-name", "1")
    level = next(
        line.split()[0].split("=")[1]
        for line in tool(server, CONFIGS, "--describe", *loggers).splitlines()
        if line.strip().startswith("root=")
    )
    tool(server, CONFIGS, "--alter", "--add-config", f"root={level}", *loggers)


def test_client_metrics_makes_lists_and_removes_subscriptions(server: Server) -> None:
    name = unique("metrics")
    tool(
        server,
        CLIENT_METRICS,
        "--alter",
        "--name",
        name,
        "--metrics",
        "org.apache.kafka",
        "--interval",
        "30000",
    )
    eventually(lambda: name in tool(server, CLIENT_METRICS, "--list"), "the subscription is listed")
    output = tool(server, CLIENT_METRICS, "--describe", "--name", name)
    assert "interval.ms=30000" in output
    assert "metrics=org.apache.kafka" in output
    tool(server, CLIENT_METRICS, "--delete", "--name", name)
    eventually(lambda: name not in tool(server, CLIENT_METRICS, "--list"), "the subscription is gone")


def test_metadata_quorum_describes_the_quorum(server: Server) -> None:
    output = tool(server, QUORUM, "describe", "--status")
    told = dict(line.split(":", 1) for line in output.splitlines() if ":" in line)
    assert told["LeaderId"].strip() == "1"
    assert told["CurrentVoters"].strip().startswith('[{"id": 1')
    rows = [line.split() for line in tool(server, QUORUM, "describe", "--replication").splitlines()]
    assert rows[0][0] == "NodeId"
    assert rows[1][0] == "1"
    assert rows[1][-1] == "Leader"


def test_features_are_described(server: Server) -> None:
    output = tool(server, FEATURES, "describe")
    assert "Feature: transaction.version" in output
    assert "FinalizedVersionLevel: 2" in output


def test_access_rules_and_tokens_are_refused_with_their_reasons(server: Server) -> None:
    assert "SecurityDisabledException" in refused(server, ACLS, "--list")
    assert "Delegation Token requests are not allowed on PLAINTEXT" in refused(
        server, TOKENS, "--describe", "--command-config", "/dev/null"
    )


def test_a_cluster_forgets_no_broker_that_it_does_not_know(server: Server) -> None:
    done = run_java(CLUSTER, "unregister", "--bootstrap-server", server.bootstrap, "--id", "77", check=False)
    assert "Broker ID 77 is not currently registered" in done.stdout + done.stderr
