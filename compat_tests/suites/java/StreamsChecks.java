import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsBuilder;
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
import org.apache.kafka.streams.kstream.Suppressed;
import org.apache.kafka.streams.kstream.TimeWindows;
import org.apache.kafka.streams.kstream.Windowed;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/**
 * Applications of Kafka Streams: joins, aggregations by windows, state that moves, is lost and comes back, exactly once
 * with kills in the middle. Arguments: bootstrap servers, a directory for state.
 */
public final class StreamsChecks extends Streams {
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
        StreamsStateChecks.stores();
        StreamsStateChecks.instances();
        StreamsStateChecks.exactlyOnce();
        StreamsStateChecks.resets();
        System.exit(0);
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

    // --- topologies -----------------------------------------------------------------------------------------------

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
}
