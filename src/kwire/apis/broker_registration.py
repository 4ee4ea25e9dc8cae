"""BrokerRegistration (key 62), versions 0 to 4: a worker has opened its logs and joins (KIP-631).

1 migration from ZooKeeper; 2 log directories (KIP-858); 3 the epoch before (KIP-966); 4 features from level 0.
"""

from __future__ import annotations

from kwire.apis import Caller
from kwire.broker.broker import Broker
from kwire.broker.metadata.workers import Registration
from kwire.codec.messages.broker_registration import BrokerRegistrationRequest, BrokerRegistrationResponse
from kwire.codec.stored.register_broker_record import BrokerEndpoint, BrokerFeature
from kwire.errors import ErrorCode, KafkaError


def broker_registration(
    broker: Broker, caller: Caller, request: BrokerRegistrationRequest
) -> BrokerRegistrationResponse:
    """The epoch of this run of the worker."""
    registration = Registration(
        request.broker_id,
        request.cluster_id,
        request.incarnation_id,
        [
            BrokerEndpoint(each.name, each.host, each.port, each.security_protocol)
            for each in request.listeners
        ],
        [
            BrokerFeature(each.name, each.min_supported_version, each.max_supported_version)
            for each in request.features
        ],
        request.rack,
        request.log_dirs,
    )
    try:
        return BrokerRegistrationResponse(broker_epoch=broker.controller.workers.register(registration))
    except KafkaError as error:
        return error_response(request, error.code)


def error_response(request: BrokerRegistrationRequest, code: ErrorCode) -> BrokerRegistrationResponse:
    return BrokerRegistrationResponse(error_code=code)
