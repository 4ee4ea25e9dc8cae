"""Writes the order events to a topic and keeps the ledger: a line for each event that the server acknowledged.

Idempotent and acks=all, at a steady pace, so that there is time for things to go wrong meanwhile. Prints JSON
lines: {"event": "acknowledged", "count": n} now and then, and "left" when every event is acknowledged.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import confluent_kafka

sys.path.insert(0, str(Path(__file__).resolve().parent))

from events import make_events  # type: ignore[import-not-found]

BURST = 500


def tell(event: str, **details: Any) -> None:
    print(json.dumps({"event": event, **details}), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--bootstrap", required=True)
    parser.add_argument("--topic", required=True)
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--per-second", type=int, required=True)
    parser.add_argument("--ledger", type=Path, required=True)
    options = parser.parse_args()
    producer = confluent_kafka.Producer(
        {
            "bootstrap.servers": options.bootstrap,
            "enable.idempotence": True,
            "acks": "all",
            "compression.type": "lz4",
            "linger.ms": 10,
            "reconnect.backoff.max.ms": 500,
        }
    )
    acknowledged = 0
    failures: list[str] = []
    with options.ledger.open("w") as ledger:

        def reporter(index: int) -> Callable[[Any, Any], None]:
            def report(error: Any, record: Any) -> None:
                nonlocal acknowledged
                if error is not None:
                    failures.append(f"event {index}: {error}")
                    return
                ledger.write(f"{index} {record.partition()} {record.offset()}\n")
                acknowledged += 1
                if acknowledged % 5_000 == 0:
                    tell("acknowledged", count=acknowledged)

            return report

        began = time.monotonic()
        for index, (key, value) in enumerate(make_events(options.count, options.seed)):
            while True:
                try:
                    producer.produce(options.topic, value, key, on_delivery=reporter(index))
                    break
                except BufferError:
                    # The server is away and the queue is full: wait for room.
                    producer.poll(0.1)
            if index % BURST == 0:
                ahead_s = index / options.per_second - (time.monotonic() - began)
                producer.poll(max(ahead_s, 0))
        producer.flush()
    if failures:
        sys.exit("\n".join(failures[:20]))
    tell("left", count=acknowledged)


if __name__ == "__main__":
    main()
