"""Bytes to values and back: what is on the wire and in the topics of the broker itself.

Knows formats and nothing else: no socket, no topic, no rule. Decoding raises `MalformedFrame` and nothing else, and
never allocates more than a fixed multiple of the bytes it was given.
"""

from __future__ import annotations


class MalformedFrame(Exception):
    """These bytes are not what they should be; the text says what and where. It ends a connection."""
