"""GENERATED from protocol_specs/57_update_features.spec by protocol_specs/generate.py; do not edit."""

from __future__ import annotations

from struct import Struct as Format

from attrs import define, field

from kwire.codec.primitives import (
    BROKEN,
    LONGEST_STRING,
    Buffer,
    Readable,
    Struct,
    malformed,
    refuse,
    refuse_field,
    refuse_string,
    skip_tagged_fields,
    uvarint_rest,
    write_compact_string,
    write_uvarint,
)

KEY = 57
NAME = "UpdateFeatures"
MIN_VERSION = 0
MAX_VERSION = 2
FLEXIBLE_FROM = 0

_unpack_t = Format(">?").unpack_from
_unpack_b = Format(">b").unpack_from
_unpack_h = Format(">h").unpack_from
_unpack_hB = Format(">hB").unpack_from
_unpack_iB = Format(">iB").unpack_from
_unpack_ihB = Format(">ihB").unpack_from
_pack_t = Format(">?").pack
_pack_b = Format(">b").pack
_pack_h = Format(">h").pack
_pack_i = Format(">i").pack
_pack_ih = Format(">ih").pack


@define(eq=False, repr=False)
class FeatureUpdateKey(Struct):
    feature: str = ""
    max_version_level: int = 0  # Below 1 removes the feature.
    allow_downgrade: bool = False  # version 0
    upgrade_type: int = 1  # 1+; 1 upgrade, 2 safe downgrade, 3 unsafe downgrade.


@define(eq=False, repr=False)
class UpdateFeaturesRequest(Struct):
    timeout_ms: int = 60000
    feature_updates: list[FeatureUpdateKey] = field(factory=list)
    validate_only: bool = False  # 1+


def decode_request(buf: Readable, pos: int, end: int, version: int) -> UpdateFeaturesRequest:
    """UpdateFeatures request of any version. Raises MalformedFrame."""
    start = pos
    try:
        timeout_ms, n = _unpack_iB(buf, pos)
        pos += 5
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 4 > end - pos:
            refuse("feature_updates", n, end - pos)
        feature_updates: list[FeatureUpdateKey] = []
        for _ in range(n):
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
                if n > LONGEST_STRING + 1:
                    refuse_string("feature", n - 1)
            stop = pos + n - 1
            if n == 0 or stop > end:
                refuse("feature", n - 1, end - pos)
            feature = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
            (max_version_level,) = _unpack_h(buf, pos)
            pos += 2
            allow_downgrade = False
            if version <= 0:
                (allow_downgrade,) = _unpack_t(buf, pos)
                pos += 1
            upgrade_type = 1
            if version >= 1:
                (upgrade_type,) = _unpack_b(buf, pos)
                pos += 1
            n = buf[pos]
            pos += 1
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            feature_updates.append(
                FeatureUpdateKey(feature, max_version_level, allow_downgrade, upgrade_type)
            )
        validate_only = False
        if version >= 1:
            (validate_only,) = _unpack_t(buf, pos)
            pos += 1
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("UpdateFeatures request", version, pos - start, end - start, error) from error
    return UpdateFeaturesRequest(timeout_ms, feature_updates, validate_only)


def encode_request(request: UpdateFeaturesRequest, version: int, parts: list[Buffer]) -> None:
    """Append UpdateFeatures request to `parts`. Raises ValueError for what the version cannot say."""
    out = bytearray()
    out += _pack_i(request.timeout_ms)
    n = len(request.feature_updates) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for feature_update_key in request.feature_updates:
        write_compact_string(out, feature_update_key.feature)
        out += _pack_h(feature_update_key.max_version_level)
        if version <= 0:
            out += _pack_t(feature_update_key.allow_downgrade)
        else:
            if feature_update_key.allow_downgrade:
                refuse_field("allow_downgrade", version)
        if version >= 1:
            out += _pack_b(feature_update_key.upgrade_type)
        else:
            if feature_update_key.upgrade_type != 1:
                refuse_field("upgrade_type", version)
        out.append(0)
    if version >= 1:
        out += _pack_t(request.validate_only)
    else:
        if request.validate_only:
            refuse_field("validate_only", version)
    out.append(0)
    parts.append(out)


@define(eq=False, repr=False)
class UpdatableFeatureResult(Struct):
    feature: str = ""
    error_code: int = 0
    error_message: str | None = ""


@define(eq=False, repr=False)
class UpdateFeaturesResponse(Struct):
    throttle_time_ms: int = 0
    error_code: int = 0
    error_message: str | None = ""
    results: list[UpdatableFeatureResult] = field(factory=list)  # 0..1


def decode_response(buf: Readable, pos: int, end: int, version: int) -> UpdateFeaturesResponse:
    """UpdateFeatures response of any version. Raises MalformedFrame."""
    start = pos
    try:
        throttle_time_ms, error_code, n = _unpack_ihB(buf, pos)
        pos += 7
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
            if n > LONGEST_STRING + 1:
                refuse_string("error_message", n - 1)
        error_message: str | None = None
        if n:
            stop = pos + n - 1
            if stop > end:
                refuse("error_message", n - 1, end - pos)
            error_message = buf[pos:stop].decode("utf-8", "replace")
            pos = stop
        results: list[UpdatableFeatureResult] = []
        if version <= 1:
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
            n -= 1
            if n < 0 or n * 5 > end - pos:
                refuse("results", n, end - pos)
            results = []
            for _ in range(n):
                n = buf[pos]
                pos += 1
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                    if n > LONGEST_STRING + 1:
                        refuse_string("feature", n - 1)
                stop = pos + n - 1
                if n == 0 or stop > end:
                    refuse("feature", n - 1, end - pos)
                feature = buf[pos:stop].decode("utf-8", "replace")
                pos = stop
                updatable_feature_result_error_code, n = _unpack_hB(buf, pos)
                pos += 3
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                    if n > LONGEST_STRING + 1:
                        refuse_string("error_message", n - 1)
                updatable_feature_result_error_message: str | None = None
                if n:
                    stop = pos + n - 1
                    if stop > end:
                        refuse("error_message", n - 1, end - pos)
                    updatable_feature_result_error_message = buf[pos:stop].decode("utf-8", "replace")
                    pos = stop
                n = buf[pos]
                pos += 1
                if n:
                    pos = skip_tagged_fields(buf, pos, end, n)
                results.append(
                    UpdatableFeatureResult(
                        feature, updatable_feature_result_error_code, updatable_feature_result_error_message
                    )
                )
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("UpdateFeatures response", version, pos - start, end - start, error) from error
    return UpdateFeaturesResponse(throttle_time_ms, error_code, error_message, results)


def encode_response(response: UpdateFeaturesResponse, version: int, parts: list[Buffer]) -> None:
    """Append UpdateFeatures response to `parts`. Raises ValueError for what the version cannot say."""
    out = bytearray()
    out += _pack_ih(response.throttle_time_ms, response.error_code)
    write_compact_string(out, response.error_message)
    if version <= 1:
        n = len(response.results) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for updatable_feature_result in response.results:
            write_compact_string(out, updatable_feature_result.feature)
            out += _pack_h(updatable_feature_result.error_code)
            write_compact_string(out, updatable_feature_result.error_message)
            out.append(0)
    out.append(0)
    parts.append(out)
