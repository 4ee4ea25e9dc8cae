"""`meta.properties`: the file in a log directory that says whose it is."""

from __future__ import annotations

from kwire.errors import CannotStart
from kwire.log.worker_files import LOCK_FILE

META_PROPERTIES = "meta.properties"


def parse_properties(text: str) -> dict[str, str]:
    """`name=value` lines of a simple Java properties file, as Kafka writes this one."""
    properties = {}
    for line in text.splitlines():
        line = line.strip()
        if line and line[0] not in "#!":
            name, _, value = line.partition("=")
            properties[name.strip()] = value.strip()
    return properties


def refuse_foreign(path: str, names: set[str]) -> None:
    """A directory without `meta.properties` must be empty: it may be somebody's home, or a damaged data directory."""
    foreign = sorted(
        name for name in names if name not in (LOCK_FILE, "lost+found", META_PROPERTIES + ".tmp")
    )
    if foreign:
        raise CannotStart(
            f"{path} is not a data directory: it holds {foreign[0]}"
            f"{f' and {len(foreign) - 1} more' if len(foreign) > 1 else ''} but no {META_PROPERTIES}; "
            f"name an empty directory"
        )
