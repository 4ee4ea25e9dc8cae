import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
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
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.kafka.config.KafkaListenerEndpointRegistry;
import org.springframework.kafka.config.TopicBuilder;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.core.KafkaAdmin;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.kafka.listener.ConcurrentMessageListenerContainer;
import org.springframework.kafka.listener.MessageListenerContainer;
import org.springframework.kafka.requestreply.ReplyingKafkaTemplate;
import org.springframework.kafka.support.KafkaHeaders;
import org.springframework.kafka.support.SendResult;
import org.springframework.kafka.transaction.KafkaTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * A Spring Boot application with Spring for Apache Kafka: listener containers of every kind, error handlers, retries by
 * topics, request and reply, transactions. Argument: bootstrap servers.
 */
public final class SpringChecks {
    private static ConfigurableApplicationContext context;
    private static KafkaTemplate<String, String> template;
    private static KafkaListenerEndpointRegistry registry;
    static String bootstrap;
    /** What listeners heard, by their ids. */
    private static final Map<String, List<String>> HEARD = new ConcurrentHashMap<>();

    @SuppressWarnings("unchecked")
    public static void main(String[] arguments) {
        bootstrap = arguments[0];
        Checks.check("application: starts, and its topics are made", 120, () -> {
            context = new SpringApplicationBuilder(Spring.Application.class).web(WebApplicationType.NONE).properties(
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

    static List<String> heard(String id) {
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
}
