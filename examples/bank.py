"""A bank on transactions: transfers in, balances out, and whatever dies in between, no money is lost or made.

    pip install confluent-kafka
    python examples/bank.py --bootstrap 127.0.0.1:9092 open        # ten accounts of 100 each
    python examples/bank.py --bootstrap 127.0.0.1:9092 ask 1000    # a thousand transfers are wanted
    python examples/bank.py --bootstrap 127.0.0.1:9092 serve       # carries them out; kill it, start it again
    python examples/bank.py --bootstrap 127.0.0.1:9092 audit       # what everybody has, and what it comes to

The service reads transfers, and writes both balances and how far it has read in one transaction. Nobody who reads with
`isolation.level=read_committed` ever sees money that is on its way. `serve --careless` does the same without
transactions: kill that one, and see.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Iterator

import confluent_kafka
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

TRANSFERS, BALANCES, BANK = "transfers", "balances", "bank"
ACCOUNTS = [f"account-{number}" for number in range(10)]
OPENING_BALANCE = 100


def producer(bootstrap: str, **settings: object) -> confluent_kafka.Producer:
    return confluent_kafka.Producer({"bootstrap.servers": bootstrap, "linger.ms": 0, **settings})


def consumer(bootstrap: str, group: str) -> confluent_kafka.Consumer:
    return confluent_kafka.Consumer(
        {
            "bootstrap.servers": bootstrap,
            "group.id": group,
            "isolation.level": "read_committed",
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
            "enable.partition.eof": True,
            "session.timeout.ms": 6000,
        }
    )


def open_accounts(bootstrap: str) -> None:
    admin = AdminClient({"bootstrap.servers": bootstrap})
    for created in admin.create_topics([NewTopic(TRANSFERS, 1, 1), NewTopic(BALANCES, 1, 1)]).values():
        created.result(30)
    teller = producer(bootstrap, **{"enable.idempotence": True})
    for account in ACCOUNTS:
        teller.produce(BALANCES, key=account, value=json.dumps({"transfer": -1, "balance": OPENING_BALANCE}))
    teller.flush()


def ask(bootstrap: str, count: int, seed: int) -> None:
    wishes = random.Random(seed)
    teller = producer(bootstrap, **{"enable.idempotence": True})
    for _ in range(count):
        payer, payee = wishes.sample(ACCOUNTS, 2)
        teller.produce(
            TRANSFERS, value=json.dumps({"from": payer, "to": payee, "amount": wishes.randint(1, 50)})
        )
    teller.flush()


def history(bootstrap: str) -> Iterator[tuple[int, str, int]]:
    """(transfer, account, balance after it), in order; transfers are known by their offsets."""
    reader = consumer(bootstrap, "nobody")
    reader.assign([confluent_kafka.TopicPartition(BALANCES, 0, 0)])
    while True:
        message = reader.poll(30)
        if message is None:
            raise TimeoutError("the server does not answer")
        if message.error() is not None:
            break  # the end
        said = json.loads(message.value())
        yield said["transfer"], message.key().decode(), said["balance"]
    reader.close()


def settle(balances: dict[str, int], wish: dict[str, object]) -> dict[str, int]:
    """The balances that a transfer changes; none when the payer has not enough."""
    payer, payee, amount = str(wish["from"]), str(wish["to"]), int(str(wish["amount"]))
    if balances[payer] < amount:
        return {}
    return {payer: balances[payer] - amount, payee: balances[payee] + amount}


def serve(bootstrap: str, *, careless: bool) -> None:
    settings: dict[str, object] = (
        {} if careless else {"transactional.id": BANK, "transaction.timeout.ms": 5000}
    )
    teller = producer(bootstrap, **settings)
    if not careless:
        teller.init_transactions()  # whoever was the bank before is fenced, and what it had begun is undone
    balances: dict[str, int] = {}

    def assigned(clerk: confluent_kafka.Consumer, partitions: list[confluent_kafka.TopicPartition]) -> None:
        balances.update({account: balance for _, account, balance in history(bootstrap)})

    clerk = consumer(bootstrap, BANK)
    clerk.subscribe([TRANSFERS], on_assign=assigned)
    print("open", flush=True)
    while True:
        message = clerk.poll(1)
        if message is None or message.error() is not None:
            continue
        changed = settle(balances, json.loads(message.value()))
        done = [confluent_kafka.TopicPartition(TRANSFERS, 0, message.offset() + 1)]
        if not careless:
            teller.begin_transaction()
        for account, balance in changed.items():
            said = json.dumps({"transfer": message.offset(), "balance": balance})
            teller.produce(BALANCES, key=account, value=said)
            teller.flush()
        if careless:
            clerk.commit(offsets=done, asynchronous=False)
        else:
            teller.send_offsets_to_transaction(done, clerk.consumer_group_metadata())
            teller.commit_transaction()
        balances.update(changed)


def audit(bootstrap: str) -> int:
    """What the accounts come to after each transfer; 1 when it was ever anything but what they were opened with."""
    balances: dict[str, int] = {}
    before, wrong = -1, 0
    total = len(ACCOUNTS) * OPENING_BALANCE
    for transfer, account, balance in [*history(bootstrap), (1 << 62, "", 0)]:
        if transfer != before and sum(balances.values()) != total and balances:
            wrong += 1
            print(f"after transfer {before} there are {sum(balances.values())} instead of {total}")
        before = transfer
        if account:
            balances[account] = balance
    for account, balance in sorted(balances.items()):
        print(f"{account}  {balance:5}")
    print(f"total      {sum(balances.values()):5}")
    return 1 if wrong else 0


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--bootstrap", default="127.0.0.1:9092")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("open")
    asking = commands.add_parser("ask")
    asking.add_argument("count", type=int)
    asking.add_argument("--seed", type=int, default=1)
    commands.add_parser("serve").add_argument("--careless", action="store_true")
    commands.add_parser("audit")
    arguments = parser.parse_args()
    if arguments.command == "open":
        open_accounts(arguments.bootstrap)
    elif arguments.command == "ask":
        ask(arguments.bootstrap, arguments.count, arguments.seed)
    elif arguments.command == "serve":
        serve(arguments.bootstrap, careless=arguments.careless)
    else:
        return audit(arguments.bootstrap)
    return 0


if __name__ == "__main__":
    sys.exit(main())
