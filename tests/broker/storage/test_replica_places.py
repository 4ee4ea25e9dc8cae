from __future__ import annotations

import errno

from kwire.broker.storage.replica_places import directory_contents
from kwire.errors import ErrorCode
from kwire.log.directory import LogDirectory
from tests.broker.keeping import Keeper


def test_each_directory_says_what_lies_in_it() -> None:
    keeper = Keeper({"log.dirs": "/a,/b"})
    keeper.broker.topics.create("t", partitions=4)
    contents = directory_contents(keeper.broker, None)
    assert [each.path for each in contents] == ["/a", "/b"]
    assert [len(each.replicas) for each in contents] == [2, 2]
    assert all(each.total_bytes > each.usable_bytes > 0 for each in contents)
    (only,) = (replica for each in directory_contents(keeper.broker, {("t", 1)}) for replica in each.replicas)
    assert (only.topic, only.index) == ("t", 1)


def test_a_directory_that_cannot_be_asked_is_out_of_order_and_the_others_are_not() -> None:
    keeper = Keeper({"log.dirs": "/a,/b"})

    def fault(operation: str, path: str, size: int) -> None:
        if (operation, path) == ("space", "/a"):
            raise OSError(errno.EIO, "Input/output error")

    keeper.files.fault = fault
    assert [each.error for each in directory_contents(keeper.broker, None)] == [
        ErrorCode.KAFKA_STORAGE_ERROR,
        ErrorCode.NONE,
    ]


def test_a_partition_that_cannot_be_opened_lies_nowhere() -> None:
    keeper = Keeper()
    partition = keeper.broker.topics.create("t", partitions=1).partitions[0]
    assert isinstance(keeper.broker.storage.directory_of(partition.log), LogDirectory)
    keeper.broker.topics.take_offline(partition, "it is damaged")
    assert directory_contents(keeper.broker, None)[0].replicas == []
