import java.time.Duration;
import java.util.Arrays;
import java.util.Properties;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.JoinWindows;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.KTable;
import org.apache.kafka.streams.kstream.TimeWindows;

/**
 * A Kafka Streams application: it counts words, counts them by windows of ten seconds, joins each line with what its
 * author is called (stream and table) and with what was said of it within a minute (stream and stream). Arguments:
 * bootstrap servers, application id (topics are called after it), state directory, processing guarantee. It runs until
 * it is ended, and says when it began.
 */
public final class WordCount {
    public static void main(String[] arguments) throws Exception {
        String id = arguments[1];
        Properties settings = new Properties();
        settings.put("bootstrap.servers", arguments[0]);
        settings.put("application.id", id);
        settings.put("state.dir", arguments[2]);
        settings.put("processing.guarantee", arguments[3]);
        settings.put("num.stream.threads", "2");
        settings.put("commit.interval.ms", "100");
        settings.put("statestore.cache.max.bytes", "0");
        settings.put("replication.factor", "1");
        settings.put("default.key.serde", Serdes.StringSerde.class.getName());
        settings.put("default.value.serde", Serdes.StringSerde.class.getName());
        settings.put("consumer.auto.offset.reset", "earliest");
        settings.put("consumer.session.timeout.ms", "6000");
        settings.put("consumer.heartbeat.interval.ms", "500");
        settings.put("transaction.timeout.ms", "10000");

        StreamsBuilder builder = new StreamsBuilder();
        KStream<String, String> lines = builder.stream(id + "-lines");
        KStream<String, String> words = lines
                .flatMapValues(line -> Arrays.asList(line.split(" ")))
                .map((author, word) -> KeyValue.pair(word, word));
        words.groupByKey().count().toStream().mapValues(String::valueOf).to(id + "-counts");
        words.groupByKey()
                .windowedBy(TimeWindows.ofSizeWithNoGrace(Duration.ofSeconds(10)))
                .count()
                .toStream()
                .map((window, count) -> KeyValue.pair(window.key() + "@" + window.window().start(), String.valueOf(count)))
                .to(id + "-windows");
        KTable<String, String> authors = builder.table(id + "-authors");
        lines.join(authors, (line, author) -> author + ": " + line).to(id + "-signed");
        KStream<String, String> answers = builder.stream(id + "-answers");
        lines.join(answers, (line, answer) -> line + " / " + answer, JoinWindows.ofTimeDifferenceWithNoGrace(Duration.ofMinutes(1)))
                .to(id + "-talks");

        KafkaStreams streams = new KafkaStreams(builder.build(), settings);
        streams.setStateListener((now, before) -> {
            System.out.println(now);
            System.out.flush();
        });
        streams.setUncaughtExceptionHandler(error -> {
            error.printStackTrace();
            return org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse
                    .SHUTDOWN_APPLICATION;
        });
        Runtime.getRuntime().addShutdownHook(new Thread(() -> streams.close(Duration.ofSeconds(20))));
        streams.start();
        Thread.sleep(Long.MAX_VALUE);
    }
}
