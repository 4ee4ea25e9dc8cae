import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.common.utils.Exit;

/**
 * The tools of Apache Kafka's bin directory (kafka-topics.sh is TopicCommand and so on), called as the scripts call
 * them, in one JVM. Arguments: bootstrap servers, a directory for files.
 */
public final class ToolChecks {
    private static String bootstrap;
    private static Path directory;
    private static Admin admin;
    private static final PrintStream OUT = System.out;
    private static final AtomicInteger NAMES = new AtomicInteger();

    private static final String TOPICS = "org.apache.kafka.tools.TopicCommand";
    private static final String CONFIGS = "kafka.admin.ConfigCommand";
    private static final String GROUPS = "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand";
    private static final String GET_OFFSETS = "org.apache.kafka.tools.GetOffsetShell";
    private static final String DELETE_RECORDS = "org.apache.kafka.tools.DeleteRecordsCommand";
    private static final String PRODUCE = "org.apache.kafka.tools.ConsoleProducer";
    private static final String CONSUME = "org.apache.kafka.tools.consumer.ConsoleConsumer";
    private static final String FORMATTERS = "org.apache.kafka.tools.consumer.";

    public static void main(String[] arguments) {
        bootstrap = arguments[0];
        directory = Path.of(arguments[1]);
        admin = Admin.create(Map.of("bootstrap.servers", bootstrap));
        topics();
        configs();
        console();
        internals();
        groups();
        offsets();
        performance();
        transactions();
        cluster();
        operators();
        System.exit(0);
    }

    // --- tools ----------------------------------------------------------------------------------------------------

    private static final class Exited extends RuntimeException {
        Exited() {
            super(null, null, false, false);
        }
    }

    /** What a tool printed, on both outputs, and its exit code. */
    private static final class Done {
        final int code;
        final String text;

        Done(int code, String text) {
            this.code = code;
            this.text = text;
        }

        List<String> lines() {
            return Arrays.stream(text.split("\n")).filter(line -> !line.isBlank()).collect(Collectors.toList());
        }

        /** Its rows, by the names of the columns in the line that begins with this name. */
        List<Map<String, String>> table(String first) {
            List<Map<String, String>> rows = new ArrayList<>();
            String[] names = null;
            for (String line : lines()) {
                String[] cells = line.trim().split("\\s+");
                if (cells[0].equals(first)) {
                    names = cells;
                } else if (names != null && cells.length >= names.length) {
                    Map<String, String> row = new HashMap<>();
                    for (int at = 0; at < names.length; at++) {
                        row.put(names[at], cells[at]);
                    }
                    rows.add(row);
                }
            }
            return rows;
        }

        Done has(String... parts) {
            for (String part : parts) {
                Checks.hold(text.contains(part), "\"" + part + "\" in: " + text);
            }
            return this;
        }
    }

    private static Done run(String input, String main, String... arguments) throws Exception {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        PrintStream capture = new PrintStream(printed, true, StandardCharsets.UTF_8);
        InputStream before = System.in;
        int code = 0;
        // Some tools catch what their exit throws here, and exit again: the first counts, and what was printed until then.
        List<Done> exits = new ArrayList<>();
        Exit.Procedure exit = (status, message) -> {
            exits.add(new Done(status, printed.toString(StandardCharsets.UTF_8)));
            throw new Exited();
        };
        Exit.setExitProcedure(exit);
        Exit.setHaltProcedure(exit);
        Exit.setShutdownHookAdder((name, runnable) -> {});
        PrintStream errors = System.err;
        try {
            System.setOut(capture);
            System.setErr(capture);
            System.setIn(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)));
            Class.forName(main).getMethod("main", String[].class).invoke(null, (Object) arguments);
        } catch (java.lang.reflect.InvocationTargetException thrown) {
            Throwable inner = thrown.getCause();
            if (exits.isEmpty()) {
                capture.println(inner);
                code = 1;
            }
        } finally {
            System.setOut(OUT);
            System.setErr(errors);
            System.setIn(before);
        }
        Done done = exits.isEmpty() ? new Done(code, printed.toString(StandardCharsets.UTF_8)) : exits.get(0);
        OUT.println("    " + main.substring(main.lastIndexOf('.') + 1) + " " + String.join(" ", arguments) + " ended with " + done.code + "\n" + done.text);
        return done;
    }

    /** The tool must end well. */
    private static Done tool(String main, String... arguments) throws Exception {
        Done done = maybe(main, arguments);
        Checks.equal(0, done.code, "exit code, with: " + done.text);
        return done;
    }

    private static Done maybe(String main, String... arguments) throws Exception {
        return run("", main, Stream.concat(Stream.of("--bootstrap-server", bootstrap), Arrays.stream(arguments)).toArray(String[]::new));
    }

    private static String name(String prefix) {
        return prefix + "-" + NAMES.incrementAndGet();
    }

    private static String topic(int partitions) throws Exception {
        String topic = name("tools");
        admin.createTopics(List.of(new NewTopic(topic, partitions, (short) 1))).all().get();
        lead(topic, partitions);
        return topic;
    }

    /** Waits until all partitions have a leader that knows of it: in Apache Kafka that is after the answer. */
    private static void lead(String topic, int partitions) throws Exception {
        for (int partition = 0; partition < partitions; partition++) {
            TopicPartition each = new TopicPartition(topic, partition);
            Checks.until("the topic is led", () -> {
                try {
                    return admin.listOffsets(Map.of(each, OffsetSpec.latest())).all().get() != null;
                } catch (ExecutionException notYet) {
                    return false;
                }
            });
        }
    }

    private static void write(String topic, int partition, long firstMs, int count) throws Exception {
        try (KafkaProducer<String, String> producer = producer(Map.of())) {
            for (int number = 0; number < count; number++) {
                producer.send(new ProducerRecord<>(topic, partition, firstMs + 1000L * number, "k" + number, "v" + number));
            }
        }
    }

    private static KafkaProducer<String, String> producer(Map<String, Object> more) {
        Map<String, Object> settings = new HashMap<>(Map.of("bootstrap.servers", bootstrap, "key.serializer", StringSerializer.class, "value.serializer", StringSerializer.class));
        settings.putAll(more);
        return new KafkaProducer<>(settings);
    }

    private static String[] plus(String[] first, String... second) {
        return Stream.concat(Arrays.stream(first), Arrays.stream(second)).toArray(String[]::new);
    }

    private static Path file(String content) throws Exception {
        return Files.writeString(Files.createTempFile(directory, "tool", ".txt"), content);
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

    // --- kafka-consumer-groups ------------------------------------------------------------------------------------

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

    private static void groups() {
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

    private static void offsets() {
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

    private static void performance() {
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

    private static void transactions() {
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

    private static void cluster() {
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
    private static void operators() {
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
