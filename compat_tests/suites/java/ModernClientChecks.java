import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.AbortTransactionSpec;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.clients.admin.TransactionDescription;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.SubscriptionPattern;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.GroupType;
import org.apache.kafka.common.TopicCollection;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.InvalidRegularExpression;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.UnknownTopicIdException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * What Java clients from 4.0 on have beside what older ones do: the consumer group protocol of KIP-848, topics by id,
 * transactions and producers as an operator sees them. Argument: bootstrap servers.
 */
public final class ModernClientChecks {
    private static String bootstrap;
    private static Admin admin;
    private static final AtomicInteger NAMES = new AtomicInteger();

    public static void main(String[] arguments) throws Exception {
        bootstrap = arguments[0];
        admin = Admin.create(Map.of("bootstrap.servers", bootstrap));
        topics();
        operators();
        newProtocol();
        System.exit(0);
    }

    private static String name(String prefix) {
        return "modern-" + prefix + "-" + NAMES.incrementAndGet();
    }

    private static String topic(int partitions) throws Exception {
        String topic = name("topic");
        admin.createTopics(List.of(new NewTopic(topic, partitions, (short) 1))).all().get();
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

    private static Uuid id(String topic) throws Exception {
        try {
            return admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic).topicId();
        } catch (ExecutionException fault) {
            if (fault.getCause() instanceof UnknownTopicOrPartitionException) {
                return null;
            }
            throw fault;
        }
    }

    private static KafkaProducer<String, String> producer(String... settings) {
        Properties properties = new Properties();
        properties.put("bootstrap.servers", bootstrap);
        properties.put("key.serializer", "org.apache.kafka.common.serialization.StringSerializer");
        properties.put("value.serializer", "org.apache.kafka.common.serialization.StringSerializer");
        for (int at = 0; at < settings.length; at += 2) {
            properties.put(settings[at], settings[at + 1]);
        }
        return new KafkaProducer<>(properties);
    }

    private static KafkaConsumer<String, String> consumer(String... settings) {
        Properties properties = new Properties();
        properties.put("bootstrap.servers", bootstrap);
        properties.put("group.protocol", "consumer");
        properties.put("auto.offset.reset", "earliest");
        properties.put("enable.auto.commit", "false");
        properties.put("key.deserializer", "org.apache.kafka.common.serialization.StringDeserializer");
        properties.put("value.deserializer", "org.apache.kafka.common.serialization.StringDeserializer");
        for (int at = 0; at < settings.length; at += 2) {
            properties.put(settings[at], settings[at + 1]);
        }
        if (properties.get("group.protocol").equals("classic")) {
            properties.put("heartbeat.interval.ms", "200");
            properties.put("session.timeout.ms", "6000");
        }
        return new KafkaConsumer<>(properties);
    }

    private static void write(String topic, int partitions, int from, int end) throws Exception {
        try (KafkaProducer<String, String> producer = producer()) {
            for (int number = from; number < end; number++) {
                producer.send(new ProducerRecord<>(topic, number % partitions, "k", "" + number));
            }
        }
    }

    private static Set<String> numbers(int from, int end) {
        return IntStream.range(from, end).mapToObj(String::valueOf).collect(Collectors.toSet());
    }

    // --- topics ---------------------------------------------------------------------------------------------------

    private static void topics() {
        Checks.check("admin: topics are described and deleted by their ids", () -> {
            String topic = topic(2);
            Uuid id = admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic).topicId();
            Checks.equal(topic, admin.describeTopics(TopicCollection.ofTopicIds(List.of(id))).allTopicIds().get().get(id).name(), "name");
            admin.deleteTopics(TopicCollection.ofTopicIds(List.of(id))).all().get();
            Checks.fails(UnknownTopicIdException.class, () -> admin.deleteTopics(TopicCollection.ofTopicIds(List.of(id))).all().get());
        });
        Checks.check("admin: a topic that is made anew has another id, and nothing of the old one", () -> {
            String topic = topic(1);
            write(topic, 1, 0, 10);
            Uuid before = id(topic);
            admin.deleteTopics(List.of(topic)).all().get();
            Checks.until("it is gone", () -> id(topic) == null);
            admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1))).all().get();
            Checks.until("it is there", () -> id(topic) != null);
            Checks.hold(!before.equals(id(topic)), "another id");
            Checks.equal(0L, end(topic, OffsetSpec.latest()), "its end");
        });
        Checks.check("admin: offsets are listed by the greatest time, and by tier", () -> {
            String topic = topic(1);
            try (KafkaProducer<String, String> producer = producer()) {
                for (long at : new long[] {1000, 3000, 2000}) {
                    producer.send(new ProducerRecord<>(topic, 0, at, "k", "v")).get();
                }
            }
            Checks.equal(1L, end(topic, OffsetSpec.maxTimestamp()), "of the greatest time");
            Checks.equal(0L, end(topic, OffsetSpec.earliestLocal()), "earliest local");
            Checks.equal(-1L, end(topic, OffsetSpec.latestTiered()), "latest tiered");
        });
    }

    private static long end(String topic, OffsetSpec spec) throws Exception {
        TopicPartition partition = new TopicPartition(topic, 0);
        return admin.listOffsets(Map.of(partition, spec)).partitionResult(partition).get().offset();
    }

    // --- for operators --------------------------------------------------------------------------------------------

    private static void operators() {
        Checks.check("operators: producers of a partition are described", () -> {
            String topic = topic(1);
            try (KafkaProducer<String, String> producer = producer()) {
                producer.send(new ProducerRecord<>(topic, "v")).get();
                TopicPartition partition = new TopicPartition(topic, 0);
                List<ProducerState> states = admin.describeProducers(List.of(partition)).partitionResult(partition).get().activeProducers();
                Checks.equal(1, states.size(), "producers");
                Checks.equal(0, states.get(0).lastSequence(), "last sequence");
            }
        });
        Checks.check("operators: transactions are listed and described, from their begin to their end", () -> {
            String topic = topic(1);
            String id = name("tx");
            try (KafkaProducer<String, String> producer = producer("transactional.id", id)) {
                producer.initTransactions();
                producer.beginTransaction();
                producer.send(new ProducerRecord<>(topic, "v")).get();
                TransactionDescription open = admin.describeTransactions(List.of(id)).description(id).get();
                Checks.equal(TransactionState.ONGOING, open.state(), "state");
                Checks.equal(Set.of(new TopicPartition(topic, 0)), open.topicPartitions(), "partitions");
                Checks.hold(admin.listTransactions().all().get().stream().anyMatch(each -> each.transactionalId().equals(id)), "listed");
                producer.commitTransaction();
                Checks.become(TransactionState.COMPLETE_COMMIT, "state", () -> admin.describeTransactions(List.of(id)).description(id).get().state());
            }
        });
        Checks.check("operators: a transaction is aborted by its partition", () -> {
            String topic = topic(1);
            TopicPartition partition = new TopicPartition(topic, 0);
            try (KafkaProducer<String, String> producer = producer("transactional.id", name("tx"))) {
                producer.initTransactions();
                producer.beginTransaction();
                producer.send(new ProducerRecord<>(topic, "v")).get();
                ProducerState state = admin.describeProducers(List.of(partition)).partitionResult(partition).get().activeProducers().get(0);
                admin.abortTransaction(new AbortTransactionSpec(partition, state.producerId(), (short) state.producerEpoch(),
                        state.coordinatorEpoch().orElse(0))).all().get();
                Checks.become(2L, "its end, with the marker", () -> end(topic, OffsetSpec.latest()));
                producer.close(Duration.ZERO);
            }
        });
        Checks.check("operators: producers are fenced by their transactional ids", () -> {
            String topic = topic(1);
            String id = name("tx");
            try (KafkaProducer<String, String> producer = producer("transactional.id", id)) {
                producer.initTransactions();
                producer.beginTransaction();
                producer.send(new ProducerRecord<>(topic, "v")).get();
                admin.fenceProducers(List.of(id)).all().get();
                Checks.fails(ProducerFencedException.class, producer::commitTransaction);
            }
        });
        Checks.check("operators: classic groups are described, and listed with their types", () -> {
            String topic = topic(1);
            String group = name("group");
            try (Member member = new Member(List.of(topic), "group.protocol", "classic", "group.id", group)) {
                Checks.until("it owns all", () -> member.owned.size() == 1);
                Checks.become("Stable", "state", () -> admin.describeClassicGroups(List.of(group)).all().get().get(group).state().toString());
                Checks.equal(GroupType.CLASSIC, admin.listGroups().all().get().stream().filter(each -> each.groupId().equals(group)).findFirst().get().type().get(), "type");
            }
            String none = name("group");
            Checks.fails(GroupIdNotFoundException.class, () -> admin.describeConsumerGroups(List.of(none)).all().get());
        });
        Checks.check("operators: offsets of several groups at a time", () -> {
            TopicPartition partition = new TopicPartition(topic(1), 0);
            Map<String, ListConsumerGroupOffsetsSpec> asked = new HashMap<>();
            for (int number = 0; number < 3; number++) {
                String group = name("group");
                admin.alterConsumerGroupOffsets(group, Map.of(partition, new OffsetAndMetadata(number))).all().get();
                asked.put(group, new ListConsumerGroupOffsetsSpec());
            }
            Set<Long> told = admin.listConsumerGroupOffsets(asked).all().get().values().stream().map(each -> each.get(partition).offset()).collect(Collectors.toSet());
            Checks.equal(Set.of(0L, 1L, 2L), told, "offsets");
        });
    }

    // --- group.protocol=consumer ----------------------------------------------------------------------------------

    private static final class Member implements AutoCloseable {
        final Set<TopicPartition> owned = ConcurrentHashMap.newKeySet();
        final Set<String> read = ConcurrentHashMap.newKeySet();
        private final AtomicBoolean over = new AtomicBoolean();
        private final Thread thread;
        volatile Throwable fault;

        Member(Object topics, String... settings) {
            thread = new Thread(() -> run(topics, settings));
            thread.start();
        }

        @SuppressWarnings("unchecked")
        private void run(Object topics, String... settings) {
            ConsumerRebalanceListener listener = new ConsumerRebalanceListener() {
                @Override
                public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
                    owned.removeAll(partitions);
                }

                @Override
                public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
                    owned.addAll(partitions);
                }
            };
            try (KafkaConsumer<String, String> consumer = consumer(settings)) {
                if (topics instanceof SubscriptionPattern pattern) {
                    consumer.subscribe(pattern, listener);
                } else {
                    consumer.subscribe((Collection<String>) topics, listener);
                }
                while (!over.get()) {
                    List<ConsumerRecord<String, String>> got = new ArrayList<>();
                    consumer.poll(Duration.ofMillis(100)).forEach(got::add);
                    got.forEach(each -> read.add(each.value()));
                    if (!got.isEmpty()) {
                        consumer.commitSync();
                    }
                }
            } catch (Throwable thrown) {
                fault = thrown;
            }
        }

        boolean owns(int count) {
            if (fault != null) {
                throw new AssertionError("a member failed: " + fault, fault);
            }
            return owned.size() == count;
        }

        @Override
        public void close() throws Exception {
            over.set(true);
            thread.join(30_000);
            if (fault != null) {
                throw new AssertionError("a member failed: " + fault, fault);
            }
        }
    }

    private static ConsumerGroupDescription group(String group) throws Exception {
        return admin.describeConsumerGroups(List.of(group)).all().get().get(group);
    }

    private static void newProtocol() {
        for (String assignor : List.of("uniform", "range")) {
            Checks.check("group.protocol=consumer: members come and go, and share all partitions (" + assignor + ")", 120, () -> {
                String topic = topic(4);
                String[] settings = {"group.id", name("group"), "group.remote.assignor", assignor};
                write(topic, 4, 0, 40);
                try (Member first = new Member(List.of(topic), settings)) {
                    Checks.until("the first owns all", () -> first.owns(4));
                    Checks.become(numbers(0, 40), "what it read", () -> new HashSet<>(first.read));
                    try (Member second = new Member(List.of(topic), settings)) {
                        Checks.until("they share", () -> first.owns(2) && second.owns(2));
                        write(topic, 4, 40, 80);
                        Checks.until("both read", () -> first.read.size() + second.read.size() == 80);
                    }
                    Checks.until("the first owns all again", () -> first.owns(4));
                }
            });
        }
        Checks.check("group.protocol=consumer: described with epochs, assignor and members", () -> {
            String topic = topic(2);
            String group = name("group");
            try (Member member = new Member(List.of(topic), "group.id", group, "client.id", "the-client")) {
                Checks.until("it owns all", () -> member.owns(2));
                Checks.become("Stable", "state", () -> group(group).groupState().toString());
                ConsumerGroupDescription description = group(group);
                Checks.equal(GroupType.CONSUMER, description.type(), "type");
                Checks.equal("uniform", description.partitionAssignor(), "assignor");
                MemberDescription told = description.members().iterator().next();
                Checks.equal("the-client", told.clientId(), "client id");
                Checks.equal(2, told.assignment().topicPartitions().size(), "assignment");
                Checks.equal(description.groupEpoch().get(), told.memberEpoch().get(), "epochs");
                Checks.equal(GroupType.CONSUMER, admin.listGroups().all().get().stream().filter(each -> each.groupId().equals(group)).findFirst().get().type().get(), "type listed");
            }
            Checks.become("Empty", "state", () -> group(group).groupState().toString());
            admin.deleteConsumerGroups(List.of(group)).all().get();
            Checks.fails(GroupIdNotFoundException.class, () -> group(group));
        });
        Checks.check("group.protocol=consumer: the broker evaluates a pattern, also for topics made later", () -> {
            String stem = name("pattern");
            admin.createTopics(List.of(new NewTopic(stem + "-a", 1, (short) 1))).all().get();
            try (Member member = new Member(new SubscriptionPattern(stem + "-.*"), "group.id", name("group"))) {
                Checks.until("one", () -> member.owns(1));
                admin.createTopics(List.of(new NewTopic(stem + "-b", 2, (short) 1))).all().get();
                Checks.until("three", () -> member.owns(3));
            }
            try (KafkaConsumer<String, String> consumer = consumer("group.id", name("group"))) {
                consumer.subscribe(new SubscriptionPattern("("));
                Checks.fails(InvalidRegularExpression.class, () -> {
                    for (int round = 0; round < 50; round++) {
                        consumer.poll(Duration.ofMillis(100));
                    }
                });
            }
        });
        Checks.check("group.protocol=consumer: partitions that are added are given out", () -> {
            String topic = topic(1);
            try (Member member = new Member(List.of(topic), "group.id", name("group"))) {
                Checks.until("one", () -> member.owns(1));
                admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(3))).all().get();
                Checks.until("three", () -> member.owns(3));
            }
        });
        Checks.check("group.protocol=consumer: a static member comes back to what it had", () -> {
            String topic = topic(4);
            String group = name("group");
            try (Member first = new Member(List.of(topic), "group.id", group, "group.instance.id", "one")) {
                Set<TopicPartition> had;
                try (Member second = new Member(List.of(topic), "group.id", group, "group.instance.id", "two")) {
                    Checks.until("they share", () -> first.owns(2) && second.owns(2));
                    had = new HashSet<>(second.owned);
                }
                try (Member second = new Member(List.of(topic), "group.id", group, "group.instance.id", "two")) {
                    Checks.become(had, "what it has", () -> new HashSet<>(second.owned));
                }
            }
        });
        Checks.check("group.protocol=consumer: classic members are taken along, and the group is converted", 120, () -> {
            String topic = topic(4);
            String group = name("group");
            write(topic, 4, 0, 40);
            try (Member old = new Member(List.of(topic), "group.protocol", "classic", "group.id", group)) {
                Checks.until("the old one owns all", () -> old.owns(4));
                Checks.become(numbers(0, 40), "what it read", () -> new HashSet<>(old.read));
                try (Member young = new Member(List.of(topic), "group.id", group)) {
                    Checks.until("they share", () -> old.owns(2) && young.owns(2));
                    Checks.equal(GroupType.CONSUMER, group(group).type(), "type");
                    write(topic, 4, 40, 80);
                    Checks.until("both read", () -> old.read.size() + young.read.size() == 80);
                }
                Checks.until("the old one owns all again", () -> old.owns(4));
            }
        });
        Checks.check("group.protocol=consumer: offsets in a transaction", () -> {
            String from = topic(1);
            String to = topic(1);
            String group = name("group");
            write(from, 1, 0, 10);
            try (KafkaConsumer<String, String> consumer = consumer("group.id", group); KafkaProducer<String, String> producer = producer("transactional.id", name("tx"))) {
                producer.initTransactions();
                consumer.subscribe(List.of(from));
                List<ConsumerRecord<String, String>> got = new ArrayList<>();
                Checks.until("ten records", () -> {
                    consumer.poll(Duration.ofMillis(100)).forEach(got::add);
                    return got.size() == 10;
                });
                producer.beginTransaction();
                got.forEach(each -> producer.send(new ProducerRecord<>(to, each.value())));
                producer.sendOffsetsToTransaction(Map.of(new TopicPartition(from, 0), new OffsetAndMetadata(10)), consumer.groupMetadata());
                producer.commitTransaction();
                Checks.equal(10L, consumer.committed(Set.of(new TopicPartition(from, 0))).get(new TopicPartition(from, 0)).offset(), "committed");
            }
        });
    }
}
