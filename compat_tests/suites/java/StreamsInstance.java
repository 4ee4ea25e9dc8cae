import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.LagInfo;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.TimeWindows;
import org.apache.kafka.streams.processor.StateRestoreListener;

/**
 * One instance of an application as a process of its own, so that it can be killed: counts words, and counts them by
 * windows of ten seconds. Arguments: bootstrap servers, application id, state directory, settings as name=value. It
 * says its state, how much it restored, and how far its standby stores are behind.
 */
public final class StreamsInstance {
    public static void main(String[] arguments) throws Exception {
        Properties settings = settings(arguments[0], arguments[1], arguments[2]);
        for (String setting : Arrays.asList(arguments).subList(3, arguments.length)) {
            settings.put(setting.substring(0, setting.indexOf('=')), setting.substring(setting.indexOf('=') + 1));
        }
        KafkaStreams streams = new KafkaStreams(topology(arguments[1]).build(), settings);
        streams.setStateListener((now, before) -> say("STATE " + now));
        streams.setUncaughtExceptionHandler(error -> {
            error.printStackTrace();
            return StreamThreadExceptionResponse.REPLACE_THREAD;
        });
        streams.setGlobalStateRestoreListener(new StateRestoreListener() {
            @Override
            public void onRestoreStart(TopicPartition partition, String store, long start, long end) {
                say("RESTORE " + store + " " + partition.partition());
            }

            @Override
            public void onBatchRestored(TopicPartition partition, String store, long end, long count) {}

            @Override
            public void onRestoreEnd(TopicPartition partition, String store, long count) {
                say("RESTORED " + store + " " + partition.partition() + " " + count);
            }
        });
        Runtime.getRuntime().addShutdownHook(new Thread(() -> streams.close(Duration.ofSeconds(20))));
        streams.start();
        while (true) {
            Thread.sleep(100);
            if (streams.state() == KafkaStreams.State.RUNNING) {
                long stores = 0;
                long behind = 0;
                for (var partitions : streams.allLocalStorePartitionLags().values()) {
                    stores += partitions.size();
                    for (LagInfo lag : partitions.values()) {
                        behind += lag.offsetLag();
                    }
                }
                say("STORES " + stores + " BEHIND " + behind);
            }
        }
    }

    static StreamsBuilder topology(String id) {
        StreamsBuilder builder = new StreamsBuilder();
        KStream<String, String> words = builder.<String, String>stream(id + "-lines")
                .flatMapValues(line -> Arrays.asList(line.split(" ")))
                .selectKey((key, word) -> word);
        words.groupByKey().count(Materialized.as("counts")).toStream().mapValues(String::valueOf).to(id + "-counts");
        // Words of several partitions meet in any order: whatever its time, none is too late.
        words.groupByKey().windowedBy(TimeWindows.ofSizeAndGrace(Duration.ofSeconds(10), Duration.ofHours(1))).count(Materialized.as("windows"))
                .toStream((window, count) -> window.key() + "@" + window.window().start()).mapValues(String::valueOf).to(id + "-windows");
        return builder;
    }

    static Properties settings(String bootstrap, String id, String state) {
        Properties settings = new Properties();
        settings.put("bootstrap.servers", bootstrap);
        settings.put("application.id", id);
        settings.put("state.dir", state);
        settings.put("num.stream.threads", "1");
        settings.put("commit.interval.ms", "100");
        settings.put("statestore.cache.max.bytes", "0");
        settings.put("default.key.serde", Serdes.StringSerde.class.getName());
        settings.put("default.value.serde", Serdes.StringSerde.class.getName());
        settings.put("consumer.auto.offset.reset", "earliest");
        settings.put("consumer.session.timeout.ms", "6000");
        settings.put("consumer.heartbeat.interval.ms", "500");
        settings.put("consumer.metadata.max.age.ms", "1000");
        settings.put("transaction.timeout.ms", "10000");
        return settings;
    }

    private static synchronized void say(String line) {
        System.out.println(line);
        System.out.flush();
    }

    /** Such an instance, started as a child of this process. */
    static final class Child implements AutoCloseable {
        private final Process process;
        private final Path output;

        Child(String bootstrap, String id, Path state, String... settings) throws IOException {
            output = Files.createTempFile(state.getParent(), "instance", ".log");
            List<String> command = new ArrayList<>(List.of(ProcessHandle.current().info().command().orElse("java"),
                    "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx256m", "-cp", System.getProperty("java.class.path"),
                    "-Dlog4j2.configurationFile=" + System.getProperty("log4j2.configurationFile"),
                    "StreamsInstance", bootstrap, id, state.toString()));
            command.addAll(Arrays.asList(settings));
            process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(new File(output.toString())).start();
        }

        List<String> said(String word) throws IOException {
            List<String> lines = new ArrayList<>();
            for (String line : new String(Files.readAllBytes(output), java.nio.charset.StandardCharsets.UTF_8).split("\n")) {
                if (line.startsWith(word + " ")) {
                    lines.add(line.substring(word.length() + 1));
                }
            }
            return lines;
        }

        boolean isRunning() throws IOException {
            if (!process.isAlive()) {
                throw new AssertionError("an instance ended with " + process.exitValue() + ", see " + output.getFileName());
            }
            List<String> states = said("STATE");
            return !states.isEmpty() && states.get(states.size() - 1).equals("RUNNING");
        }

        /** What it said last of its stores: how many it has, how far they are behind. */
        String stores() throws IOException {
            List<String> told = said("STORES");
            return told.isEmpty() ? "" : told.get(told.size() - 1);
        }

        void kill() throws InterruptedException {
            process.destroyForcibly().waitFor();
        }

        /** Ends it in its own time. */
        void stop() throws InterruptedException {
            process.destroy();
            process.waitFor();
        }

        @Override
        public void close() throws InterruptedException {
            kill();
        }
    }
}
