"""A shop's order events as JSON, made from a seed: the same seed always gives the same events.

Each event belongs to a customer (the key) and carries that customer's running number, so that whoever reads the
events can tell whether one is missing or out of order. Run as a script it prints one event a line:

    python compat_tests/orders/events.py --count 1000 --seed 1
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Iterator
from typing import Any

CUSTOMERS = 5_000
PRODUCTS = ("kettle", "teapot", "lamp", "notebook", "backpack", "bicycle bell", "winter coat", "chess set")
CITIES = ("Aarhus", "Bergen", "Ghent", "Kraków", "Lyon", "Porto", "Tartu", "Zürich")
#: What may follow on what; an order that has no next step is finished.
NEXT_STEP = {
    "placed": ("paid", "paid", "paid", "cancelled"),
    "paid": ("packed",),
    "packed": ("shipped",),
    "shipped": ("delivered", "delivered", "delivered", "returned"),
}


def make_events(count: int, seed: int) -> Iterator[tuple[bytes, bytes]]:
    """(key, value) of `count` events: the customer's name, and the event as JSON."""
    chance = random.Random(seed)
    numbers = [0] * CUSTOMERS
    open_orders: list[dict[str, Any]] = []
    next_order = 1
    time_ms = 1_750_000_000_000
    for index in range(count):
        time_ms += chance.randrange(40)
        if open_orders and chance.random() < 0.7:
            position = chance.randrange(len(open_orders))
            order = open_orders[position]
            order["state"] = chance.choice(NEXT_STEP[order["state"]])
            if order["state"] not in NEXT_STEP:
                open_orders[position] = open_orders[-1]
                open_orders.pop()
        else:
            # A few customers order far more than the others do.
            customer = int(CUSTOMERS * chance.random() ** 2)
            items: list[dict[str, Any]] = [
                {"product": chance.choice(PRODUCTS), "quantity": chance.randrange(1, 5)}
                for _ in range(chance.randrange(1, 4))
            ]
            order = {
                "order": next_order,
                "customer": customer,
                "state": "placed",
                "items": items,
                "total_cents": sum(item["quantity"] for item in items) * chance.randrange(500, 9_000),
                "city": chance.choice(CITIES),
            }
            next_order += 1
            open_orders.append(order)
        customer = order["customer"]
        numbers[customer] += 1
        event = {"event": index, "number": numbers[customer], "time_ms": time_ms, **order}
        yield f"customer-{customer:05}".encode(), json.dumps(event, ensure_ascii=False).encode()


def main() -> None:
    parser = argparse.ArgumentParser(description="Print order events, one JSON object a line.")
    parser.add_argument("--count", type=int, default=300_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    for _, value in make_events(options.count, options.seed):
        sys.stdout.buffer.write(value + b"\n")


if __name__ == "__main__":
    main()
