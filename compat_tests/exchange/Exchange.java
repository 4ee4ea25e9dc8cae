import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.quota.ClientQuotaAlteration;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.apache.kafka.common.quota.ClientQuotaFilter;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/**
 * Fills a server with what a data directory can hold, and tells as JSON what a server holds, so that two servers on one
 * directory can be compared. Arguments: "fill" or "facts", bootstrap servers, then words: "transactions", "groups" and
 * "security" add what not every server serves.
 */
public final class Exchange {
    private static final List<String> CODECS = List.of("none", "gzip", "snappy", "lz4", "zstd");
    private static final String BYTES_IN = "org.apache.kafka.common.serialization.ByteArraySerializer";
    private static final String BYTES_OUT = "org.apache.kafka.common.serialization.ByteArrayDeserializer";

    public static void main(String[] arguments) throws Exception {
        Set<String> words = Set.copyOf(Arrays.asList(arguments).subList(2, arguments.length));
        if (arguments[0].equals("fill")) {
            fill(arguments[1], words);
        } else {
            ObjectMapper mapper = new ObjectMapper().enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS);
            System.out.println(mapper.writeValueAsString(facts(arguments[1], words)));
        }
        System.out.flush();
        Runtime.getRuntime().halt(0); // clients that are still open do not say goodbye: a crash of the application
    }

    private static Properties settings(String bootstrap, String... more) {
        Properties settings = new Properties();
        settings.put("bootstrap.servers", bootstrap);
        settings.put("key.serializer", BYTES_IN);
        settings.put("value.serializer", BYTES_IN);
        settings.put("key.deserializer", BYTES_OUT);
        settings.put("value.deserializer", BYTES_OUT);
        for (int at = 0; at < more.length; at += 2) {
            settings.put(more[at], more[at + 1]);
        }
        return settings;
    }

    private static byte[] bytes(String text) {
        return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
    }

    private static void fill(String bootstrap, Set<String> words) throws Exception {
        try (Admin admin = Admin.create(settings(bootstrap))) {
            List<NewTopic> topics = new ArrayList<>();
            for (String codec : CODECS) {
                topics.add(new NewTopic("codec-" + codec, 2, (short) 1));
            }
            topics.add(new NewTopic("compacted", 1, (short) 1).configs(Map.of(
                "cleanup.policy", "compact", "segment.bytes", "1048576", "min.cleanable.dirty.ratio", "0.01")));
            topics.add(new NewTopic("many", 40, (short) 1));
            topics.add(new NewTopic("grown", 1, (short) 1));
            topics.add(new NewTopic("deleted", 2, (short) 1));
            topics.add(new NewTopic("trimmed", 1, (short) 1));
            topics.add(new NewTopic("rolled", 1, (short) 1).configs(Map.of("segment.bytes", "1048576")));
            topics.add(new NewTopic("sequenced", 1, (short) 1));
            topics.add(new NewTopic("stamped", 1, (short) 1).configs(
                Map.of("message.timestamp.type", "LogAppendTime", "retention.ms", "123456789", "max.message.bytes", "555555")));
            if (words.contains("transactions")) {
                topics.add(new NewTopic("transactional", 1, (short) 1));
            }
            admin.createTopics(topics).all().get();
            admin.createPartitions(Map.of("grown", NewPartitions.increaseTo(3))).all().get();
            for (String codec : CODECS) {
                produce(bootstrap, "codec-" + codec, codec, 30);
            }
            produce(bootstrap, "grown", "none", 5);
            produce(bootstrap, "deleted", "none", 5);
            produce(bootstrap, "trimmed", "none", 40);
            produce(bootstrap, "stamped", "none", 10);
            rolled(bootstrap);
            compacted(bootstrap);
            many(bootstrap);
            admin.deleteTopics(List.of("deleted")).all().get();
            admin.deleteRecords(Map.of(new TopicPartition("trimmed", 0), RecordsToDelete.beforeOffset(7))).all().get();
            ConfigResource everyBroker = new ConfigResource(ConfigResource.Type.BROKER, "");
            ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, "grown");
            admin.incrementalAlterConfigs(Map.of(
                everyBroker, List.of(set("message.max.bytes", "2000000")),
                topic, List.of(set("min.insync.replicas", "1"), set("retention.bytes", "987654321")))).all().get();
            admin.alterConsumerGroupOffsets("noted", Map.of(
                new TopicPartition("codec-none", 0), new OffsetAndMetadata(3, Optional.of(0), "a note"),
                new TopicPartition("codec-gzip", 1), new OffsetAndMetadata(5))).all().get();
            readAsGroup(bootstrap, "classic-readers", "classic", true);
            if (words.contains("transactions")) {
                transactions(bootstrap);
            }
            if (words.contains("groups")) {
                readAsGroup(bootstrap, "consumer-readers", "consumer", false);
                share(bootstrap, admin);
            }
            if (words.contains("security")) {
                secure(admin);
            }
        }
    }

    private static AlterConfigOp set(String name, String value) {
        return new AlterConfigOp(new ConfigEntry(name, value), AlterConfigOp.OpType.SET);
    }

    private static void produce(String bootstrap, String topic, String codec, int count) throws Exception {
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
            settings(bootstrap, "compression.type", codec, "linger.ms", "5"))) {
            long time = System.currentTimeMillis() - 100_000;
            for (int number = 0; number < count; number++) {
                byte[] key = number % 5 == 0 ? null : bytes("key " + number);
                byte[] value = number % 7 == 3 ? null : bytes(("value " + number + " of " + topic + " ").repeat(5));
                ProducerRecord<byte[], byte[]> record =
                    new ProducerRecord<>(topic, topic.startsWith("codec") ? number % 2 : 0, time + number * 10L, key, value);
                if (number % 3 == 0) {
                    record.headers().add("trace", bytes("header " + number)).add("empty", new byte[0]).add("null", null);
                }
                producer.send(record);
            }
        }
    }

    private static void rolled(String bootstrap) throws Exception {
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(settings(bootstrap))) {
            for (int number = 0; number < 30; number++) {
                producer.send(new ProducerRecord<>("rolled", bytes("key " + number), new byte[100_000])).get();
            }
        }
    }

    private static void compacted(String bootstrap) throws Exception {
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(settings(bootstrap))) {
            for (int number = 0; number < 60; number++) {
                byte[] value = Arrays.copyOf(bytes("value " + number), 60_000);
                producer.send(new ProducerRecord<>("compacted", bytes("key " + number % 6), value)).get();
            }
            producer.send(new ProducerRecord<>("compacted", bytes("key 2"), null));
        }
    }

    private static void many(String bootstrap) throws Exception {
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(settings(bootstrap))) {
            for (int number = 0; number < 40; number++) {
                for (int each = 0; each <= number % 4; each++) {
                    producer.send(new ProducerRecord<>("many", number, null, bytes("value " + each)));
                }
            }
        }
    }

    private static void readAsGroup(String bootstrap, String group, String protocol, boolean leave) {
        KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(settings(
            bootstrap, "group.id", group, "group.protocol", protocol, "auto.offset.reset", "earliest", "enable.auto.commit", "false"));
        consumer.subscribe(List.of("codec-zstd", "codec-lz4"));
        int seen = 0;
        long end = System.nanoTime() + 30_000_000_000L;
        while (seen < 60) {
            seen += consumer.poll(Duration.ofMillis(100)).count();
            check(System.nanoTime() < end, group + " read only " + seen);
        }
        consumer.commitSync();
        if (leave) {
            consumer.close();
        }
    }

    private static void transactions(String bootstrap) throws Exception {
        KafkaProducer<byte[], byte[]> producer =
            new KafkaProducer<>(settings(bootstrap, "transactional.id", "tx-1", "transaction.timeout.ms", "900000"));
        producer.initTransactions();
        for (String outcome : List.of("committed", "aborted", "committed", "aborted", "committed", "open")) {
            producer.beginTransaction();
            for (int number = 0; number < 4; number++) {
                producer.send(new ProducerRecord<>("transactional", bytes(outcome), bytes(outcome + " " + number)));
            }
            producer.flush();
            if (outcome.equals("committed")) {
                producer.commitTransaction();
            } else if (outcome.equals("aborted")) {
                producer.abortTransaction();
            }
        }
    }

    private static void share(String bootstrap, Admin admin) throws Exception {
        ConfigResource group = new ConfigResource(ConfigResource.Type.GROUP, "sharers");
        admin.incrementalAlterConfigs(Map.of(group, List.of(set("share.auto.offset.reset", "earliest")))).all().get();
        KafkaShareConsumer<byte[], byte[]> consumer =
            new KafkaShareConsumer<>(settings(bootstrap, "group.id", "sharers", "share.acknowledgement.mode", "implicit"));
        consumer.subscribe(List.of("codec-none"));
        int seen = 0;
        long end = System.nanoTime() + 30_000_000_000L;
        while (seen < 30) {
            seen += consumer.poll(Duration.ofMillis(200)).count();
            check(System.nanoTime() < end, "sharers read only " + seen);
        }
        consumer.commitSync();
    }

    private static void secure(Admin admin) throws Exception {
        admin.createAcls(List.of(new AclBinding(
            new ResourcePattern(ResourceType.TOPIC, "codec-", PatternType.PREFIXED),
            new AccessControlEntry("User:ann", "*", AclOperation.READ, AclPermissionType.ALLOW)))).all().get();
        admin.alterUserScramCredentials(List.of(new UserScramCredentialUpsertion(
            "ann", new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_256, 4096), "secret"))).all().get();
        admin.alterClientQuotas(List.of(new ClientQuotaAlteration(
            new ClientQuotaEntity(Map.of("user", "ann")),
            List.of(new ClientQuotaAlteration.Op("consumer_byte_rate", 1e9))))).all().get();
    }

    private static Map<String, Object> facts(String bootstrap, Set<String> words) throws Exception {
        Map<String, Object> found = new TreeMap<>();
        try (Admin admin = Admin.create(settings(bootstrap))) {
            found.put("cluster", admin.describeCluster().clusterId().get());
            Map<String, TopicDescription> topics = admin.describeTopics(admin.listTopics().names().get()).allTopicNames().get();
            Map<String, Object> told = new TreeMap<>();
            List<TopicPartition> partitions = new ArrayList<>();
            Set<String> compacted = new TreeSet<>();
            for (TopicDescription topic : topics.values()) {
                Map<String, String> settings = dynamic(admin, new ConfigResource(ConfigResource.Type.TOPIC, topic.name()));
                told.put(topic.name(), Map.of(
                    "id", topic.topicId().toString(),
                    "partitions", topic.partitions().size(),
                    "leaders", topic.partitions().stream().map(each -> each.leader() == null ? -1 : each.leader().id()).distinct().toList(),
                    "settings", settings));
                if (settings.getOrDefault("cleanup.policy", "delete").contains("compact")) {
                    compacted.add(topic.name());
                }
                if (!topic.isInternal()) {
                    topic.partitions().forEach(each -> partitions.add(new TopicPartition(topic.name(), each.partition())));
                }
            }
            found.put("topics", told);
            found.put("records", read(bootstrap, partitions, "read_uncommitted", compacted));
            found.put("committed records", read(bootstrap, partitions, "read_committed", compacted));
            ConfigResource everyBroker = new ConfigResource(ConfigResource.Type.BROKER, "");
            found.put("broker settings", dynamic(admin, everyBroker));
            Map<String, Object> groups = new TreeMap<>();
            for (String group : List.of("noted", "classic-readers", "consumer-readers")) {
                Map<String, Object> offsets = new TreeMap<>();
                admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get().forEach((partition, offset) -> {
                    if (offset != null) {
                        offsets.put(partition.toString(), List.of(
                            offset.offset(), offset.leaderEpoch().orElse(-1), offset.metadata()));
                    }
                });
                groups.put(group, offsets);
            }
            found.put("groups", groups);
            if (words.contains("groups")) {
                Map<String, String> types = new TreeMap<>();
                admin.listGroups().all().get().forEach(each -> types.put(
                    each.groupId(), each.type().map(Object::toString).orElse("none")));
                found.put("types of groups", types);
            }
            if (words.contains("security")) {
                found.put("acls", admin.describeAcls(AclBindingFilter.ANY).values().get().toString());
                found.put("scram", admin.describeUserScramCredentials().all().get().keySet().toString());
                found.put("quotas", admin.describeClientQuotas(ClientQuotaFilter.all()).entities().get().toString());
            }
        }
        return found;
    }

    private static Map<String, String> dynamic(Admin admin, ConfigResource resource) throws Exception {
        Config config = admin.describeConfigs(List.of(resource)).all().get().get(resource);
        Map<String, String> found = new TreeMap<>();
        for (ConfigEntry entry : config.entries()) {
            if (entry.source().name().startsWith("DYNAMIC_" + (resource.isDefault() ? "DEFAULT_BROKER" : resource.type().name()))) {
                found.put(entry.name(), entry.value());
            }
        }
        return found;
    }

    private static Map<String, Object> read(
        String bootstrap, Collection<TopicPartition> partitions, String isolation, Set<String> compacted) {
        Map<String, Object> found = new TreeMap<>();
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(settings(bootstrap, "isolation.level", isolation, "fetch.max.wait.ms", "20"))) {
            Map<TopicPartition, Long> starts = consumer.beginningOffsets(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            Map<TopicPartition, List<Object>> records = new TreeMap<>((a, b) -> a.toString().compareTo(b.toString()));
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            long end = System.nanoTime() + 30_000_000_000L;
            while (partitions.stream().anyMatch(each -> consumer.position(each) < ends.get(each))) {
                ConsumerRecords<byte[], byte[]> some = consumer.poll(Duration.ofMillis(100));
                for (ConsumerRecord<byte[], byte[]> record : some) {
                    records.computeIfAbsent(new TopicPartition(record.topic(), record.partition()), each -> new ArrayList<>()).add(show(record));
                }
                check(System.nanoTime() < end, "not everything could be read: " + isolation);
            }
            for (TopicPartition partition : partitions) {
                List<Object> all = records.getOrDefault(partition, List.of());
                Map<String, Object> one = new TreeMap<>();
                one.put("end", ends.get(partition));
                if (compacted.contains(partition.topic())) {
                    Map<Object, Object> newest = new TreeMap<>();
                    all.forEach(each -> newest.put(((List<?>) each).get(3), each));
                    one.put("newest", newest);
                } else {
                    one.put("start", starts.get(partition));
                    one.put("records", all);
                }
                found.put(partition.toString(), one);
            }
        }
        return found;
    }

    private static Object show(ConsumerRecord<byte[], byte[]> record) {
        List<Object> shown = new ArrayList<>();
        shown.add(record.offset());
        shown.add(record.timestamp());
        shown.add(record.timestampType().name);
        shown.add(encode(record.key()));
        shown.add(encode(record.value()));
        for (Header header : record.headers()) {
            shown.add(header.key() + "=" + encode(header.value()));
        }
        return shown;
    }

    private static String encode(byte[] data) {
        return data == null ? "none" : data.length > 1000 ? data.length + " bytes, " + Arrays.hashCode(data) : Base64.getEncoder().encodeToString(data);
    }

    private static void check(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalStateException(otherwise);
        }
    }
}
