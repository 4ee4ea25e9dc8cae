import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.kafka.autoconfigure.KafkaProperties;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.kafka.annotation.BackOff;
import org.springframework.kafka.annotation.DltHandler;
import org.springframework.kafka.annotation.EnableKafka;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.kafka.annotation.PartitionOffset;
import org.springframework.kafka.annotation.RetryableTopic;
import org.springframework.kafka.config.ConcurrentKafkaListenerContainerFactory;
import org.springframework.kafka.config.KafkaListenerEndpointRegistry;
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
import org.springframework.kafka.listener.MessageListenerContainer;
import org.springframework.kafka.requestreply.ReplyingKafkaTemplate;
import org.springframework.kafka.retrytopic.TopicSuffixingStrategy;
import org.springframework.kafka.support.Acknowledgment;
import org.springframework.kafka.support.KafkaHeaders;
import org.springframework.kafka.support.SendResult;
import org.springframework.kafka.transaction.KafkaTransactionManager;
import org.springframework.messaging.handler.annotation.Header;
import org.springframework.messaging.handler.annotation.SendTo;
import org.springframework.scheduling.TaskScheduler;
import org.springframework.scheduling.concurrent.ThreadPoolTaskScheduler;
import org.springframework.transaction.support.TransactionTemplate;
import org.springframework.util.backoff.FixedBackOff;

/**
 * A Spring Boot application with Spring for Apache Kafka: listener containers of every kind, error handlers, retries by
 * topics, request and reply, transactions. Argument: bootstrap servers.
 */
public final class SpringChecks {
    private static ConfigurableApplicationContext context;
    private static KafkaTemplate<String, String> template;
    private static KafkaListenerEndpointRegistry registry;
    private static String bootstrap;
    /** What listeners heard, by their ids. */
    private static final Map<String, List<String>> HEARD = new ConcurrentHashMap<>();

    @SuppressWarnings("unchecked")
    public static void main(String[] arguments) {
        bootstrap = arguments[0];
        Checks.check("application: starts, and its topics are made", 120, () -> {
            context = new SpringApplicationBuilder(Application.class).web(WebApplicationType.NONE).properties(
                    "spring.kafka.bootstrap-servers=" + bootstrap,
                    "spring.kafka.consumer.auto-offset-reset=earliest",
                    "spring.kafka.consumer.properties.session.timeout.ms=6000",
                    "spring.kafka.consumer.properties.heartbeat.interval.ms=300",
                    "spring.kafka.listener.poll-timeout=200ms",
                    "spring.main.banner-mode=off",
                    "logging.level.root=WARN").run();
            template = context.getBean("kafkaTemplate", KafkaTemplate.class);
            registry = context.getBean(KafkaListenerEndpointRegistry.class);
            Map<String, ?> told = context.getBean(KafkaAdmin.class).describeTopics("one", "three");
            Checks.equal(2, told.size(), "topics described");
            Checks.hold(context.getBean(KafkaAdmin.class).clusterId() != null, "a cluster id");
        });
        if (context == null) {
            System.exit(1);
        }
        containers();
        errors();
        requests();
        transactions();
        others();
        context.close();
        System.exit(0);
    }

    private static List<String> heard(String id) {
        return HEARD.computeIfAbsent(id, key -> Collections.synchronizedList(new ArrayList<>()));
    }

    private static MessageListenerContainer start(String id) throws Exception {
        MessageListenerContainer container = registry.getListenerContainer(id);
        container.start();
        return container;
    }

    private static void send(String topic, String... values) throws Exception {
        for (String value : values) {
            template.send(topic, value).get(30, TimeUnit.SECONDS);
        }
    }

    private static List<String> sorted(String id) {
        synchronized (heard(id)) {
            return heard(id).stream().sorted().collect(Collectors.toList());
        }
    }

    private static String[] numbers(int from, int end) {
        return IntStream.range(from, end).mapToObj(each -> String.format("%03d", each)).toArray(String[]::new);
    }

    private static List<ConsumerRecord<String, String>> read(String topic) {
        Map<String, Object> settings = Map.of("bootstrap.servers", bootstrap, "isolation.level", "read_committed", "auto.offset.reset", "earliest",
                "key.deserializer", StringDeserializer.class, "value.deserializer", StringDeserializer.class);
        try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(settings)) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream().map(each -> new TopicPartition(topic, each.partition())).collect(Collectors.toList());
            consumer.assign(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            List<ConsumerRecord<String, String>> got = new ArrayList<>();
            while (!partitions.stream().allMatch(each -> consumer.position(each) >= ends.get(each))) {
                consumer.poll(Duration.ofMillis(100)).forEach(got::add);
            }
            return got;
        }
    }

    private static List<String> values(String topic) {
        return read(topic).stream().map(ConsumerRecord::value).sorted().collect(Collectors.toList());
    }

    private static long committed(String group, String topic) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            return admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get().entrySet().stream()
                    .filter(each -> each.getKey().topic().equals(topic)).mapToLong(each -> each.getValue().offset()).sum();
        }
    }

    // --- containers -----------------------------------------------------------------------------------------------

    private static void containers() {
        Checks.check("listener: record by record, with the headers that Spring adds", () -> {
            MessageListenerContainer container = start("one");
            send("one", "a", "b");
            Checks.become(List.of("a of one-0@0", "b of one-0@1"), "heard", () -> List.copyOf(heard("one")));
            Checks.become(2L, "committed", () -> committed("one", "one"));
            container.stop();
            send("one", "c");
            container.start();
            Checks.become(3, "heard after a new start", () -> heard("one").size());
        });
        Checks.check("listener: a batch at a time", () -> {
            send("batch", numbers(0, 50));
            start("batch");
            Checks.become(List.of(numbers(0, 50)), "heard", () -> sorted("batch"));
            Checks.hold(heard("batches").size() < 50, "some came together");
            Checks.become(50L, "committed", () -> committed("batch", "batch"));
        });
        Checks.check("listener: three consumers of one container share six partitions", () -> {
            MessageListenerContainer container = start("three");
            Checks.become(Set.of(2), "partitions of each", () -> ((ConcurrentMessageListenerContainer<?, ?>) container).getContainers().stream()
                    .map(each -> each.getAssignedPartitions() == null ? 0 : each.getAssignedPartitions().size()).collect(Collectors.toSet()));
            for (int number = 0; number < 60; number++) {
                template.send("three", number % 6, null, String.format("%03d", number)).get();
            }
            Checks.become(List.of(numbers(0, 60)), "heard", () -> sorted("three"));
            Checks.become(60L, "committed", () -> committed("three", "three"));
        });
        Checks.check("listener: acknowledged by hand, what was not comes again", () -> {
            MessageListenerContainer container = start("manual");
            send("manual", "a", "keep b", "c");
            Checks.become(List.of("a", "keep b", "c"), "heard", () -> List.copyOf(heard("manual")));
            Checks.become(1L, "committed before what is kept", () -> committed("manual", "manual"));
            container.stop();
            container.start();
            Checks.become(List.of("a", "keep b", "c", "keep b", "c"), "heard again", () -> List.copyOf(heard("manual")));
        });
        Checks.check("listener: acknowledged out of order", () -> {
            send("unordered", "a", "b", "c"); // before the start, so that one poll brings all
            start("unordered");
            Checks.become(3L, "committed", () -> committed("unordered", "unordered"));
        });
        Checks.check("listener: negatively acknowledged, it comes again", () -> {
            start("nack");
            send("nack", "a", "b");
            Checks.become(List.of("a", "a", "b"), "heard", () -> List.copyOf(heard("nack")));
        });
        Checks.check("listener: of given partitions, from given offsets", () -> {
            for (int number = 0; number < 10; number++) {
                template.send("given", number % 2, null, String.format("%03d", number)).get();
            }
            start("given");
            Checks.become(List.of("003", "005", "006", "007", "008", "009"), "heard", () -> sorted("given"));
        });
        Checks.check("listener: seeks when partitions are assigned", () -> {
            send("seek", numbers(0, 10));
            MessageListenerContainer container = start("seek");
            Checks.become(List.of(numbers(7, 10)), "heard", () -> List.copyOf(heard("seek")));
            container.stop();
            container.start();
            Checks.become(6, "heard again", () -> heard("seek").size());
        });
        Checks.check("listener: paused and resumed", () -> {
            MessageListenerContainer container = start("pause");
            send("pause", "a");
            Checks.become(1, "heard", () -> heard("pause").size());
            container.pause();
            Checks.until("it is paused", container::isContainerPaused);
            send("pause", "b");
            Thread.sleep(500);
            Checks.equal(1, heard("pause").size(), "heard while it is paused");
            container.resume();
            Checks.become(2, "heard", () -> heard("pause").size());
        });
        Checks.check("listener: a pattern of topics", () -> {
            start("pattern");
            send("pattern-a", "a");
            send("pattern-b", "b");
            Checks.become(List.of("a", "b"), "heard", () -> sorted("pattern"));
        });
        Checks.check("listener: a static member comes back", () -> {
            MessageListenerContainer container = start("static");
            send("static", "a");
            Checks.become(1, "heard", () -> heard("static").size());
            container.stop();
            container.start();
            send("static", "b");
            Checks.become(2, "heard", () -> heard("static").size());
        });
    }

    // --- errors ---------------------------------------------------------------------------------------------------

    private static void errors() {
        Checks.check("errors: retried, and then kept in the dead letter topic with the reason", () -> {
            start("failing");
            send("failing", "a", "bad", "b");
            Checks.become(List.of("a", "bad", "bad", "bad", "b"), "heard", () -> List.copyOf(heard("failing")));
            Checks.become(List.of("bad"), "dead letters", () -> values("failing-dlt"));
            ConsumerRecord<String, String> dead = read("failing-dlt").get(0);
            Checks.equal("failing", text(dead, KafkaHeaders.DLT_ORIGINAL_TOPIC), "original topic");
            Checks.equal("failing", text(dead, KafkaHeaders.DLT_ORIGINAL_CONSUMER_GROUP), "original group");
            Checks.hold(text(dead, KafkaHeaders.DLT_EXCEPTION_MESSAGE).contains("it is bad"), "reason");
            Checks.become(3L, "committed", () -> committed("failing", "failing"));
        });
        Checks.check("errors: in a batch, the good ones are not heard again", () -> {
            send("failing-batch", "a", "bad", "b");
            start("failing-batch");
            Checks.become(List.of("bad"), "dead letters", () -> values("failing-batch-dlt"));
            Checks.become(3L, "committed", () -> committed("failing-batch", "failing-batch"));
            Checks.equal(1L, heard("failing-batch").stream().filter("a"::equals).count(), "how often the first was heard");
            Checks.equal(3L, heard("failing-batch").stream().filter("bad"::equals).count(), "how often the bad one was heard");
        });
        Checks.check("errors: retried by way of topics, and then handled as dead", () -> {
            send("retried", "good", "bad", "twice");
            Checks.become(List.of("bad", "bad", "bad", "good", "twice", "twice"), "heard", () -> sorted("retried"));
            Checks.become(List.of("bad"), "dead", () -> List.copyOf(heard("retried-dead")));
            Set<String> topics;
            try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
                topics = admin.listTopics().names().get().stream().filter(each -> each.startsWith("retried-")).collect(Collectors.toSet());
            }
            Checks.equal(Set.of("retried-retry-0", "retried-retry-1", "retried-dlt"), topics, "topics");
        });
    }

    private static String text(ConsumerRecord<?, ?> record, String header) {
        return new String(record.headers().lastHeader(header).value(), StandardCharsets.UTF_8);
    }

    // --- request and reply ----------------------------------------------------------------------------------------

    @SuppressWarnings("unchecked")
    private static void requests() {
        Checks.check("requests: each gets its reply", () -> {
            start("requests");
            ReplyingKafkaTemplate<String, String, String> asking = context.getBean(ReplyingKafkaTemplate.class);
            Checks.equal(true, asking.waitForAssignment(Duration.ofSeconds(60)), "replies are waited for");
            List<org.springframework.kafka.requestreply.RequestReplyFuture<String, String, String>> replies = new ArrayList<>();
            for (int number = 0; number < 20; number++) {
                replies.add(asking.sendAndReceive(new ProducerRecord<>("requests", "q" + number), Duration.ofSeconds(60)));
            }
            for (int number = 0; number < 20; number++) {
                Checks.equal("answer to q" + number, replies.get(number).get(60, TimeUnit.SECONDS).value(), "reply");
            }
        });
        Checks.check("requests: who gets no reply is told so", () -> {
            ReplyingKafkaTemplate<String, String, String> asking = context.getBean(ReplyingKafkaTemplate.class);
            Checks.fails(org.springframework.kafka.requestreply.KafkaReplyTimeoutException.class,
                    () -> asking.sendAndReceive(new ProducerRecord<>("silence", "q"), Duration.ofMillis(500)).get(60, TimeUnit.SECONDS));
        });
    }

    // --- transactions ---------------------------------------------------------------------------------------------

    @SuppressWarnings("unchecked")
    private static void transactions() {
        Checks.check("transactions: committed and rolled back by the template", () -> {
            KafkaTemplate<String, String> transactional = context.getBean("transactional", KafkaTemplate.class);
            transactional.executeInTransaction(operations -> {
                operations.send("tx", "committed 1");
                return operations.send("tx", "committed 2");
            });
            Checks.fails(IllegalStateException.class, () -> transactional.executeInTransaction(operations -> {
                operations.send("tx", "rolled back").join();
                throw new IllegalStateException("no");
            }));
            Checks.become(List.of("committed 1", "committed 2"), "committed", () -> values("tx"));
        });
        Checks.check("transactions: with the transaction manager", () -> {
            KafkaTemplate<String, String> transactional = context.getBean("transactional", KafkaTemplate.class);
            TransactionTemplate manager = new TransactionTemplate(context.getBean(KafkaTransactionManager.class));
            manager.executeWithoutResult(status -> {
                transactional.send("managed", "committed");
            });
            manager.executeWithoutResult(status -> {
                transactional.send("managed", "rolled back").join();
                status.setRollbackOnly();
            });
            Checks.become(List.of("committed"), "committed", () -> values("managed"));
        });
        Checks.check("transactions: a listener reads, writes and commits at once, and goes back when it fails", () -> {
            start("pipe");
            send("pipe", numbers(0, 20));
            Checks.become(Arrays.stream(numbers(0, 20)).map(each -> "did " + each).collect(Collectors.toList()), "written", () -> values("pipe-out"));
            Checks.hold(heard("pipe").size() > 20, "one was heard again");
            // The offset after the last marker of a transaction is not committed by everybody; what counts is that nothing comes again.
            Checks.become(20L, "committed", () -> committed("pipe", "pipe"));
        });
        Checks.check("transactions: many at a time, each with a producer of its own", () -> {
            KafkaTemplate<String, String> transactional = context.getBean("transactional", KafkaTemplate.class);
            List<Thread> threads = new ArrayList<>();
            for (int thread = 0; thread < 4; thread++) {
                int number = thread;
                threads.add(new Thread(() -> {
                    for (int round = 0; round < 5; round++) {
                        int at = number * 5 + round;
                        transactional.executeInTransaction(operations -> operations.send("many", String.format("%03d", at)));
                    }
                }));
                threads.get(thread).start();
            }
            for (Thread thread : threads) {
                thread.join();
            }
            Checks.become(List.of(numbers(0, 20)), "committed", () -> values("many"));
        });
    }

    // --- others ---------------------------------------------------------------------------------------------------

    private static void others() {
        Checks.check("template: tells where a record went, and reads it back", () -> {
            SendResult<String, String> told = template.send("told", 0, "k", "v").get();
            template.setConsumerFactory(context.getBean("consumers", ConsumerFactory.class));
            ConsumerRecord<String, String> got = template.receive("told", 0, told.getRecordMetadata().offset());
            Checks.equal("v", got.value(), "value");
        });
        Checks.check("admin: partitions are added to a topic when the application asks for more", () -> {
            KafkaAdmin admin = context.getBean(KafkaAdmin.class);
            admin.createOrModifyTopics(TopicBuilder.name("grown").partitions(1).build());
            Checks.until("it is there", () -> described(admin, "grown") == 1);
            admin.createOrModifyTopics(TopicBuilder.name("grown").partitions(3).build());
            Checks.until("it has grown", () -> described(admin, "grown") == 3);
        });
        Checks.check("group.protocol=consumer: a listener in a group of KIP-848", () -> {
            send("modern", "a", "b");
            start("modern");
            Checks.become(List.of("a", "b"), "heard", () -> sorted("modern"));
        });
        Checks.check("share groups: a listener of a share group", () -> {
            try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
                AlterConfigOp earliest = new AlterConfigOp(new ConfigEntry("share.auto.offset.reset", "earliest"), AlterConfigOp.OpType.SET);
                admin.incrementalAlterConfigs(Map.of(new ConfigResource(ConfigResource.Type.GROUP, "shared"), List.of(earliest))).all().get();
            }
            send("shared", "a", "b");
            start("shared");
            Checks.become(List.of("a", "b"), "heard", () -> sorted("shared"));
        });
    }

    private static int described(KafkaAdmin admin, String topic) {
        try {
            return admin.describeTopics(topic).get(topic).partitions().size();
        } catch (RuntimeException notYet) {
            return 0;
        }
    }

    // --- the application ------------------------------------------------------------------------------------------

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
            return Map.of("bootstrap.servers", bootstrap,
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
            return factory(new DefaultKafkaConsumerFactory<>(Map.of("bootstrap.servers", bootstrap, "group.protocol", "consumer", "auto.offset.reset", "earliest",
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
            return new ShareKafkaListenerContainerFactory<>(new DefaultShareConsumerFactory<>(Map.of("bootstrap.servers", bootstrap,
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
            heard("one").add(value + " of " + topic + "-" + partition + "@" + offset);
        }

        @KafkaListener(id = "batch", topics = "batch", autoStartup = "false", containerFactory = "batches")
        public void batch(List<String> values) {
            heard("batches").add("" + values.size());
            heard("batch").addAll(values);
        }

        @KafkaListener(id = "three", topics = "three", autoStartup = "false", concurrency = "3")
        public void three(String value) {
            heard("three").add(value);
        }

        @KafkaListener(id = "manual", topics = "manual", autoStartup = "false", containerFactory = "byHand")
        public void manual(String value, Acknowledgment acknowledgment) {
            boolean kept = heard("manual").stream().anyMatch(each -> each.startsWith("keep")) || value.startsWith("keep");
            heard("manual").add(value);
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
            heard("nack").add(value);
            if (heard("nack").size() == 1) {
                acknowledgment.nack(Duration.ofMillis(100));
            } else {
                acknowledgment.acknowledge();
            }
        }

        @KafkaListener(id = "given", groupId = "given", autoStartup = "false", topicPartitions = @org.springframework.kafka.annotation.TopicPartition(topic = "given",
                partitionOffsets = {@PartitionOffset(partition = "0", initialOffset = "3"), @PartitionOffset(partition = "1", initialOffset = "1")}))
        public void given(String value) {
            heard("given").add(value);
        }

        @KafkaListener(id = "pause", topics = "pause", autoStartup = "false")
        public void pause(String value) {
            heard("pause").add(value);
        }

        @KafkaListener(id = "pattern", topicPattern = "pattern-.*", autoStartup = "false")
        public void pattern(String value) {
            heard("pattern").add(value);
        }

        @KafkaListener(id = "static", topics = "static", autoStartup = "false", properties = "group.instance.id=one")
        public void member(String value) {
            heard("static").add(value);
        }

        @KafkaListener(id = "failing", topics = "failing", autoStartup = "false", containerFactory = "forgiving")
        public void failing(String value) {
            heard("failing").add(value);
            if (value.equals("bad")) {
                throw new IllegalStateException("it is bad");
            }
        }

        @KafkaListener(id = "failing-batch", topics = "failing-batch", autoStartup = "false", containerFactory = "forgivingBatches")
        public void failingBatch(List<ConsumerRecord<String, String>> records) {
            for (int index = 0; index < records.size(); index++) {
                heard("failing-batch").add(records.get(index).value());
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
            boolean first = !heard("pipe").contains(value);
            heard("pipe").add(value);
            transactional.send("pipe-out", "did " + value);
            if (value.equals("007") && first) {
                throw new IllegalStateException("not the first time");
            }
        }

        @KafkaListener(id = "modern", topics = "modern", autoStartup = "false", containerFactory = "newProtocol")
        public void modern(String value) {
            heard("modern").add(value);
        }

        @KafkaListener(id = "shared", topics = "shared", groupId = "shared", autoStartup = "false", containerFactory = "sharing")
        public void shared(ConsumerRecord<String, String> record) {
            heard("shared").add(record.value());
        }
    }

    static class Seeking extends AbstractConsumerSeekAware {
        @KafkaListener(id = "seek", topics = "seek", autoStartup = "false")
        public void seek(String value) {
            heard("seek").add(value);
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
            boolean first = !heard("retried").contains(value);
            heard("retried").add(value);
            if (value.equals("bad") || value.equals("twice") && first) {
                throw new IllegalStateException("it is " + value);
            }
        }

        @DltHandler
        public void dead(String value) {
            heard("retried-dead").add(value);
        }
    }
}
