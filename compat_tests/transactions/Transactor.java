import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/**
 * What applications do with the Java client's transactions. The first argument says which of them, the second has the
 * bootstrap servers; each prints what came of it, and ends with 0 when it came to its end.
 */
public final class Transactor {
    public static void main(String[] arguments) throws Exception {
        List<String> rest = List.of(arguments).subList(1, arguments.length);
        switch (arguments[0]) {
            case "transform" -> transform(rest);
            case "fence" -> fence(rest);
            case "abandon" -> abandon(rest);
            case "prepare" -> prepare(rest);
            case "resume" -> resume(rest);
            default -> throw new IllegalArgumentException(arguments[0]);
        }
    }

    private static KafkaProducer<String, String> producer(String bootstrap, String id, String timeoutMs) {
        Properties settings = new Properties();
        settings.put("bootstrap.servers", bootstrap);
        settings.put("transactional.id", id);
        settings.put("transaction.timeout.ms", timeoutMs);
        settings.put("key.serializer", "org.apache.kafka.common.serialization.StringSerializer");
        settings.put("value.serializer", "org.apache.kafka.common.serialization.StringSerializer");
        return new KafkaProducer<>(settings);
    }

    /**
     * Consume, transform, produce. Arguments: topic in, topic out, group, transactional id, how many records there are,
     * and which of the transactions are aborted and done again: every so-manieth.
     */
    private static void transform(List<String> arguments) {
        String bootstrap = arguments.get(0);
        int count = Integer.parseInt(arguments.get(5));
        int abortEvery = Integer.parseInt(arguments.get(6));
        Properties settings = new Properties();
        settings.put("bootstrap.servers", bootstrap);
        settings.put("group.id", arguments.get(3));
        settings.put("isolation.level", "read_committed");
        settings.put("enable.auto.commit", "false");
        settings.put("auto.offset.reset", "earliest");
        settings.put("max.poll.records", "50");
        settings.put("key.deserializer", "org.apache.kafka.common.serialization.StringDeserializer");
        settings.put("value.deserializer", "org.apache.kafka.common.serialization.StringDeserializer");
        int done = 0;
        int transactions = 0;
        int aborted = 0;
        try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(settings);
                KafkaProducer<String, String> producer = producer(bootstrap, arguments.get(4), "60000")) {
            producer.initTransactions();
            consumer.subscribe(List.of(arguments.get(1)));
            while (done < count) {
                ConsumerRecords<String, String> records = consumer.poll(Duration.ofMillis(200));
                if (records.isEmpty()) {
                    continue;
                }
                transactions++;
                producer.beginTransaction();
                Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
                for (ConsumerRecord<String, String> record : records) {
                    producer.send(new ProducerRecord<>(arguments.get(2), record.key(), record.value().toUpperCase()));
                    offsets.put(
                            new TopicPartition(record.topic(), record.partition()),
                            new OffsetAndMetadata(record.offset() + 1));
                }
                producer.sendOffsetsToTransaction(offsets, consumer.groupMetadata());
                if (transactions % abortEvery == 0) {
                    producer.flush();
                    producer.abortTransaction();
                    aborted++;
                    Map<TopicPartition, OffsetAndMetadata> committed = consumer.committed(consumer.assignment());
                    for (TopicPartition partition : consumer.assignment()) {
                        OffsetAndMetadata offset = committed.get(partition);
                        consumer.seek(partition, offset == null ? 0 : offset.offset());
                    }
                } else {
                    producer.commitTransaction();
                    done += records.count();
                }
            }
        }
        System.out.println("transformed " + done + ", aborted " + (aborted > 0));
    }

    /** The second producer of an id ends the first. Arguments: topic, transactional id. */
    private static void fence(List<String> arguments) {
        String topic = arguments.get(1);
        String id = arguments.get(2);
        try (KafkaProducer<String, String> first = producer(arguments.get(0), id, "60000");
                KafkaProducer<String, String> second = producer(arguments.get(0), id, "60000")) {
            first.initTransactions();
            first.beginTransaction();
            first.send(new ProducerRecord<>(topic, "k", "of the first"));
            first.flush();
            second.initTransactions();
            second.beginTransaction();
            second.send(new ProducerRecord<>(topic, "k", "of the second"));
            try {
                first.commitTransaction();
                System.out.println("not fenced");
            } catch (KafkaException error) {
                System.out.println("fenced: " + error.getClass().getSimpleName());
            }
            second.commitTransaction();
        }
    }

    /** Dies in the middle of a transaction. Arguments: topic, transactional id, timeout in ms. */
    private static void abandon(List<String> arguments) {
        KafkaProducer<String, String> producer = producer(arguments.get(0), arguments.get(2), arguments.get(3));
        producer.initTransactions();
        producer.beginTransaction();
        producer.send(new ProducerRecord<>(arguments.get(1), "k", "abandoned"));
        producer.flush();
        System.out.println("written");
        System.out.flush();
        Runtime.getRuntime().halt(0);
    }

    /** The first half of a two-phase commit, as Flink's sink does it: written, flushed, and left for a successor. */
    private static void prepare(List<String> arguments) throws Exception {
        KafkaProducer<String, String> producer = producer(arguments.get(0), arguments.get(2), "600000");
        producer.initTransactions();
        producer.beginTransaction();
        for (int number = 0; number < 10; number++) {
            producer.send(new ProducerRecord<>(arguments.get(1), "k", "prepared " + number));
        }
        producer.flush();
        Object idAndEpoch = field(manager(producer), "producerIdAndEpoch");
        System.out.println(field(idAndEpoch, "producerId") + " " + field(idAndEpoch, "epoch"));
        System.out.flush();
        Runtime.getRuntime().halt(0);
    }

    /** The second half, in another process: "commit" or "abort" as that producer. */
    private static void resume(List<String> arguments) throws Exception {
        try (KafkaProducer<String, String> producer = producer(arguments.get(0), arguments.get(2), "600000")) {
            Object manager = manager(producer);
            synchronized (manager) {
                move(manager, "INITIALIZING");
                Object idAndEpoch = field(manager, "producerIdAndEpoch");
                var constructor = idAndEpoch.getClass().getDeclaredConstructor(long.class, short.class);
                constructor.setAccessible(true);
                set(
                        manager,
                        "producerIdAndEpoch",
                        constructor.newInstance(Long.parseLong(arguments.get(3)), Short.parseShort(arguments.get(4))));
                move(manager, "READY");
                move(manager, "IN_TRANSACTION");
                set(manager, "transactionStarted", true);
            }
            if (arguments.get(5).equals("commit")) {
                producer.commitTransaction();
            } else {
                producer.abortTransaction();
            }
        }
        System.out.println("ended");
    }

    private static Object manager(KafkaProducer<?, ?> producer) throws Exception {
        return field(producer, "transactionManager");
    }

    private static Field find(Object object, String name) throws Exception {
        Field field = object.getClass().getDeclaredField(name);
        field.setAccessible(true);
        return field;
    }

    private static Object field(Object object, String name) throws Exception {
        return find(object, name).get(object);
    }

    private static void set(Object object, String name, Object value) throws Exception {
        find(object, name).set(object, value);
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static void move(Object manager, String state) throws Exception {
        Class states = Class.forName("org.apache.kafka.clients.producer.internals.TransactionManager$State");
        for (Method method : manager.getClass().getDeclaredMethods()) {
            if (method.getName().equals("transitionTo") && method.getParameterCount() == 1) {
                method.setAccessible(true);
                method.invoke(manager, Enum.valueOf(states, state));
                return;
            }
        }
        throw new NoSuchMethodException("transitionTo");
    }
}
