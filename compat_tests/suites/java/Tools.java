import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.common.utils.Exit;

/** How the checks of tools call them, in this JVM, and what they share beside. */
class Tools {
    static String bootstrap;
    static Path directory;
    static Admin admin;
    static final PrintStream OUT = System.out;
    static final AtomicInteger NAMES = new AtomicInteger();

    static final String TOPICS = "org.apache.kafka.tools.TopicCommand";
    static final String CONFIGS = "kafka.admin.ConfigCommand";
    static final String GROUPS = "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand";
    static final String GET_OFFSETS = "org.apache.kafka.tools.GetOffsetShell";
    static final String DELETE_RECORDS = "org.apache.kafka.tools.DeleteRecordsCommand";
    static final String PRODUCE = "org.apache.kafka.tools.ConsoleProducer";
    static final String CONSUME = "org.apache.kafka.tools.consumer.ConsoleConsumer";
    static final String FORMATTERS = "org.apache.kafka.tools.consumer.";

    static final class Exited extends RuntimeException {
        Exited() {
            super(null, null, false, false);
        }
    }

    /** What a tool printed, on both outputs, and its exit code. */
    static final class Done {
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

    static Done run(String input, String main, String... arguments) throws Exception {
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
    static Done tool(String main, String... arguments) throws Exception {
        Done done = maybe(main, arguments);
        Checks.equal(0, done.code, "exit code, with: " + done.text);
        return done;
    }

    static Done maybe(String main, String... arguments) throws Exception {
        return run("", main, Stream.concat(Stream.of("--bootstrap-server", bootstrap), Arrays.stream(arguments)).toArray(String[]::new));
    }

    static String name(String prefix) {
        return prefix + "-" + NAMES.incrementAndGet();
    }

    static String topic(int partitions) throws Exception {
        String topic = name("tools");
        admin.createTopics(List.of(new NewTopic(topic, partitions, (short) 1))).all().get();
        lead(topic, partitions);
        return topic;
    }

    /** Waits until all partitions have a leader that knows of it: in Apache Kafka that is after the answer. */
    static void lead(String topic, int partitions) throws Exception {
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

    static void write(String topic, int partition, long firstMs, int count) throws Exception {
        try (KafkaProducer<String, String> producer = producer(Map.of())) {
            for (int number = 0; number < count; number++) {
                producer.send(new ProducerRecord<>(topic, partition, firstMs + 1000L * number, "k" + number, "v" + number));
            }
        }
    }

    static KafkaProducer<String, String> producer(Map<String, Object> more) {
        Map<String, Object> settings = new HashMap<>(Map.of("bootstrap.servers", bootstrap, "key.serializer", StringSerializer.class, "value.serializer", StringSerializer.class));
        settings.putAll(more);
        return new KafkaProducer<>(settings);
    }

    static String[] plus(String[] first, String... second) {
        return Stream.concat(Arrays.stream(first), Arrays.stream(second)).toArray(String[]::new);
    }

    static Path file(String content) throws Exception {
        return Files.writeString(Files.createTempFile(directory, "tool", ".txt"), content);
    }
}
