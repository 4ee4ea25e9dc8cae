"""What any Kafka broker answers about quotas, credentials, access rules and tokens, where clients come in the clear and
there is no authorizer: claims that are made of kwire, in memory and as a process, and of Apache Kafka.
"""

from __future__ import annotations

import contextlib
from typing import Any

import pytest

from kwire.apis import CloseConnection
from kwire.codec.messages import load
from kwire.errors import ErrorCode
from tests.apis.talking import Talk, unique
from tests.apis.transaction_claims import Claim, claims

CLAIMS: list[Claim] = []
claim = claims(CLAIMS)

NONE = ErrorCode.NONE
BAD_REQUEST = ErrorCode.INVALID_REQUEST

PRODUCE, CONSUME, CONNECT = "producer_byte_rate", "consumer_byte_rate", "connection_creation_rate"
MUTATE, REQUEST = "controller_mutation_rate", "request_percentage"
Name = str | None
Entity = dict[str, Name]

# Quotas


def set_quotas(
    talk: Talk,
    *entries: tuple[Entity, dict[str, float | None]],
    version: int = 1,
    validate_only: bool = False,
) -> list[tuple[Entity, ErrorCode, str | None]]:
    """AlterClientQuotas: None takes a quota away."""
    wire = load(49)
    request = wire.AlterClientQuotasRequest(
        entries=[
            wire.EntryData(
                [wire.EntityData(kind, name) for kind, name in entity.items()],
                [wire.OpData(key, value or 0.0, value is None) for key, value in quotas.items()],
            )
            for entity, quotas in entries
        ],
        validate_only=validate_only,
    )
    return [
        (
            {part.entity_type: part.entity_name for part in each.entity},
            ErrorCode(each.error_code),
            each.error_message,
        )
        for each in talk.any().ask(49, version, request).entries
    ]


def quotas_of(
    talk: Talk, *components: tuple[str, int, Name], strict: bool = False, version: int = 1
) -> list[tuple[Entity, dict[str, float]]]:
    """DescribeClientQuotas: entities with their quotas."""
    answer = asked_quotas(talk, *components, strict=strict, version=version)
    assert (answer.error_code, answer.error_message) == (NONE, "")
    return [
        (
            {part.entity_type: part.entity_name for part in entry.entity},
            {each.key: each.value for each in entry.values},
        )
        for entry in answer.entries
    ]


def asked_quotas(
    talk: Talk, *components: tuple[str, int, Name], strict: bool = False, version: int = 1
) -> Any:
    wire = load(48)
    parts = [wire.ComponentData(*component) for component in components]
    return talk.any().ask(48, version, wire.DescribeClientQuotasRequest(components=parts, strict=strict))


def until_quotas(
    talk: Talk, *components: tuple[str, int, Name], are: list[Any], strict: bool = False
) -> None:
    found = None
    for _ in talk.patience():
        found = quotas_of(talk, *components, strict=strict)
        if found == are:
            return
    raise AssertionError(found)


@claim
def quotas_are_set_changed_and_taken_away(talk: Talk) -> None:
    user = unique("u")
    exact = ("user", 0, user)
    for version in (0, 1):
        assert set_quotas(talk, ({"user": user}, {PRODUCE: 1000.0, REQUEST: 50.5}), version=version) == [
            ({"user": user}, NONE, None)
        ]
        until_quotas(talk, exact, are=[({"user": user}, {PRODUCE: 1000.0, REQUEST: 50.5})])
        assert quotas_of(talk, exact, version=version) == quotas_of(talk, exact)
        set_quotas(talk, ({"user": user}, {PRODUCE: 2000.0, REQUEST: None}))
        until_quotas(talk, exact, are=[({"user": user}, {PRODUCE: 2000.0})])
        set_quotas(talk, ({"user": user}, {PRODUCE: None, CONSUME: None}))
        until_quotas(talk, exact, are=[])


@claim
def an_entity_is_a_user_or_a_client_or_both_or_an_address(talk: Talk) -> None:
    user, client = unique("u"), unique("c")
    both: Entity = {"user": user, "client-id": client}
    only: Entity = {"client-id": client}
    set_quotas(talk, (both, {PRODUCE: 1.0}), (only, {CONSUME: 2.0}), ({"ip": "10.1.2.3"}, {CONNECT: 3.0}))
    until_quotas(talk, ("ip", 0, "10.1.2.3"), are=[({"ip": "10.1.2.3"}, {CONNECT: 3.0})])
    until_quotas(talk, ("user", 0, user), are=[(both, {PRODUCE: 1.0})])
    assert quotas_of(talk, ("user", 0, user), strict=True) == []
    assert quotas_of(talk, ("user", 0, user), ("client-id", 2, None), strict=True) == [(both, {PRODUCE: 1.0})]
    assert quotas_of(talk, ("client-id", 0, client), strict=True) == [(only, {CONSUME: 2.0})]
    assert len(quotas_of(talk, ("client-id", 0, client))) == 2
    gone: dict[str, float | None] = {PRODUCE: None, CONSUME: None}
    set_quotas(talk, (both, gone), (only, gone), ({"ip": "10.1.2.3"}, {CONNECT: None}))


@claim
def the_default_of_an_entity_has_no_name(talk: Talk) -> None:
    # Much more than any other claim uses: while it holds, it holds for all of them.
    entity: Entity = {"user": None, "client-id": unique("c")}
    set_quotas(talk, (entity, {PRODUCE: 1e12}))
    client = ("client-id", 0, entity["client-id"])
    until_quotas(talk, ("user", 1, None), client, are=[(entity, {PRODUCE: 1e12})])
    assert quotas_of(talk, ("user", 2, None), client) == [(entity, {PRODUCE: 1e12})]
    assert quotas_of(talk, ("user", 0, "nobody"), client) == []
    set_quotas(talk, (entity, {PRODUCE: None}))


@claim
def quotas_that_cannot_be_are_refused(talk: Talk) -> None:
    user, address = unique("u"), "10.1.2.4"
    combined = "Invalid quota entity combination, IP entity shouldnot be combined with User or ClientId"
    for entity, key, value, message in (
        ({"user": user}, "nonsense", 1.0, "Invalid configuration key nonsense"),
        ({"user": user}, CONNECT, 1.0, f"Invalid configuration key {CONNECT}"),
        ({"ip": address}, PRODUCE, 1.0, f"Invalid configuration key {PRODUCE}"),
        ({"user": user}, PRODUCE, -1.0, f"Quota {PRODUCE} must be greater than 0"),
        ({"user": user}, PRODUCE, 1.5, f"{PRODUCE} cannot be a fractional value."),
        ({"user": user}, PRODUCE, 1e19, f"Proposed value for {PRODUCE} is too large for a LONG."),
        ({"ip": address}, CONNECT, 1e10, f"Proposed value for {CONNECT} is too large for an INT."),
        ({"ip": "no address"}, CONNECT, 1.0, "no address is not a valid IP or resolvable host."),
        ({"ip": address, "user": user}, CONNECT, 1.0, combined),
        ({}, PRODUCE, 1.0, "Invalid empty client quota entity"),
        ({"nonsense": "x"}, PRODUCE, 1.0, "Unhandled client quota entity type: nonsense"),
        ({"user": ""}, PRODUCE, 1.0, "Empty user not supported"),
    ):
        named: Entity = {**entity}
        assert set_quotas(talk, (named, {key: value})) == [(named, BAD_REQUEST, message)]


@claim
def each_entity_is_changed_once_and_wholly_or_not_at_all(talk: Talk) -> None:
    first, second = unique("u"), unique("u")
    results = set_quotas(
        talk,
        ({"user": first}, {PRODUCE: 1.0, "nonsense": 2.0}),
        ({"user": second}, {PRODUCE: 1.0}),
    )
    assert sorted((entity["user"] or "", code) for entity, code, _ in results) == sorted(
        [(first, BAD_REQUEST), (second, NONE)]
    )
    until_quotas(talk, ("user", 0, second), are=[({"user": second}, {PRODUCE: 1.0})])
    assert quotas_of(talk, ("user", 0, first)) == []
    assert set_quotas(talk, ({"user": first}, {PRODUCE: 1.0}), ({"user": first}, {CONSUME: 1.0})) == [
        (
            {"user": first},
            BAD_REQUEST,
            f"Ignoring duplicate entity ClientQuotaEntity(entries={{user={first}}})",
        )
    ]
    set_quotas(talk, ({"user": second}, {PRODUCE: None}), ({"user": first}, {PRODUCE: None}))


@claim
def quotas_are_only_looked_at_when_that_is_all(talk: Talk) -> None:
    user = unique("u")
    assert set_quotas(talk, ({"user": user}, {PRODUCE: 1.0}), validate_only=True)[0][1] == NONE
    assert set_quotas(talk, ({"user": user}, {PRODUCE: -1.0}), validate_only=True)[0][1] == BAD_REQUEST
    assert quotas_of(talk, ("user", 0, user)) == []
    assert set_quotas(talk) == []


@claim
def a_filter_for_quotas_makes_sense(talk: Talk) -> None:
    for components, message in (
        ([("user", 9, None)], "Unknown match type 9"),
        ([("user", 0, None)], "Request specified MATCH_TYPE_EXACT, but set match string to null."),
        ([("user", 1, "x")], "Request specified MATCH_TYPE_DEFAULT, but also specified a match string."),
        ([("user", 2, "x")], "Request specified MATCH_TYPE_SPECIFIED, but also specified a match string."),
        ([("", 2, None)], "Invalid empty entity type."),
        (
            [("user", 2, None), ("user", 0, "x")],
            "Entity type user cannot appear more than once in the filter.",
        ),
        (
            [("user", 2, None), ("ip", 2, None)],
            "Invalid entity filter component combination. IP filter component should not be used with "
            "user or clientId filter component.",
        ),
    ):
        for version in (0, 1):
            answer = asked_quotas(talk, *components, version=version)
            assert (answer.error_code, answer.error_message, answer.entries) == (BAD_REQUEST, message, None)
    answer = asked_quotas(talk, ("nonsense", 2, None))
    assert (answer.error_code, answer.error_message) == (
        ErrorCode.UNSUPPORTED_VERSION,
        "Unsupported entity type nonsense",
    )


# SCRAM credentials

SHA_256, SHA_512 = 1, 2
Result = tuple[ErrorCode, str | None]


def alter_credentials(
    talk: Talk,
    *upsertions: tuple[str, int, int],
    remove: tuple[tuple[str, int], ...] = (),
) -> dict[str, Result]:
    """AlterUserScramCredentials: (user, mechanism, iterations) to make, (user, mechanism) to remove."""
    wire = load(51)
    request = wire.AlterUserScramCredentialsRequest(
        deletions=[wire.ScramCredentialDeletion(*each) for each in remove],
        upsertions=[wire.ScramCredentialUpsertion(*each, b"salt", b"p" * 32) for each in upsertions],
    )
    results = talk.any().ask(51, 0, request).results
    assert len({each.user for each in results}) == len(results)
    return {each.user: (ErrorCode(each.error_code), each.error_message) for each in results}


def credentials(talk: Talk, *users: str) -> dict[str, tuple[ErrorCode, str | None, list[tuple[int, int]]]]:
    wire = load(50)
    named = [wire.UserName(user) for user in users] or None
    answer = talk.any().ask(50, 0, wire.DescribeUserScramCredentialsRequest(users=named))
    assert (answer.error_code, answer.error_message) == (NONE, "")
    return {
        each.user: (
            ErrorCode(each.error_code),
            each.error_message,
            sorted((info.mechanism, info.iterations) for info in each.credential_infos),
        )
        for each in answer.results
    }


def until_credentials(talk: Talk, user: str, *infos: tuple[int, int]) -> None:
    for _ in talk.patience():
        if credentials(talk, user)[user][2] == list(infos):
            return
    raise AssertionError(credentials(talk, user))


@claim
def users_have_a_credential_for_each_mechanism(talk: Talk) -> None:
    user = unique("u")
    assert alter_credentials(talk, (user, SHA_512, 8192)) == {user: (NONE, None)}
    assert alter_credentials(talk, (user, SHA_256, 4096)) == {user: (NONE, None)}
    until_credentials(talk, user, (SHA_256, 4096), (SHA_512, 8192))
    assert credentials(talk)[user] == (NONE, "", [(SHA_256, 4096), (SHA_512, 8192)])
    assert alter_credentials(talk, (user, SHA_256, 16384)) == {user: (NONE, None)}
    until_credentials(talk, user, (SHA_256, 16384), (SHA_512, 8192))
    assert alter_credentials(talk, remove=((user, SHA_512),)) == {user: (NONE, None)}
    until_credentials(talk, user, (SHA_256, 16384))
    assert alter_credentials(talk, remove=((user, SHA_256),)) == {user: (NONE, None)}
    until_credentials(talk, user)
    assert user not in credentials(talk)


@claim
def credentials_that_are_not_there_cannot_be_removed_or_described(talk: Talk) -> None:
    missing = ErrorCode.RESOURCE_NOT_FOUND
    assert alter_credentials(talk, remove=(("nobody", SHA_256),)) == {
        "nobody": (missing, "Attempt to delete a user credential that does not exist")
    }
    message = "Attempt to describe a user credential that does not exist: nobody"
    assert credentials(talk, "nobody") == {"nobody": (missing, message, [])}


@claim
def credentials_that_cannot_be_are_refused(talk: Talk) -> None:
    bad, unknown = ErrorCode.UNACCEPTABLE_CREDENTIAL, ErrorCode.UNSUPPORTED_SASL_MECHANISM
    user = unique("u")
    assert alter_credentials(talk, (user, SHA_256, 4095)) == {user: (bad, "Too few iterations")}
    assert alter_credentials(talk, (user, SHA_256, 16385)) == {user: (bad, "Too many iterations")}
    assert alter_credentials(talk, ("", SHA_256, 4096)) == {"": (bad, "Username must not be empty")}
    assert alter_credentials(talk, remove=(("", SHA_256),)) == {"": (bad, "Username must not be empty")}
    for mechanism in (0, 3):
        assert alter_credentials(talk, (user, mechanism, 4096)) == {
            user: (unknown, "Unknown SCRAM mechanism")
        }
        assert alter_credentials(talk, remove=((user, mechanism),)) == {
            user: (unknown, "Unknown SCRAM mechanism")
        }
    assert credentials(talk, user)[user][0] == ErrorCode.RESOURCE_NOT_FOUND


@claim
def a_user_is_changed_once_in_a_request_and_others_are_too(talk: Talk) -> None:
    user, other = unique("u"), unique("u")
    twice = (ErrorCode.DUPLICATE_RESOURCE, "A user credential cannot be altered twice in the same request")
    assert alter_credentials(talk, (user, SHA_256, 4096), (user, SHA_512, 4096), (other, SHA_256, 4096)) == {
        user: twice,
        other: (NONE, None),
    }
    until_credentials(talk, other, (SHA_256, 4096))
    assert alter_credentials(talk, (other, SHA_512, 4096), remove=((other, SHA_256),)) == {other: twice}
    wire = load(50)
    named = [wire.UserName(other), wire.UserName(other)]
    (result,) = talk.any().ask(50, 0, wire.DescribeUserScramCredentialsRequest(users=named)).results
    assert (result.error_code, result.error_message) == (
        ErrorCode.DUPLICATE_RESOURCE,
        f"Cannot describe SCRAM credentials for the same user twice in a single request: {other}",
    )
    alter_credentials(talk, remove=((other, SHA_256),))


# Access rules


@claim
def there_are_no_access_rules_without_an_authorizer(talk: Talk) -> None:
    broker, disabled = talk.any(), ErrorCode.SECURITY_DISABLED
    for version in (1, 2, 3):
        wire = load(29)
        wanted = wire.DescribeAclsRequest(
            resource_type_filter=2, pattern_type_filter=1, operation=1, permission_type=1
        )
        answer = broker.ask(29, version, wanted)
        assert (answer.error_code, answer.error_message, answer.resources) == (
            disabled,
            "No Authorizer is configured on the broker",
            [],
        )
        wire = load(30)
        rules = [wire.AclCreation(2, name, 3, "User:a", "*", 3, 3) for name in ("t", "u")]
        results = broker.ask(30, version, wire.CreateAclsRequest(creations=rules)).results
        refusal = (disabled, "No Authorizer is configured.")
        assert [(each.error_code, each.error_message) for each in results] == [refusal, refusal]
        wire = load(31)
        filters = [wire.DeleteAclsFilter(2, None, 1, None, None, 1, 1)]
        results = broker.ask(31, version, wire.DeleteAclsRequest(filters=filters)).filter_results
        assert [(each.error_code, each.error_message, each.matching_acls) for each in results] == [
            (*refusal, [])
        ]


@claim
def access_rules_of_unknown_types_end_the_connection(talk: Talk) -> None:
    for key, request in (
        (29, load(29).DescribeAclsRequest(resource_type_filter=0, operation=1, permission_type=1)),
        (29, load(29).DescribeAclsRequest(resource_type_filter=2, operation=0, permission_type=1)),
        (30, load(30).CreateAclsRequest(creations=[load(30).AclCreation(2, "t", 3, "User:a", "*", 3, 0)])),
        (31, load(31).DeleteAclsRequest(filters=[load(31).DeleteAclsFilter(2, None, 0, None, None, 1, 1)])),
    ):
        with contextlib.closing(talk.another()) as wire, pytest.raises((ConnectionError, CloseConnection)):
            wire.ask(key, 3, request)


# Tokens, and proving who one is


@claim
def who_has_not_proved_who_it_is_gets_no_token(talk: Talk) -> None:
    broker, refusal = talk.any(), ErrorCode.DELEGATION_TOKEN_REQUEST_NOT_ALLOWED
    for version in (1, 2, 3):
        request = load(38).CreateDelegationTokenRequest(renewers=[], max_lifetime_ms=-1)
        if version >= 3:
            request.owner_principal_type = request.owner_principal_name = None
        answer = broker.ask(38, version, request)
        assert (answer.error_code, answer.principal_type, answer.principal_name) == (
            refusal,
            "User",
            "ANONYMOUS",
        )
        assert answer.issue_timestamp_ms == answer.expiry_timestamp_ms == answer.max_timestamp_ms == -1
        assert (answer.token_id, bytes(answer.hmac)) == ("", b"")
        requester = (answer.token_requester_principal_type, answer.token_requester_principal_name)
        assert requester == (("User", "ANONYMOUS") if version >= 3 else ("", ""))
        answer = broker.ask(41, version, load(41).DescribeDelegationTokenRequest(owners=None))
        assert (answer.error_code, answer.tokens) == (refusal, [])
    request = load(38).CreateDelegationTokenRequest(
        owner_principal_type="User", owner_principal_name="x", renewers=[], max_lifetime_ms=-1
    )
    assert broker.ask(38, 3, request).principal_name == "x"
    for version in (1, 2):
        answer = broker.ask(39, version, load(39).RenewDelegationTokenRequest(hmac=b"x", renew_period_ms=-1))
        assert (answer.error_code, answer.expiry_timestamp_ms) == (refusal, -1)
        answer = broker.ask(
            40, version, load(40).ExpireDelegationTokenRequest(hmac=b"x", expiry_time_period_ms=-1)
        )
        assert (answer.error_code, answer.expiry_timestamp_ms) == (refusal, -1)


@claim
def where_clients_come_in_the_clear_nobody_proves_who_it_is(talk: Talk) -> None:
    illegal = ErrorCode.ILLEGAL_SASL_STATE
    for version in (0, 1):
        answer = talk.any().ask(17, version, load(17).SaslHandshakeRequest(mechanism="PLAIN"))
        assert (answer.error_code, answer.mechanisms) == (illegal, [])
    for version in (0, 1, 2):
        answer = talk.any().ask(36, version, load(36).SaslAuthenticateRequest(auth_bytes=b"x"))
        assert (answer.error_code, answer.error_message, bytes(answer.auth_bytes)) == (
            illegal,
            "SaslAuthenticate request received after successful authentication",
            b"",
        )
        assert answer.session_lifetime_ms == 0
