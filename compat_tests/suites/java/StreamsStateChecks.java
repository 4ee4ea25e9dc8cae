import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KeyQueryMetadata;
import org.apache.kafka.streams.StoreQueryParameters;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.errors.InvalidStateStoreException;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.KTable;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.TimeWindows;
import org.apache.kafka.streams.query.KeyQuery;
import org.apache.kafka.streams.query.StateQueryRequest;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.QueryableStoreType;
import org.apache.kafka.streams.state.QueryableStoreTypes;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;
import org.apache.kafka.streams.state.ReadOnlyWindowStore;
import org.apache.kafka.streams.state.Stores;
import org.apache.kafka.tools.StreamsResetter;

/** State stores, instances that come and go, exactly once, and the reset tool. */
final class StreamsStateChecks extends Streams {
    static void stores() {
        Checks.check("stores: are asked from outside, by key, by range, by window", () -> {
            String id = name("streams");
            topics(2, id + "-lines", id + "-counts", id + "-windows");
            try (App app = new App(id, counting(id), "application.server", "127.0.0.1:1")) {
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
                try (App app = new App(id, counting(id))) {
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

    static void instances() {
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

    static void exactlyOnce() {
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

    static void resets() {
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
