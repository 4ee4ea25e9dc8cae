import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * An application with the Java client: an idempotent producer writes numbered records, and two members of one classic
 * group read them, commit, and leave. Arguments: bootstrap servers, topic, group, count, compression, assignor class.
 * Ends with 0 and one line of figures when every record came to the group in order and both members had a share.
 */
public final class GroupRoundTrip {
    private static final Set<Integer> SEEN = ConcurrentHashMap.newKeySet();
    private static final Map<String, Set<TopicPartition>> OWNED = new ConcurrentHashMap<>();
    private static final ConcurrentLinkedQueue<String> FAULTS = new ConcurrentLinkedQueue<>();
    private static volatile boolean done;

    public static void main(String[] arguments) throws Exception {
        String bootstrap = arguments[0];
        String topic = arguments[1];
        String group = arguments[2];
        int count = Integer.parseInt(arguments[3]);
        long began = System.nanoTime();
        List<Thread> members = new ArrayList<>();
        for (String name : List.of("one", "two")) {
            Thread member = new Thread(() -> consume(name, bootstrap, topic, group, arguments[5]));
            member.start();
            members.add(member);
        }
        await("both members to own partitions", () -> OWNED.size() == 2 && OWNED.values().stream().noneMatch(Set::isEmpty));
        produce(bootstrap, topic, count, arguments[4]);
        await("all records to be read", () -> SEEN.size() == count);
        done = true;
        for (Thread member : members) {
            member.join();
        }
        if (!FAULTS.isEmpty()) {
            System.err.println(String.join("\n", FAULTS));
            System.exit(1);
        }
        System.out.println("read " + SEEN.size() + " in " + (System.nanoTime() - began) / 1_000_000 + " ms");
    }

    private interface Condition {
        boolean holds();
    }

    private static void await(String what, Condition condition) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!condition.holds()) {
            if (System.nanoTime() > end || !FAULTS.isEmpty()) {
                System.err.println("waited for " + what + "; owned " + OWNED + ", read " + SEEN.size() + ", faults " + FAULTS);
                System.exit(1);
            }
            Thread.sleep(10);
        }
    }

    private static void produce(String bootstrap, String topic, int count, String compression) throws Exception {
        Properties settings = new Properties();
        settings.put("bootstrap.servers", bootstrap);
        settings.put("enable.idempotence", "true");
        settings.put("compression.type", compression);
        settings.put("linger.ms", "2");
        settings.put("key.serializer", "org.apache.kafka.common.serialization.IntegerSerializer");
        settings.put("value.serializer", "org.apache.kafka.common.serialization.StringSerializer");
        try (KafkaProducer<Integer, String> producer = new KafkaProducer<>(settings)) {
            List<Future<RecordMetadata>> answers = new ArrayList<>();
            for (int number = 0; number < count; number++) {
                ProducerRecord<Integer, String> record = new ProducerRecord<>(topic, number, "value " + number);
                record.headers().add("number", Integer.toString(number).getBytes(StandardCharsets.UTF_8));
                answers.add(producer.send(record));
            }
            producer.flush();
            for (Future<RecordMetadata> answer : answers) {
                answer.get();
            }
        }
    }

    private static void consume(String name, String bootstrap, String topic, String group, String assignor) {
        Properties settings = new Properties();
        settings.put("bootstrap.servers", bootstrap);
        settings.put("group.id", group);
        settings.put("group.protocol", "classic");
        settings.put("client.id", name);
        settings.put("auto.offset.reset", "earliest");
        settings.put("enable.auto.commit", "false");
        settings.put("heartbeat.interval.ms", "300");
        settings.put("partition.assignment.strategy", assignor);
        settings.put("key.deserializer", "org.apache.kafka.common.serialization.IntegerDeserializer");
        settings.put("value.deserializer", "org.apache.kafka.common.serialization.StringDeserializer");
        try (KafkaConsumer<Integer, String> consumer = new KafkaConsumer<>(settings)) {
            consumer.subscribe(List.of(topic));
            Map<Integer, Integer> lastNumber = new HashMap<>();
            while (!done) {
                ConsumerRecords<Integer, String> records = consumer.poll(Duration.ofMillis(100));
                OWNED.put(name, consumer.assignment());
                for (ConsumerRecord<Integer, String> record : records) {
                    String header = new String(record.headers().lastHeader("number").value(), StandardCharsets.UTF_8);
                    int number = record.key();
                    if (!record.value().equals("value " + number) || !header.equals(Integer.toString(number))) {
                        FAULTS.add("wrong record: " + record);
                    }
                    Integer before = lastNumber.put(record.partition(), number);
                    if (before != null && before >= number) {
                        FAULTS.add("out of order: " + number + " after " + before);
                    }
                    SEEN.add(number);
                }
                if (!records.isEmpty()) {
                    consumer.commitSync();
                }
            }
        } catch (RuntimeException fault) {
            FAULTS.add(name + ": " + fault);
        }
    }
}
