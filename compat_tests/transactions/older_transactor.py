"""Consume, transform, produce with whatever confluent-kafka its interpreter has; runs on Python 3.7 and newer.

Arguments: bootstrap servers, topic in, topic out (of one partition each), group, transactional id, how many records
there are. Every third transaction is aborted and done again; at the end another producer takes the id. What came of it
is printed.
"""

import sys

from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition

PATIENCE_S = 60.0
AT_ONCE = 50


def main(bootstrap: str, source: str, target: str, group: str, name: str, count: int) -> None:
    consumer = Consumer(
        {
            "bootstrap.servers": bootstrap,
            "group.id": group,
            "isolation.level": "read_committed",
            "enable.auto.commit": False,
            "auto.offset.reset": "earliest",
        }
    )
    settings = {"bootstrap.servers": bootstrap, "transactional.id": name}
    producer = Producer(settings)
    producer.init_transactions(PATIENCE_S)
    consumer.subscribe([source])
    done = transactions = aborted = 0
    while done < count:
        producer.begin_transaction()
        transactions += 1
        read = 0
        while read < min(AT_ONCE, count - done):
            message = consumer.poll(PATIENCE_S)
            if message is None:
                raise SystemExit("no record came")
            if message.error():
                raise KafkaException(message.error())
            producer.produce(target, message.value().upper())
            read += 1
        offsets = [TopicPartition(source, 0, done + read)]
        producer.send_offsets_to_transaction(offsets, consumer.consumer_group_metadata(), PATIENCE_S)
        if transactions % 3 == 0:
            producer.abort_transaction(PATIENCE_S)
            aborted += 1
            consumer.seek(TopicPartition(source, 0, done))
        else:
            producer.commit_transaction(PATIENCE_S)
            done += read
    committed = consumer.committed([TopicPartition(source, 0)], PATIENCE_S)[0].offset
    consumer.close()

    producer.begin_transaction()
    producer.produce(target, "of the zombie")
    producer.flush(PATIENCE_S)
    heir = Producer(settings)
    heir.init_transactions(PATIENCE_S)
    try:
        producer.commit_transaction(PATIENCE_S)
        end = "committed"
    except KafkaException as error:
        end = "fenced" if error.args[0].fatal() else str(error)
    print(f"committed {committed}, aborted {aborted}, the zombie is {end}")


if __name__ == "__main__":
    main(*sys.argv[1:6], int(sys.argv[6]))  # type: ignore[misc,arg-type]
