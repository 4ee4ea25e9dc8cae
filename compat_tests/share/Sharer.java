import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * A member of a share group: prints what it is given, and says of each record what its value asks for.
 *
 * Arguments: bootstrap servers, group, topic, how many records to accept before it leaves, and acquire mode. A value
 * "release" is released the first time, "reject" is rejected, "renew" is renewed before it is accepted; everything
 * else is accepted. "die" ends the process at once, with the record in its hands. A line for each record: verb, value,
 * deliveries.
 */
public class Sharer {
    public static void main(String[] args) {
        Properties properties = new Properties();
        properties.put("bootstrap.servers", args[0]);
        properties.put("group.id", args[1]);
        properties.put("share.acknowledgement.mode", "explicit");
        properties.put("share.acquire.mode", args[4]);
        properties.put("max.poll.records", "10");
        properties.put("key.deserializer", StringDeserializer.class.getName());
        properties.put("value.deserializer", StringDeserializer.class.getName());
        int wanted = Integer.parseInt(args[3]);
        int accepted = 0;
        try (KafkaShareConsumer<String, String> consumer = new KafkaShareConsumer<>(properties)) {
            consumer.subscribe(List.of(args[2]));
            System.out.println("ready");
            while (accepted < wanted) {
                ConsumerRecords<String, String> records = consumer.poll(Duration.ofMillis(500));
                for (ConsumerRecord<String, String> record : records) {
                    short deliveries = record.deliveryCount().orElse((short) -1);
                    String value = record.value();
                    String verb;
                    if (value.startsWith("die") && deliveries == 1) {
                        System.out.println("dies " + value + " " + deliveries);
                        System.out.flush();
                        Runtime.getRuntime().halt(3);
                    }
                    if (value.startsWith("release") && deliveries == 1) {
                        consumer.acknowledge(record, AcknowledgeType.RELEASE);
                        verb = "released";
                    } else if (value.startsWith("reject")) {
                        consumer.acknowledge(record, AcknowledgeType.REJECT);
                        verb = "rejected";
                    } else {
                        consumer.acknowledge(record, AcknowledgeType.ACCEPT);
                        verb = "accepted";
                        accepted++;
                    }
                    System.out.println(verb + " " + value + " " + deliveries);
                }
                if (records.isEmpty()) {
                    continue;
                }
                Map<TopicIdPartition, Optional<KafkaException>> outcome = consumer.commitSync();
                for (Optional<KafkaException> error : outcome.values()) {
                    error.ifPresent(each -> System.out.println("error " + each));
                }
            }
        }
        System.out.println("done");
    }
}
