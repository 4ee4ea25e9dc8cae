"""CRC-32C, as the extension of the package `crc32c` reckons it.

The package itself looks up its own version when it is imported: `importlib.metadata` and `email` for it are a tenth of
the whole start of a server. So the extension is loaded past its front door, and through it where it is not found.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.machinery import ExtensionFileLoader, PathFinder
from importlib.util import find_spec, module_from_spec
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from crc32c import crc32c


def load(extension: str = "_crc32c") -> Callable[..., int]:
    """The function of the extension, or that of the package, which is the same."""
    package = find_spec("crc32c")
    if package is not None:
        spec = PathFinder.find_spec(f"crc32c.{extension}", package.submodule_search_locations)
        if spec is not None and isinstance(spec.loader, ExtensionFileLoader):
            module: Any = module_from_spec(spec)
            spec.loader.exec_module(module)
            return cast("Callable[..., int]", module.crc32c)
    from crc32c import crc32c

    return crc32c


if not TYPE_CHECKING:
    crc32c = load()

__all__ = ["crc32c", "load"]
