"""DescribeLogDirs (key 35), versions 1 to 5: what lies in each log directory of this broker (KIP-113).

3 an error for all; 4 size of the disk and room on it (KIP-827); 5 directories that take no new partitions (KIP-1066):
there are none.
"""

from __future__ import annotations

from kwire.apis import Caller
from kwire.broker.broker import Broker
from kwire.broker.storage.replica_places import DirectoryContent, directory_contents
from kwire.codec.messages.describe_log_dirs import (
    DescribeLogDirsPartition,
    DescribeLogDirsRequest,
    DescribeLogDirsResponse,
    DescribeLogDirsResult,
    DescribeLogDirsTopic,
)
from kwire.errors import ErrorCode


def describe_log_dirs(
    broker: Broker, caller: Caller, request: DescribeLogDirsRequest
) -> DescribeLogDirsResponse:
    """Every directory, with those of the partitions asked for that lie in it."""
    wanted = None
    if request.topics is not None:
        wanted = {(topic.topic, index) for topic in request.topics for index in topic.partitions}
    return DescribeLogDirsResponse(
        results=[_described(content) for content in directory_contents(broker, wanted)]
    )


def error_response(request: DescribeLogDirsRequest, code: ErrorCode) -> DescribeLogDirsResponse:
    return DescribeLogDirsResponse(error_code=code)


def _described(content: DirectoryContent) -> DescribeLogDirsResult:
    topics: dict[str, list[DescribeLogDirsPartition]] = {}
    for replica in content.replicas:
        topics.setdefault(replica.topic, []).append(
            DescribeLogDirsPartition(
                partition_index=replica.index,
                partition_size=replica.size_bytes,
                offset_lag=replica.offset_lag,
                is_future_key=replica.is_future,
            )
        )
    return DescribeLogDirsResult(
        error_code=content.error,
        log_dir=content.path,
        topics=[DescribeLogDirsTopic(name, partitions) for name, partitions in topics.items()],
        total_bytes=content.total_bytes,
        usable_bytes=content.usable_bytes,
    )
