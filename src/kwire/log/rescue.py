"""A log whose sync failed is opened anew, from what can still be read.

After a failed sync the operating system counts the pages as written although they are not, so asking again proves
nothing. What was appended can still be read in most cases: it is copied into new files, those are synced and put in
place of the old ones, and the result is checked like after a power loss. The old log serves reads meanwhile.
"""

from __future__ import annotations

from kwire.log.config import LogConfig
from kwire.log.log import Log
from kwire.log.partition_metadata import write_topic_id
from kwire.log.recovery import CLEANED_SUFFIX
from kwire.log.seam import Files
from kwire.log.trash import Trash

_CHUNK_BYTES = 1 << 20


def reopen(
    files: Files,
    failed: Log,
    config: LogConfig,
    *,
    log_start_offset: int,
    now_ms: int,
    trash: Trash,
) -> Log:
    """The log in the directory of `failed`, durable up to its end. May run in any thread; `failed` is only looked at.

    Raises OSError, LogWriteFailed, CorruptLog when it cannot be had; then all is as before, and trying again is safe.
    """
    directory, recovery_point = failed.directory, failed.recovery_point
    segments = list(failed.segments)
    for at, segment in enumerate(segments):
        if at + 1 == len(segments) or segments[at + 1].base_offset >= recovery_point:
            _copy(files, segment.path, segment.size)
    if failed.topic_id is not None:
        write_topic_id(files, directory, failed.topic_id, sync=True)
    files.sync_directory(directory)
    log = Log.open(
        files,
        directory,
        config,
        clean=False,
        recovery_point=recovery_point,
        log_start_offset=log_start_offset,
        now_ms=now_ms,
        topic_id=failed.topic_id,
        trash=trash,
    )
    try:
        log.flush()
    except BaseException:
        log.abandon()
        raise
    return log


def _copy(files: Files, path: str, size: int) -> None:
    """Replace a file by a synced copy of its first `size` bytes."""
    copy_file(files, path, path + CLEANED_SUFFIX, size)  # a start removes what a crash leaves of it
    files.rename(path + CLEANED_SUFFIX, path)


def copy_file(files: Files, path: str, to: str, size: int | None = None) -> None:
    """Copy the first `size` bytes of a file, all when it is None, and sync them. OSError when that fails."""
    source = files.open(path, read_only=True)
    try:
        copy = files.open(to, create=True)
        try:
            copy.truncate(0)
            size = source.size() if size is None else size
            for start in range(0, size, _CHUNK_BYTES):
                end = min(start + _CHUNK_BYTES, size)
                copy.write(start, [source.read(start, end)], end - start)
            copy.sync()
        finally:
            copy.close()
    finally:
        source.close()
