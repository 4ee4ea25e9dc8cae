"""GENERATED from protocol_specs/18_api_versions.spec by protocol_specs/generate.py; do not edit."""

from __future__ import annotations

from struct import Struct as Format

from attrs import define, field

from kwire.codec.primitives import (
    BROKEN,
    LONGEST_STRING,
    Buffer,
    Readable,
    Struct,
    check_tag_end,
    malformed,
    read_tag,
    refuse,
    refuse_string,
    skip_tagged_fields,
    uvarint_rest,
    write_compact_string,
    write_tagged_fields,
    write_uvarint,
)

KEY = 18
NAME = "ApiVersions"
MIN_VERSION = 0
MAX_VERSION = 5
FLEXIBLE_FROM = 3

_unpack_t = Format(">?").unpack_from
_unpack_hB = Format(">hB").unpack_from
_unpack_hhB = Format(">hhB").unpack_from
_unpack_hhh = Format(">hhh").unpack_from
_unpack_hhhB = Format(">hhhB").unpack_from
_unpack_hi = Format(">hi").unpack_from
_unpack_i = Format(">i").unpack_from
_unpack_iB = Format(">iB").unpack_from
_unpack_q = Format(">q").unpack_from
_pack_t = Format(">?").pack
_pack_h = Format(">h").pack
_pack_hhB = Format(">hhB").pack
_pack_hhh = Format(">hhh").pack
_pack_hhhB = Format(">hhhB").pack
_pack_hi = Format(">hi").pack
_pack_i = Format(">i").pack
_pack_q = Format(">q").pack


@define(eq=False, repr=False)
class ApiVersionsRequest(Struct):
    client_software_name: str = ""  # 3+
    client_software_version: str = ""  # 3+
    cluster_id: str | None = None  # version 5; The cluster the client means to reach (KIP-1242).
    node_id: int = -1  # version 5; The node the client means to reach (KIP-1242).


def decode_request(buf: Readable, pos: int, end: int, version: int) -> ApiVersionsRequest:
    """ApiVersions request of any version. Raises MalformedFrame."""
    if version >= 3:
        return _decode_request_flexible(buf, pos, end, version)
    return _decode_request_classic(buf, pos, end, version)


def _decode_request_classic(buf: Readable, pos: int, end: int, version: int) -> ApiVersionsRequest:
    start = pos
    try:
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("ApiVersions request", version, pos - start, end - start, error) from error
    return ApiVersionsRequest()


def _decode_request_flexible(buf: Readable, pos: int, end: int, version: int) -> ApiVersionsRequest:
    start = pos
    try:
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
            if n > LONGEST_STRING + 1:
                refuse_string("client_software_name", n - 1)
        stop = pos + n - 1
        if n == 0 or stop > end:
            refuse("client_software_name", n - 1, end - pos)
        client_software_name = buf[pos:stop].decode("utf-8", "replace")
        pos = stop
        n = buf[pos]
        pos += 1
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
            if n > LONGEST_STRING + 1:
                refuse_string("client_software_version", n - 1)
        stop = pos + n - 1
        if n == 0 or stop > end:
            refuse("client_software_version", n - 1, end - pos)
        client_software_version = buf[pos:stop].decode("utf-8", "replace")
        pos = stop
        cluster_id: str | None = None
        node_id = -1
        if version >= 5:
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
                if n > LONGEST_STRING + 1:
                    refuse_string("cluster_id", n - 1)
            cluster_id = None
            if n:
                stop = pos + n - 1
                if stop > end:
                    refuse("cluster_id", n - 1, end - pos)
                cluster_id = buf[pos:stop].decode("utf-8", "replace")
                pos = stop
            (node_id,) = _unpack_i(buf, pos)
            pos += 4
        n = buf[pos]
        pos += 1
        if n:
            pos = skip_tagged_fields(buf, pos, end, n)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("ApiVersions request", version, pos - start, end - start, error) from error
    return ApiVersionsRequest(client_software_name, client_software_version, cluster_id, node_id)


def encode_request(request: ApiVersionsRequest, version: int, parts: list[Buffer]) -> None:
    """Append ApiVersions request to `parts`. Raises ValueError for what the version cannot say."""
    if version >= 3:
        return _encode_request_flexible(request, version, parts)
    return _encode_request_classic(request, version, parts)


def _encode_request_classic(request: ApiVersionsRequest, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    parts.append(out)


def _encode_request_flexible(request: ApiVersionsRequest, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    write_compact_string(out, request.client_software_name)
    write_compact_string(out, request.client_software_version)
    if version >= 5:
        write_compact_string(out, request.cluster_id)
        out += _pack_i(request.node_id)
    out.append(0)
    parts.append(out)


@define(eq=False, repr=False)
class ApiVersion(Struct):
    api_key: int = 0
    min_version: int = 0
    max_version: int = 0


@define(eq=False, repr=False)
class SupportedFeatureKey(Struct):
    name: str = ""
    min_version: int = 0
    max_version: int = 0


@define(eq=False, repr=False)
class FinalizedFeatureKey(Struct):
    name: str = ""
    max_version_level: int = 0
    min_version_level: int = 0


@define(eq=False, repr=False)
class ApiVersionsResponse(Struct):
    error_code: int = 0
    api_keys: list[ApiVersion] = field(factory=list)
    throttle_time_ms: int = 0  # 1+
    # 3+; Ranges of features this broker can run with (KIP-584).
    supported_features: list[SupportedFeatureKey] = field(factory=list)
    finalized_features_epoch: int = -1  # 3+; Grows with each change; -1 when not known.
    finalized_features: list[FinalizedFeatureKey] = field(factory=list)  # 3+; Features the cluster runs with.
    zk_migration_ready: bool = False  # 3+


def decode_response(buf: Readable, pos: int, end: int, version: int) -> ApiVersionsResponse:
    """ApiVersions response of any version. Raises MalformedFrame."""
    if version >= 3:
        return _decode_response_flexible(buf, pos, end, version)
    return _decode_response_classic(buf, pos, end, version)


def _decode_response_classic(buf: Readable, pos: int, end: int, version: int) -> ApiVersionsResponse:
    start = pos
    try:
        error_code, n = _unpack_hi(buf, pos)
        pos += 6
        if n < 0 or n * 6 > end - pos:
            refuse("api_keys", n, end - pos)
        api_keys: list[ApiVersion] = []
        for _ in range(n):
            api_key, min_version, max_version = _unpack_hhh(buf, pos)
            pos += 6
            api_keys.append(ApiVersion(api_key, min_version, max_version))
        throttle_time_ms = 0
        if version >= 1:
            (throttle_time_ms,) = _unpack_i(buf, pos)
            pos += 4
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("ApiVersions response", version, pos - start, end - start, error) from error
    return ApiVersionsResponse(error_code, api_keys, throttle_time_ms)


def _decode_response_flexible(buf: Readable, pos: int, end: int, version: int) -> ApiVersionsResponse:
    start = pos
    try:
        error_code, n = _unpack_hB(buf, pos)
        pos += 3
        if n > 127:
            n, pos = uvarint_rest(buf, pos, n)
        n -= 1
        if n < 0 or n * 7 > end - pos:
            refuse("api_keys", n, end - pos)
        api_keys: list[ApiVersion] = []
        for _ in range(n):
            api_key, min_version, max_version, n = _unpack_hhhB(buf, pos)
            pos += 7
            if n:
                pos = skip_tagged_fields(buf, pos, end, n)
            api_keys.append(ApiVersion(api_key, min_version, max_version))
        throttle_time_ms, n = _unpack_iB(buf, pos)
        pos += 5
        api_versions_response = ApiVersionsResponse(error_code, api_keys, throttle_time_ms)
        if n:
            pos = _read_api_versions_response_tags(api_versions_response, n, buf, pos, end, version)
        if pos > end:
            refuse("the last field", pos - end, 0)
    except BROKEN as error:
        raise malformed("ApiVersions response", version, pos - start, end - start, error) from error
    return api_versions_response


def _read_api_versions_response_tags(
    api_versions_response: ApiVersionsResponse, n: int, buf: Readable, pos: int, end: int, version: int
) -> int:
    if n > 127:
        n, pos = uvarint_rest(buf, pos, n)
    for _ in range(n):
        tag, tag_end, pos = read_tag(buf, pos, end)
        if tag == 0:
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
            n -= 1
            if n < 0 or n * 6 > end - pos:
                refuse("supported_features", n, end - pos)
            supported_features: list[SupportedFeatureKey] = []
            for _ in range(n):
                n = buf[pos]
                pos += 1
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                    if n > LONGEST_STRING + 1:
                        refuse_string("name", n - 1)
                stop = pos + n - 1
                if n == 0 or stop > end:
                    refuse("name", n - 1, end - pos)
                name = buf[pos:stop].decode("utf-8", "replace")
                pos = stop
                min_version, max_version, n = _unpack_hhB(buf, pos)
                pos += 5
                if n:
                    pos = skip_tagged_fields(buf, pos, end, n)
                supported_features.append(SupportedFeatureKey(name, min_version, max_version))
            api_versions_response.supported_features = supported_features
            check_tag_end(tag, pos, tag_end)
        elif tag == 1:
            (finalized_features_epoch,) = _unpack_q(buf, pos)
            pos += 8
            api_versions_response.finalized_features_epoch = finalized_features_epoch
            check_tag_end(tag, pos, tag_end)
        elif tag == 2:
            n = buf[pos]
            pos += 1
            if n > 127:
                n, pos = uvarint_rest(buf, pos, n)
            n -= 1
            if n < 0 or n * 6 > end - pos:
                refuse("finalized_features", n, end - pos)
            finalized_features: list[FinalizedFeatureKey] = []
            for _ in range(n):
                n = buf[pos]
                pos += 1
                if n > 127:
                    n, pos = uvarint_rest(buf, pos, n)
                    if n > LONGEST_STRING + 1:
                        refuse_string("name", n - 1)
                stop = pos + n - 1
                if n == 0 or stop > end:
                    refuse("name", n - 1, end - pos)
                finalized_feature_key_name = buf[pos:stop].decode("utf-8", "replace")
                pos = stop
                max_version_level, min_version_level, n = _unpack_hhB(buf, pos)
                pos += 5
                if n:
                    pos = skip_tagged_fields(buf, pos, end, n)
                finalized_features.append(
                    FinalizedFeatureKey(finalized_feature_key_name, max_version_level, min_version_level)
                )
            api_versions_response.finalized_features = finalized_features
            check_tag_end(tag, pos, tag_end)
        elif tag == 3:
            (zk_migration_ready,) = _unpack_t(buf, pos)
            pos += 1
            api_versions_response.zk_migration_ready = zk_migration_ready
            check_tag_end(tag, pos, tag_end)
        else:
            pos = tag_end
    return pos


def encode_response(response: ApiVersionsResponse, version: int, parts: list[Buffer]) -> None:
    """Append ApiVersions response to `parts`. Raises ValueError for what the version cannot say."""
    if version >= 3:
        return _encode_response_flexible(response, version, parts)
    return _encode_response_classic(response, version, parts)


def _encode_response_classic(response: ApiVersionsResponse, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    out += _pack_hi(response.error_code, len(response.api_keys))
    for api_version in response.api_keys:
        out += _pack_hhh(api_version.api_key, api_version.min_version, api_version.max_version)
    if version >= 1:
        out += _pack_i(response.throttle_time_ms)
    parts.append(out)


def _encode_response_flexible(response: ApiVersionsResponse, version: int, parts: list[Buffer]) -> None:
    out = bytearray()
    out += _pack_h(response.error_code)
    n = len(response.api_keys) + 1
    if n < 128:
        out.append(n)
    else:
        write_uvarint(out, n)
    for api_version in response.api_keys:
        out += _pack_hhhB(api_version.api_key, api_version.min_version, api_version.max_version, 0)
    out += _pack_i(response.throttle_time_ms)
    if (
        response.supported_features
        or response.finalized_features_epoch != -1
        or response.finalized_features
        or response.zk_migration_ready
    ):
        _write_api_versions_response_tags(out, response, version)
    else:
        out.append(0)
    parts.append(out)


def _write_api_versions_response_tags(
    buffer: bytearray, api_versions_response: ApiVersionsResponse, version: int
) -> None:
    fields: list[tuple[int, bytearray]] = []
    if api_versions_response.supported_features:
        out = bytearray()
        n = len(api_versions_response.supported_features) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for supported_feature_key in api_versions_response.supported_features:
            write_compact_string(out, supported_feature_key.name)
            out += _pack_hhB(supported_feature_key.min_version, supported_feature_key.max_version, 0)
        fields.append((0, out))
    if api_versions_response.finalized_features_epoch != -1:
        out = bytearray()
        out += _pack_q(api_versions_response.finalized_features_epoch)
        fields.append((1, out))
    if api_versions_response.finalized_features:
        out = bytearray()
        n = len(api_versions_response.finalized_features) + 1
        if n < 128:
            out.append(n)
        else:
            write_uvarint(out, n)
        for finalized_feature_key in api_versions_response.finalized_features:
            write_compact_string(out, finalized_feature_key.name)
            out += _pack_hhB(
                finalized_feature_key.max_version_level, finalized_feature_key.min_version_level, 0
            )
        fields.append((2, out))
    if api_versions_response.zk_migration_ready:
        out = bytearray()
        out += _pack_t(api_versions_response.zk_migration_ready)
        fields.append((3, out))
    write_tagged_fields(buffer, fields)
