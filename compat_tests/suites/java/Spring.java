import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.kafka.autoconfigure.KafkaProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.kafka.annotation.BackOff;
import org.springframework.kafka.annotation.DltHandler;
import org.springframework.kafka.annotation.EnableKafka;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.kafka.annotation.PartitionOffset;
import org.springframework.kafka.annotation.RetryableTopic;
import org.springframework.kafka.config.ConcurrentKafkaListenerContainerFactory;
import org.springframework.kafka.config.ShareKafkaListenerContainerFactory;
import org.springframework.kafka.config.TopicBuilder;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.core.DefaultKafkaConsumerFactory;
import org.springframework.kafka.core.DefaultKafkaProducerFactory;
import org.springframework.kafka.core.DefaultShareConsumerFactory;
import org.springframework.kafka.core.KafkaAdmin;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.kafka.listener.AbstractConsumerSeekAware;
import org.springframework.kafka.listener.ConcurrentMessageListenerContainer;
import org.springframework.kafka.listener.ContainerProperties;
import org.springframework.kafka.listener.DeadLetterPublishingRecoverer;
import org.springframework.kafka.listener.DefaultAfterRollbackProcessor;
import org.springframework.kafka.listener.DefaultErrorHandler;
import org.springframework.kafka.requestreply.ReplyingKafkaTemplate;
import org.springframework.kafka.retrytopic.TopicSuffixingStrategy;
import org.springframework.kafka.support.Acknowledgment;
import org.springframework.kafka.support.KafkaHeaders;
import org.springframework.kafka.transaction.KafkaTransactionManager;
import org.springframework.messaging.handler.annotation.Header;
import org.springframework.messaging.handler.annotation.SendTo;
import org.springframework.scheduling.TaskScheduler;
import org.springframework.scheduling.concurrent.ThreadPoolTaskScheduler;
import org.springframework.util.backoff.FixedBackOff;

/** The application: its containers, its listeners, what they do when something fails. */
final class Spring {
    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @EnableKafka
    static class Application {
        @Bean
        KafkaAdmin.NewTopics topics() {
            List<NewTopic> topics = new ArrayList<>();
            for (String name : List.of("one", "batch", "manual", "unordered", "nack", "seek", "pause", "pattern-a", "pattern-b", "static", "failing", "failing-dlt",
                    "failing-batch", "failing-batch-dlt", "retried", "requests", "replies", "silence", "tx", "managed", "pipe", "pipe-out", "many", "told", "modern", "shared")) {
                topics.add(TopicBuilder.name(name).partitions(1).replicas(1).build());
            }
            topics.add(TopicBuilder.name("three").partitions(6).replicas(1).build());
            topics.add(TopicBuilder.name("given").partitions(2).replicas(1).build());
            return new KafkaAdmin.NewTopics(topics.toArray(new NewTopic[0]));
        }

        @Bean
        TaskScheduler taskScheduler() {
            return new ThreadPoolTaskScheduler();
        }

        @Bean
        DefaultKafkaConsumerFactory<String, String> consumers(KafkaProperties properties) {
            Map<String, Object> settings = new HashMap<>(properties.buildConsumerProperties());
            return new DefaultKafkaConsumerFactory<>(settings);
        }

        @Bean({"kafkaTemplate", "defaultRetryTopicKafkaTemplate"})
        KafkaTemplate<String, String> kafkaTemplate() {
            return new KafkaTemplate<>(new DefaultKafkaProducerFactory<>(producerSettings()));
        }

        private static Map<String, Object> producerSettings() {
            return Map.of("bootstrap.servers", SpringChecks.bootstrap,
                    "key.serializer", org.apache.kafka.common.serialization.StringSerializer.class,
                    "value.serializer", org.apache.kafka.common.serialization.StringSerializer.class);
        }

        private static ConcurrentKafkaListenerContainerFactory<String, String> factory(ConsumerFactory<String, String> consumers) {
            ConcurrentKafkaListenerContainerFactory<String, String> factory = new ConcurrentKafkaListenerContainerFactory<>();
            factory.setConsumerFactory(consumers);
            factory.getContainerProperties().setPollTimeout(200);
            return factory;
        }

        @Bean
        ConcurrentKafkaListenerContainerFactory<String, String> kafkaListenerContainerFactory(ConsumerFactory<String, String> consumers) {
            return factory(consumers);
        }

        @Bean
        ConcurrentKafkaListenerContainerFactory<String, String> newProtocol() {
            return factory(new DefaultKafkaConsumerFactory<>(Map.of("bootstrap.servers", SpringChecks.bootstrap, "group.protocol", "consumer", "auto.offset.reset", "earliest",
                    "key.deserializer", StringDeserializer.class, "value.deserializer", StringDeserializer.class)));
        }

        @Bean
        ConcurrentKafkaListenerContainerFactory<String, String> batches(ConsumerFactory<String, String> consumers) {
            ConcurrentKafkaListenerContainerFactory<String, String> factory = factory(consumers);
            factory.setBatchListener(true);
            return factory;
        }

        @Bean
        ConcurrentKafkaListenerContainerFactory<String, String> byHand(ConsumerFactory<String, String> consumers) {
            ConcurrentKafkaListenerContainerFactory<String, String> factory = factory(consumers);
            factory.getContainerProperties().setAckMode(ContainerProperties.AckMode.MANUAL_IMMEDIATE);
            return factory;
        }

        @Bean
        ConcurrentKafkaListenerContainerFactory<String, String> inAnyOrder(ConsumerFactory<String, String> consumers) {
            ConcurrentKafkaListenerContainerFactory<String, String> factory = factory(consumers);
            factory.getContainerProperties().setAckMode(ContainerProperties.AckMode.MANUAL);
            factory.getContainerProperties().setAsyncAcks(true);
            return factory;
        }

        private static DefaultErrorHandler retrying(KafkaTemplate<String, String> template) {
            return new DefaultErrorHandler(new DeadLetterPublishingRecoverer(template), new FixedBackOff(100, 2));
        }

        @Bean
        ConcurrentKafkaListenerContainerFactory<String, String> forgiving(ConsumerFactory<String, String> consumers, KafkaTemplate<String, String> kafkaTemplate) {
            ConcurrentKafkaListenerContainerFactory<String, String> factory = factory(consumers);
            factory.setCommonErrorHandler(retrying(kafkaTemplate));
            return factory;
        }

        @Bean
        ConcurrentKafkaListenerContainerFactory<String, String> forgivingBatches(ConsumerFactory<String, String> consumers, KafkaTemplate<String, String> kafkaTemplate) {
            ConcurrentKafkaListenerContainerFactory<String, String> factory = factory(consumers);
            factory.setBatchListener(true);
            factory.setCommonErrorHandler(retrying(kafkaTemplate));
            return factory;
        }

        @Bean
        ReplyingKafkaTemplate<String, String, String> asking(ConcurrentKafkaListenerContainerFactory<String, String> kafkaListenerContainerFactory) {
            ConcurrentMessageListenerContainer<String, String> replies = kafkaListenerContainerFactory.createContainer("replies");
            replies.getContainerProperties().setGroupId("replies");
            return new ReplyingKafkaTemplate<>(new DefaultKafkaProducerFactory<>(producerSettings()), replies);
        }

        @Bean
        ConcurrentKafkaListenerContainerFactory<String, String> replying(ConsumerFactory<String, String> consumers, KafkaTemplate<String, String> kafkaTemplate) {
            ConcurrentKafkaListenerContainerFactory<String, String> factory = factory(consumers);
            factory.setReplyTemplate(kafkaTemplate);
            return factory;
        }

        @Bean
        DefaultKafkaProducerFactory<String, String> transactionalProducers() {
            DefaultKafkaProducerFactory<String, String> producers = new DefaultKafkaProducerFactory<>(producerSettings());
            producers.setTransactionIdPrefix("spring-");
            return producers;
        }

        @Bean
        KafkaTemplate<String, String> transactional(DefaultKafkaProducerFactory<String, String> transactionalProducers) {
            return new KafkaTemplate<>(transactionalProducers);
        }

        @Bean
        KafkaTransactionManager<String, String> transactions(DefaultKafkaProducerFactory<String, String> transactionalProducers) {
            return new KafkaTransactionManager<>(transactionalProducers);
        }

        @Bean
        ConcurrentKafkaListenerContainerFactory<String, String> exactly(KafkaProperties properties, KafkaTransactionManager<String, String> transactions) {
            Map<String, Object> settings = new HashMap<>(properties.buildConsumerProperties());
            settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
            settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, "5");
            ConcurrentKafkaListenerContainerFactory<String, String> factory = factory(new DefaultKafkaConsumerFactory<>(settings));
            factory.getContainerProperties().setKafkaAwareTransactionManager(transactions);
            factory.setAfterRollbackProcessor(new DefaultAfterRollbackProcessor<>(new FixedBackOff(100, 3)));
            return factory;
        }

        @Bean
        ShareKafkaListenerContainerFactory<String, String> sharing() {
            return new ShareKafkaListenerContainerFactory<>(new DefaultShareConsumerFactory<>(Map.of("bootstrap.servers", SpringChecks.bootstrap,
                    "key.deserializer", StringDeserializer.class, "value.deserializer", StringDeserializer.class)));
        }

        @Bean
        Listeners listeners(KafkaTemplate<String, String> transactional) {
            return new Listeners(transactional);
        }

        @Bean
        Seeking seeking() {
            return new Seeking();
        }

        @Bean
        Retried retried() {
            return new Retried();
        }
    }

    static class Listeners {
        private final KafkaTemplate<String, String> transactional;

        Listeners(KafkaTemplate<String, String> transactional) {
            this.transactional = transactional;
        }

        @KafkaListener(id = "one", topics = "one", autoStartup = "false")
        public void one(String value, @Header(KafkaHeaders.RECEIVED_TOPIC) String topic, @Header(KafkaHeaders.RECEIVED_PARTITION) int partition, @Header(KafkaHeaders.OFFSET) long offset) {
            SpringChecks.heard("one").add(value + " of " + topic + "-" + partition + "@" + offset);
        }

        @KafkaListener(id = "batch", topics = "batch", autoStartup = "false", containerFactory = "batches")
        public void batch(List<String> values) {
            SpringChecks.heard("batches").add("" + values.size());
            SpringChecks.heard("batch").addAll(values);
        }

        @KafkaListener(id = "three", topics = "three", autoStartup = "false", concurrency = "3")
        public void three(String value) {
            SpringChecks.heard("three").add(value);
        }

        @KafkaListener(id = "manual", topics = "manual", autoStartup = "false", containerFactory = "byHand")
        public void manual(String value, Acknowledgment acknowledgment) {
            boolean kept = SpringChecks.heard("manual").stream().anyMatch(each -> each.startsWith("keep")) || value.startsWith("keep");
            SpringChecks.heard("manual").add(value);
            if (!kept) {
                acknowledgment.acknowledge();
            }
        }

        private final List<Acknowledgment> waiting = new ArrayList<>();

        @KafkaListener(id = "unordered", topics = "unordered", autoStartup = "false", containerFactory = "inAnyOrder")
        public void unordered(String value, Acknowledgment acknowledgment) {
            waiting.add(acknowledgment);
            if (waiting.size() == 3) {
                for (int index : List.of(2, 0, 1)) {
                    waiting.get(index).acknowledge();
                }
            }
        }

        @KafkaListener(id = "nack", topics = "nack", autoStartup = "false", containerFactory = "byHand")
        public void nack(String value, Acknowledgment acknowledgment) {
            SpringChecks.heard("nack").add(value);
            if (SpringChecks.heard("nack").size() == 1) {
                acknowledgment.nack(Duration.ofMillis(100));
            } else {
                acknowledgment.acknowledge();
            }
        }

        @KafkaListener(id = "given", groupId = "given", autoStartup = "false", topicPartitions = @org.springframework.kafka.annotation.TopicPartition(topic = "given",
                partitionOffsets = {@PartitionOffset(partition = "0", initialOffset = "3"), @PartitionOffset(partition = "1", initialOffset = "1")}))
        public void given(String value) {
            SpringChecks.heard("given").add(value);
        }

        @KafkaListener(id = "pause", topics = "pause", autoStartup = "false")
        public void pause(String value) {
            SpringChecks.heard("pause").add(value);
        }

        @KafkaListener(id = "pattern", topicPattern = "pattern-.*", autoStartup = "false")
        public void pattern(String value) {
            SpringChecks.heard("pattern").add(value);
        }

        @KafkaListener(id = "static", topics = "static", autoStartup = "false", properties = "group.instance.id=one")
        public void member(String value) {
            SpringChecks.heard("static").add(value);
        }

        @KafkaListener(id = "failing", topics = "failing", autoStartup = "false", containerFactory = "forgiving")
        public void failing(String value) {
            SpringChecks.heard("failing").add(value);
            if (value.equals("bad")) {
                throw new IllegalStateException("it is bad");
            }
        }

        @KafkaListener(id = "failing-batch", topics = "failing-batch", autoStartup = "false", containerFactory = "forgivingBatches")
        public void failingBatch(List<ConsumerRecord<String, String>> records) {
            for (int index = 0; index < records.size(); index++) {
                SpringChecks.heard("failing-batch").add(records.get(index).value());
                if (records.get(index).value().equals("bad")) {
                    throw new org.springframework.kafka.listener.BatchListenerFailedException("it is bad", index);
                }
            }
        }

        @KafkaListener(id = "requests", topics = "requests", autoStartup = "false", containerFactory = "replying")
        @SendTo
        public String answer(String value) {
            return "answer to " + value;
        }

        @KafkaListener(id = "pipe", topics = "pipe", autoStartup = "false", containerFactory = "exactly")
        public void pipe(String value) {
            boolean first = !SpringChecks.heard("pipe").contains(value);
            SpringChecks.heard("pipe").add(value);
            transactional.send("pipe-out", "did " + value);
            if (value.equals("007") && first) {
                throw new IllegalStateException("not the first time");
            }
        }

        @KafkaListener(id = "modern", topics = "modern", autoStartup = "false", containerFactory = "newProtocol")
        public void modern(String value) {
            SpringChecks.heard("modern").add(value);
        }

        @KafkaListener(id = "shared", topics = "shared", groupId = "shared", autoStartup = "false", containerFactory = "sharing")
        public void shared(ConsumerRecord<String, String> record) {
            SpringChecks.heard("shared").add(record.value());
        }
    }

    static class Seeking extends AbstractConsumerSeekAware {
        @KafkaListener(id = "seek", topics = "seek", autoStartup = "false")
        public void seek(String value) {
            SpringChecks.heard("seek").add(value);
        }

        @Override
        public void onPartitionsAssigned(Map<TopicPartition, Long> assignments, ConsumerSeekCallback callback) {
            super.onPartitionsAssigned(assignments, callback);
            assignments.keySet().forEach(each -> callback.seek(each.topic(), each.partition(), 7));
        }
    }

    static class Retried {
        @RetryableTopic(attempts = "3", backOff = @BackOff(delay = 200, multiplier = 2), numPartitions = "1", replicationFactor = "1",
                topicSuffixingStrategy = TopicSuffixingStrategy.SUFFIX_WITH_INDEX_VALUE)
        @KafkaListener(id = "retried", topics = "retried")
        public void listen(String value) {
            boolean first = !SpringChecks.heard("retried").contains(value);
            SpringChecks.heard("retried").add(value);
            if (value.equals("bad") || value.equals("twice") && first) {
                throw new IllegalStateException("it is " + value);
            }
        }

        @DltHandler
        public void dead(String value) {
            SpringChecks.heard("retried-dead").add(value);
        }
    }
}
