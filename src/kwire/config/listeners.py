"""Where a broker listens and what it tells clients: `listeners`, `advertised.listeners` and what belongs to them.

The rules are Kafka's. Names are in capitals; each has a protocol, by `listener.security.protocol.map` or because it is
one; a port belongs to one listener, or to two when one of them is IPv4 and the other IPv6 (KIP-797); listeners that
`controller.listener.names` names are not for clients, and are not served.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Sequence

import attrs

from kwire.errors import InvalidSetting

PROTOCOLS = ("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL")
_SERVED = ("PLAINTEXT",)
_ADDRESS = r"(?:\[([0-9a-zA-Z%._:-]+)\]|([0-9a-zA-Z%._:-]*)):([0-9]{1,5})\Z"
_ENDPOINT = re.compile("([^:/]+)://" + _ADDRESS)
_ALL_IPV4 = "0.0.0.0"
_ALL_IPV6 = "::"


@attrs.frozen
class Listener:
    """A name, what is spoken there, and an address; an empty host is every interface of the machine."""

    name: str
    protocol: str
    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.name}://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"


def is_address(text: str) -> bool:
    """Is this HOST:PORT, the host perhaps empty, an IPv6 one perhaps in brackets?"""
    match = re.match(_ADDRESS, text)
    return match is not None and _possible(match[1] or match[2] or "", int(match[3]))


def _possible(host: str, port: int) -> bool:
    return port <= 65535 and (":" not in host or _family(host.partition("%")[0]) == socket.AF_INET6)


def read_protocols(entries: Sequence[str], controllers: Sequence[str], *, explicit: bool) -> dict[str, str]:
    """The protocol of each listener name, from the entries of `listener.security.protocol.map`.

    Where the map was not set (`explicit`), controllers speak PLAINTEXT. Raises InvalidSetting.
    """
    found = {}
    for entry in entries:
        name, separator, protocol = (part.strip().upper() for part in entry.partition(":"))
        if not (separator and name and protocol in PROTOCOLS):
            raise InvalidSetting(
                f"listener.security.protocol.map: {entry} is not NAME:PROTOCOL with one of {', '.join(PROTOCOLS)}"
            )
        found[name] = protocol
    if not explicit:
        for name in controllers:
            found.setdefault(name.upper(), "PLAINTEXT")
    return found


def read_listeners(setting: str, entries: Sequence[str], protocols: dict[str, str]) -> list[Listener]:
    """The entries of `listeners` or `advertised.listeners`. Raises InvalidSetting."""
    found: list[Listener] = []
    for entry in entries:
        match = _ENDPOINT.match(entry)
        host = (match[2] or match[3] or "") if match else ""
        if match is None or not _possible(host, int(match[4])):
            raise InvalidSetting(f"{setting}: {entry} is not NAME://HOST:PORT (an IPv6 host is in brackets)")
        name = match[1].strip().upper()
        if name not in protocols:
            raise InvalidSetting(
                f"{setting}: no protocol is known for {name}; say it with"
                f" listener.security.protocol.map={name}:PLAINTEXT"
            )
        if any(name == other.name for other in found):
            raise InvalidSetting(f"{setting}: {name} is there twice; every listener has a name of its own")
        found.append(Listener(name, protocols[name], host, int(match[4])))
    return found


def check_ports(listeners: Sequence[Listener]) -> None:
    """Raises InvalidSetting when two listeners want the same port."""
    for position, one in enumerate(listeners):
        for other in listeners[:position]:
            if one.port and one.port == other.port and not _one_of_each_family(one, other):
                raise InvalidSetting(
                    f"listeners: {other.name} and {one.name} both want port {one.port}; give them one each"
                )


def _one_of_each_family(one: Listener, other: Listener) -> bool:
    return {_family(one.host), _family(other.host)} == {socket.AF_INET, socket.AF_INET6}


def _family(host: str) -> int | None:
    for family in (socket.AF_INET, socket.AF_INET6):
        try:
            socket.inet_pton(family, host)
        except OSError:
            continue
        return family
    return None


def check_served(listeners: Sequence[Listener]) -> None:
    """Raises InvalidSetting for a listener that wants TLS or SASL."""
    for each in listeners:
        if each.protocol not in _SERVED:
            raise InvalidSetting(
                f"listeners: {each.name} is to speak {each.protocol}, and kwire speaks only"
                f" {' and '.join(_SERVED)} for now"
            )


def advertised_addresses(
    listeners: Sequence[Listener], advertised: Sequence[Listener] | None, controllers: Sequence[str]
) -> dict[str, tuple[str, int]]:
    """(host, port) that clients of each listener are told; port 0 stands for the one that the system will pick.

    `advertised` is None when `advertised.listeners` is not set. Raises InvalidSetting for an address that no client
    could use, or that belongs to no listener.
    """
    setting = "advertised.listeners"
    if advertised is None:
        setting, advertised = "listeners", listeners
    names = {each.name for each in listeners}
    found = {}
    for each in advertised:
        if each.name in controllers:
            continue
        if each.name not in names:
            raise InvalidSetting(f"{setting}: there is no listener {each.name} in listeners")
        if each.host == _ALL_IPV4:
            raise InvalidSetting(
                f"{setting}: clients cannot connect to {each.host}; say where they are to connect to with"
                f" --advertise HOST:PORT or advertised.listeners={each.name}://HOST:PORT"
            )
        found[each.name] = (socket.gethostname() if each.host in ("", _ALL_IPV6) else each.host, each.port)
    return found
