import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;

/** The tools for groups, offsets, transactions and the cluster, and those that measure. */
final class ToolGroupChecks extends Tools {
    private static String group(String topic, int partitions, long offset) throws Exception {
        String group = name("group");
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        for (int partition = 0; partition < partitions; partition++) {
            offsets.put(new TopicPartition(topic, partition), new OffsetAndMetadata(offset));
        }
        admin.alterConsumerGroupOffsets(group, offsets).all().get();
        return group;
    }

    private static Map<Integer, Long> committed(String group, String topic) throws Exception {
        Map<Integer, Long> offsets = new TreeMap<>();
        admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get().forEach((partition, offset) -> {
            if (partition.topic().equals(topic)) {
                offsets.put(partition.partition(), offset.offset());
            }
        });
        return offsets;
    }

    static void groups() {
        long first = 1_700_000_000_000L;
        Checks.check("kafka-consumer-groups: every way to reset offsets", 180, () -> {
            String topic = topic(2);
            write(topic, 0, first, 10);
            write(topic, 1, first, 10);
            String group = group(topic, 2, 5);
            Map<List<String>, Map<Integer, Long>> resets = new LinkedHashMap<>();
            resets.put(List.of("--topic", topic, "--to-earliest"), Map.of(0, 0L, 1, 0L));
            resets.put(List.of("--topic", topic, "--to-latest"), Map.of(0, 10L, 1, 10L));
            resets.put(List.of("--topic", topic + ":0", "--to-offset", "3"), Map.of(0, 3L, 1, 10L));
            resets.put(List.of("--all-topics", "--shift-by", "-2"), Map.of(0, 1L, 1, 8L));
            resets.put(List.of("--topic", topic, "--shift-by", "100"), Map.of(0, 10L, 1, 10L));
            resets.put(List.of("--topic", topic, "--to-datetime", "2023-11-14T22:13:24.000"), Map.of(0, 4L, 1, 4L));
            resets.put(List.of("--topic", topic, "--to-current"), Map.of(0, 4L, 1, 4L));
            resets.put(List.of("--topic", topic + ":0,1", "--by-duration", "P9999D"), Map.of(0, 0L, 1, 0L));
            resets.put(List.of("--topic", topic, "--by-duration", "PT1H"), Map.of(0, 10L, 1, 10L));
            resets.put(List.of("--from-file", file(topic + ",0,6\n" + topic + ",1,7\n").toString()), Map.of(0, 6L, 1, 7L));
            for (Map.Entry<List<String>, Map<Integer, Long>> reset : resets.entrySet()) {
                String[] arguments = plus(new String[] {"--reset-offsets", "--group", group}, reset.getKey().toArray(new String[0]));
                Map<Integer, Long> before = committed(group, topic);
                tool(GROUPS, plus(arguments, "--dry-run")).has("NEW-OFFSET");
                Checks.equal(before, committed(group, topic), "after a dry run of " + reset.getKey());
                tool(GROUPS, plus(arguments, "--execute")).has("NEW-OFFSET");
                Checks.equal(reset.getValue(), committed(group, topic), "after " + reset.getKey());
            }
            Done exported = tool(GROUPS, "--reset-offsets", "--group", group, "--topic", topic, "--to-current", "--export");
            exported.has(topic + ",0,6");
        });
        Checks.check("kafka-consumer-groups: a group with members is not reset, nor deleted", () -> {
            String topic = topic(1);
            String group = name("group");
            try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(Map.of("bootstrap.servers", bootstrap, "group.id", group, "client.id", "the-client",
                    "key.deserializer", StringDeserializer.class, "value.deserializer", StringDeserializer.class))) {
                consumer.subscribe(List.of(topic));
                Checks.until("assigned", () -> {
                    consumer.poll(Duration.ofMillis(100));
                    return consumer.assignment().size() == 1;
                });
                consumer.commitSync(Map.of(new TopicPartition(topic, 0), new OffsetAndMetadata(0)));
                maybe(GROUPS, "--reset-offsets", "--group", group, "--topic", topic, "--to-earliest", "--execute").has("Assignments can only be reset if the group '" + group + "' is inactive");
                maybe(GROUPS, "--delete", "--group", group).has("GroupNotEmptyException");
                maybe(GROUPS, "--delete-offsets", "--group", group, "--topic", topic).has("GroupSubscribedToTopicException");
                tool(GROUPS, "--describe", "--group", group).has("the-client", topic);
                tool(GROUPS, "--describe", "--group", group, "--members", "--verbose").has("the-client", topic + ":0");
                Map<String, String> state = tool(GROUPS, "--describe", "--group", group, "--state").lines().stream().filter(each -> each.contains("Stable"))
                        .findFirst().map(each -> Map.of("found", each)).orElse(Map.of());
                Checks.hold(state.containsKey("found"), "a stable group");
            }
        });
        Checks.check("kafka-consumer-groups: lists by state and type, describes all", () -> {
            String topic = topic(1);
            String group = group(topic, 1, 0);
            tool(GROUPS, "--list").has(group);
            tool(GROUPS, "--list", "--state", "Empty").has(group);
            Checks.hold(!tool(GROUPS, "--list", "--state", "Stable").text.contains(group), "not stable");
            tool(GROUPS, "--list", "--type", "classic").has(group);
            Checks.hold(!tool(GROUPS, "--list", "--type", "consumer").text.contains(group), "not of the new protocol");
            tool(GROUPS, "--describe", "--all-groups").has(group);
            tool(GROUPS, "--describe", "--all-groups", "--state").has(group);
            Done none = maybe(GROUPS, "--describe", "--group", name("none"));
            none.has("not found");
        });
        Checks.check("kafka-consumer-groups: deletes offsets and groups", () -> {
            String topic = topic(2);
            String group = group(topic, 2, 1);
            tool(GROUPS, "--delete-offsets", "--group", group, "--topic", topic + ":0").has("Successful");
            Checks.equal(Map.of(1, 1L), committed(group, topic), "left");
            tool(GROUPS, "--delete", "--group", group).has("was successful");
            maybe(GROUPS, "--delete", "--group", group).has("GroupIdNotFoundException");
        });
        Checks.check("kafka-groups: lists groups of all kinds", () -> {
            String groups = "org.apache.kafka.tools.GroupsCommand";
            String group = group(topic(1), 1, 0);
            tool(groups, "--list").has(group, "Classic");
            tool(groups, "--list", "--consumer").has(group);
            tool(groups, "--list", "--group-type", "classic").has(group);
            Checks.hold(!tool(groups, "--list", "--group-type", "share").text.contains(group), "no share group");
        });
        Checks.check("kafka-share-groups and kafka-streams-groups: list none", () -> {
            tool("org.apache.kafka.tools.consumer.group.ShareGroupCommand", "--list");
            tool("org.apache.kafka.tools.streams.StreamsGroupCommand", "--list");
        });
        Checks.check("share groups: kafka-console-share-consumer and kafka-share-groups", 120, () -> {
            String shares = "org.apache.kafka.tools.consumer.group.ShareGroupCommand";
            String topic = topic(1);
            String group = name("share");
            tool(CONFIGS, "--entity-type", "groups", "--entity-name", group, "--alter", "--add-config", "share.auto.offset.reset=earliest");
            write(topic, 0, first, 5);
            tool("org.apache.kafka.tools.consumer.ConsoleShareConsumer", "--topic", topic, "--group", group, "--max-messages", "5").has("v0\nv1\nv2\nv3\nv4\n");
            tool(shares, "--list").has(group);
            Checks.until("it is empty", () -> tool(shares, "--describe", "--group", group, "--state").text.contains("Empty"));
            tool(shares, "--describe", "--group", group).has(topic);
            tool(shares, "--reset-offsets", "--group", group, "--topic", topic, "--to-earliest", "--execute");
            tool(shares, "--delete", "--group", group).has("successful");
        });
        Checks.check("group.protocol=consumer: kafka-verifiable-consumer and kafka-consumer-groups", () -> {
            String topic = topic(1);
            String group = name("group");
            write(topic, 0, first, 20);
            verifiable("VerifiableConsumer", "records_consumed", "--topic", topic, "--group-id", group, "--max-messages", "20", "--group-protocol", "consumer");
            tool(GROUPS, "--list", "--type", "consumer").has(group);
            tool(GROUPS, "--describe", "--group", group).has(topic);
        });
    }

    // --- kafka-get-offsets and kafka-delete-records ---------------------------------------------------------------

    static void offsets() {
        long first = 1_700_000_000_000L;
        Checks.check("kafka-get-offsets: of topics, patterns and partitions, by every kind of time", () -> {
            String topic = topic(2);
            write(topic, 0, first, 5);
            Map<List<String>, List<String>> questions = new LinkedHashMap<>();
            questions.put(List.of("--topic", topic), List.of(":0:5", ":1:0"));
            questions.put(List.of("--topic", topic, "--time", "earliest"), List.of(":0:0", ":1:0"));
            questions.put(List.of("--topic", topic, "--partitions", "0", "--time", "max-timestamp"), List.of(":0:4"));
            questions.put(List.of("--topic-partitions", topic + ":0-1", "--time", "" + (first + 2500)), List.of(":0:3"));
            questions.put(List.of("--topic-partitions", topic + ":1", "--time", "-1"), List.of(":1:0"));
            questions.put(List.of("--topic", topic, "--time", "earliest-local"), List.of(":0:0", ":1:0"));
            questions.put(List.of("--topic", topic.replace("-", ".") , "--exclude-internal-topics", "--time", "latest"), List.of(":0:5", ":1:0"));
            for (Map.Entry<List<String>, List<String>> question : questions.entrySet()) {
                List<String> expected = question.getValue().stream().map(each -> topic + each).collect(Collectors.toList());
                Checks.equal(expected, tool(GET_OFFSETS, question.getKey().toArray(new String[0])).lines(), String.join(" ", question.getKey()));
            }
            tool(GET_OFFSETS, "--topic", topic, "--time", "latest-tiered");
        });
        Checks.check("kafka-delete-records: some, all, and more than there are", () -> {
            String topic = topic(1);
            write(topic, 0, first, 10);
            Map<Long, String> deletions = new LinkedHashMap<>();
            deletions.put(4L, "low_watermark: 4");
            deletions.put(-1L, "low_watermark: 10");
            deletions.put(11L, "OffsetOutOfRangeException");
            for (Map.Entry<Long, String> deletion : deletions.entrySet()) {
                Path file = file("{\"partitions\": [{\"topic\": \"" + topic + "\", \"partition\": 0, \"offset\": " + deletion.getKey() + "}], \"version\": 1}");
                maybe(DELETE_RECORDS, "--offset-json-file", file.toString()).has(deletion.getValue());
            }
        });
    }

    // --- performance and verification -----------------------------------------------------------------------------

    private static Process child(Path output, String main, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("java", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx256m", "-cp", System.getProperty("java.class.path"),
                "-Dlog4j2.configurationFile=" + System.getProperty("log4j2.configurationFile"), main));
        command.addAll(Arrays.asList(arguments));
        return new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile()).start();
    }

    /** A verifiable client, which says all it does as JSON; it must say how it ended. */
    private static String verifiable(String which, String event, String... arguments) throws Exception {
        Path output = Files.createTempFile(directory, which, ".json");
        Process process = child(output, "org.apache.kafka.tools." + which, plus(new String[] {"--bootstrap-server", bootstrap}, arguments));
        try {
            Checks.until(which + " ends", () -> !process.isAlive());
        } finally {
            process.destroyForcibly().waitFor();
        }
        String text = Files.readString(output);
        Checks.hold(text.contains(event) && text.contains("shutdown_complete"), "how it went: " + text.substring(Math.max(0, text.length() - 1000)));
        return text;
    }

    static void performance() {
        Checks.check("kafka-verifiable-producer and kafka-verifiable-consumer", () -> {
            String topic = topic(2);
            String text = verifiable("VerifiableProducer", "tool_data", "--topic", topic, "--max-messages", "200", "--acks", "-1", "--value-prefix", "7");
            Checks.equal(200L, text.lines().filter(each -> each.contains("producer_send_success")).count(), "sends that succeeded");
            text = verifiable("VerifiableConsumer", "records_consumed", "--topic", topic, "--group-id", name("group"), "--max-messages", "200", "--verbose");
            Checks.equal(200L, text.lines().filter(each -> each.contains("\"record_data\"")).count(), "records");
            Checks.hold(text.contains("partitions_assigned") && text.contains("offsets_committed"), "assigned and committed");
        });
        Checks.check("kafka-producer-perf-test: with payloads, headers of metrics, and in transactions", () -> {
            String topic = topic(2);
            String performance = "org.apache.kafka.tools.ProducerPerformance";
            Path payloads = file("one\ntwo\nthree\n");
            tool(performance, "--topic", topic, "--num-records", "5000", "--payload-file", payloads.toString(), "--throughput", "-1", "--print-metrics").has("5000 records sent", "producer-metrics");
            tool(performance, "--topic", topic, "--num-records", "2000", "--record-size", "100", "--throughput", "5000", "--transaction-duration-ms", "50").has("2000 records sent");
            tool(GET_OFFSETS, "--topic", topic);
        });
        Checks.check("kafka-consumer-perf-test", () -> {
            String topic = topic(2);
            tool("org.apache.kafka.tools.ProducerPerformance", "--topic", topic, "--num-records", "20000", "--record-size", "100", "--throughput", "-1");
            Done done = tool("org.apache.kafka.tools.ConsumerPerformance", "--topic", topic, "--num-records", "20000", "--group", name("group"), "--print-metrics");
            done.has("data.consumed.in.nMsg", "consumer-fetch-manager-metrics");
        });
        Checks.check("kafka-e2e-latency", () -> {
            Path output = Files.createTempFile(directory, "latency", ".txt");
            String topic = topic(1);
            Process process = child(output, "org.apache.kafka.tools.EndToEndLatency", "--bootstrap-server", bootstrap, "--topic", topic, "--num-records", "50",
                    "--producer-acks", "all", "--record-size", "100", "--record-key-size", "10", "--num-headers", "2");
            try {
                Checks.until("it ends", () -> !process.isAlive());
            } finally {
                process.destroyForcibly().waitFor();
            }
            Checks.hold(Files.readString(output).contains("Avg latency"), "a latency: " + Files.readString(output));
        });
        Checks.check("kafka-replica-verification", () -> {
            String topic = topic(1);
            write(topic, 0, System.currentTimeMillis(), 100);
            Path output = Files.createTempFile(directory, "verification", ".txt");
            Process process = child(output, "org.apache.kafka.tools.ReplicaVerificationTool", "--broker-list", bootstrap, "--topics-include", topic, "--report-interval-ms", "1000");
            try {
                Pattern report = Pattern.compile("max lag is 0 for partition " + topic + "-0 at offset \\d+ among 1 partitions");
                Checks.until("it reports", () -> {
                    Checks.hold(process.isAlive(), "it ended: " + Files.readString(output));
                    return report.matcher(Files.readString(output)).find();
                });
            } finally {
                process.destroyForcibly().waitFor();
            }
        });
    }

    // --- kafka-transactions ---------------------------------------------------------------------------------------

    static void transactions() {
        String command = "org.apache.kafka.tools.TransactionsCommand";
        Checks.check("kafka-transactions: lists, describes, and tells producers", () -> {
            String topic = topic(1);
            String id = name("tx");
            try (KafkaProducer<String, String> producer = producer(Map.of("transactional.id", id))) {
                producer.initTransactions();
                producer.beginTransaction();
                producer.send(new ProducerRecord<>(topic, "v")).get();
                tool(command, "list").has(id, "Ongoing");
                tool(command, "list", "--transactional-id-pattern", id + ".*").has(id);
                Checks.hold(!tool(command, "list", "--duration-filter", "3600000").text.contains(id), "none that long");
                tool(command, "describe", "--transactional-id", id).has(topic + "-0", "Ongoing");
                Checks.equal(1, tool(command, "describe-producers", "--topic", topic, "--partition", "0").table("ProducerId").size(), "producers");
                producer.commitTransaction();
            }
            Checks.until("it is complete", () -> tool(command, "describe", "--transactional-id", id).text.contains("CompleteCommit"));
        });
        Checks.check("kafka-transactions: aborts one, and ends one by force", () -> {
            String topic = topic(1);
            String id = name("tx");
            try (KafkaProducer<String, String> producer = producer(Map.of("transactional.id", id))) {
                producer.initTransactions();
                producer.beginTransaction();
                producer.send(new ProducerRecord<>(topic, "v")).get();
                tool(command, "forceTerminateTransaction", "--transactionalId", id);
                Checks.until("it is over", () -> !tool(command, "describe", "--transactional-id", id).text.contains("Ongoing"));
                producer.close(Duration.ZERO);
            }
            try (KafkaProducer<String, String> producer = producer(Map.of("transactional.id", name("tx")))) {
                producer.initTransactions();
                producer.beginTransaction();
                producer.send(new ProducerRecord<>(topic, "v")).get();
                long start = tool(command, "describe-producers", "--topic", topic, "--partition", "0").table("ProducerId").stream()
                        .map(each -> each.get("CurrentTransactionStartOffset")).filter(each -> !each.equals("None")).mapToLong(Long::parseLong).findFirst().getAsLong();
                tool(command, "abort", "--topic", topic, "--partition", "0", "--start-offset", "" + start);
                Checks.until("it is over", () -> tool(command, "describe-producers", "--topic", topic, "--partition", "0").table("ProducerId").stream()
                        .allMatch(each -> each.get("CurrentTransactionStartOffset").equals("None")));
                producer.close(Duration.ZERO);
            }
            tool(command, "find-hanging", "--topic", topic);
        });
    }

    // --- the cluster ----------------------------------------------------------------------------------------------

    static void cluster() {
        Checks.check("kafka-cluster: its id, and its endpoints", () -> {
            run("", "org.apache.kafka.tools.ClusterTool", "cluster-id", "--bootstrap-server", bootstrap).has("Cluster ID: " + admin.describeCluster().clusterId().get());
            run("", "org.apache.kafka.tools.ClusterTool", "list-endpoints", "--bootstrap-server", bootstrap).has("127.0.0.1", bootstrap.split(":")[1]);
        });
        Checks.check("kafka-broker-api-versions: understands all that is advertised", () -> {
            tool("org.apache.kafka.tools.BrokerApiVersionsCommand").has(bootstrap + " (id: ", "Produce(0): ", "Fetch(1): ");
        });
        Checks.check("kafka-features: described, with what they rest on", () -> {
            String features = "org.apache.kafka.tools.FeatureCommand";
            tool(features, "describe").has("Feature: metadata.version", "Feature: transaction.version", "Epoch:");
            tool(features, "feature-dependencies", "--feature", "transaction.version=2");
            tool(features, "version-mapping");
            tool(features, "upgrade", "--feature", "transaction.version=2", "--dry-run");
        });
    }

    /** Tools for operators, whose APIs are about more than one broker, security and disks. */
    static void operators() {
        Checks.check("operators: kafka-metadata-quorum, status and replication", () -> {
            String quorum = "org.apache.kafka.tools.MetadataQuorumCommand";
            tool(quorum, "describe", "--status").has("LeaderId:", "CurrentVoters:");
            tool(quorum, "describe", "--replication").has("Leader");
        });
        Checks.check("operators: kafka-log-dirs", () -> {
            String topic = topic(1);
            write(topic, 0, System.currentTimeMillis(), 10);
            tool("org.apache.kafka.tools.LogDirsCommand", "--describe", "--topic-list", topic).has("\"partition\":\"" + topic + "-0\"", "\"offsetLag\":0");
        });
        Checks.check("operators: kafka-leader-election", () -> {
            String topic = topic(1);
            Done done = maybe("org.apache.kafka.tools.LeaderElectionCommand", "--election-type", "preferred", "--topic", topic, "--partition", "0");
            done.has("Valid replica already elected for partitions " + topic + "-0");
        });
        Checks.check("operators: kafka-reassign-partitions, to where they are", () -> {
            String reassign = "org.apache.kafka.tools.reassign.ReassignPartitionsCommand";
            String topic = topic(2);
            String id = admin.describeCluster().nodes().get().iterator().next().idString();
            Path topics = file("{\"topics\": [{\"topic\": \"" + topic + "\"}], \"version\": 1}");
            tool(reassign, "--generate", "--topics-to-move-json-file", topics.toString(), "--broker-list", id).has("Proposed partition reassignment configuration");
            Path wanted = file("{\"version\":1,\"partitions\":[{\"topic\":\"" + topic + "\",\"partition\":0,\"replicas\":[" + id + "]}]}");
            tool(reassign, "--execute", "--reassignment-json-file", wanted.toString()).has("Successfully started partition reassignment for " + topic + "-0");
            Checks.until("it is done", () -> tool(reassign, "--verify", "--reassignment-json-file", wanted.toString()).text.contains("Reassignment of partition " + topic + "-0 is completed."));
            tool(reassign, "--list").has("No partition reassignments found.");
        });
        Checks.check("operators: kafka-acls, where there is no authorizer", () -> {
            maybe("org.apache.kafka.tools.AclCommand", "--list").has("SecurityDisabledException");
        });
        Checks.check("operators: kafka-delegation-tokens, where they are not enabled", () -> {
            maybe("org.apache.kafka.tools.DelegationTokenCommand", "--describe", "--command-config", file("").toString()).has("UnsupportedByAuthenticationException");
        });
    }
}
