"""Listeners and what clients are told: Kafka's rules, and what kwire serves of them."""

from __future__ import annotations

import socket

import pytest

from kwire.config import Config, Listener
from kwire.config.listeners import is_address
from kwire.errors import InvalidSetting


def listeners(text: str, **others: str) -> list[Listener]:
    return config(text, **others).listeners


def config(text: str, **others: str) -> Config:
    return Config({"listeners": text, **{name.replace("_", "."): value for name, value in others.items()}})


def refusal(text: str, **others: str) -> str:
    with pytest.raises(InvalidSetting) as caught:
        config(text, **others).check()
    return str(caught.value)


def test_by_default_it_is_the_loopback_interface() -> None:
    assert Config().listeners == [Listener("PLAINTEXT", "PLAINTEXT", "127.0.0.1", 9092)]
    assert Config().advertised == {"PLAINTEXT": ("127.0.0.1", 9092)}


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("PLAINTEXT://:9092", "", 9092),
        ("plaintext://localhost:0", "localhost", 0),
        ("PLAINTEXT://a_b.c-d:65535", "a_b.c-d", 65535),
        ("PLAINTEXT://[::1]:9092", "::1", 9092),
        ("PLAINTEXT://::1:9092", "::1", 9092),
        ("PLAINTEXT://[fe80::1%eth0]:9092", "fe80::1%eth0", 9092),
        (" PLAINTEXT://h:1 ", "h", 1),
    ],
)
def test_a_listener_is_a_name_a_host_and_a_port(text: str, host: str, port: int) -> None:
    assert listeners(text) == [Listener("PLAINTEXT", "PLAINTEXT", host, port)]


@pytest.mark.parametrize("text", ["PLAINTEXT", "h:9092", "PLAINTEXT://h", "PLAINTEXT://h:x", "PLAINTEXT://h:65536",
                                  "PLAINTEXT://h:-1", "PLAINTEXT://h:1:2", "://h:1", "PLAINTEXT:/h:1"])  # fmt: skip
def test_anything_else_is_refused(text: str) -> None:
    assert refusal(text).startswith(f"listeners: {text} is not NAME://HOST:PORT")


def test_a_name_of_ones_own_needs_a_protocol() -> None:
    assert "no protocol is known for INSIDE" in refusal("INSIDE://:9092")
    assert listeners("inside://:9092", listener_security_protocol_map="Inside:plaintext") == [
        Listener("INSIDE", "PLAINTEXT", "", 9092)
    ]


@pytest.mark.parametrize("entry", ["INSIDE", "INSIDE:", "INSIDE:CLEARTEXT", ":PLAINTEXT"])
def test_the_map_of_protocols_is_checked(entry: str) -> None:
    told = refusal("PLAINTEXT://:9092", listener_security_protocol_map=f"PLAINTEXT:PLAINTEXT,{entry}")
    assert told.startswith(f"listener.security.protocol.map: {entry} is not NAME:PROTOCOL")


def test_names_are_used_once() -> None:
    assert "PLAINTEXT is there twice" in refusal("PLAINTEXT://a:1,plaintext://b:2")


MAP = "A:PLAINTEXT,B:PLAINTEXT,C:PLAINTEXT"


def test_ports_are_used_once() -> None:
    for text in ("A://:9092,B://h:9092", "A://127.0.0.1:9092,B://127.0.0.2:9092"):
        told = refusal(text, listener_security_protocol_map=MAP)
        assert told == "listeners: A and B both want port 9092; give them one each"


def test_a_port_may_be_used_twice_by_ipv4_and_ipv6() -> None:
    both = listeners("A://127.0.0.1:9092,B://[::1]:9092", listener_security_protocol_map=MAP)
    assert [each.host for each in both] == ["127.0.0.1", "::1"]
    refusal("A://127.0.0.1:9092,B://[::1]:9092,C://127.0.0.2:9092", listener_security_protocol_map=MAP)


def test_ports_that_the_system_picks_are_not_the_same() -> None:
    assert len(listeners("A://h:0,B://h:0", listener_security_protocol_map=MAP)) == 2


@pytest.mark.parametrize("protocol", ["SSL", "SASL_PLAINTEXT", "SASL_SSL"])
def test_what_is_not_plaintext_is_refused_in_a_sentence(protocol: str) -> None:
    assert refusal(f"{protocol}://:9093") == (
        f"listeners: {protocol} is to speak {protocol}, and kwire speaks only PLAINTEXT for now"
    )


def test_listeners_of_controllers_are_not_served() -> None:
    stock = config(
        "PLAINTEXT://:9092,CONTROLLER://:9093",
        process_roles="broker,controller",
        controller_listener_names="CONTROLLER",
        advertised_listeners="PLAINTEXT://localhost:9092,CONTROLLER://localhost:9093",
        inter_broker_listener_name="PLAINTEXT",
    )
    stock.check()
    assert [each.name for each in stock.listeners] == ["PLAINTEXT"]
    assert list(map(str, stock.controller_listeners)) == ["CONTROLLER://:9093"]
    assert stock.advertised == {"PLAINTEXT": ("localhost", 9092)}


def test_a_controllers_listener_may_want_what_kwire_cannot_serve() -> None:
    secure = config(
        "PLAINTEXT://:9092,CONTROLLER://:9093",
        controller_listener_names="CONTROLLER",
        listener_security_protocol_map="PLAINTEXT:PLAINTEXT,CONTROLLER:SSL",
    )
    secure.check()
    assert [each.protocol for each in secure.controller_listeners] == ["SSL"]


def test_somebody_must_be_served() -> None:
    assert "listeners: there is none for clients" in refusal("C://:1", controller_listener_names="C")


def test_clients_are_told_the_listeners_themselves() -> None:
    assert config("PLAINTEXT://h:9092").advertised == {"PLAINTEXT": ("h", 9092)}
    assert config("PLAINTEXT://h:0").advertised == {"PLAINTEXT": ("h", 0)}


@pytest.mark.parametrize("host", ["", "[::]"])
def test_all_interfaces_are_told_as_the_machines_name(host: str) -> None:
    assert config(f"PLAINTEXT://{host}:9092").advertised == {"PLAINTEXT": (socket.gethostname(), 9092)}
    told = config("PLAINTEXT://h:1", advertised_listeners=f"PLAINTEXT://{host}:9092").advertised
    assert told == {"PLAINTEXT": (socket.gethostname(), 9092)}


def test_clients_are_told_what_is_advertised() -> None:
    told = config(
        "A://:1,B://h:2",
        listener_security_protocol_map=MAP,
        advertised_listeners="A://outside:9092,B://outside:9092",
    )
    assert told.advertised == {"A": ("outside", 9092), "B": ("outside", 9092)}


def test_no_client_can_connect_to_0_0_0_0() -> None:
    assert "listeners: clients cannot connect to 0.0.0.0" in refusal("PLAINTEXT://0.0.0.0:9092")
    told = config("PLAINTEXT://0.0.0.0:9092", advertised_listeners="PLAINTEXT://0.0.0.0:9092")
    with pytest.raises(InvalidSetting, match=r"advertised\.listeners: clients cannot connect to 0\.0\.0\.0"):
        assert told.advertised


def test_only_listeners_can_be_advertised() -> None:
    told = config("PLAINTEXT://:9092", advertised_listeners="SSL://h:9093")
    with pytest.raises(InvalidSetting, match="there is no listener SSL in listeners"):
        assert told.advertised


@pytest.mark.parametrize("text", ["h:1", ":0", "127.0.0.1:65535", "[::1]:9092"])
def test_addresses(text: str) -> None:
    assert is_address(text)


@pytest.mark.parametrize("text", ["h", "9092", "h:x", "h:65536", "h:1:2", "A://h:1", "h:1,h:2", ""])
def test_what_is_no_address(text: str) -> None:
    assert not is_address(text)
