"""Regular expressions that clients send, in the syntax of RE2, which Kafka takes through its Java port RE2/J.

A match takes time in proportion to the text, whatever the expression: no client can stop the broker with one.
"""

from __future__ import annotations

from typing import Any


class InvalidRegex(ValueError):
    """The expression is not RE2; the text says why."""


class Regex:
    """A compiled expression. Raises InvalidRegex."""

    __slots__ = ("_compiled", "text")

    def __init__(self, text: str) -> None:
        import re2  # 30 ms that a start need not pay

        options = re2.Options()
        options.log_errors = False  # they are answers for clients
        self.text = text
        try:
            self._compiled: Any = re2.compile(text, options)
        except re2.error as error:
            (why,) = error.args
            raise InvalidRegex(
                why.decode("utf-8", "replace") if isinstance(why, bytes) else str(why)
            ) from None

    def __repr__(self) -> str:
        return f"<Regex {self.text!r}>"

    def matches(self, text: str) -> bool:
        """Does the whole text match?"""
        return self._compiled.fullmatch(text) is not None
