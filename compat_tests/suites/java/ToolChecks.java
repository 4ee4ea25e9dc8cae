import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * The tools of Apache Kafka's bin directory (kafka-topics.sh is TopicCommand and so on), called as the scripts call
 * them, in one JVM. Arguments: bootstrap servers, a directory for files.
 */
public final class ToolChecks extends Tools {
    public static void main(String[] arguments) {
        bootstrap = arguments[0];
        directory = Path.of(arguments[1]);
        admin = Admin.create(Map.of("bootstrap.servers", bootstrap));
        topics();
        configs();
        console();
        internals();
        ToolGroupChecks.groups();
        ToolGroupChecks.offsets();
        ToolGroupChecks.performance();
        ToolGroupChecks.transactions();
        ToolGroupChecks.cluster();
        ToolGroupChecks.operators();
        System.exit(0);
    }

    // --- kafka-topics ---------------------------------------------------------------------------------------------

    private static void topics() {
        Checks.check("kafka-topics: creates with settings, and not again", () -> {
            String topic = name("tools");
            tool(TOPICS, "--create", "--topic", topic, "--partitions", "2", "--replication-factor", "1", "--config", "retention.ms=70000").has("Created topic " + topic + ".");
            Done again = maybe(TOPICS, "--create", "--topic", topic);
            Checks.equal(1, again.code, "exit code");
            again.has("Topic '" + topic + "' already exists.");
            tool(TOPICS, "--create", "--if-not-exists", "--topic", topic);
            tool(TOPICS, "--describe", "--topic", topic).has("PartitionCount: 2", "ReplicationFactor: 1", "retention.ms=70000");
            tool(TOPICS, "--describe", "--topics-with-overrides").has(topic);
        });
        Checks.check("kafka-topics: creates with given replicas", () -> {
            String topic = name("tools");
            String node = admin.describeCluster().nodes().get().iterator().next().idString();
            tool(TOPICS, "--create", "--topic", topic, "--replica-assignment", node + "," + node + "," + node);
            Checks.become(3, "partitions", () -> (int) tool(TOPICS, "--describe", "--topic", topic).lines().stream().filter(each -> each.contains("Leader: " + node)).count());
        });
        Checks.check("kafka-topics: lists by pattern, without internal ones", () -> {
            String topic = topic(1);
            Checks.equal(List.of(topic), tool(TOPICS, "--list", "--topic", topic.replace("-", ".")).lines(), "by pattern");
            Checks.hold(tool(TOPICS, "--list", "--exclude-internal").lines().stream().noneMatch(each -> each.startsWith("__")), "no internal ones");
        });
        Checks.check("kafka-topics: describes by id, and what is wrong with partitions: nothing", () -> {
            String topic = topic(1);
            String id = admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic).topicId().toString();
            tool(TOPICS, "--describe", "--topic-id", id).has("Topic: " + topic, "TopicId: " + id);
            for (String what : List.of("--under-replicated-partitions", "--unavailable-partitions", "--under-min-isr-partitions")) {
                Checks.equal(List.of(), tool(TOPICS, "--describe", what).lines(), what);
            }
            tool(TOPICS, "--describe", "--at-min-isr-partitions").has(topic);
        });
        Checks.check("kafka-topics: adds partitions, never takes any away", () -> {
            String topic = topic(1);
            tool(TOPICS, "--alter", "--topic", topic, "--partitions", "3");
            Checks.become(3, "partitions", () -> admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic).partitions().size());
            Done done = maybe(TOPICS, "--alter", "--topic", topic, "--partitions", "2");
            Checks.equal(1, done.code, "exit code");
            done.has("2 would not be an increase");
        });
        Checks.check("kafka-topics: deletes by pattern, and says what is not there", () -> {
            String stem = name("gone");
            admin.createTopics(List.of(new NewTopic(stem + "-a", 1, (short) 1), new NewTopic(stem + "-b", 1, (short) 1))).all().get();
            Checks.until("both are known", () -> admin.listTopics().names().get().containsAll(Set.of(stem + "-a", stem + "-b")));
            tool(TOPICS, "--delete", "--topic", stem + "-[ab]");
            Checks.until("both are gone", () -> admin.listTopics().names().get().stream().noneMatch(each -> each.startsWith(stem)));
            Done done = maybe(TOPICS, "--delete", "--topic", stem + "-a");
            Checks.equal(1, done.code, "exit code");
            done.has("Topic '" + stem + "-a' does not exist as expected");
            tool(TOPICS, "--delete", "--if-exists", "--topic", stem + "-a");
        });
    }

    // --- kafka-configs --------------------------------------------------------------------------------------------

    private static void configs() {
        Checks.check("kafka-configs: settings of a topic, from a file too", () -> {
            String topic = topic(1);
            String[] entity = {"--entity-type", "topics", "--entity-name", topic};
            Path file = file("retention.ms=1000\ncleanup.policy=compact,delete\n");
            tool(CONFIGS, plus(entity, "--alter", "--add-config-file", file.toString())).has("Completed updating config for topic " + topic + ".");
            Checks.until("they hold", () -> tool(CONFIGS, plus(entity, "--describe")).text.contains("retention.ms=1000"));
            tool(CONFIGS, plus(entity, "--describe")).has("cleanup.policy=compact,delete");
            tool(CONFIGS, plus(entity, "--alter", "--add-config", "retention.bytes=77", "--delete-config", "retention.ms"));
            Checks.until("one is gone", () -> !tool(CONFIGS, plus(entity, "--describe")).text.contains("retention.ms=1000"));
            tool(CONFIGS, plus(entity, "--describe", "--all")).has("retention.bytes=77", "retention.ms=604800000", "DEFAULT_CONFIG:log.cleanup.policy=delete");
        });
        Checks.check("kafka-configs: settings of all brokers and of one", () -> {
            String node = admin.describeCluster().nodes().get().iterator().next().idString();
            String[] all = {"--entity-type", "brokers", "--entity-default"};
            String[] one = {"--entity-type", "brokers", "--entity-name", node};
            tool(CONFIGS, plus(all, "--alter", "--add-config", "log.cleaner.threads=2"));
            Checks.until("it holds", () -> tool(CONFIGS, plus(all, "--describe")).text.contains("log.cleaner.threads=2"));
            tool(CONFIGS, plus(one, "--alter", "--add-config", "log.cleaner.threads=3"));
            Checks.until("the nearer one holds", () -> tool(CONFIGS, plus(one, "--describe", "--all")).text.contains("log.cleaner.threads=3"));
            tool(CONFIGS, plus(one, "--alter", "--delete-config", "log.cleaner.threads"));
            tool(CONFIGS, plus(all, "--alter", "--delete-config", "log.cleaner.threads"));
            Done refused = maybe(CONFIGS, plus(one, "--alter", "--add-config", "log.dirs=elsewhere"));
            Checks.equal(1, refused.code, "exit code of what cannot be changed");
        });
        Checks.check("operators: kafka-configs, settings of groups", () -> {
            String[] entity = {"--entity-type", "groups", "--entity-name", name("group")};
            tool(CONFIGS, plus(entity, "--alter", "--add-config", "consumer.session.timeout.ms=50000"));
            Checks.until("it holds", () -> tool(CONFIGS, plus(entity, "--describe")).text.contains("consumer.session.timeout.ms=50000"));
            tool(CONFIGS, plus(entity, "--alter", "--delete-config", "consumer.session.timeout.ms"));
        });
        Checks.check("operators: kafka-configs, quotas of users and clients", () -> {
            String[] entity = {"--entity-type", "clients", "--entity-name", name("client")};
            tool(CONFIGS, plus(entity, "--alter", "--add-config", "producer_byte_rate=1000000,consumer_byte_rate=2000000"));
            Checks.until("they hold", () -> tool(CONFIGS, plus(entity, "--describe")).text.contains("producer_byte_rate=1000000.0"));
            String[] user = {"--entity-type", "users", "--entity-name", name("user")};
            tool(CONFIGS, plus(user, "--alter", "--add-config", "request_percentage=200"));
            Checks.until("it holds", () -> tool(CONFIGS, plus(user, "--describe")).text.contains("request_percentage=200.0"));
            tool(CONFIGS, plus(entity, "--alter", "--delete-config", "producer_byte_rate,consumer_byte_rate"));
        });
        Checks.check("operators: kafka-configs, SCRAM credentials of a user", () -> {
            String[] entity = {"--entity-type", "users", "--entity-name", name("user")};
            tool(CONFIGS, plus(entity, "--alter", "--add-config", "SCRAM-SHA-256=[iterations=4096,password=secret]"));
            Checks.until("they are known", () -> tool(CONFIGS, plus(entity, "--describe")).text.contains("SCRAM-SHA-256=iterations=4096"));
            tool(CONFIGS, plus(entity, "--alter", "--delete-config", "SCRAM-SHA-256"));
        });
        Checks.check("operators: kafka-client-metrics, a subscription", () -> {
            String metrics = "org.apache.kafka.tools.ClientMetricsCommand";
            String subscription = name("metrics");
            tool(metrics, "--alter", "--name", subscription, "--metrics", "org.apache.kafka.producer.", "--interval", "30000");
            Checks.until("it is listed", () -> tool(metrics, "--list").text.contains(subscription));
            tool(metrics, "--describe", "--name", subscription).has("interval.ms=30000");
            tool(metrics, "--delete", "--name", subscription);
        });
    }

    // --- kafka-console-producer and kafka-console-consumer --------------------------------------------------------

    private static Done produce(String input, String... arguments) throws Exception {
        Done done = run(input, PRODUCE, Stream.concat(Stream.of("--bootstrap-server", bootstrap), Arrays.stream(arguments)).toArray(String[]::new));
        Checks.equal(0, done.code, "exit code, with: " + done.text);
        return done;
    }

    private static void console() {
        Checks.check("kafka-console-producer: keys, headers and nulls by the reader's properties", () -> {
            String topic = topic(1);
            produce("h1=a,h2=b|k1:v1\nh1=a|k2:NULL\nh1=|NULL:v3\n", "--topic", topic, "--reader-property", "parse.key=true", "--reader-property", "parse.headers=true",
                    "--reader-property", "key.separator=:", "--reader-property", "headers.delimiter=|", "--reader-property", "headers.separator=,",
                    "--reader-property", "headers.key.separator==", "--reader-property", "null.marker=NULL");
            Done done = tool(CONSUME, "--topic", topic, "--from-beginning", "--max-messages", "3", "--formatter-property", "print.key=true", "--formatter-property", "print.headers=true",
                    "--formatter-property", "print.partition=true", "--formatter-property", "print.offset=true", "--formatter-property", "key.separator= # ",
                    "--formatter-property", "null.literal=nothing", "--formatter-property", "headers.separator=;");
            done.has("Partition:0 # Offset:0 # h1:a;h2:b # k1 # v1", "Offset:1 # h1:a # k2 # nothing", "# nothing # v3", "Processed a total of 3 messages");
        });
        Checks.check("kafka-console-producer: synchronously, with each acknowledgement and codec", () -> {
            String topic = topic(1);
            produce("a\n", "--topic", topic, "--sync", "--request-required-acks", "all");
            produce("b\n", "--topic", topic, "--request-required-acks", "1");
            produce("c\n", "--topic", topic, "--request-required-acks", "0", "--compression-codec", "lz4");
            produce("d\n", "--topic", topic, "--compression-codec", "zstd", "--batch-size", "1");
            Checks.equal(Set.of("a", "b", "c", "d"), Set.copyOf(consumed(topic, 4)), "values");
        });
        Checks.check("kafka-console-consumer: from a partition and offset, to a timeout", () -> {
            String topic = topic(2);
            write(topic, 1, 1_700_000_000_000L, 10);
            Done done = tool(CONSUME, "--topic", topic, "--partition", "1", "--offset", "7", "--timeout-ms", "3000");
            done.has("v7\nv8\nv9\n", "Processed a total of 3 messages");
            Checks.hold(!done.text.contains("v6"), "nothing before");
            tool(CONSUME, "--topic", topic, "--partition", "1", "--offset", "earliest", "--max-messages", "2").has("v0\nv1\n");
        });
        Checks.check("kafka-console-consumer: timestamps, and topics by a pattern", () -> {
            String topic = topic(1);
            write(topic, 0, 1_700_000_000_000L, 2);
            tool(CONSUME, "--include", topic.substring(0, topic.length() - 1) + "[" + topic.charAt(topic.length() - 1) + "]", "--from-beginning", "--max-messages", "2",
                    "--formatter-property", "print.timestamp=true").has("CreateTime:1700000000000\tv0", "CreateTime:1700000001000\tv1");
        });
        Checks.check("kafka-console-consumer: other formatters and deserializers", () -> {
            String topic = topic(1);
            write(topic, 0, 1_700_000_000_000L, 1);
            tool(CONSUME, "--topic", topic, "--from-beginning", "--max-messages", "1", "--formatter", FORMATTERS + "LoggingMessageFormatter").has("v0");
            Done silent = tool(CONSUME, "--topic", topic, "--from-beginning", "--max-messages", "1", "--formatter", FORMATTERS + "NoOpMessageFormatter");
            Checks.hold(!silent.text.contains("v0"), "nothing is printed");
            String longs = topic(1);
            produce("\0\0\0\0\0\0\0\7\n", "--topic", longs);
            tool(CONSUME, "--topic", longs, "--from-beginning", "--max-messages", "1", "--formatter-property", "value.deserializer=org.apache.kafka.common.serialization.LongDeserializer").has("7\n");
        });
        Checks.check("kafka-console-consumer: only what is committed", () -> {
            String topic = topic(1);
            try (KafkaProducer<String, String> producer = producer(Map.of("transactional.id", name("tx")))) {
                producer.initTransactions();
                producer.beginTransaction();
                producer.send(new ProducerRecord<>(topic, "no")).get();
                producer.abortTransaction();
                producer.beginTransaction();
                producer.send(new ProducerRecord<>(topic, "yes")).get();
                producer.commitTransaction();
            }
            Done done = tool(CONSUME, "--topic", topic, "--from-beginning", "--max-messages", "1", "--isolation-level", "read_committed");
            done.has("yes");
            Checks.hold(!done.text.contains("no\n"), "not what was aborted");
        });
        Checks.check("kafka-console-consumer: a group goes on where it was", () -> {
            String topic = topic(1);
            String group = name("group");
            write(topic, 0, 1_700_000_000_000L, 6);
            tool(CONSUME, "--topic", topic, "--group", group, "--from-beginning", "--max-messages", "2").has("v0\nv1\n");
            tool(CONSUME, "--topic", topic, "--group", group, "--from-beginning", "--max-messages", "4").has("v2\nv3\nv4\nv5\n");
        });
    }

    private static List<String> consumed(String topic, int count) throws Exception {
        return tool(CONSUME, "--topic", topic, "--from-beginning", "--max-messages", "" + count).lines().stream().filter(each -> each.length() == 1).collect(Collectors.toList());
    }

    // --- the broker's own topics ----------------------------------------------------------------------------------

    private static void internals() {
        Checks.check("internal topics: offsets and groups are read by their formatters", () -> {
            String topic = topic(1);
            String group = name("group");
            write(topic, 0, 1_700_000_000_000L, 3);
            tool(CONSUME, "--topic", topic, "--group", group, "--from-beginning", "--max-messages", "3", "--command-property", "client.id=the-client");
            Done offsets = tool(CONSUME, "--topic", "__consumer_offsets", "--from-beginning", "--timeout-ms", "5000", "--formatter", FORMATTERS + "OffsetsMessageFormatter");
            Checks.hold(offsets.lines().stream().anyMatch(each -> each.contains("\"group\":\"" + group + "\"") && each.contains("\"topic\":\"" + topic + "\"") && each.contains("\"offset\":3")),
                    "the offset of the group in: " + offsets.text);
            Done groups = tool(CONSUME, "--topic", "__consumer_offsets", "--from-beginning", "--timeout-ms", "5000", "--formatter", FORMATTERS + "GroupMetadataMessageFormatter");
            Checks.hold(groups.lines().stream().anyMatch(each -> each.contains("\"group\":\"" + group + "\"") && each.contains("\"protocolType\":\"consumer\"") && each.contains("the-client")),
                    "the group with its member in: " + groups.text);
        });
        Checks.check("internal topics: transactions are read by their formatter", () -> {
            String topic = topic(1);
            String id = name("tx");
            try (KafkaProducer<String, String> producer = producer(Map.of("transactional.id", id))) {
                producer.initTransactions();
                producer.beginTransaction();
                producer.send(new ProducerRecord<>(topic, "v")).get();
                producer.commitTransaction();
            }
            Checks.until("it is complete", () -> {
                Done done = tool(CONSUME, "--topic", "__transaction_state", "--from-beginning", "--timeout-ms", "5000", "--formatter", FORMATTERS + "TransactionLogMessageFormatter");
                return done.lines().stream().anyMatch(each -> each.contains("\"transactionalId\":\"" + id + "\"") && each.contains("\"transactionStatus\":4"));
            });
        });
    }
}
