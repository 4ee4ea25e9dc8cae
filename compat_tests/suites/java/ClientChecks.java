import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.CreateTopicsResult;
import org.apache.kafka.clients.admin.DescribeTopicsResult;
import org.apache.kafka.clients.admin.FeatureMetadata;
import org.apache.kafka.clients.admin.MemberToRemove;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.NoOffsetForPartitionException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.GroupNotEmptyException;
import org.apache.kafka.common.errors.GroupSubscribedToTopicException;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidPartitionsException;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.errors.InvalidTimestampException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.header.Header;

/**
 * What every application with Apache Kafka's Java client does, from 2.8 on: only what the oldest of these clients has
 * is used. Argument: bootstrap servers.
 */
public final class ClientChecks {
    private static String bootstrap;
    private static Admin admin;
    private static final AtomicInteger NAMES = new AtomicInteger();

    public static void main(String[] arguments) throws Exception {
        bootstrap = arguments[0];
        admin = Admin.create(Map.of("bootstrap.servers", bootstrap));
        administration();
        records();
        offsets();
        groups();
        transactions();
        System.exit(0);
    }

    // --- shared ---------------------------------------------------------------------------------------------------

    private static String name(String prefix) {
        return prefix + "-" + NAMES.incrementAndGet();
    }

    private static String topic(int partitions, String... settings) throws Exception {
        String topic = name("topic");
        Map<String, String> configs = new HashMap<>();
        for (int at = 0; at < settings.length; at += 2) {
            configs.put(settings[at], settings[at + 1]);
        }
        admin.createTopics(List.of(new NewTopic(topic, partitions, (short) 1).configs(configs))).all().get();
        Map<TopicPartition, OffsetSpec> all = IntStream.range(0, partitions).boxed().collect(Collectors.toMap(each -> new TopicPartition(topic, each), each -> OffsetSpec.latest()));
        // In Apache Kafka leaders know of it after the answer.
        Checks.until("the topic is led", () -> {
            try {
                return admin.listOffsets(all).all().get() != null;
            } catch (ExecutionException notYet) {
                return false;
            }
        });
        return topic;
    }

    /** What describeTopics says; its result has other methods in each generation of the client. */
    @SuppressWarnings("unchecked")
    private static TopicDescription described(String topic) throws Exception {
        DescribeTopicsResult result = admin.describeTopics(List.of(topic));
        java.lang.reflect.Method method;
        try {
            method = DescribeTopicsResult.class.getMethod("allTopicNames");
        } catch (NoSuchMethodException old) {
            method = DescribeTopicsResult.class.getMethod("all");
        }
        try {
            return ((KafkaFuture<Map<String, TopicDescription>>) method.invoke(result)).get().get(topic);
        } catch (ExecutionException fault) {
            if (fault.getCause() instanceof UnknownTopicOrPartitionException) {
                return null;
            }
            throw fault;
        }
    }

    private static KafkaProducer<String, String> producer(String... settings) {
        Properties properties = new Properties();
        properties.put("bootstrap.servers", bootstrap);
        properties.put("key.serializer", "org.apache.kafka.common.serialization.StringSerializer");
        properties.put("value.serializer", "org.apache.kafka.common.serialization.StringSerializer");
        return new KafkaProducer<>(with(properties, settings));
    }

    private static KafkaConsumer<String, String> consumer(String... settings) {
        Properties properties = new Properties();
        properties.put("bootstrap.servers", bootstrap);
        properties.put("group.protocol", "classic");
        properties.put("auto.offset.reset", "earliest");
        properties.put("enable.auto.commit", "false");
        properties.put("session.timeout.ms", "6000");
        properties.put("heartbeat.interval.ms", "200");
        properties.put("key.deserializer", "org.apache.kafka.common.serialization.StringDeserializer");
        properties.put("value.deserializer", "org.apache.kafka.common.serialization.StringDeserializer");
        return new KafkaConsumer<>(with(properties, settings));
    }

    private static Properties with(Properties properties, String... settings) {
        for (int at = 0; at < settings.length; at += 2) {
            properties.put(settings[at], settings[at + 1]);
        }
        return properties;
    }

    /** Numbers from `from` until `end` into one partition. */
    private static void write(TopicPartition to, int from, int end) throws Exception {
        try (KafkaProducer<String, String> producer = producer()) {
            List<Future<RecordMetadata>> answers = new ArrayList<>();
            for (int number = from; number < end; number++) {
                answers.add(producer.send(new ProducerRecord<>(to.topic(), to.partition(), "k" + number, "" + number)));
            }
            producer.flush();
            for (Future<RecordMetadata> answer : answers) {
                answer.get();
            }
        }
    }

    private static List<String> numbers(int from, int end) {
        return IntStream.range(from, end).mapToObj(String::valueOf).collect(Collectors.toList());
    }

    /** Polls until there are so many. */
    private static List<ConsumerRecord<String, String>> take(KafkaConsumer<String, String> consumer, int count) throws Exception {
        List<ConsumerRecord<String, String>> got = new ArrayList<>();
        Checks.until(count + " records", () -> {
            consumer.poll(Duration.ofMillis(100)).forEach(got::add);
            return got.size() >= count;
        });
        return got;
    }

    private static List<String> values(List<ConsumerRecord<String, String>> records) {
        return records.stream().map(ConsumerRecord::value).collect(Collectors.toList());
    }

    /** All that is in a topic, read without a group. */
    private static List<ConsumerRecord<String, String>> all(String topic, String... settings) throws Exception {
        try (KafkaConsumer<String, String> consumer = consumer(settings)) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(each -> new TopicPartition(topic, each.partition())).collect(Collectors.toList());
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            List<ConsumerRecord<String, String>> got = new ArrayList<>();
            Checks.until("all of " + topic, () -> {
                consumer.poll(Duration.ofMillis(100)).forEach(got::add);
                return partitions.stream().allMatch(each -> consumer.position(each) >= ends.get(each));
            });
            return got;
        }
    }

    private static String config(ConfigResource of, String name) throws Exception {
        Config config = admin.describeConfigs(List.of(of)).all().get().get(of);
        return config.get(name) == null ? null : config.get(name).value();
    }

    // --- administration -------------------------------------------------------------------------------------------

    private static void administration() {
        Checks.check("admin: the cluster is described", () -> {
            Checks.equal(1, admin.describeCluster().nodes().get().size(), "nodes");
            Checks.hold(admin.describeCluster().clusterId().get().length() > 10, "a cluster id");
            Checks.hold(admin.describeCluster().controller().get() != null, "a controller");
            Checks.equal(null, admin.describeCluster().authorizedOperations().get(), "operations unless asked for");
        });
        Checks.check("admin: topics are created, listed, described and deleted", () -> {
            String topic = name("topic");
            CreateTopicsResult made = admin.createTopics(List.of(new NewTopic(topic, 3, (short) 1).configs(Map.of("retention.ms", "70000"))));
            made.all().get();
            Checks.equal(3, made.numPartitions(topic).get(), "partitions told");
            Checks.equal(1, made.replicationFactor(topic).get(), "replication factor told");
            Checks.equal("70000", made.config(topic).get().get("retention.ms").value(), "retention told");
            Checks.until("it is listed", () -> admin.listTopics().names().get().contains(topic));
            TopicDescription description = described(topic);
            Checks.equal(3, description.partitions().size(), "partitions described");
            Checks.equal(false, description.isInternal(), "internal");
            admin.deleteTopics(List.of(topic)).all().get();
            Checks.until("it is gone", () -> !admin.listTopics().names().get().contains(topic));
            Checks.fails(UnknownTopicOrPartitionException.class, () -> admin.deleteTopics(List.of(topic)).all().get());
        });
        Checks.check("admin: topics that cannot be are refused, each with its reason", () -> {
            String topic = topic(1);
            Checks.fails(TopicExistsException.class, () -> admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1))).all().get());
            Checks.fails(InvalidTopicException.class, () -> admin.createTopics(List.of(new NewTopic("no/slash", 1, (short) 1))).all().get());
            Checks.fails(InvalidPartitionsException.class, () -> admin.createTopics(List.of(new NewTopic(name("t"), 0, (short) 1))).all().get());
            Checks.fails(InvalidReplicationFactorException.class, () -> admin.createTopics(List.of(new NewTopic(name("t"), 1, (short) 3))).all().get());
            Checks.fails(InvalidConfigurationException.class, () -> admin.createTopics(
                    List.of(new NewTopic(name("t"), 1, (short) 1).configs(Map.of("cleanup.policy", "shred")))).all().get());
        });
        Checks.check("admin: a topic that is only validated is not made", () -> {
            String topic = name("topic");
            admin.createTopics(List.of(new NewTopic(topic, 2, (short) 1)), new CreateTopicsOptions().validateOnly(true)).all().get();
            Checks.equal(false, admin.listTopics().names().get().contains(topic), "made");
        });
        Checks.check("admin: defaults of the broker hold for topics that ask for none", () -> {
            String topic = name("topic");
            admin.createTopics(List.of(new NewTopic(topic, Optional.empty(), Optional.empty()))).all().get();
            Checks.become(4, "partitions", () -> described(topic) == null ? 0 : described(topic).partitions().size());
        });
        Checks.check("admin: configs of topics are set, appended to, and deleted", () -> {
            ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic(1));
            alter(resource, "retention.ms", "12345", AlterConfigOp.OpType.SET);
            alter(resource, "cleanup.policy", "compact", AlterConfigOp.OpType.APPEND);
            Checks.become("12345", "retention", () -> config(resource, "retention.ms"));
            Checks.become(Set.of("compact", "delete"), "policy", () -> Set.of(config(resource, "cleanup.policy").split(",")));
            alter(resource, "cleanup.policy", "delete", AlterConfigOp.OpType.SUBTRACT);
            Checks.become("compact", "policy", () -> config(resource, "cleanup.policy"));
            alter(resource, "retention.ms", "", AlterConfigOp.OpType.DELETE);
            Checks.become("604800000", "retention", () -> config(resource, "retention.ms"));
            Checks.fails(InvalidConfigurationException.class, () -> alter(resource, "retention.ms", "soon", AlterConfigOp.OpType.SET));
        });
        Checks.check("admin: configs tell where they come from", () -> {
            ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic(1, "retention.ms", "7000"));
            Config config = admin.describeConfigs(List.of(resource)).all().get().get(resource);
            Checks.equal(ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG, config.get("retention.ms").source(), "of a set one");
            Checks.equal(ConfigEntry.ConfigSource.DEFAULT_CONFIG, config.get("flush.ms").source(), "of another");
            Checks.equal(false, config.get("flush.ms").isReadOnly(), "read only");
        });
        Checks.check("admin: the broker's configs are described", () -> {
            String id = admin.describeCluster().nodes().get().iterator().next().idString();
            ConfigResource broker = new ConfigResource(ConfigResource.Type.BROKER, id);
            Checks.equal("4", config(broker, "num.partitions"), "num.partitions as it was set");
            Config config = admin.describeConfigs(List.of(broker)).all().get().get(broker);
            Checks.equal(true, config.get("num.partitions").isReadOnly(), "read only");
            Checks.equal(ConfigEntry.ConfigSource.STATIC_BROKER_CONFIG, config.get("num.partitions").source(), "source");
        });
        Checks.check("admin: partitions are added, never taken away", () -> {
            String topic = topic(2);
            admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(5))).all().get();
            Checks.become(5, "partitions", () -> described(topic).partitions().size());
            Checks.fails(InvalidPartitionsException.class, () -> admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(3))).all().get());
        });
        Checks.check("admin: records are deleted", () -> {
            TopicPartition partition = new TopicPartition(topic(1), 0);
            write(partition, 0, 20);
            long low = admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(7))).lowWatermarks().get(partition).get().lowWatermark();
            Checks.equal(7L, low, "low watermark");
            Checks.equal(numbers(7, 20), values(all(partition.topic())), "what is left");
            Checks.fails(org.apache.kafka.common.errors.OffsetOutOfRangeException.class,
                    () -> admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(21))).all().get());
            low = admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(-1))).lowWatermarks().get(partition).get().lowWatermark();
            Checks.equal(20L, low, "low watermark after all");
        });
        Checks.check("admin: offsets are listed, first, last and by time", () -> {
            TopicPartition partition = new TopicPartition(topic(1), 0);
            try (KafkaProducer<String, String> producer = producer()) {
                for (long at : new long[] {1000, 3000, 2000}) {
                    producer.send(new ProducerRecord<>(partition.topic(), 0, at, "k", "v")).get();
                }
            }
            Checks.equal(0L, listed(partition, OffsetSpec.earliest()), "earliest");
            Checks.equal(3L, listed(partition, OffsetSpec.latest()), "latest");
            Checks.equal(1L, listed(partition, OffsetSpec.forTimestamp(1500)), "by time");
            Checks.equal(-1L, listed(partition, OffsetSpec.forTimestamp(9000)), "after the last");
        });
        Checks.check("admin: features are described", () -> {
            FeatureMetadata features = admin.describeFeatures().featureMetadata().get();
            Checks.hold(features.finalizedFeatures().containsKey("metadata.version"), "metadata.version in " + features);
        });
    }

    private static long listed(TopicPartition partition, OffsetSpec spec) throws Exception {
        return admin.listOffsets(Map.of(partition, spec)).partitionResult(partition).get().offset();
    }

    private static void alter(ConfigResource resource, String name, String value, AlterConfigOp.OpType how) throws Exception {
        AlterConfigOp op = new AlterConfigOp(new ConfigEntry(name, value), how);
        admin.incrementalAlterConfigs(Map.of(resource, List.of(op))).all().get();
    }

    // --- records --------------------------------------------------------------------------------------------------

    private static void records() {
        Checks.check("records: keys, values, headers and timestamps come back as they were", () -> {
            String topic = topic(1);
            try (KafkaProducer<String, String> producer = producer()) {
                ProducerRecord<String, String> record = new ProducerRecord<>(topic, 0, 1_700_000_000_123L, "ключ", "☃ value");
                record.headers().add("one", "1".getBytes(StandardCharsets.UTF_8)).add("one", new byte[0]).add("none", null);
                RecordMetadata told = producer.send(record).get();
                Checks.equal(0L, told.offset(), "offset told");
                Checks.equal(1_700_000_000_123L, told.timestamp(), "timestamp told");
                producer.send(new ProducerRecord<>(topic, 0, null, (String) null)).get();
            }
            List<ConsumerRecord<String, String>> got = all(topic);
            Checks.equal(2, got.size(), "records");
            Checks.equal("ключ", got.get(0).key(), "key");
            Checks.equal("☃ value", got.get(0).value(), "value");
            Checks.equal(1_700_000_000_123L, got.get(0).timestamp(), "timestamp");
            Header[] headers = got.get(0).headers().toArray();
            Checks.equal(3, headers.length, "headers");
            Checks.equal("one", headers[1].key(), "second header");
            Checks.equal(0, headers[1].value().length, "its value");
            Checks.equal(null, headers[2].value(), "a null value");
            Checks.equal(null, got.get(1).key(), "a null key");
            Checks.equal(null, got.get(1).value(), "a tombstone");
        });
        Checks.check("records: the broker's clock stamps where the topic says so", () -> {
            String topic = topic(1, "message.timestamp.type", "LogAppendTime");
            long before = System.currentTimeMillis();
            try (KafkaProducer<String, String> producer = producer()) {
                RecordMetadata told = producer.send(new ProducerRecord<>(topic, 0, 1000L, "k", "v")).get();
                Checks.hold(told.timestamp() >= before, "the time told is now");
            }
            ConsumerRecord<String, String> got = all(topic).get(0);
            Checks.equal("LogAppendTime", got.timestampType().toString(), "type");
            Checks.hold(got.timestamp() >= before, "the time is now");
        });
        Checks.check("records: acks of none, one and all", () -> {
            String topic = topic(1);
            for (String acks : List.of("0", "1", "all")) {
                try (KafkaProducer<String, String> producer = producer("acks", acks, "enable.idempotence", "false")) {
                    RecordMetadata told = producer.send(new ProducerRecord<>(topic, "k", acks)).get();
                    Checks.equal(!acks.equals("0"), told.hasOffset(), "an offset told with " + acks);
                }
            }
            Checks.become(List.of("0", "1", "all"), "what was written", () -> values(all(topic)));
        });
        Checks.check("records: a batch of many, with each codec, in order", () -> {
            for (String codec : List.of("none", "gzip", "snappy", "lz4", "zstd")) {
                String topic = topic(1);
                try (KafkaProducer<String, String> producer = producer("compression.type", codec, "linger.ms", "50")) {
                    for (int number = 0; number < 1000; number++) {
                        producer.send(new ProducerRecord<>(topic, "" + number));
                    }
                }
                Checks.equal(numbers(0, 1000), values(all(topic)), codec);
            }
        });
        Checks.check("records: the topic's codec replaces the producer's", () -> {
            String topic = topic(1, "compression.type", "zstd");
            try (KafkaProducer<String, String> producer = producer("compression.type", "gzip", "linger.ms", "50")) {
                for (int number = 0; number < 100; number++) {
                    producer.send(new ProducerRecord<>(topic, "" + number));
                }
            }
            Checks.equal(numbers(0, 100), values(all(topic)), "what came");
        });
        Checks.check("records: one that is too large is refused, and the next is not", () -> {
            String topic = topic(1, "max.message.bytes", "10000");
            try (KafkaProducer<String, String> producer = producer("batch.size", "0")) {
                Checks.fails(RecordTooLargeException.class, () -> producer.send(new ProducerRecord<>(topic, "x".repeat(20_000))).get());
                producer.send(new ProducerRecord<>(topic, "small")).get();
            }
            Checks.equal(List.of("small"), values(all(topic)), "what was written");
        });
        Checks.check("records: one of a megabyte, larger than a fetch", () -> {
            String topic = topic(1);
            String large = "y".repeat(900_000);
            try (KafkaProducer<String, String> producer = producer()) {
                producer.send(new ProducerRecord<>(topic, large)).get();
                producer.send(new ProducerRecord<>(topic, large)).get();
            }
            Checks.equal(List.of(large.length(), large.length()),
                    all(topic, "max.partition.fetch.bytes", "1000", "fetch.max.bytes", "1000").stream().map(each -> each.value().length()).collect(Collectors.toList()), "lengths");
        });
        Checks.check("records: a time far from now is refused where the topic says so", () -> {
            String old = topic(1, "message.timestamp.before.max.ms", "1000");
            String young = topic(1, "message.timestamp.after.max.ms", "1000");
            try (KafkaProducer<String, String> producer = producer()) {
                Checks.fails(InvalidTimestampException.class, () -> producer.send(new ProducerRecord<>(old, 0, 1000L, "k", "v")).get());
                Checks.fails(InvalidTimestampException.class,
                        () -> producer.send(new ProducerRecord<>(young, 0, System.currentTimeMillis() + 100_000, "k", "v")).get());
            }
        });
        Checks.check("records: a compacted topic takes no record without a key", () -> {
            String topic = topic(1, "cleanup.policy", "compact");
            try (KafkaProducer<String, String> producer = producer()) {
                Checks.fails(org.apache.kafka.common.errors.ApiException.class, () -> producer.send(new ProducerRecord<>(topic, "no key")).get());
                producer.send(new ProducerRecord<>(topic, "k", "v")).get();
            }
        });
        Checks.check("records: a topic is made by its first record", () -> {
            String topic = name("auto");
            try (KafkaProducer<String, String> producer = producer()) {
                producer.send(new ProducerRecord<>(topic, "first")).get();
                Checks.equal(4, producer.partitionsFor(topic).size(), "partitions");
            }
            Checks.equal(List.of("first"), values(all(topic)), "what was written");
        });
        Checks.check("records: keys go to their partitions, and keep their order there", () -> {
            String topic = topic(4);
            try (KafkaProducer<String, String> producer = producer()) {
                for (int number = 0; number < 400; number++) {
                    producer.send(new ProducerRecord<>(topic, "key" + number % 20, "" + number));
                }
            }
            Map<String, Integer> last = new HashMap<>();
            Map<String, Integer> home = new HashMap<>();
            for (ConsumerRecord<String, String> record : all(topic)) {
                Integer before = last.put(record.key(), Integer.parseInt(record.value()));
                Checks.hold(before == null || before < Integer.parseInt(record.value()), "order of " + record.key());
                Integer place = home.put(record.key(), record.partition());
                Checks.hold(place == null || place == record.partition(), "one partition for " + record.key());
            }
            Checks.equal(20, home.size(), "keys");
        });
    }

    // --- offsets --------------------------------------------------------------------------------------------------

    private static void offsets() {
        Checks.check("offsets: seek to a place, to the beginning and to the end", () -> {
            TopicPartition partition = new TopicPartition(topic(1), 0);
            write(partition, 0, 30);
            try (KafkaConsumer<String, String> consumer = consumer()) {
                consumer.assign(List.of(partition));
                consumer.seek(partition, 25);
                Checks.equal(numbers(25, 30), values(take(consumer, 5)), "from 25");
                consumer.seekToBeginning(List.of(partition));
                Checks.equal(numbers(0, 30), values(take(consumer, 30)), "from the beginning");
                consumer.seekToEnd(List.of(partition));
                Checks.equal(30L, consumer.position(partition), "position at the end");
                write(partition, 30, 32);
                Checks.equal(numbers(30, 32), values(take(consumer, 2)), "from the end");
            }
        });
        Checks.check("offsets: beginning, end and by time", () -> {
            TopicPartition partition = new TopicPartition(topic(1), 0);
            try (KafkaProducer<String, String> producer = producer(); KafkaConsumer<String, String> consumer = consumer()) {
                for (long at = 0; at < 10; at++) {
                    producer.send(new ProducerRecord<>(partition.topic(), 0, 1000 * at, "k", "v")).get();
                }
                Checks.equal(Map.of(partition, 0L), consumer.beginningOffsets(List.of(partition)), "beginning");
                Checks.equal(Map.of(partition, 10L), consumer.endOffsets(List.of(partition)), "end");
                OffsetAndTimestamp found = consumer.offsetsForTimes(Map.of(partition, 3500L)).get(partition);
                Checks.equal(4L, found.offset(), "offset at 3500");
                Checks.equal(4000L, found.timestamp(), "time of it");
                Checks.equal(null, consumer.offsetsForTimes(Map.of(partition, 9001L)).get(partition), "after the last");
            }
        });
        Checks.check("offsets: one that is out of range is reset, or said", () -> {
            TopicPartition partition = new TopicPartition(topic(1), 0);
            write(partition, 0, 10);
            try (KafkaConsumer<String, String> consumer = consumer("auto.offset.reset", "earliest")) {
                consumer.assign(List.of(partition));
                consumer.seek(partition, 1000);
                Checks.equal(numbers(0, 10), values(take(consumer, 10)), "from the earliest");
            }
            try (KafkaConsumer<String, String> consumer = consumer("auto.offset.reset", "none")) {
                consumer.assign(List.of(partition));
                consumer.seek(partition, 1000);
                Checks.fails(OffsetOutOfRangeException.class, () -> take(consumer, 1));
            }
            try (KafkaConsumer<String, String> consumer = consumer("auto.offset.reset", "none", "group.id", name("group"))) {
                consumer.assign(List.of(partition));
                Checks.fails(NoOffsetForPartitionException.class, () -> take(consumer, 1));
            }
        });
        Checks.check("offsets: a paused partition waits, the others go on", () -> {
            String topic = topic(2);
            TopicPartition first = new TopicPartition(topic, 0);
            TopicPartition second = new TopicPartition(topic, 1);
            write(first, 0, 10);
            write(second, 10, 20);
            try (KafkaConsumer<String, String> consumer = consumer()) {
                consumer.assign(List.of(first, second));
                consumer.pause(List.of(first));
                Checks.equal(numbers(10, 20), values(take(consumer, 10)), "the other one");
                consumer.resume(List.of(first));
                Checks.equal(numbers(0, 10), values(take(consumer, 10)), "the one that waited");
            }
        });
        Checks.check("offsets: committed with metadata, by one consumer, and read by another and by the admin", () -> {
            TopicPartition partition = new TopicPartition(topic(1), 0);
            String group = name("group");
            write(partition, 0, 10);
            try (KafkaConsumer<String, String> consumer = consumer("group.id", group)) {
                consumer.assign(List.of(partition));
                consumer.commitSync(Map.of(partition, new OffsetAndMetadata(4, "four")));
            }
            try (KafkaConsumer<String, String> consumer = consumer("group.id", group)) {
                consumer.assign(List.of(partition));
                OffsetAndMetadata committed = consumer.committed(Set.of(partition)).get(partition);
                Checks.equal(4L, committed.offset(), "offset");
                Checks.equal("four", committed.metadata(), "metadata");
                Checks.equal(numbers(4, 10), values(take(consumer, 6)), "from there");
            }
            Checks.equal(4L, admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get().get(partition).offset(), "for the admin");
        });
        Checks.check("offsets: the admin alters and deletes those of an empty group", () -> {
            String topic = topic(2);
            TopicPartition first = new TopicPartition(topic, 0);
            TopicPartition second = new TopicPartition(topic, 1);
            String group = name("group");
            admin.alterConsumerGroupOffsets(group, Map.of(first, new OffsetAndMetadata(3), second, new OffsetAndMetadata(5))).all().get();
            admin.deleteConsumerGroupOffsets(group, Set.of(first)).all().get();
            Map<TopicPartition, OffsetAndMetadata> left = admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get();
            Checks.equal(Set.of(second), left.keySet(), "left");
            admin.deleteConsumerGroups(List.of(group)).all().get();
            Checks.equal(Map.of(), admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get(), "after the group is deleted");
        });
    }

    // --- groups ---------------------------------------------------------------------------------------------------

    /** A member in a thread of its own, which reads, commits and says what it owns. */
    private static final class Member implements AutoCloseable {
        final Set<TopicPartition> owned = ConcurrentHashMap.newKeySet();
        final Set<String> read = ConcurrentHashMap.newKeySet();
        final List<String> told = Collections.synchronizedList(new ArrayList<>());
        private final AtomicBoolean over = new AtomicBoolean();
        private final Thread thread;
        volatile Throwable fault;

        Member(Collection<String> topics, String... settings) {
            thread = new Thread(() -> run(topics, null, settings));
            thread.start();
        }

        Member(Pattern pattern, String... settings) {
            thread = new Thread(() -> run(null, pattern, settings));
            thread.start();
        }

        private void run(Collection<String> topics, Pattern pattern, String... settings) {
            ConsumerRebalanceListener listener = new ConsumerRebalanceListener() {
                @Override
                public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
                    told.add("revoked");
                    owned.removeAll(partitions);
                }

                @Override
                public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
                    told.add("assigned");
                    owned.addAll(partitions);
                }

                @Override
                public void onPartitionsLost(Collection<TopicPartition> partitions) {
                    told.add("lost");
                    owned.removeAll(partitions);
                }
            };
            try (KafkaConsumer<String, String> consumer = consumer(settings)) {
                if (pattern != null) {
                    consumer.subscribe(pattern, listener);
                } else {
                    consumer.subscribe(topics, listener);
                }
                while (!over.get()) {
                    consumer.poll(Duration.ofMillis(100)).forEach(each -> read.add(each.value()));
                    consumer.commitAsync();
                }
            } catch (Throwable thrown) {
                fault = thrown;
            }
        }

        @Override
        public void close() throws Exception {
            over.set(true);
            thread.join(30_000);
            if (fault != null) {
                throw new AssertionError("a member failed: " + fault, fault);
            }
        }
    }

    private static ConsumerGroupDescription group(String group) throws Exception {
        return admin.describeConsumerGroups(List.of(group)).all().get().get(group);
    }

    private static void groups() {
        for (String assignor : List.of("RangeAssignor", "RoundRobinAssignor", "StickyAssignor", "CooperativeStickyAssignor")) {
            Checks.check("groups: members come and go, and share all partitions (" + assignor + ")", () -> {
                String topic = topic(4);
                String group = name("group");
                String[] settings = {"group.id", group, "partition.assignment.strategy", "org.apache.kafka.clients.consumer." + assignor};
                for (int partition = 0; partition < 4; partition++) {
                    write(new TopicPartition(topic, partition), 10 * partition, 10 * partition + 10);
                }
                try (Member first = new Member(List.of(topic), settings)) {
                    Checks.until("the first owns all", () -> first.owned.size() == 4);
                    Checks.become(new HashSet<>(numbers(0, 40)), "what it read", () -> new HashSet<>(first.read));
                    try (Member second = new Member(List.of(topic), settings)) {
                        Checks.until("they share", () -> first.owned.size() == 2 && second.owned.size() == 2);
                        write(new TopicPartition(topic, 0), 100, 110);
                        write(new TopicPartition(topic, 3), 110, 120);
                        Checks.until("both read", () -> first.read.size() + second.read.size() == 60);
                        Checks.equal(2, group(group).members().size(), "members described");
                    }
                    Checks.until("the first owns all again", () -> first.owned.size() == 4);
                }
            });
        }
        Checks.check("groups: described with members, coordinator, state and assignor", () -> {
            String topic = topic(2);
            String group = name("group");
            try (Member member = new Member(List.of(topic), "group.id", group, "client.id", "the-client")) {
                Checks.until("it owns all", () -> member.owned.size() == 2);
                Checks.become("Stable", "state", () -> group(group).state().toString());
                ConsumerGroupDescription description = group(group);
                Checks.equal("range", description.partitionAssignor(), "assignor");
                Checks.equal(false, description.isSimpleConsumerGroup(), "simple");
                Checks.equal("the-client", description.members().iterator().next().clientId(), "client id");
                Checks.equal(2, description.members().iterator().next().assignment().topicPartitions().size(), "assignment");
                Checks.hold(description.coordinator() != null, "a coordinator");
                Checks.hold(admin.listConsumerGroups().all().get().stream().anyMatch(each -> each.groupId().equals(group)), "listed");
                Checks.fails(GroupNotEmptyException.class, () -> admin.deleteConsumerGroups(List.of(group)).all().get());
                Checks.fails(GroupSubscribedToTopicException.class,
                        () -> admin.deleteConsumerGroupOffsets(group, Set.of(new TopicPartition(topic, 0))).partitionResult(new TopicPartition(topic, 0)).get());
            }
            Checks.become("Empty", "state", () -> group(group).state().toString());
            admin.deleteConsumerGroups(List.of(group)).all().get();
            Checks.until("not listed", () -> admin.listConsumerGroups().all().get().stream().noneMatch(each -> each.groupId().equals(group)));
        });
        Checks.check("groups: a pattern finds topics that are made later", () -> {
            String stem = name("pattern");
            String group = name("group");
            admin.createTopics(List.of(new NewTopic(stem + "-a", 1, (short) 1))).all().get();
            try (Member member = new Member(Pattern.compile(stem + "-.*"), "group.id", group, "metadata.max.age.ms", "300")) {
                Checks.until("one", () -> member.owned.size() == 1);
                admin.createTopics(List.of(new NewTopic(stem + "-b", 2, (short) 1))).all().get();
                Checks.until("three", () -> member.owned.size() == 3);
            }
        });
        Checks.check("groups: partitions that are added are taken", () -> {
            String topic = topic(1);
            try (Member member = new Member(List.of(topic), "group.id", name("group"), "metadata.max.age.ms", "300")) {
                Checks.until("one", () -> member.owned.size() == 1);
                admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(3))).all().get();
                Checks.until("three", () -> member.owned.size() == 3);
            }
        });
        Checks.check("groups: a static member comes back to what it had, without a rebalance", () -> {
            String topic = topic(4);
            String group = name("group");
            String[] one = {"group.id", group, "group.instance.id", "one", "session.timeout.ms", "30000"};
            String[] two = {"group.id", group, "group.instance.id", "two", "session.timeout.ms", "30000"};
            try (Member first = new Member(List.of(topic), one)) {
                Set<TopicPartition> had;
                int told;
                try (Member second = new Member(List.of(topic), two)) {
                    Checks.until("they share", () -> first.owned.size() == 2 && second.owned.size() == 2);
                    had = new HashSet<>(second.owned);
                    told = first.told.size();
                }
                try (Member second = new Member(List.of(topic), two)) {
                    Checks.become(had, "what it has", () -> new HashSet<>(second.owned));
                    Checks.equal(told, first.told.size(), "rebalances of the other");
                }
                admin.removeMembersFromConsumerGroup(group, new RemoveMembersFromConsumerGroupOptions(List.of(new MemberToRemove("two")))).all().get();
                Checks.until("the first owns all", () -> first.owned.size() == 4);
            }
        });
        Checks.check("groups: a member that does not poll loses its place, and cannot commit", () -> {
            String topic = topic(1);
            String group = name("group");
            write(new TopicPartition(topic, 0), 0, 10);
            try (KafkaConsumer<String, String> slow = consumer("group.id", group, "max.poll.interval.ms", "6000", "max.poll.records", "1")) {
                slow.subscribe(List.of(topic));
                take(slow, 1);
                try (Member other = new Member(List.of(topic), "group.id", group)) {
                    Checks.until("the other owns it", () -> other.owned.size() == 1);
                    Checks.fails(CommitFailedException.class, slow::commitSync);
                }
            }
        });
        Checks.check("groups: auto commit on close", () -> {
            TopicPartition partition = new TopicPartition(topic(1), 0);
            String group = name("group");
            write(partition, 0, 10);
            try (KafkaConsumer<String, String> consumer = consumer("group.id", group, "enable.auto.commit", "true")) {
                consumer.subscribe(List.of(partition.topic()));
                take(consumer, 10);
            }
            Checks.equal(10L, admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get().get(partition).offset(), "committed");
        });
        Checks.check("groups: wakeup ends a poll that waits", () -> {
            String topic = topic(1);
            try (KafkaConsumer<String, String> consumer = consumer("group.id", name("group"))) {
                consumer.subscribe(List.of(topic));
                Thread waker = new Thread(() -> {
                    try {
                        Thread.sleep(500);
                    } catch (InterruptedException interrupted) {
                        return;
                    }
                    consumer.wakeup();
                });
                waker.start();
                Checks.fails(WakeupException.class, () -> consumer.poll(Duration.ofSeconds(60)));
            }
        });
        Checks.check("groups: topics are listed by a consumer", () -> {
            String topic = topic(3);
            try (KafkaConsumer<String, String> consumer = consumer()) {
                Map<String, List<PartitionInfo>> listed = consumer.listTopics();
                Checks.equal(3, listed.get(topic).size(), "partitions");
                Checks.hold(listed.get(topic).stream().allMatch(each -> each.leader() != null), "leaders");
            }
        });
    }

    // --- transactions ---------------------------------------------------------------------------------------------

    private static void transactions() {
        Checks.check("transactions: only what is committed is seen", () -> {
            String topic = topic(2);
            try (KafkaProducer<String, String> producer = producer("transactional.id", name("tx"))) {
                producer.initTransactions();
                for (int round = 0; round < 6; round++) {
                    producer.beginTransaction();
                    for (int number = 0; number < 5; number++) {
                        producer.send(new ProducerRecord<>(topic, number % 2, "k", round + "-" + number));
                    }
                    producer.flush(); // to abort drops what was not sent
                    if (round % 2 == 0) {
                        producer.commitTransaction();
                    } else {
                        producer.abortTransaction();
                    }
                }
            }
            Set<String> expected = new HashSet<>();
            for (int round = 0; round < 6; round += 2) {
                for (int number = 0; number < 5; number++) {
                    expected.add(round + "-" + number);
                }
            }
            Checks.equal(expected, new HashSet<>(values(all(topic, "isolation.level", "read_committed"))), "committed");
            Checks.equal(30, all(topic).size(), "with what is not");
        });
        Checks.check("transactions: what is open is not read yet", () -> {
            TopicPartition partition = new TopicPartition(topic(1), 0);
            try (KafkaProducer<String, String> producer = producer("transactional.id", name("tx"));
                    KafkaConsumer<String, String> consumer = consumer("isolation.level", "read_committed")) {
                write(partition, 0, 3);
                producer.initTransactions();
                producer.beginTransaction();
                producer.send(new ProducerRecord<>(partition.topic(), 0, "k", "open")).get();
                write(partition, 3, 6);
                Checks.equal(3L, consumer.endOffsets(List.of(partition)).get(partition), "last stable offset");
                consumer.assign(List.of(partition));
                Checks.equal(numbers(0, 3), values(take(consumer, 3)), "before it");
                Checks.equal(true, consumer.poll(Duration.ofMillis(300)).isEmpty(), "nothing more");
                producer.commitTransaction();
                Checks.equal(List.of("open", "3", "4", "5"), values(take(consumer, 4)), "after it");
            }
        });
        Checks.check("transactions: consume, transform, produce, with offsets in the transaction", () -> {
            String from = topic(1);
            String to = topic(1);
            String group = name("group");
            TopicPartition partition = new TopicPartition(from, 0);
            write(partition, 0, 20);
            try (KafkaConsumer<String, String> consumer = consumer("group.id", group, "isolation.level", "read_committed", "max.poll.records", "5");
                    KafkaProducer<String, String> producer = producer("transactional.id", name("tx"))) {
                producer.initTransactions();
                consumer.subscribe(List.of(from));
                for (int done = 0, round = 0; done < 20; round++) {
                    List<ConsumerRecord<String, String>> got = take(consumer, 1);
                    producer.beginTransaction();
                    for (ConsumerRecord<String, String> record : got) {
                        producer.send(new ProducerRecord<>(to, record.key(), "did " + record.value()));
                    }
                    long next = got.get(got.size() - 1).offset() + 1;
                    producer.sendOffsetsToTransaction(Map.of(partition, new OffsetAndMetadata(next)), consumer.groupMetadata());
                    if (round == 1) {
                        producer.abortTransaction();
                        consumer.seek(partition, done);
                    } else {
                        producer.commitTransaction();
                        done += got.size();
                    }
                }
            }
            Checks.equal(numbers(0, 20).stream().map(each -> "did " + each).collect(Collectors.toList()),
                    values(all(to, "isolation.level", "read_committed")), "what came out");
            Checks.equal(20L, admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get().get(partition).offset(), "committed");
        });
        Checks.check("transactions: who comes later shuts out who was before", () -> {
            String topic = topic(1);
            String id = name("tx");
            try (KafkaProducer<String, String> first = producer("transactional.id", id); KafkaProducer<String, String> second = producer("transactional.id", id)) {
                first.initTransactions();
                first.beginTransaction();
                first.send(new ProducerRecord<>(topic, "first")).get();
                second.initTransactions();
                Checks.fails(ProducerFencedException.class, first::commitTransaction);
                second.beginTransaction();
                second.send(new ProducerRecord<>(topic, "second")).get();
                second.commitTransaction();
            }
            Checks.equal(List.of("second"), values(all(topic, "isolation.level", "read_committed")), "committed");
        });
        Checks.check("transactions: one that takes too long is aborted by the broker", () -> {
            String topic = topic(1);
            try (KafkaProducer<String, String> producer = producer("transactional.id", name("tx"), "transaction.timeout.ms", "1000")) {
                producer.initTransactions();
                producer.beginTransaction();
                producer.send(new ProducerRecord<>(topic, "late")).get();
                TopicPartition partition = new TopicPartition(topic, 0);
                try (KafkaConsumer<String, String> consumer = consumer("isolation.level", "read_committed")) {
                    Checks.until("a marker", () -> consumer.endOffsets(List.of(partition)).get(partition) == 2L);
                }
                Checks.fails(org.apache.kafka.common.KafkaException.class, producer::commitTransaction);
            }
            Checks.equal(List.of(), values(all(topic, "isolation.level", "read_committed")), "committed");
        });
        Checks.check("transactions: an idempotent producer writes everything once, in order", () -> {
            String topic = topic(1);
            try (KafkaProducer<String, String> producer = producer("enable.idempotence", "true", "batch.size", "100", "linger.ms", "0")) {
                for (int number = 0; number < 5000; number++) {
                    producer.send(new ProducerRecord<>(topic, "" + number));
                }
            }
            Checks.equal(numbers(0, 5000), values(all(topic)), "what is there");
        });
    }
}
