import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
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
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KeyQueryMetadata;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StoreQueryParameters;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.errors.InvalidStateStoreException;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.kstream.Branched;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.GlobalKTable;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.JoinWindows;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.KTable;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.Repartitioned;
import org.apache.kafka.streams.kstream.SessionWindows;
import org.apache.kafka.streams.kstream.SlidingWindows;
import org.apache.kafka.streams.kstream.StreamJoined;
import org.apache.kafka.streams.kstream.Suppressed;
import org.apache.kafka.streams.kstream.TimeWindows;
import org.apache.kafka.streams.kstream.Windowed;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.query.KeyQuery;
import org.apache.kafka.streams.query.StateQueryRequest;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.QueryableStoreType;
import org.apache.kafka.streams.state.QueryableStoreTypes;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;
import org.apache.kafka.streams.state.ReadOnlyWindowStore;
import org.apache.kafka.streams.state.Stores;
import org.apache.kafka.tools.StreamsResetter;

/**
 * Applications of Kafka Streams: joins, aggregations by windows, state that moves, is lost and comes back, exactly once
 * with kills in the middle. Arguments: bootstrap servers, a directory for state.
 */
public final class StreamsChecks {
    private static final long NOON = 1_700_000_000_000L;
    private static String bootstrap;
    private static Path directory;
    private static Admin admin;
    private static KafkaProducer<String, String> producer;
    private static final AtomicInteger NAMES = new AtomicInteger();

    public static void main(String[] arguments) throws Exception {
        bootstrap = arguments[0];
        directory = Path.of(arguments[1]);
        admin = Admin.create(Map.of("bootstrap.servers", bootstrap));
        producer = new KafkaProducer<>(Map.of("bootstrap.servers", bootstrap, "linger.ms", "0",
                "key.serializer", "org.apache.kafka.common.serialization.StringSerializer",
                "value.serializer", "org.apache.kafka.common.serialization.StringSerializer"));
        joins();
        windows();
        topologies();
        stores();
        instances();
        exactlyOnce();
        resets();
        System.exit(0);
    }

    // --- shared ---------------------------------------------------------------------------------------------------

    private static String name(String prefix) {
        return prefix + "-" + NAMES.incrementAndGet();
    }

    private static void topics(int partitions, String... names) throws Exception {
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

    private static void send(String topic, String key, String value, long atMs) throws Exception {
        producer.send(new ProducerRecord<>(topic, null, NOON + atMs, key, value)).get();
    }

    /** An application in this process. */
    private static final class App implements AutoCloseable {
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
    private static List<KeyValue<String, String>> read(String topic) throws Exception {
        return records(topic).stream().map(each -> KeyValue.pair(each.key(), each.value())).collect(Collectors.toList());
    }

    private static List<ConsumerRecord<String, String>> records(String topic) throws Exception {
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
    private static Map<String, String> last(String topic) throws Exception {
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

    private static List<String> sorted(String topic) throws Exception {
        return read(topic).stream().map(each -> each.key + "=" + each.value).sorted().collect(Collectors.toList());
    }

    private static List<String> list(String... values) {
        return Arrays.asList(values);
    }

    // --- joins ----------------------------------------------------------------------------------------------------

    private static void joins() {
        Checks.check("join: stream and stream, inner, left and outer", () -> {
            String id = name("streams");
            topics(2, id + "-a", id + "-b", id + "-inner", id + "-left", id + "-outer");
            try (App app = new App(id, builder -> {
                KStream<String, String> a = builder.stream(id + "-a");
                KStream<String, String> b = builder.stream(id + "-b");
                JoinWindows within = JoinWindows.ofTimeDifferenceWithNoGrace(Duration.ofSeconds(10));
                a.join(b, (one, two) -> one + "+" + two, within).to(id + "-inner");
                a.leftJoin(b, (one, two) -> one + "+" + two, within).to(id + "-left");
                a.outerJoin(b, (one, two) -> one + "+" + two, within).to(id + "-outer");
            })) {
                app.awaitRunning();
                send(id + "-a", "k", "a1", 0);
                send(id + "-b", "k", "b1", 5_000);
                send(id + "-a", "k", "a2", 12_000);
                send(id + "-a", "lonely", "a3", 12_000);
                send(id + "-b", "forlorn", "b3", 12_000);
                Checks.become(list("k=a1+b1", "k=a2+b1"), "inner", () -> sorted(id + "-inner"));
                // Time goes on in every partition: what found nobody is told once its window is over.
                for (String key : List.of("k", "lonely", "forlorn", "x", "y", "z")) {
                    send(id + "-a", key, "end", 100_000);
                    send(id + "-b", key, "end", 100_000);
                }
                Checks.until("left", () -> sorted(id + "-left").contains("lonely=a3+null"));
                Checks.until("outer", () -> sorted(id + "-outer").containsAll(list("lonely=a3+null", "forlorn=null+b3", "k=a1+b1", "k=a2+b1")));
                Checks.hold(!sorted(id + "-left").contains("forlorn=null+b3"), "nothing of the other side alone in a left join");
                Checks.hold(!sorted(id + "-outer").contains("k=a1+null"), "nothing alone that found somebody");
            }
        });
        Checks.check("join: stream and table, inner and left", () -> {
            String id = name("streams");
            topics(2, id + "-orders", id + "-customers", id + "-inner", id + "-left");
            send(id + "-customers", "c1", "Ann", 0);
            try (App app = new App(id, builder -> {
                KStream<String, String> orders = builder.stream(id + "-orders");
                KTable<String, String> customers = builder.table(id + "-customers");
                orders.join(customers, (order, customer) -> customer + " " + order).to(id + "-inner");
                orders.leftJoin(customers, (order, customer) -> customer + " " + order).to(id + "-left");
            })) {
                send(id + "-orders", "c1", "tea", 1);
                send(id + "-orders", "c2", "nuts", 1);
                Checks.become(list("c1=Ann tea", "c2=null nuts"), "left", () -> sorted(id + "-left"));
                send(id + "-customers", "c2", "Bob", 2);
                send(id + "-customers", "c1", null, 2);
                send(id + "-orders", "c2", "salt", 3);
                Checks.become(list("c1=Ann tea", "c2=Bob salt"), "inner", () -> sorted(id + "-inner"));
                send(id + "-orders", "c1", "jam", 4);
                Checks.become(list("c1=Ann tea", "c1=null jam", "c2=Bob salt", "c2=null nuts"), "left, of a deleted customer", () -> sorted(id + "-left"));
            }
        });
        Checks.check("join: stream and global table", () -> {
            String id = name("streams");
            topics(2, id + "-orders", id + "-products", id + "-out");
            send(id + "-products", "p1", "tea", 0);
            send(id + "-products", "p2", "salt", 0);
            try (App app = new App(id, builder -> {
                KStream<String, String> orders = builder.stream(id + "-orders");
                GlobalKTable<String, String> products = builder.globalTable(id + "-products");
                orders.join(products, (key, product) -> product, (product, named) -> named).to(id + "-out");
            })) {
                send(id + "-orders", "a", "p1", 1);
                send(id + "-orders", "b", "p2", 1);
                Checks.become(list("a=tea", "b=salt"), "out", () -> sorted(id + "-out"));
            }
        });
        Checks.check("join: table and table, inner, left and outer, with deletions", () -> {
            String id = name("streams");
            topics(2, id + "-a", id + "-b", id + "-inner", id + "-left", id + "-outer");
            try (App app = new App(id, builder -> {
                KTable<String, String> a = builder.table(id + "-a");
                KTable<String, String> b = builder.table(id + "-b");
                a.join(b, (one, two) -> one + "+" + two).toStream().to(id + "-inner");
                a.leftJoin(b, (one, two) -> one + "+" + two).toStream().to(id + "-left");
                a.outerJoin(b, (one, two) -> one + "+" + two).toStream().to(id + "-outer");
            })) {
                send(id + "-a", "k1", "a1", 0);
                send(id + "-b", "k1", "b1", 1);
                send(id + "-a", "k2", "a2", 2);
                send(id + "-b", "k3", "b3", 3);
                Checks.become(Map.of("k1", "a1+b1"), "inner", () -> last(id + "-inner"));
                Checks.become(Map.of("k1", "a1+b1", "k2", "a2+null"), "left", () -> last(id + "-left"));
                Checks.become(Map.of("k1", "a1+b1", "k2", "a2+null", "k3", "null+b3"), "outer", () -> last(id + "-outer"));
                send(id + "-b", "k1", null, 10);
                Checks.become(Map.of(), "inner", () -> last(id + "-inner"));
                Checks.become(Map.of("k1", "a1+null", "k2", "a2+null"), "left", () -> last(id + "-left"));
            }
        });
        Checks.check("join: tables by a foreign key, inner and left, with changes on both sides", () -> {
            String id = name("streams");
            topics(3, id + "-orders", id + "-customers", id + "-inner", id + "-left");
            try (App app = new App(id, builder -> {
                KTable<String, String> orders = builder.table(id + "-orders");
                KTable<String, String> customers = builder.table(id + "-customers");
                orders.join(customers, order -> order.split(":")[0], (order, customer) -> order + " for " + customer).toStream().to(id + "-inner");
                orders.leftJoin(customers, order -> order.split(":")[0], (order, customer) -> order + " for " + customer).toStream().to(id + "-left");
            })) {
                send(id + "-customers", "c1", "Ann", 0);
                send(id + "-customers", "c2", "Bob", 0);
                send(id + "-orders", "o1", "c1:tea", 1);
                send(id + "-orders", "o2", "c1:jam", 1);
                send(id + "-orders", "o3", "c3:nuts", 1);
                Checks.become(Map.of("o1", "c1:tea for Ann", "o2", "c1:jam for Ann"), "inner", () -> last(id + "-inner"));
                Checks.become("c3:nuts for null", "left", () -> last(id + "-left").get("o3"));
                send(id + "-customers", "c1", "Anne", 2);
                send(id + "-customers", "c3", "Cid", 2);
                Checks.become(Map.of("o1", "c1:tea for Anne", "o2", "c1:jam for Anne", "o3", "c3:nuts for Cid"), "inner after changes", () -> last(id + "-inner"));
                send(id + "-orders", "o1", "c2:tea", 3);
                send(id + "-orders", "o2", null, 3);
                send(id + "-customers", "c3", null, 3);
                Checks.become(Map.of("o1", "c2:tea for Bob"), "inner after moves and deletions", () -> last(id + "-inner"));
                Checks.become(Map.of("o1", "c2:tea for Bob", "o3", "c3:nuts for null"), "left", () -> last(id + "-left"));
            }
        });
    }

    // --- windows --------------------------------------------------------------------------------------------------

    private static <V> KStream<String, String> named(KTable<Windowed<String>, V> table) {
        return table.toStream((window, value) -> window.key() + "@" + (window.window().start() - NOON) / 1000 + "-" + (window.window().end() - NOON) / 1000)
                .mapValues(value -> value == null ? null : String.valueOf(value));
    }

    private static void windows() {
        Checks.check("windows: tumbling, with a late record within grace and one after it", () -> {
            String id = name("streams");
            topics(1, id + "-in", id + "-out");
            try (App app = new App(id, builder -> named(builder.<String, String>stream(id + "-in").groupByKey()
                    .windowedBy(TimeWindows.ofSizeAndGrace(Duration.ofSeconds(10), Duration.ofSeconds(5))).count()).to(id + "-out"))) {
                for (long at : new long[] {0, 3, 12, 8, 27, 9}) {
                    send(id + "-in", "k", "v", 1000 * at);
                }
                Checks.become(list("k@0-10=1", "k@0-10=2", "k@0-10=3", "k@10-20=1", "k@20-30=1"), "counts", () -> sorted(id + "-out"));
            }
        });
        Checks.check("windows: hopping, each record in every window that has it", () -> {
            String id = name("streams");
            topics(1, id + "-in", id + "-out");
            try (App app = new App(id, builder -> named(builder.<String, String>stream(id + "-in").groupByKey()
                    .windowedBy(TimeWindows.ofSizeWithNoGrace(Duration.ofSeconds(10)).advanceBy(Duration.ofSeconds(5))).count()).to(id + "-out"))) {
                send(id + "-in", "k", "v", 11_000);
                send(id + "-in", "k", "v", 16_000);
                Checks.become(Map.of("k@5-15", "1", "k@10-20", "2", "k@15-25", "1"), "counts", () -> last(id + "-out"));
            }
        });
        Checks.check("windows: sliding", () -> {
            String id = name("streams");
            topics(1, id + "-in", id + "-out");
            try (App app = new App(id, builder -> named(builder.<String, String>stream(id + "-in").groupByKey()
                    .windowedBy(SlidingWindows.ofTimeDifferenceWithNoGrace(Duration.ofSeconds(10))).count()).to(id + "-out"))) {
                send(id + "-in", "k", "v", 20_000);
                send(id + "-in", "k", "v", 25_000);
                Checks.become("2", "both in one", () -> last(id + "-out").get("k@15-25"));
                Checks.equal("1", last(id + "-out").get("k@10-20"), "the first alone");
            }
        });
        Checks.check("windows: sessions that grow together", () -> {
            String id = name("streams");
            topics(1, id + "-in", id + "-out");
            try (App app = new App(id, builder -> named(builder.<String, String>stream(id + "-in").groupByKey()
                    .windowedBy(SessionWindows.ofInactivityGapAndGrace(Duration.ofSeconds(5), Duration.ofSeconds(60))).count()).to(id + "-out"))) {
                send(id + "-in", "k", "v", 0);
                send(id + "-in", "k", "v", 8_000);
                Checks.become(Map.of("k@0-0", "1", "k@8-8", "1"), "two sessions", () -> last(id + "-out"));
                send(id + "-in", "k", "v", 4_000);
                Checks.become(Map.of("k@0-8", "3"), "one session", () -> last(id + "-out"));
                send(id + "-in", "k", "v", 30_000);
                Checks.become(Map.of("k@0-8", "3", "k@30-30", "1"), "another one", () -> last(id + "-out"));
            }
        });
        Checks.check("windows: suppressed until they close, each is told once", () -> {
            String id = name("streams");
            topics(1, id + "-in", id + "-out");
            try (App app = new App(id, builder -> named(builder.<String, String>stream(id + "-in").groupByKey(Grouped.with(Serdes.String(), Serdes.String()))
                    .windowedBy(TimeWindows.ofSizeWithNoGrace(Duration.ofSeconds(10))).count()
                    .suppress(Suppressed.untilWindowCloses(Suppressed.BufferConfig.unbounded()))).to(id + "-out"))) {
                for (long at : new long[] {0, 1, 2, 11, 12, 25}) {
                    send(id + "-in", "k", "v", 1000 * at);
                }
                Checks.become(list("k@0-10=3", "k@10-20=2"), "final counts", () -> sorted(id + "-out"));
            }
        });
        Checks.check("windows: suppressed, the buffer comes back from its changelog", () -> {
            String id = name("streams");
            topics(1, id + "-in", id + "-out");
            Consumer<StreamsBuilder> topology = builder -> named(builder.<String, String>stream(id + "-in").groupByKey(Grouped.with(Serdes.String(), Serdes.String()))
                    .windowedBy(TimeWindows.ofSizeWithNoGrace(Duration.ofSeconds(10))).count()
                    .suppress(Suppressed.untilWindowCloses(Suppressed.BufferConfig.unbounded()))).to(id + "-out");
            try (App app = new App(id, topology)) {
                app.awaitRunning();
                send(id + "-in", "k", "v", 0);
                send(id + "-in", "k", "v", 1000);
                committed(id, id + "-in", 2);
            }
            try (App app = new App(id, topology)) {
                send(id + "-in", "k", "v", 12_000);
                Checks.become(list("k@0-10=2"), "what was in the buffer", () -> sorted(id + "-out"));
            }
        });
    }

    /** Waits until the application has committed so many records of a topic. */
    private static void committed(String id, String topic, long count) throws Exception {
        Checks.become(count, "committed of " + topic, () -> admin.listConsumerGroupOffsets(id).partitionsToOffsetAndMetadata().get().entrySet().stream()
                .filter(each -> each.getKey().topic().equals(topic)).mapToLong(each -> each.getValue().offset()).sum());
    }

    // --- topologies -----------------------------------------------------------------------------------------------

    private static Map<String, String> configs(String topic) throws Exception {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        Config config = admin.describeConfigs(List.of(resource)).all().get().get(resource);
        Map<String, String> values = new HashMap<>();
        config.entries().forEach(each -> values.put(each.name(), each.value()));
        return values;
    }

    private static void topologies() {
        Checks.check("topology: internal topics have the settings that Streams gives them", () -> {
            String id = name("streams");
            topics(2, id + "-lines", id + "-counts", id + "-windows");
            try (App app = new App(id, builder -> builder.<String, String>stream(id + "-lines").selectKey((key, value) -> value).groupByKey(Grouped.as("again")).windowedBy(
                    TimeWindows.ofSizeWithNoGrace(Duration.ofSeconds(10))).count(Materialized.as("windowed")).toStream((window, count) -> window.key()).groupByKey(
                            Grouped.with("twice", Serdes.String(), Serdes.Long())).count(Materialized.as("plain")))) {
                app.awaitRunning();
                Map<String, String> repartition = configs(id + "-again-repartition");
                Checks.equal("delete", repartition.get("cleanup.policy"), "policy of the repartition topic");
                Checks.equal("-1", repartition.get("retention.ms"), "its retention");
                Checks.equal("compact", configs(id + "-plain-changelog").get("cleanup.policy"), "policy of a changelog");
                Set<String> policy = Set.of(configs(id + "-windowed-changelog").get("cleanup.policy").split(","));
                Checks.equal(Set.of("compact", "delete"), policy, "policy of a changelog of windows");
                Checks.equal(2, admin.describeTopics(List.of(id + "-plain-changelog")).allTopicNames().get().get(id + "-plain-changelog").partitions().size(), "partitions");
            }
        });
        Checks.check("topology: records of repartition topics are deleted when they are done with", () -> {
            String id = name("streams");
            topics(1, id + "-in", id + "-out");
            try (App app = new App(id, builder -> builder.<String, String>stream(id + "-in").selectKey((key, value) -> value)
                    .repartition(Repartitioned.<String, String>as("again").withNumberOfPartitions(1)).to(id + "-out"), "repartition.purge.interval.ms", "200")) {
                for (int number = 0; number < 20; number++) {
                    send(id + "-in", "k", "v" + number, number);
                }
                Checks.until("all came out", () -> read(id + "-out").size() == 20);
                TopicPartition partition = new TopicPartition(id + "-again-repartition", 0);
                Checks.become(20L, "the first offset kept", () -> admin.listOffsets(Map.of(partition, OffsetSpec.earliest())).partitionResult(partition).get().offset());
            }
        });
        Checks.check("topology: split, merged, and sent to topics that are chosen by record", () -> {
            String id = name("streams");
            topics(1, id + "-in", id + "-even", id + "-odd", id + "-all");
            try (App app = new App(id, builder -> {
                Map<String, KStream<String, String>> parts = builder.<String, String>stream(id + "-in").split(org.apache.kafka.streams.kstream.Named.as("is-"))
                        .branch((key, value) -> Integer.parseInt(value) % 2 == 0, Branched.as("even")).defaultBranch(Branched.as("odd"));
                parts.get("is-even").merge(parts.get("is-odd")).to(id + "-all");
                builder.<String, String>stream(Pattern.compile(id + "-al[l]")).to((key, value, context) -> id + (Integer.parseInt(value) % 2 == 0 ? "-even" : "-odd"));
            })) {
                for (int number = 0; number < 10; number++) {
                    send(id + "-in", "k", "" + number, number);
                }
                Checks.become(list("k=0", "k=2", "k=4", "k=6", "k=8"), "even", () -> sorted(id + "-even"));
                Checks.become(list("k=1", "k=3", "k=5", "k=7", "k=9"), "odd", () -> sorted(id + "-odd"));
            }
        });
        Checks.check("topology: cogroup and aggregate over two streams", () -> {
            String id = name("streams");
            topics(2, id + "-a", id + "-b", id + "-out");
            try (App app = new App(id, builder -> builder.<String, String>stream(id + "-a").groupByKey().<String>cogroup((key, value, all) -> all + "a" + value)
                    .cogroup(builder.<String, String>stream(id + "-b").groupByKey(), (key, value, all) -> all + "b" + value).aggregate(() -> "").toStream().to(id + "-out"))) {
                send(id + "-a", "k", "1", 0);
                Checks.become("a1", "one", () -> last(id + "-out").get("k"));
                send(id + "-b", "k", "2", 1);
                Checks.become("a1b2", "two", () -> last(id + "-out").get("k"));
                send(id + "-a", "k", "3", 2);
                Checks.become("a1b2a3", "three", () -> last(id + "-out").get("k"));
            }
        });
        Checks.check("topology: headers and timestamps go through", () -> {
            String id = name("streams");
            topics(1, id + "-in", id + "-out");
            try (App app = new App(id, builder -> builder.<String, String>stream(id + "-in").mapValues(value -> value + "!").to(id + "-out"))) {
                ProducerRecord<String, String> record = new ProducerRecord<>(id + "-in", 0, NOON, "k", "v");
                record.headers().add("h", "1".getBytes(StandardCharsets.UTF_8));
                producer.send(record).get();
                Checks.until("it came", () -> records(id + "-out").size() == 1);
                ConsumerRecord<String, String> got = records(id + "-out").get(0);
                Checks.equal("v!", got.value(), "value");
                Checks.equal(NOON, got.timestamp(), "timestamp");
                Checks.equal("1", new String(got.headers().lastHeader("h").value(), StandardCharsets.UTF_8), "header");
            }
        });
        Checks.check("topology: punctuation by the clock and by the records' time", () -> {
            String id = name("streams");
            topics(1, id + "-in", id + "-out");
            try (App app = new App(id, builder -> builder.<String, String>stream(id + "-in").process(Punctuator::new).to(id + "-out"))) {
                for (int number = 0; number < 4; number++) {
                    send(id + "-in", "k", "v", 10_000 * number);
                }
                Checks.until("both came", () -> read(id + "-out").stream().map(each -> each.key).collect(Collectors.toSet()).equals(Set.of("clock", "stream")));
            }
        });
        Checks.check("topology: what cannot be read is left out, and kept in a dead letter queue", () -> {
            String id = name("streams");
            topics(1, id + "-in", id + "-out", id + "-dead");
            try (App app = new App(id, builder -> builder.stream(id + "-in", Consumed.with(Serdes.String(), Serdes.Integer())).mapValues(String::valueOf)
                    .to(id + "-out", Produced.with(Serdes.String(), Serdes.String())),
                    "deserialization.exception.handler", "org.apache.kafka.streams.errors.LogAndContinueExceptionHandler", "errors.dead.letter.queue.topic.name", id + "-dead")) {
                send(id + "-in", "k", "no number", 0);
                send(id + "-in", "k", "\0\0\0\7", 1);
                Checks.become(list("k=7"), "what came out", () -> sorted(id + "-out"));
                Checks.become(list("k=no number"), "what did not", () -> sorted(id + "-dead"));
            }
        });
        Checks.check("topology: a source topic that is not there is said", () -> {
            String id = name("streams");
            App app = new App(id, builder -> builder.<String, String>stream(id + "-none").to(id + "-out"));
            Checks.until("it fails", () -> app.fault != null);
            Checks.equal("MissingSourceTopicException", app.fault.getClass().getSimpleName(), "fault");
            Checks.fails(AssertionError.class, app::close);
        });
    }

    private static final class Punctuator extends ContextualProcessor<String, String, String, String> {
        @Override
        public void init(ProcessorContext<String, String> context) {
            super.init(context);
            context.schedule(Duration.ofMillis(100), PunctuationType.WALL_CLOCK_TIME, at -> context.forward(new Record<>("clock", "", NOON)));
            context.schedule(Duration.ofSeconds(10), PunctuationType.STREAM_TIME, at -> context.forward(new Record<>("stream", "", at)));
        }

        @Override
        public void process(Record<String, String> record) {}
    }

    // --- state stores ---------------------------------------------------------------------------------------------

    private static void stores() {
        Checks.check("stores: are asked from outside, by key, by range, by window", () -> {
            String id = name("streams");
            topics(2, id + "-lines", id + "-counts", id + "-windows");
            try (App app = new App(id, StreamsChecks.counting(id), "application.server", "127.0.0.1:1")) {
                send(id + "-lines", "k", "one two two three three three", 0);
                Checks.until("all counted", () -> read(id + "-windows").size() == 6);
                ReadOnlyKeyValueStore<String, Long> counts = store(app, "counts", QueryableStoreTypes.keyValueStore());
                Checks.equal(3L, counts.get("three"), "by key");
                List<String> keys = new ArrayList<>();
                try (KeyValueIterator<String, Long> all = counts.range("p", "z")) {
                    all.forEachRemaining(each -> keys.add(each.key));
                }
                Checks.equal(Set.of("three", "two"), new HashSet<>(keys), "by range");
                ReadOnlyWindowStore<String, Long> windows = store(app, "windows", QueryableStoreTypes.windowStore());
                Checks.equal(2L, windows.fetch("two", NOON), "by window");
                var query = StateQueryRequest.inStore("counts").withQuery(KeyQuery.<String, Long>withKey("two"));
                Checks.equal(2L, app.streams.query(query).getOnlyPartitionResult().getResult(), "by query");
                KeyQueryMetadata where = app.streams.queryMetadataForKey("counts", "two", Serdes.String().serializer());
                Checks.hold(where.partition() >= 0, "a partition of the key");
            }
        });
        Checks.check("stores: versioned, asked for what was", () -> {
            String id = name("streams");
            topics(1, id + "-in", id + "-out");
            try (App app = new App(id, builder -> {
                KTable<String, String> table = builder.table(id + "-in", Materialized.<String, String>as(
                        Stores.persistentVersionedKeyValueStore("versions", Duration.ofHours(1))).withKeySerde(Serdes.String()).withValueSerde(Serdes.String()));
                table.toStream().to(id + "-out");
            })) {
                send(id + "-in", "k", "one", 1000);
                send(id + "-in", "k", "three", 3000);
                send(id + "-in", "k", "two", 2000);
                send(id + "-in", "end", "", 4000);
                Checks.until("all came", () -> last(id + "-out").containsKey("end"));
                var query = org.apache.kafka.streams.query.VersionedKeyQuery.<String, String>withKey("k").asOf(Instant.ofEpochMilli(NOON + 2500));
                Checks.equal("two", app.streams.query(StateQueryRequest.inStore("versions").withQuery(query)).getOnlyPartitionResult().getResult().value(), "at 2.5 s");
                Checks.equal("cleanup.policy=compact", "cleanup.policy=" + configs(id + "-versions-changelog").get("cleanup.policy"), "changelog");
            }
        });
        Checks.check("stores: local state is wiped, and comes back from the changelogs", () -> {
            String id = name("streams");
            topics(2, id + "-lines", id + "-counts", id + "-windows");
            for (int round = 0; round < 3; round++) { // every time with a new directory
                try (App app = new App(id, StreamsChecks.counting(id))) {
                    for (int number = 0; number < 50; number++) {
                        send(id + "-lines", "k" + number, "a b b c c c", number);
                    }
                    int words = 300 * (round + 1);
                    Checks.until("all counted", () -> read(id + "-windows").size() >= words && read(id + "-counts").size() >= words);
                }
                int times = 50 * (round + 1);
                Checks.equal(Map.of("a", "" + times, "b", "" + 2 * times, "c", "" + 3 * times), last(id + "-counts"), "counts");
            }
        });
        Checks.check("stores: a changelog of many records is restored whole", () -> {
            String id = name("streams");
            topics(1, id + "-in", id + "-out");
            Consumer<StreamsBuilder> topology = builder -> builder.<String, String>stream(id + "-in").groupByKey().reduce((before, now) -> now, Materialized.as("latest"));
            for (int number = 0; number < 20_000; number++) {
                producer.send(new ProducerRecord<>(id + "-in", 0, NOON + number, "key" + number % 5000, "" + number));
            }
            producer.flush();
            try (App app = new App(id, topology)) {
                committed(id, id + "-in", 20_000);
            }
            try (App app = new App(id, topology)) {
                app.awaitRunning();
                ReadOnlyKeyValueStore<String, String> latest = store(app, "latest", QueryableStoreTypes.keyValueStore());
                for (int number = 0; number < 5000; number++) {
                    Checks.equal("" + (15_000 + number), latest.get("key" + number), "key" + number);
                }
            }
        });
    }

    /** A store as soon as it may be asked: not in a rebalance. */
    private static <T> T store(App app, String name, QueryableStoreType<T> type) throws Exception {
        List<T> found = new ArrayList<>();
        Checks.until("the store may be asked", () -> {
            try {
                return found.add(app.streams.store(StoreQueryParameters.fromNameAndType(name, type)));
            } catch (InvalidStateStoreException notYet) {
                return false;
            }
        });
        return found.get(0);
    }

    private static Consumer<StreamsBuilder> counting(String id) {
        return builder -> {
            KStream<String, String> words = builder.<String, String>stream(id + "-lines").flatMapValues(line -> Arrays.asList(line.split(" "))).selectKey((key, word) -> word);
            words.groupByKey().count(Materialized.as("counts")).toStream().mapValues(String::valueOf).to(id + "-counts");
            words.groupByKey().windowedBy(TimeWindows.ofSizeAndGrace(Duration.ofSeconds(10), Duration.ofHours(1))).count(Materialized.as("windows"))
                    .toStream((window, count) -> window.key()).mapValues(String::valueOf).to(id + "-windows");
        };
    }

    // --- several instances ----------------------------------------------------------------------------------------

    /** Lines of words, written and counted here too. */
    private static final class Source {
        final String id;
        final Random random = new Random(7);
        final Map<String, Integer> counts = new TreeMap<>();
        final Map<String, Integer> windows = new TreeMap<>();
        int words;
        int lines;

        Source(String id) {
            this.id = id;
        }

        void write(int count) {
            for (int line = 0; line < count; line++) {
                List<String> chosen = IntStream.range(0, 3).mapToObj(each -> "w" + random.nextInt(20)).collect(Collectors.toList());
                long at = NOON + 20L * lines++;
                for (String word : chosen) {
                    counts.merge(word, 1, Integer::sum);
                    windows.merge(word + "@" + (at - at % 10_000), 1, Integer::sum);
                    words++;
                }
                producer.send(new ProducerRecord<>(id + "-lines", null, at, "k" + random.nextInt(100), String.join(" ", chosen)));
            }
            producer.flush();
        }

        private static Map<String, String> text(Map<String, Integer> counted) {
            Map<String, String> values = new TreeMap<>();
            counted.forEach((key, count) -> values.put(key, "" + count));
            return values;
        }

        /** Every count once, in order: nothing lost, nothing twice. */
        void isExact() throws Exception {
            Checks.until("all words are counted", 180, () -> read(id + "-counts").size() >= words);
            Map<String, List<String>> by = new TreeMap<>();
            read(id + "-counts").forEach(each -> by.computeIfAbsent(each.key, key -> new ArrayList<>()).add(each.value));
            Map<String, List<String>> expected = new TreeMap<>();
            counts.forEach((word, count) -> expected.put(word, IntStream.rangeClosed(1, count).mapToObj(String::valueOf).collect(Collectors.toList())));
            Checks.equal(expected, by, "counts");
            Checks.until("all windows are counted", 180, () -> read(id + "-windows").size() >= words);
            Checks.equal(words, read(id + "-windows").size(), "counts in windows");
            Checks.equal(text(windows), last(id + "-windows"), "windows");
        }

        /** The last counts are right; some may have been told twice. */
        void isRight() throws Exception {
            Checks.become(text(counts), "counts", () -> last(id + "-counts"));
        }
    }

    private static Source source(String id) throws Exception {
        topics(4, id + "-lines", id + "-counts", id + "-windows");
        return new Source(id);
    }

    private static StreamsInstance.Child child(String id, String state, String... settings) throws Exception {
        return new StreamsInstance.Child(bootstrap, id, Files.createDirectories(directory.resolve(state)), settings);
    }

    private static void instances() {
        Checks.check("instances: work is shared, given up and taken over", 400, () -> {
            String id = name("streams");
            Source source = source(id);
            Consumer<StreamsBuilder> topology = counting(id);
            try (App first = new App(id, topology)) {
                source.write(100);
                first.awaitRunning();
                try (App second = new App(id, topology, "acceptable.recovery.lag", "1000000")) {
                    Checks.until("both have tasks", () -> first.streams.metadataForLocalThreads().stream().mapToInt(each -> each.activeTasks().size()).sum() > 0
                            && second.streams.metadataForLocalThreads().stream().mapToInt(each -> each.activeTasks().size()).sum() > 0);
                    source.write(100);
                    Checks.until("all words are counted", 180, () -> read(id + "-counts").size() >= source.words);
                }
                source.write(100);
                source.isRight();
                Checks.equal(true, first.streams.addStreamThread().isPresent(), "a thread more");
                source.write(100);
                source.isRight();
                Checks.equal(true, first.streams.removeStreamThread().isPresent(), "a thread less");
                source.write(100);
                source.isRight();
            }
        });
        Checks.check("instances: one with standby stores takes over from one that was killed", 600, () -> {
            String id = name("streams");
            Source source = source(id);
            source.write(400);
            String[] settings = {"num.standby.replicas=1", "acceptable.recovery.lag=0", "probing.rebalance.interval.ms=60000"};
            try (StreamsInstance.Child first = child(id, id + "-1", settings); StreamsInstance.Child second = child(id, id + "-2", settings)) {
                Checks.until("both run", 180, () -> first.isRunning() && second.isRunning());
                Checks.until("all words are counted", 180, () -> read(id + "-counts").size() >= source.words);
                // Two stores of four partitions: each instance has all, its own or as standby.
                Checks.become("8 BEHIND 0", "stores of the first", first::stores);
                Checks.become("8 BEHIND 0", "stores of the second", second::stores);
                int before = second.said("RESTORED").size();
                first.kill();
                source.write(100);
                source.isRight();
                long restored = second.said("RESTORED").stream().skip(before).mapToLong(each -> Long.parseLong(each.substring(each.lastIndexOf(' ') + 1))).sum();
                Checks.hold(restored < 400, "little had to be restored, not " + restored + " records");
            }
        });
        Checks.check("instances: static members come back without a rebalance", 120, () -> {
            String id = name("streams");
            Source source = source(id);
            Path state = directory.resolve(name("static"));
            for (int round = 0; round < 2; round++) {
                try (App app = new App(id, state, counting(id), "consumer.group.instance.id", "one", "consumer.session.timeout.ms", "30000")) {
                    source.write(50);
                    source.isRight();
                }
            }
        });
        Checks.check("instances: an application is paused and resumed", () -> {
            String id = name("streams");
            topics(1, id + "-in", id + "-out");
            try (App app = new App(id, builder -> builder.<String, String>stream(id + "-in").to(id + "-out"))) {
                send(id + "-in", "k", "1", 0);
                Checks.become(list("k=1"), "before", () -> sorted(id + "-out"));
                app.streams.pause();
                send(id + "-in", "k", "2", 1);
                Thread.sleep(500);
                Checks.equal(list("k=1"), sorted(id + "-out"), "while it is paused");
                app.streams.resume();
                Checks.become(list("k=1", "k=2"), "after", () -> sorted(id + "-out"));
            }
        });
    }

    // --- exactly once ---------------------------------------------------------------------------------------------

    private static void exactlyOnce() {
        String eos = "processing.guarantee=exactly_once_v2";
        Checks.check("exactly once: instances are killed one after the other while they count", 600, () -> {
            String id = name("streams");
            Source source = source(id);
            source.write(200);
            try (StreamsInstance.Child survivor = child(id, id + "-s", eos)) {
                Checks.until("it runs", 180, survivor::isRunning);
                for (int round = 0; round < 3; round++) {
                    try (StreamsInstance.Child other = child(id, id + "-" + round, eos)) {
                        Checks.until("another one runs", 180, other::isRunning);
                        int before = read(id + "-counts").size();
                        source.write(200);
                        Checks.until("something is counted", () -> read(id + "-counts").size() > before);
                        other.kill();
                    }
                }
                source.write(100);
                source.isExact();
            }
        });
        Checks.check("exactly once: killed, its state wiped, and started again", 400, () -> {
            String id = name("streams");
            Source source = source(id);
            source.write(200);
            for (int round = 0; round < 3; round++) {
                try (StreamsInstance.Child child = child(id, id + "-" + round, eos)) {
                    int before = read(id + "-counts").size();
                    source.write(100);
                    Checks.until("something is counted", () -> read(id + "-counts").size() > before);
                    child.kill();
                }
            }
            try (StreamsInstance.Child child = child(id, id + "-last", eos)) {
                source.isExact();
                child.stop();
            }
        });
        Checks.check("exactly once: with standby stores", 400, () -> {
            String id = name("streams");
            Source source = source(id);
            source.write(200);
            String[] settings = {eos, "num.standby.replicas=1"};
            try (StreamsInstance.Child first = child(id, id + "-1", settings); StreamsInstance.Child second = child(id, id + "-2", settings)) {
                Checks.until("both run", 180, () -> first.isRunning() && second.isRunning());
                source.write(200);
                first.kill();
                source.write(200);
                source.isExact();
            }
        });
    }

    // --- the reset tool -------------------------------------------------------------------------------------------

    /** kafka-streams-application-reset, in this process. */
    private static String reset(int expected, String... arguments) throws Exception {
        List<String> all = new ArrayList<>(List.of("--bootstrap-server", bootstrap));
        all.addAll(Arrays.asList(arguments));
        int code = new StreamsResetter().execute(all.toArray(new String[0]));
        Checks.equal(expected, code, "exit code of the reset tool");
        return "";
    }

    private static void resets() {
        Checks.check("reset tool: an application begins anew, and its internal topics are gone", 120, () -> {
            String id = name("streams");
            topics(2, id + "-lines", id + "-counts", id + "-windows");
            try (App app = new App(id, counting(id))) {
                send(id + "-lines", "k", "a a b", 0);
                Checks.until("counted", () -> read(id + "-counts").size() == 3);
                committed(id, id + "-lines", 1);
                reset(1, "--application-id", id, "--input-topics", id + "-lines");
            }
            // An application that ends does not leave its group: it is missed after its session.
            Checks.until("the group is empty", () -> admin.describeConsumerGroups(List.of(id)).all().get().get(id).members().isEmpty());
            reset(0, "--application-id", id, "--input-topics", id + "-lines", "--dry-run");
            Checks.hold(admin.listTopics().names().get().stream().anyMatch(each -> each.startsWith(id + "-counts-changelog")), "a dry run leaves topics");
            reset(0, "--application-id", id, "--input-topics", id + "-lines", "--force");
            Checks.until("internal topics are gone", () -> admin.listTopics().names().get().stream()
                    .noneMatch(each -> each.startsWith(id) && (each.endsWith("-changelog") || each.endsWith("-repartition"))));
            committed(id, id + "-lines", 0);
            try (App app = new App(id, counting(id))) {
                Checks.become(6, "counts, told again", () -> read(id + "-counts").size());
                Checks.equal(Map.of("a", "2", "b", "1"), last(id + "-counts"), "counts from the beginning");
            }
        });
        Checks.check("reset tool: to an offset, by a shift, to a time, to the latest", () -> {
            String id = name("streams");
            topics(1, id + "-in", id + "-out");
            try (App app = new App(id, builder -> builder.<String, String>stream(id + "-in").to(id + "-out"))) {
                for (int number = 0; number < 10; number++) {
                    send(id + "-in", "k", "" + number, 1000L * number);
                }
                Checks.until("all came out", () -> read(id + "-out").size() == 10);
                committed(id, id + "-in", 10);
            }
            String[] of = {"--application-id", id, "--input-topics", id + "-in", "--force"};
            Map<List<String>, Long> resets = new LinkedHashMap<>();
            resets.put(List.of("--to-offset", "4"), 4L);
            resets.put(List.of("--shift-by", "2"), 6L);
            resets.put(List.of("--to-datetime", Instant.ofEpochMilli(NOON + 2500).toString().replace("Z", "")), 3L);
            resets.put(List.of("--to-latest"), 10L);
            resets.put(List.of("--to-earliest"), 0L);
            for (Map.Entry<List<String>, Long> one : resets.entrySet()) {
                reset(0, Stream.concat(Arrays.stream(of), one.getKey().stream()).toArray(String[]::new));
                committed(id, id + "-in", one.getValue());
            }
        });
    }
}
