"""How fast does the cleaner work, and does anybody notice? kwire, and Apache Kafka beside it.

    python benchmarks/cleaning.py
    python benchmarks/cleaning.py --servers kwire --megabytes 200

Each server gets a compacted topic full of keyed records (1 KB, every key again and again) that it is told to leave
alone. A producer (acks=all, 100 bytes, 500 records a second, a topic of its own) measures how long after they were due
its records are acknowledged: alone, and then while the first topic is being cleaned, which begins when its settings
are changed. Of the repeats the median counts, by the p99 beside the cleaner.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from pathlib import Path

import peers
import servers
from cold_read import RATE, say
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, AlterConfigOpType, ConfigEntry, ConfigResource, ResourceType
from confluent_kafka.cimpl import NewTopic
from loading import Figures, load, outcome
from servers import Kind, Running, ServerFailed

TOPIC = "keyed"
KEYS = 1000
WAIT_S = 120
LEAVE_ALONE = {"cleanup.policy": "compact", "min.cleanable.dirty.ratio": "1", "segment.bytes": str(16 << 20)}


def fill(server: Running, megabytes: int) -> None:
    """Make the compacted topic, and close its last segment with one more than it holds."""
    address: dict[str, str | int | float | bool] = {"bootstrap.servers": server.address, "log_level": 2}
    admin = AdminClient(address)
    admin.create_topics([NewTopic(TOPIC, 1, 1, config=LEAVE_ALONE)])[TOPIC].result()
    producer = Producer(address | {"linger.ms": 5, "batch.size": 500_000})
    for number in range(megabytes * 1000):
        while True:
            try:
                producer.produce(TOPIC, key=b"%d" % (number % KEYS), value=b"%010d" % number + bytes(980))
                break
            except BufferError:
                producer.poll(0.1)
    if producer.flush(WAIT_S):
        raise ServerFailed("the compacted topic could not be filled")


def let_it_be_cleaned(server: Running) -> None:
    admin = AdminClient({"bootstrap.servers": f"127.0.0.1:{server.port}", "log_level": 2})
    change = ConfigEntry("min.cleanable.dirty.ratio", "0.01", incremental_operation=AlterConfigOpType.SET)
    resource = ConfigResource(ResourceType.TOPIC, TOPIC, incremental_configs=[change])
    admin.incremental_alter_configs([resource])[resource].result()


def size_of(data: Path) -> int:
    return sum(path.stat().st_size for path in (data / "log" / f"{TOPIC}-0").glob("*.log"))


def measure(kind: Kind, data: Path, arguments: argparse.Namespace) -> dict[str, Figures]:
    """One repeat: a server from its start to its end."""
    shutil.rmtree(data, ignore_errors=True)
    data.mkdir(parents=True)
    port = servers.free_port()
    kind.prepare(port, data)
    server = servers.launch(kind, port, data)
    try:
        fill(server, arguments.megabytes)
        outcome(load(server, "sync", "-seconds", str(kind.warm_up_s)))
        paced = ("-seconds", str(arguments.seconds), "-rate", RATE)
        found = {"alone": outcome(load(server, "paced", *paced))}
        before = size_of(data)
        began = time.monotonic()
        let_it_be_cleaned(server)
        found["cleaning"] = outcome(load(server, "paced", *paced))
        took = None
        while took is None:
            if size_of(data) < before / 4:
                took = time.monotonic() - began
            elif time.monotonic() - began > WAIT_S:
                raise ServerFailed(f"{kind.name} did not clean {before / 1e6:.0f} MB in {WAIT_S} s")
            time.sleep(0.05)
        found["cleaner"] = {"mb": before / 1e6, "seconds": took}
        server.check()
    finally:
        server.stop()
    say(f"{kind.name}: p99 {found['alone']['p99_ms']:.2f} / {found['cleaning']['p99_ms']:.2f} ms")
    return found


def table(runs: dict[str, list[dict[str, Figures]]]) -> str:
    lines = [
        "| producer's wait, ms | p50 alone | p99 alone | p50 cleaning | p99 cleaning | p99 ratio |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for name, repeats in runs.items():
        ordered = sorted(repeats, key=lambda run: run["cleaning"]["p99_ms"])
        typical = ordered[len(ordered) // 2]
        alone, cleaning = typical["alone"], typical["cleaning"]
        cells = [alone["p50_ms"], alone["p99_ms"], cleaning["p50_ms"], cleaning["p99_ms"]]
        ratio = cleaning["p99_ms"] / alone["p99_ms"]
        lines.append(f"| {name} | " + " | ".join(f"{cell:.2f}" for cell in cells) + f" | {ratio:.2f} |")
    return "\n".join(lines)


def speed(megabytes: int) -> str:
    """The cleaner alone, in this process: MB/s of log that is read once for its keys and once to be written anew."""
    from kwire.log.cleaning import run_here
    from kwire.log.compaction import Source, Task
    from kwire.log.config import LogConfig
    from kwire.log.files import DiskFiles
    from kwire.log.log import Log
    from kwire.records.batch import Record, build_batch, parse_header

    lines = ["| cleaner alone | MB/s | records/s |", "| --- | ---: | ---: |"]
    for size, codec, label in ((100, 0, "100 B"), (1000, 0, "1 KB"), (1000, 4, "1 KB, zstd")):
        directory = tempfile.mkdtemp(prefix="kwire-cleaning-")
        try:
            config = LogConfig(segment_bytes=64 << 20, compacted=True)
            files = DiskFiles()
            log = Log.create(files, f"{directory}/t-0", "t", 0, bytes(16), config)
            count = 0
            while log.size_bytes < megabytes * 1e6 / 4:
                records = [
                    Record(at, 1, b"%d" % ((count + at) % 10_000), b"v" * (size - 10)) for at in range(100)
                ]
                batch = build_batch(records, codec=codec)
                log.append(batch, parse_header(batch), 0, 0)
                count += 100
            log.roll(0)
            log.flush()
            closed = log.segments[:-1]
            task = Task(
                directory=log.directory,
                segments=[Source(each.base_offset, each.size) for each in closed],
                first_dirty_offset=0,
                end_offset=log.segments[-1].base_offset,
                now_ms=0,
                delete_retention_ms=0,
                segment_bytes=config.segment_bytes,
                segment_index_bytes=config.segment_index_bytes,
                index_interval_bytes=config.index_interval_bytes,
                buffer_bytes=128 << 20,
            )
            began = time.perf_counter()
            run_here(files, task)
            took = time.perf_counter() - began
            payload = count * size
            lines.append(f"| {label} | {payload / took / 1e6:,.0f} | {count / took:,.0f} |")
            log.abandon()
        finally:
            shutil.rmtree(directory, ignore_errors=True)
    return "\n".join(lines)


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--servers", default="kwire,kafka", help="of kwire and kafka, with commas between")
    parser.add_argument("--megabytes", type=int, default=200, help="of the compacted topic; default 200")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=3.0, help="that the producer measures; default 3")
    arguments = parser.parse_args(argv)
    eager = ("--set", "log.cleaner.backoff.ms=200")
    known = {"kwire": lambda: peers.kwire(eager), "kafka": peers.kafka}
    directory = Path(tempfile.mkdtemp(prefix="kwire-cleaning-"))
    runs: dict[str, list[dict[str, Figures]]] = {}
    try:
        print(speed(arguments.megabytes))
        kinds = [known[name]() for name in arguments.servers.split(",")]
        for _ in range(arguments.repeat):
            for kind in kinds:
                runs.setdefault(kind.name, []).append(measure(kind, directory / kind.name, arguments))
    except ServerFailed as failure:
        print(f"benchmarks: {failure}", file=sys.stderr)
        return 1
    finally:
        shutil.rmtree(directory, ignore_errors=True)
    print()
    print(table(runs))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
