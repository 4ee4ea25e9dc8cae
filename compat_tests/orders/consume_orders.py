"""One member of the group that reads the order events; it writes what it saw to a file before it commits.

Each line of the file is "partition offset event key number", or "assigned" when a new assignment began. Prints
JSON lines: "assignment" with the partitions, {"event": "progress", "count": n}, and "left" at the end. A line on
standard input makes it leave the group.
"""

from __future__ import annotations

import argparse
import json
import sys
import threading
from pathlib import Path
from typing import Any

import confluent_kafka


def tell(event: str, **details: Any) -> None:
    print(json.dumps({"event": event, **details}), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--bootstrap", required=True)
    parser.add_argument("--topic", required=True)
    parser.add_argument("--group", required=True)
    parser.add_argument("--session-timeout-ms", type=int, required=True)
    parser.add_argument("--file", type=Path, required=True)
    options = parser.parse_args()
    stop = threading.Event()

    def wait_for_the_word() -> None:
        sys.stdin.readline()
        stop.set()

    threading.Thread(target=wait_for_the_word, daemon=True).start()
    consumer = confluent_kafka.Consumer(
        {
            "bootstrap.servers": options.bootstrap,
            "group.id": options.group,
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
            "session.timeout.ms": options.session_timeout_ms,
            "heartbeat.interval.ms": 300,
            "reconnect.backoff.max.ms": 500,
        }
    )
    count = 0
    with options.file.open("w") as file:

        def assigned(_: Any, places: list[Any]) -> None:
            file.write("assigned\n")
            tell("assignment", partitions=sorted(place.partition for place in places))

        consumer.subscribe([options.topic], on_assign=assigned)
        while not stop.is_set():
            batch = [record for record in consumer.consume(2_000, timeout=0.2) if record.error() is None]
            if not batch:
                continue
            for record in batch:
                event = json.loads(record.value() or b"")
                key = (record.key() or b"").decode()
                file.write(
                    f"{record.partition()} {record.offset()} {event['event']} {key} {event['number']}\n"
                )
            # Seen before it is committed: a crash in between repeats, and never loses.
            file.flush()
            try:
                consumer.commit(asynchronous=False)
            except confluent_kafka.KafkaException as refused:
                tell("commit failed", reason=refused.args[0].name())
            count += len(batch)
            tell("progress", count=count)
        consumer.close()
    tell("left")


if __name__ == "__main__":
    main()
