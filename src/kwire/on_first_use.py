"""Rooms that are loaded when something in them is first used: a start does not pay for what nobody asks for.

    if TYPE_CHECKING:
        from kwire.broker.groups import classic_members
    else:
        classic_members = OnFirstUse("kwire.broker.groups.classic_members")

What was found in the room is kept, so that its second use costs an attribute like any other.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any


class OnFirstUse:
    """Stands for a module of functions and classes."""

    def __init__(self, module: str) -> None:
        self._module = module

    def __repr__(self) -> str:
        return f"<{self._module}, loaded on first use>"

    def __getattr__(self, name: str) -> Any:
        value = getattr(import_module(self._module), name)
        self.__dict__[name] = value
        return value
