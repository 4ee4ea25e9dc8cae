import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.CreateTopicsResult;
import org.apache.kafka.clients.admin.FeatureMetadata;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.NoOffsetForPartitionException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidPartitionsException;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.errors.InvalidTimestampException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.header.Header;

/**
 * What every application with Apache Kafka's Java client does, from 2.8 on: only what the oldest of these clients has
 * is used. Argument: bootstrap servers.
 */
public final class ClientChecks extends Clients {
    public static void main(String[] arguments) throws Exception {
        bootstrap = arguments[0];
        admin = Admin.create(Map.of("bootstrap.servers", bootstrap));
        administration();
        records();
        offsets();
        ClientGroupChecks.groups();
        ClientGroupChecks.transactions();
        System.exit(0);
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
}
