"""SCRAM credentials of users (KIP-554): what lets a server check a password that it does not know.

Of the salted password, which the client makes, only the two keys of RFC 5802 are kept.
"""

from __future__ import annotations

import hashlib
import hmac
from collections import Counter
from collections.abc import Sequence
from enum import IntEnum
from typing import TYPE_CHECKING

import attrs

from kwire.codec.stored import Stored
from kwire.codec.stored.remove_user_scram_credential_record import RemoveUserScramCredentialRecord
from kwire.codec.stored.user_scram_credential_record import UserScramCredentialRecord
from kwire.errors import ErrorCode, KafkaError

if TYPE_CHECKING:
    from kwire.broker.broker import Broker
    from kwire.broker.metadata.image import Image

MIN_ITERATIONS, MAX_ITERATIONS = 4096, 16384
_SINCE_METADATA_VERSION = 11


class Mechanism(IntEnum):
    SCRAM_SHA_256 = 1
    SCRAM_SHA_512 = 2

    @property
    def hash_name(self) -> str:
        return {Mechanism.SCRAM_SHA_256: "sha256", Mechanism.SCRAM_SHA_512: "sha512"}[self]


@attrs.frozen
class Deletion:
    """A credential is to go."""

    user: str
    mechanism: int


@attrs.frozen
class Upsertion:
    """A credential is to be made, or made anew."""

    user: str
    mechanism: int
    iterations: int
    salt: bytes
    salted_password: bytes


def credentials(image: Image) -> dict[str, list[UserScramCredentialRecord]]:
    """All credentials by user, each user's by mechanism."""
    found: dict[str, list[UserScramCredentialRecord]] = {}
    for record in image.kept.values():
        if isinstance(record, UserScramCredentialRecord):
            found.setdefault(record.name, []).append(record)
    for each in found.values():
        each.sort(key=lambda record: record.mechanism)
    return found


def alter_credentials(
    broker: Broker, deletions: Sequence[Deletion], upsertions: Sequence[Upsertion]
) -> dict[str, KafkaError | None]:
    """One change for each user; why not, by user. Raises KafkaError(KAFKA_STORAGE_ERROR)."""
    image = broker.controller.image
    changes: list[Deletion | Upsertion] = [*deletions, *upsertions]
    times = Counter(each.user for each in changes)
    results: dict[str, KafkaError | None] = {}
    records: list[Stored] = []
    for each in changes:
        if each.user in results:
            continue
        try:
            if image.features.get("metadata.version", 0) < _SINCE_METADATA_VERSION:
                raise KafkaError(
                    ErrorCode.UNSUPPORTED_VERSION, "The current metadata.version does not support SCRAM"
                )
            record = _removed(image, each) if isinstance(each, Deletion) else _made(each)
            if times[each.user] > 1:
                raise KafkaError(
                    ErrorCode.DUPLICATE_RESOURCE,
                    "A user credential cannot be altered twice in the same request",
                )
        except KafkaError as error:
            results[each.user] = error
        else:
            results[each.user] = None
            records.append(record)
    if records:
        broker.metadata.write(records)
    return results


def _removed(image: Image, deletion: Deletion) -> Stored:
    _check(deletion)
    if ("scram", deletion.user, deletion.mechanism) not in image.kept:
        raise KafkaError(
            ErrorCode.RESOURCE_NOT_FOUND, "Attempt to delete a user credential that does not exist"
        )
    return RemoveUserScramCredentialRecord(name=deletion.user, mechanism=deletion.mechanism)


def _made(upsertion: Upsertion) -> Stored:
    _check(upsertion)
    problem = ""
    if upsertion.iterations < MIN_ITERATIONS:
        problem = "Too few iterations"
    elif upsertion.iterations > MAX_ITERATIONS:
        problem = "Too many iterations"
    elif not upsertion.salted_password:
        problem = "Salted password must not be empty"
    if problem:
        raise KafkaError(ErrorCode.UNACCEPTABLE_CREDENTIAL, problem)
    name = Mechanism(upsertion.mechanism).hash_name
    client_key = hmac.digest(upsertion.salted_password, b"Client Key", name)
    return UserScramCredentialRecord(
        name=upsertion.user,
        mechanism=upsertion.mechanism,
        salt=upsertion.salt,
        stored_key=hashlib.new(name, client_key).digest(),
        server_key=hmac.digest(upsertion.salted_password, b"Server Key", name),
        iterations=upsertion.iterations,
    )


def _check(change: Deletion | Upsertion) -> None:
    if not change.user:
        raise KafkaError(ErrorCode.UNACCEPTABLE_CREDENTIAL, "Username must not be empty")
    if change.mechanism not in list(Mechanism):
        raise KafkaError(ErrorCode.UNSUPPORTED_SASL_MECHANISM, "Unknown SCRAM mechanism")
