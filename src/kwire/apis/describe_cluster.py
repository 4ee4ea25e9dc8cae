"""DescribeCluster (key 60), versions 0 to 2: who is in the cluster (KIP-700).

1 endpoint type (KIP-919); 2 fenced brokers.
"""

from __future__ import annotations

from kwire.apis import Caller
from kwire.apis.authorized import CLUSTER_OPERATIONS
from kwire.broker.broker import Broker
from kwire.codec.messages.describe_cluster import (
    DescribeClusterBroker,
    DescribeClusterRequest,
    DescribeClusterResponse,
)
from kwire.errors import ErrorCode

BROKERS = 1
CONTROLLERS = 2


def describe_cluster(
    broker: Broker, caller: Caller, request: DescribeClusterRequest
) -> DescribeClusterResponse:
    """The brokers, as they are reached through the caller's listener."""
    if request.endpoint_type != BROKERS:
        if caller.version == 0:
            code = ErrorCode.INVALID_REQUEST
        elif request.endpoint_type == CONTROLLERS:
            code = ErrorCode.MISMATCHED_ENDPOINT_TYPE
        else:
            code = ErrorCode.UNSUPPORTED_ENDPOINT_TYPE
        return error_response(request, code)
    return DescribeClusterResponse(
        cluster_id=broker.cluster_id,
        controller_id=broker.worker.controller_id,
        brokers=[
            DescribeClusterBroker(node.broker_id, *broker.address(node, caller.listener), node.rack)
            for node in broker.nodes()
        ],
        cluster_authorized_operations=(
            CLUSTER_OPERATIONS if request.include_cluster_authorized_operations else -(1 << 31)
        ),
    )


def error_response(request: DescribeClusterRequest, code: ErrorCode) -> DescribeClusterResponse:
    return DescribeClusterResponse(error_code=code, endpoint_type=request.endpoint_type)
