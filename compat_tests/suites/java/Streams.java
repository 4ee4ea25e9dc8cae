import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;

/** What the checks of Kafka Streams share: applications in this process, and what is in topics. */
class Streams {
    static final long NOON = 1_700_000_000_000L;
    static String bootstrap;
    static Path directory;
    static Admin admin;
    static KafkaProducer<String, String> producer;
    static final AtomicInteger NAMES = new AtomicInteger();

    static String name(String prefix) {
        return prefix + "-" + NAMES.incrementAndGet();
    }

    static void topics(int partitions, String... names) throws Exception {
        admin.createTopics(Arrays.stream(names).map(each -> new NewTopic(each, partitions, (short) 1)).collect(Collectors.toList())).all().get();
        Map<TopicPartition, OffsetSpec> all = new HashMap<>();
        for (String name : names) {
            for (int partition = 0; partition < partitions; partition++) {
                all.put(new TopicPartition(name, partition), OffsetSpec.latest());
            }
        }
        // In Apache Kafka leaders know of it after the answer.
        Checks.until("the topics are led", () -> {
            try {
                return admin.listOffsets(all).all().get() != null;
            } catch (ExecutionException notYet) {
                return false;
            }
        });
    }

    static void send(String topic, String key, String value, long atMs) throws Exception {
        producer.send(new ProducerRecord<>(topic, null, NOON + atMs, key, value)).get();
    }

    /** An application in this process. */
    static final class App implements AutoCloseable {
        private static volatile App newest;
        final String id;
        final KafkaStreams streams;
        volatile Throwable fault;

        App(String id, Path state, Consumer<StreamsBuilder> topology, String... settings) throws Exception {
            this.id = id;
            Properties properties = StreamsInstance.settings(bootstrap, id, state.toString());
            for (int at = 0; at < settings.length; at += 2) {
                properties.put(settings[at], settings[at + 1]);
            }
            StreamsBuilder builder = new StreamsBuilder();
            topology.accept(builder);
            streams = new KafkaStreams(builder.build(properties), properties);
            streams.setUncaughtExceptionHandler(error -> {
                fault = error;
                return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
            });
            newest = this;
            streams.start();
        }

        App(String id, Consumer<StreamsBuilder> topology, String... settings) throws Exception {
            this(id, directory.resolve(id + "-" + NAMES.incrementAndGet()), topology, settings);
        }

        void awaitRunning() throws Exception {
            Checks.until("the application runs", () -> {
                hasNotFailed();
                return streams.state() == KafkaStreams.State.RUNNING;
            });
        }

        private void hasNotFailed() {
            if (fault != null) {
                throw new AssertionError("the application failed: " + fault, fault);
            }
        }

        @Override
        public void close() {
            streams.close(Duration.ofSeconds(30));
            newest = null;
            hasNotFailed();
        }
    }

    /** What is in a topic, key and value, in the order of partitions and offsets. */
    static List<KeyValue<String, String>> read(String topic) throws Exception {
        return records(topic).stream().map(each -> KeyValue.pair(each.key(), each.value())).collect(Collectors.toList());
    }

    static List<ConsumerRecord<String, String>> records(String topic) throws Exception {
        App newest = App.newest;
        if (newest != null) { // otherwise what it should have written would be waited for in vain
            newest.hasNotFailed();
        }
        try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(Map.of("bootstrap.servers", bootstrap, "isolation.level", "read_committed",
                "auto.offset.reset", "earliest",
                "key.deserializer", "org.apache.kafka.common.serialization.StringDeserializer",
                "value.deserializer", "org.apache.kafka.common.serialization.StringDeserializer"))) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream().map(each -> new TopicPartition(topic, each.partition())).collect(Collectors.toList());
            consumer.assign(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            List<ConsumerRecord<String, String>> got = new ArrayList<>();
            Checks.until("all of " + topic, () -> {
                consumer.poll(Duration.ofMillis(20)).forEach(got::add);
                return partitions.stream().allMatch(each -> consumer.position(each) >= ends.get(each));
            });
            got.sort(Comparator.comparing((ConsumerRecord<String, String> each) -> each.partition()).thenComparing(ConsumerRecord::offset));
            return got;
        }
    }

    /** The last value of each key, without those that were deleted. */
    static Map<String, String> last(String topic) throws Exception {
        Map<String, String> values = new TreeMap<>();
        for (KeyValue<String, String> record : read(topic)) {
            if (record.value == null) {
                values.remove(record.key);
            } else {
                values.put(record.key, record.value);
            }
        }
        return values;
    }

    static List<String> sorted(String topic) throws Exception {
        return read(topic).stream().map(each -> each.key + "=" + each.value).sorted().collect(Collectors.toList());
    }

    static List<String> list(String... values) {
        return Arrays.asList(values);
    }

    /** Waits until the application has committed so many records of a topic. */
    static void committed(String id, String topic, long count) throws Exception {
        Checks.become(count, "committed of " + topic, () -> admin.listConsumerGroupOffsets(id).partitionsToOffsetAndMetadata().get().entrySet().stream()
                .filter(each -> each.getKey().topic().equals(topic)).mapToLong(each -> each.getValue().offset()).sum());
    }

    static Map<String, String> configs(String topic) throws Exception {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        Config config = admin.describeConfigs(List.of(resource)).all().get().get(resource);
        Map<String, String> values = new HashMap<>();
        config.entries().forEach(each -> values.put(each.name(), each.value()));
        return values;
    }
}
