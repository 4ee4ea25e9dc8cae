import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.DescribeTopicsResult;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** What the checks of the Java client share: topics, producers, consumers. */
class Clients {
    static String bootstrap;
    static Admin admin;
    static final AtomicInteger NAMES = new AtomicInteger();

    static String name(String prefix) {
        return prefix + "-" + NAMES.incrementAndGet();
    }

    static String topic(int partitions, String... settings) throws Exception {
        String topic = name("topic");
        Map<String, String> configs = new HashMap<>();
        for (int at = 0; at < settings.length; at += 2) {
            configs.put(settings[at], settings[at + 1]);
        }
        admin.createTopics(List.of(new NewTopic(topic, partitions, (short) 1).configs(configs))).all().get();
        Map<TopicPartition, OffsetSpec> all = IntStream.range(0, partitions).boxed().collect(Collectors.toMap(each -> new TopicPartition(topic, each), each -> OffsetSpec.latest()));
        // In Apache Kafka leaders know of it after the answer.
        Checks.until("the topic is led", () -> {
            try {
                return admin.listOffsets(all).all().get() != null;
            } catch (ExecutionException notYet) {
                return false;
            }
        });
        return topic;
    }

    /** What describeTopics says; its result has other methods in each generation of the client. */
    @SuppressWarnings("unchecked")
    static TopicDescription described(String topic) throws Exception {
        DescribeTopicsResult result = admin.describeTopics(List.of(topic));
        java.lang.reflect.Method method;
        try {
            method = DescribeTopicsResult.class.getMethod("allTopicNames");
        } catch (NoSuchMethodException old) {
            method = DescribeTopicsResult.class.getMethod("all");
        }
        try {
            return ((KafkaFuture<Map<String, TopicDescription>>) method.invoke(result)).get().get(topic);
        } catch (ExecutionException fault) {
            if (fault.getCause() instanceof UnknownTopicOrPartitionException) {
                return null;
            }
            throw fault;
        }
    }

    static KafkaProducer<String, String> producer(String... settings) {
        Properties properties = new Properties();
        properties.put("bootstrap.servers", bootstrap);
        properties.put("key.serializer", "org.apache.kafka.common.serialization.StringSerializer");
        properties.put("value.serializer", "org.apache.kafka.common.serialization.StringSerializer");
        return new KafkaProducer<>(with(properties, settings));
    }

    static KafkaConsumer<String, String> consumer(String... settings) {
        Properties properties = new Properties();
        properties.put("bootstrap.servers", bootstrap);
        properties.put("group.protocol", "classic");
        properties.put("auto.offset.reset", "earliest");
        properties.put("enable.auto.commit", "false");
        properties.put("session.timeout.ms", "6000");
        properties.put("heartbeat.interval.ms", "200");
        properties.put("key.deserializer", "org.apache.kafka.common.serialization.StringDeserializer");
        properties.put("value.deserializer", "org.apache.kafka.common.serialization.StringDeserializer");
        return new KafkaConsumer<>(with(properties, settings));
    }

    static Properties with(Properties properties, String... settings) {
        for (int at = 0; at < settings.length; at += 2) {
            properties.put(settings[at], settings[at + 1]);
        }
        return properties;
    }

    /** Numbers from `from` until `end` into one partition. */
    static void write(TopicPartition to, int from, int end) throws Exception {
        try (KafkaProducer<String, String> producer = producer()) {
            List<Future<RecordMetadata>> answers = new ArrayList<>();
            for (int number = from; number < end; number++) {
                answers.add(producer.send(new ProducerRecord<>(to.topic(), to.partition(), "k" + number, "" + number)));
            }
            producer.flush();
            for (Future<RecordMetadata> answer : answers) {
                answer.get();
            }
        }
    }

    static List<String> numbers(int from, int end) {
        return IntStream.range(from, end).mapToObj(String::valueOf).collect(Collectors.toList());
    }

    /** Polls until there are so many. */
    static List<ConsumerRecord<String, String>> take(KafkaConsumer<String, String> consumer, int count) throws Exception {
        List<ConsumerRecord<String, String>> got = new ArrayList<>();
        Checks.until(count + " records", () -> {
            consumer.poll(Duration.ofMillis(100)).forEach(got::add);
            return got.size() >= count;
        });
        return got;
    }

    static List<String> values(List<ConsumerRecord<String, String>> records) {
        return records.stream().map(ConsumerRecord::value).collect(Collectors.toList());
    }

    /** All that is in a topic, read without a group. */
    static List<ConsumerRecord<String, String>> all(String topic, String... settings) throws Exception {
        try (KafkaConsumer<String, String> consumer = consumer(settings)) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(each -> new TopicPartition(topic, each.partition())).collect(Collectors.toList());
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            List<ConsumerRecord<String, String>> got = new ArrayList<>();
            Checks.until("all of " + topic, () -> {
                consumer.poll(Duration.ofMillis(100)).forEach(got::add);
                return partitions.stream().allMatch(each -> consumer.position(each) >= ends.get(each));
            });
            return got;
        }
    }

    static String config(ConfigResource of, String name) throws Exception {
        Config config = admin.describeConfigs(List.of(of)).all().get().get(of);
        return config.get(name) == null ? null : config.get(name).value();
    }
}
