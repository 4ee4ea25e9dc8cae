import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.MemberToRemove;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupNotEmptyException;
import org.apache.kafka.common.errors.GroupSubscribedToTopicException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.WakeupException;

/** Groups of the classic protocol, and transactions. */
final class ClientGroupChecks extends Clients {
    /** A member in a thread of its own, which reads, commits and says what it owns. */
    private static final class Member implements AutoCloseable {
        final Set<TopicPartition> owned = ConcurrentHashMap.newKeySet();
        final Set<String> read = ConcurrentHashMap.newKeySet();
        final List<String> told = Collections.synchronizedList(new ArrayList<>());
        private final AtomicBoolean over = new AtomicBoolean();
        private final Thread thread;
        volatile Throwable fault;

        Member(Collection<String> topics, String... settings) {
            thread = new Thread(() -> run(topics, null, settings));
            thread.start();
        }

        Member(Pattern pattern, String... settings) {
            thread = new Thread(() -> run(null, pattern, settings));
            thread.start();
        }

        private void run(Collection<String> topics, Pattern pattern, String... settings) {
            ConsumerRebalanceListener listener = new ConsumerRebalanceListener() {
                @Override
                public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
                    told.add("revoked");
                    owned.removeAll(partitions);
                }

                @Override
                public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
                    told.add("assigned");
                    owned.addAll(partitions);
                }

                @Override
                public void onPartitionsLost(Collection<TopicPartition> partitions) {
                    told.add("lost");
                    owned.removeAll(partitions);
                }
            };
            try (KafkaConsumer<String, String> consumer = consumer(settings)) {
                if (pattern != null) {
                    consumer.subscribe(pattern, listener);
                } else {
                    consumer.subscribe(topics, listener);
                }
                while (!over.get()) {
                    consumer.poll(Duration.ofMillis(100)).forEach(each -> read.add(each.value()));
                    consumer.commitAsync();
                }
            } catch (Throwable thrown) {
                fault = thrown;
            }
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

    static void groups() {
        for (String assignor : List.of("RangeAssignor", "RoundRobinAssignor", "StickyAssignor", "CooperativeStickyAssignor")) {
            Checks.check("groups: members come and go, and share all partitions (" + assignor + ")", () -> {
                String topic = topic(4);
                String group = name("group");
                String[] settings = {"group.id", group, "partition.assignment.strategy", "org.apache.kafka.clients.consumer." + assignor};
                for (int partition = 0; partition < 4; partition++) {
                    write(new TopicPartition(topic, partition), 10 * partition, 10 * partition + 10);
                }
                try (Member first = new Member(List.of(topic), settings)) {
                    Checks.until("the first owns all", () -> first.owned.size() == 4);
                    Checks.become(new HashSet<>(numbers(0, 40)), "what it read", () -> new HashSet<>(first.read));
                    try (Member second = new Member(List.of(topic), settings)) {
                        Checks.until("they share", () -> first.owned.size() == 2 && second.owned.size() == 2);
                        write(new TopicPartition(topic, 0), 100, 110);
                        write(new TopicPartition(topic, 3), 110, 120);
                        Checks.until("both read", () -> first.read.size() + second.read.size() == 60);
                        Checks.equal(2, group(group).members().size(), "members described");
                    }
                    Checks.until("the first owns all again", () -> first.owned.size() == 4);
                }
            });
        }
        Checks.check("groups: described with members, coordinator, state and assignor", () -> {
            String topic = topic(2);
            String group = name("group");
            try (Member member = new Member(List.of(topic), "group.id", group, "client.id", "the-client")) {
                Checks.until("it owns all", () -> member.owned.size() == 2);
                Checks.become("Stable", "state", () -> group(group).state().toString());
                ConsumerGroupDescription description = group(group);
                Checks.equal("range", description.partitionAssignor(), "assignor");
                Checks.equal(false, description.isSimpleConsumerGroup(), "simple");
                Checks.equal("the-client", description.members().iterator().next().clientId(), "client id");
                Checks.equal(2, description.members().iterator().next().assignment().topicPartitions().size(), "assignment");
                Checks.hold(description.coordinator() != null, "a coordinator");
                Checks.hold(admin.listConsumerGroups().all().get().stream().anyMatch(each -> each.groupId().equals(group)), "listed");
                Checks.fails(GroupNotEmptyException.class, () -> admin.deleteConsumerGroups(List.of(group)).all().get());
                Checks.fails(GroupSubscribedToTopicException.class,
                        () -> admin.deleteConsumerGroupOffsets(group, Set.of(new TopicPartition(topic, 0))).partitionResult(new TopicPartition(topic, 0)).get());
            }
            Checks.become("Empty", "state", () -> group(group).state().toString());
            admin.deleteConsumerGroups(List.of(group)).all().get();
            Checks.until("not listed", () -> admin.listConsumerGroups().all().get().stream().noneMatch(each -> each.groupId().equals(group)));
        });
        Checks.check("groups: a pattern finds topics that are made later", () -> {
            String stem = name("pattern");
            String group = name("group");
            admin.createTopics(List.of(new NewTopic(stem + "-a", 1, (short) 1))).all().get();
            try (Member member = new Member(Pattern.compile(stem + "-.*"), "group.id", group, "metadata.max.age.ms", "300")) {
                Checks.until("one", () -> member.owned.size() == 1);
                admin.createTopics(List.of(new NewTopic(stem + "-b", 2, (short) 1))).all().get();
                Checks.until("three", () -> member.owned.size() == 3);
            }
        });
        Checks.check("groups: partitions that are added are taken", () -> {
            String topic = topic(1);
            try (Member member = new Member(List.of(topic), "group.id", name("group"), "metadata.max.age.ms", "300")) {
                Checks.until("one", () -> member.owned.size() == 1);
                admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(3))).all().get();
                Checks.until("three", () -> member.owned.size() == 3);
            }
        });
        Checks.check("groups: a static member comes back to what it had, without a rebalance", () -> {
            String topic = topic(4);
            String group = name("group");
            String[] one = {"group.id", group, "group.instance.id", "one", "session.timeout.ms", "30000"};
            String[] two = {"group.id", group, "group.instance.id", "two", "session.timeout.ms", "30000"};
            try (Member first = new Member(List.of(topic), one)) {
                Set<TopicPartition> had;
                int told;
                try (Member second = new Member(List.of(topic), two)) {
                    Checks.until("they share", () -> first.owned.size() == 2 && second.owned.size() == 2);
                    had = new HashSet<>(second.owned);
                    told = first.told.size();
                }
                try (Member second = new Member(List.of(topic), two)) {
                    Checks.become(had, "what it has", () -> new HashSet<>(second.owned));
                    Checks.equal(told, first.told.size(), "rebalances of the other");
                }
                admin.removeMembersFromConsumerGroup(group, new RemoveMembersFromConsumerGroupOptions(List.of(new MemberToRemove("two")))).all().get();
                Checks.until("the first owns all", () -> first.owned.size() == 4);
            }
        });
        Checks.check("groups: a member that does not poll loses its place, and cannot commit", () -> {
            String topic = topic(1);
            String group = name("group");
            write(new TopicPartition(topic, 0), 0, 10);
            try (KafkaConsumer<String, String> slow = consumer("group.id", group, "max.poll.interval.ms", "6000", "max.poll.records", "1")) {
                slow.subscribe(List.of(topic));
                take(slow, 1);
                try (Member other = new Member(List.of(topic), "group.id", group)) {
                    Checks.until("the other owns it", () -> other.owned.size() == 1);
                    Checks.fails(CommitFailedException.class, slow::commitSync);
                }
            }
        });
        Checks.check("groups: auto commit on close", () -> {
            TopicPartition partition = new TopicPartition(topic(1), 0);
            String group = name("group");
            write(partition, 0, 10);
            try (KafkaConsumer<String, String> consumer = consumer("group.id", group, "enable.auto.commit", "true")) {
                consumer.subscribe(List.of(partition.topic()));
                take(consumer, 10);
            }
            Checks.equal(10L, admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get().get(partition).offset(), "committed");
        });
        Checks.check("groups: wakeup ends a poll that waits", () -> {
            String topic = topic(1);
            try (KafkaConsumer<String, String> consumer = consumer("group.id", name("group"))) {
                consumer.subscribe(List.of(topic));
                Thread waker = new Thread(() -> {
                    try {
                        Thread.sleep(500);
                    } catch (InterruptedException interrupted) {
                        return;
                    }
                    consumer.wakeup();
                });
                waker.start();
                Checks.fails(WakeupException.class, () -> consumer.poll(Duration.ofSeconds(60)));
            }
        });
        Checks.check("groups: topics are listed by a consumer", () -> {
            String topic = topic(3);
            try (KafkaConsumer<String, String> consumer = consumer()) {
                Map<String, List<PartitionInfo>> listed = consumer.listTopics();
                Checks.equal(3, listed.get(topic).size(), "partitions");
                Checks.hold(listed.get(topic).stream().allMatch(each -> each.leader() != null), "leaders");
            }
        });
    }

    // --- transactions ---------------------------------------------------------------------------------------------

    static void transactions() {
        Checks.check("transactions: only what is committed is seen", () -> {
            String topic = topic(2);
            try (KafkaProducer<String, String> producer = producer("transactional.id", name("tx"))) {
                producer.initTransactions();
                for (int round = 0; round < 6; round++) {
                    producer.beginTransaction();
                    for (int number = 0; number < 5; number++) {
                        producer.send(new ProducerRecord<>(topic, number % 2, "k", round + "-" + number));
                    }
                    producer.flush(); // to abort drops what was not sent
                    if (round % 2 == 0) {
                        producer.commitTransaction();
                    } else {
                        producer.abortTransaction();
                    }
                }
            }
            Set<String> expected = new HashSet<>();
            for (int round = 0; round < 6; round += 2) {
                for (int number = 0; number < 5; number++) {
                    expected.add(round + "-" + number);
                }
            }
            Checks.equal(expected, new HashSet<>(values(all(topic, "isolation.level", "read_committed"))), "committed");
            Checks.equal(30, all(topic).size(), "with what is not");
        });
        Checks.check("transactions: what is open is not read yet", () -> {
            TopicPartition partition = new TopicPartition(topic(1), 0);
            try (KafkaProducer<String, String> producer = producer("transactional.id", name("tx"));
                    KafkaConsumer<String, String> consumer = consumer("isolation.level", "read_committed")) {
                write(partition, 0, 3);
                producer.initTransactions();
                producer.beginTransaction();
                producer.send(new ProducerRecord<>(partition.topic(), 0, "k", "open")).get();
                write(partition, 3, 6);
                Checks.equal(3L, consumer.endOffsets(List.of(partition)).get(partition), "last stable offset");
                consumer.assign(List.of(partition));
                Checks.equal(numbers(0, 3), values(take(consumer, 3)), "before it");
                Checks.equal(true, consumer.poll(Duration.ofMillis(300)).isEmpty(), "nothing more");
                producer.commitTransaction();
                Checks.equal(List.of("open", "3", "4", "5"), values(take(consumer, 4)), "after it");
            }
        });
        Checks.check("transactions: consume, transform, produce, with offsets in the transaction", () -> {
            String from = topic(1);
            String to = topic(1);
            String group = name("group");
            TopicPartition partition = new TopicPartition(from, 0);
            write(partition, 0, 20);
            try (KafkaConsumer<String, String> consumer = consumer("group.id", group, "isolation.level", "read_committed", "max.poll.records", "5");
                    KafkaProducer<String, String> producer = producer("transactional.id", name("tx"))) {
                producer.initTransactions();
                consumer.subscribe(List.of(from));
                for (int done = 0, round = 0; done < 20; round++) {
                    List<ConsumerRecord<String, String>> got = take(consumer, 1);
                    producer.beginTransaction();
                    for (ConsumerRecord<String, String> record : got) {
                        producer.send(new ProducerRecord<>(to, record.key(), "did " + record.value()));
                    }
                    long next = got.get(got.size() - 1).offset() + 1;
                    producer.sendOffsetsToTransaction(Map.of(partition, new OffsetAndMetadata(next)), consumer.groupMetadata());
                    if (round == 1) {
                        producer.abortTransaction();
                        consumer.seek(partition, done);
                    } else {
                        producer.commitTransaction();
                        done += got.size();
                    }
                }
            }
            Checks.equal(numbers(0, 20).stream().map(each -> "did " + each).collect(Collectors.toList()),
                    values(all(to, "isolation.level", "read_committed")), "what came out");
            Checks.equal(20L, admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get().get(partition).offset(), "committed");
        });
        Checks.check("transactions: who comes later shuts out who was before", () -> {
            String topic = topic(1);
            String id = name("tx");
            try (KafkaProducer<String, String> first = producer("transactional.id", id); KafkaProducer<String, String> second = producer("transactional.id", id)) {
                first.initTransactions();
                first.beginTransaction();
                first.send(new ProducerRecord<>(topic, "first")).get();
                second.initTransactions();
                Checks.fails(ProducerFencedException.class, first::commitTransaction);
                second.beginTransaction();
                second.send(new ProducerRecord<>(topic, "second")).get();
                second.commitTransaction();
            }
            Checks.equal(List.of("second"), values(all(topic, "isolation.level", "read_committed")), "committed");
        });
        Checks.check("transactions: one that takes too long is aborted by the broker", () -> {
            String topic = topic(1);
            try (KafkaProducer<String, String> producer = producer("transactional.id", name("tx"), "transaction.timeout.ms", "1000")) {
                producer.initTransactions();
                producer.beginTransaction();
                producer.send(new ProducerRecord<>(topic, "late")).get();
                TopicPartition partition = new TopicPartition(topic, 0);
                try (KafkaConsumer<String, String> consumer = consumer("isolation.level", "read_committed")) {
                    Checks.until("a marker", () -> consumer.endOffsets(List.of(partition)).get(partition) == 2L);
                }
                Checks.fails(org.apache.kafka.common.KafkaException.class, producer::commitTransaction);
            }
            Checks.equal(List.of(), values(all(topic, "isolation.level", "read_committed")), "committed");
        });
        Checks.check("transactions: an idempotent producer writes everything once, in order", () -> {
            String topic = topic(1);
            try (KafkaProducer<String, String> producer = producer("enable.idempotence", "true", "batch.size", "100", "linger.ms", "0")) {
                for (int number = 0; number < 5000; number++) {
                    producer.send(new ProducerRecord<>(topic, "" + number));
                }
            }
            Checks.equal(numbers(0, 5000), values(all(topic)), "what is there");
        });
    }
}
