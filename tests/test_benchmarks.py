"""What benchmarks make of their runs: which ratio is taken of what, when the client was the limit, where time went."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "benchmarks"))
import peers  # noqa: E402
import report  # noqa: E402
import run  # noqa: E402
import where  # noqa: E402
import workloads  # noqa: E402
from servers import Kind  # noqa: E402


def kind(name: str, **more: str) -> Kind:
    return Kind(name, lambda port, data: [], **more)  # type: ignore[arg-type]


def result(**more: float) -> dict[str, float]:
    ran = {"seconds": 2.0, "client_cpu_s": 1.0, "server_cpu_s": 1.0, "server_busiest_thread_cpu_s": 1.0}
    return {"records": 1e6, "bytes": 1e8, "records_per_s": 5e5, **ran, **more}


def test_peers_are_divided_into_the_first_server_and_variants_by_their_own() -> None:
    kinds = [
        kind("kwire"),
        kind("kwire-2", variant_of="kwire"),
        kind("kwire-fsync", variant_of="kwire"),
        kind("kafka"),
        kind("kafka-fsync", against="kwire-fsync"),
    ]
    assert report.pairs(kinds) == [
        ("kwire-2", "kwire"),
        ("kwire-fsync", "kwire"),
        ("kwire", "kafka"),
        ("kwire-fsync", "kafka-fsync"),
    ]


def test_a_server_is_put_beside_the_first_when_its_own_partner_is_not_there() -> None:
    assert report.pairs([kind("spike"), kind("kafka-fsync", against="kwire-fsync")]) == [
        ("spike", "kafka-fsync")
    ]
    assert report.pairs([kind("kafka"), kind("kwire-2", variant_of="kwire")]) == [("kafka", "kwire-2")]


def test_the_best_run_counts_with_its_own_cpu_seconds() -> None:
    sync = next(each for each in workloads.workloads(1) if each.name == "sync-1")
    runs = [
        result(records_per_s=100, records=200, server_cpu_s=0.1),
        result(records_per_s=300, records=600, server_cpu_s=0.6),
    ]
    rate, cpu, client = report.figures({"kwire": {"sync-1": runs}}, [sync], {})
    assert rate.figures == {"kwire": 300}
    assert cpu.figures == {"kwire": pytest.approx(1000)}
    assert client.figures == {"kwire": 0.5}


def test_a_ratio_on_the_wrong_side_of_one_is_marked_whichever_side_that_is() -> None:
    rate = report.Line("req/s", {"a": 1.0, "b": 2.0}, higher_is_better=True)
    cost = report.Line("CPU s", {"a": 1.0, "b": 2.0})
    table = report.ratio_table([rate, cost], [("a", "b"), ("b", "a")])
    assert table[1:] == [["req/s", "0.50 !", "2.00"], ["CPU s", "0.50", "2.00 !"]]


def test_a_server_that_was_left_out_leaves_a_gap() -> None:
    lines = [report.Line("req/s", {"a": 1.0}, higher_is_better=True)]
    assert report.value_table(lines, ["a", "b"])[1] == ["req/s", "1.00", "-"]
    assert report.ratio_table(lines, [("a", "b")]) == [["ratio", "a / b"]]


@pytest.mark.parametrize(
    ("client", "server", "busiest", "expected"),
    [
        (1.2, 0.7, 0.6, "c"),  # both cores are full, and it is the client that fills them
        (0.7, 1.2, 0.5, "m"),  # the server has the larger part
        (1.0, 0.98, 0.98, ""),  # the server's one thread is full
        (0.8, 0.6, 0.6, ""),  # there is room
        (1.95, 0.05, 0.05, "c"),
    ],
)
def test_a_figure_says_when_the_client_or_the_machine_was_the_limit(
    client: float, server: float, busiest: float, expected: str
) -> None:
    run = result(client_cpu_s=client * 2, server_cpu_s=server * 2, server_busiest_thread_cpu_s=busiest * 2)
    assert workloads.limit(run, 2, 2, 2) == expected


def test_a_core_of_its_own_that_is_full_is_the_limit_of_whose_it_is() -> None:
    client = result(client_cpu_s=1.9, server_cpu_s=1.0, server_busiest_thread_cpu_s=1.0)
    assert workloads.limit(client, 1, 1, 2) == "c"
    server = result(client_cpu_s=1.9, server_cpu_s=1.9, server_busiest_thread_cpu_s=1.0)
    assert workloads.limit(server, 1, 1, 2) == ""


def test_a_letter_stands_beside_the_figure_and_its_ratio() -> None:
    lines = [report.Line("req/s", {"a": 2.0, "b": 1.0}, 0, True, {"b": "c"})]
    assert report.value_table(lines, ["a", "b"])[1] == ["req/s", "2", "1 c"]
    assert report.ratio_table(lines, [("a", "b"), ("b", "a")])[1] == ["req/s", "2.00 c", "0.50 ! c"]


@pytest.mark.parametrize(("text", "cores"), [("", []), ("0", [0]), ("0-2", [0, 1, 2]), ("1,3-4", [1, 3, 4])])
def test_cores_are_named_as_taskset_names_them(text: str, cores: list[int]) -> None:
    assert run.cpu_list(text) == cores


TRIO = "main (kwire/cli/__init__.py:25);run (trio/_core/_run.py:2532)"
STACKS = f"""\
0x7f (libc.so.6);{TRIO};get_events (trio/_io.py:24);epoll_wait (libc.so.6) 10
{TRIO};Outbox.send (kwire/server/outbox.py:48);sock_send (socketmodule.c:42);send (libc.so.6) 40
{TRIO};Log.append (kwire/log/log.py:302);crc32c (_crc32c.so) 30
{TRIO} 15
main (kwire/cli/__init__.py:25);decode (kwire/errors.py:9) 5
_work (trio/_thread_cache.py:2);lock_PyThread_acquire_lock (libpython.so);PyThread_acquire_lock_timed (libpython.so) 99
"""


def test_a_profile_says_which_room_was_at_work_and_leaves_idle_threads_out() -> None:
    found = where.read(STACKS)
    assert found.samples == 100
    assert found.rooms == {
        "kernel: epoll_wait (and waiting)": 10,
        "kernel: send": 40,
        "kwire.log": 30,
        "trio": 15,
        "kwire.errors": 5,
    }
    assert found.functions["Outbox.send (kwire/server/outbox.py)"] == 40
    assert "| kwire.log " in where.tables(found, 20.0)
    assert " 6.00 |" in where.tables(found, 20.0)


def test_another_interpreter_that_cannot_run_kwire_is_left_out_with_a_reason(tmp_path: Path) -> None:
    fake = tmp_path / "python"
    fake.write_text("#!/bin/sh\necho ModuleNotFoundError: trio >&2; exit 1\n")
    fake.chmod(0o755)
    with pytest.raises(
        peers.NotHere, match=r"old is left out: .*cannot run kwire \(ModuleNotFoundError: trio"
    ):
        peers.kwire_python(f"old={fake}", [])
    with pytest.raises(peers.NotHere, match="none is left out"):
        peers.kwire_python(f"none={tmp_path / 'nothing'}", [])


def test_another_interpreter_gets_its_variables_and_this_checkout() -> None:
    found = peers.kwire_python(f"again=PYTHONHASHSEED=7 {sys.executable}", ["--set", "x=1"])
    assert found.environment["PYTHONHASHSEED"] == "7"
    assert found.environment["PYTHONPATH"] == str(ROOT / "src")
    assert found.command(9, Path("/d"))[:4] == [sys.executable, "-m", "kwire", "serve"]
    assert found.variant_of == "kwire"
