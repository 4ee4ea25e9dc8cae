"""`python -m compat_tests.differ`: two servers behind one address, until Ctrl-C."""

from __future__ import annotations

import argparse
import tempfile
import threading
from contextlib import ExitStack, suppress
from pathlib import Path

from compat_tests.differ.proxy import Address, Proxy
from compat_tests.harness import KafkaServer, KwireServer


def address(text: str) -> Address:
    host, _, port = text.rpartition(":")
    return host, int(port)


def main() -> None:
    parser = argparse.ArgumentParser(
        description="Print where two servers answer the same client differently."
    )
    parser.add_argument("--first", type=address, help="HOST:PORT; without it an Apache Kafka is started")
    parser.add_argument("--second", type=address, help="HOST:PORT; without it a kwire is started")
    arguments = parser.parse_args()
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        addresses = []
        for given, kind in ((arguments.first, KafkaServer), (arguments.second, KwireServer)):
            if given is None:
                server = kind(scratch / kind.__name__)
                server.start()
                stack.callback(server.stop)
                given = ("127.0.0.1", server.port)
            addresses.append(given)
        proxy = Proxy(*addresses)
        proxy.start()
        print(f"clients bootstrap from {proxy.address[0]}:{proxy.address[1]}", flush=True)
        with suppress(KeyboardInterrupt):
            threading.Event().wait()
        print(f"{proxy.compared} answers compared, {proxy.differences} differ")


if __name__ == "__main__":
    main()
