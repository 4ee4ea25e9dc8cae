"""Which bytes of a file are in memory already: `mincore` on its map, where the machine has that.

One call tells of every page of a range, for about a microsecond; the other way, `preadv2` with RWF_NOWAIT, either
asks page by page or copies what it is asked about. It is only asked on Linux. Elsewhere, and when the call fails,
everything counts as in memory: readers then wait for the disk themselves, as they would without asking.
"""

from __future__ import annotations

import ctypes
import os
import sys
from typing import Any, Final

_PAGE: Final = os.sysconf("SC_PAGE_SIZE")
_VECTOR_PAGES = 65_536


class _Buffer(ctypes.Structure):
    """CPython's Py_buffer."""

    _fields_ = (
        ("buf", ctypes.c_void_p),
        ("obj", ctypes.py_object),
        ("len", ctypes.c_ssize_t),
        ("itemsize", ctypes.c_ssize_t),
        ("readonly", ctypes.c_int),
        ("ndim", ctypes.c_int),
        ("format", ctypes.c_char_p),
        ("shape", ctypes.c_void_p),
        ("strides", ctypes.c_void_p),
        ("suboffsets", ctypes.c_void_p),
        ("internal", ctypes.c_void_p),
    )


def _find_mincore() -> Any:
    if sys.platform != "linux":
        return None
    # PyDLL keeps the interpreter's lock: the call waits for nothing, and giving the lock away costs as much again.
    mincore = getattr(ctypes.PyDLL(None), "mincore", None)
    if mincore is not None:
        mincore.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_void_p)
        mincore.restype = ctypes.c_int
    return mincore


_mincore = _find_mincore()
_vector = bytearray(_VECTOR_PAGES)
_vector_address = ctypes.addressof(ctypes.c_char.from_buffer(_vector))


def address_of(mapped: object) -> int:
    """Where a map lies; good for as long as the map is referred to."""
    buffer = _Buffer()
    api = ctypes.pythonapi
    api.PyObject_GetBuffer(ctypes.py_object(mapped), ctypes.byref(buffer), 0)
    address: int = buffer.buf
    api.PyBuffer_Release(ctypes.byref(buffer))
    return address


def resident_end(address: int, start: int, end: int) -> int:
    """Where the stretch of bytes in memory ends that begins at `start` of the map at `address`; `end` at most."""
    if _mincore is None:
        return end
    position = start - start % _PAGE
    while position < end:
        pages = min((end - position + _PAGE - 1) // _PAGE, _VECTOR_PAGES)
        if _mincore(address + position, pages * _PAGE, _vector_address):
            return end
        missing = _vector.find(0, 0, pages)
        if missing >= 0:
            return max(start, position + missing * _PAGE)
        position += pages * _PAGE
    return end
