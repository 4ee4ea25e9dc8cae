from __future__ import annotations

import pytest

from kwire.broker.metadata.voters import refuse_removal, refuse_voter
from kwire.codec.stored.register_broker_record import RegisterBrokerRecord
from kwire.codec.stored.register_controller_record import RegisterControllerRecord
from kwire.errors import ErrorCode, KafkaError
from tests.broker.keeping import Keeper

SOMEWHERE = b"\x05" * 16


def code_of(caught: pytest.ExceptionInfo[KafkaError]) -> ErrorCode:
    return caught.value.code


def test_a_quorum_of_one_takes_nobody_and_keeps_its_voter() -> None:
    broker = Keeper().broker
    (voter,) = broker.controller.quorum.voters.values()
    assert voter is not None
    with pytest.raises(KafkaError) as caught:
        refuse_voter(broker, None, 2, SOMEWHERE, ["CONTROLLER"])
    assert code_of(caught) == ErrorCode.UNSUPPORTED_VERSION
    with pytest.raises(KafkaError) as caught:
        refuse_removal(broker, None, 1, voter.voter_directory_id)
    assert code_of(caught) == ErrorCode.INVALID_REQUEST


def test_where_settings_name_the_voters_nobody_changes_them() -> None:
    broker = Keeper().broker
    broker.controller.quorum.kraft_version = 0
    with pytest.raises(KafkaError, match=r"the kraft.version feature is 0") as caught:
        refuse_voter(broker, None, 1, SOMEWHERE, ["CONTROLLER"])
    assert code_of(caught) == ErrorCode.UNSUPPORTED_VERSION
    with pytest.raises(KafkaError, match=r"the kraft.version feature is 0") as caught:
        refuse_removal(broker, None, 1, SOMEWHERE)
    assert code_of(caught) == ErrorCode.UNSUPPORTED_VERSION


def test_a_broker_that_is_gone_is_forgotten_and_one_that_serves_is_not() -> None:
    broker = Keeper().broker
    broker.controller.write([RegisterBrokerRecord(broker_id=7, broker_epoch=3)])
    broker.controller.workers.unregister(7)
    assert sorted(broker.controller.image.brokers) == [1]
    for broker_id, code in ((7, ErrorCode.BROKER_ID_NOT_REGISTERED), (1, ErrorCode.INVALID_REQUEST)):
        with pytest.raises(KafkaError) as caught:
            broker.controller.workers.unregister(broker_id)
        assert code_of(caught) == code


def test_a_controller_that_is_gone_is_forgotten_where_the_cluster_knows_how() -> None:
    broker = Keeper().broker
    controller = broker.controller
    controller.write([RegisterControllerRecord(controller_id=7)])
    with pytest.raises(KafkaError) as caught:
        controller.unregister_controller(7)
    assert code_of(caught) == ErrorCode.UNSUPPORTED_VERSION
    controller.image.features["metadata.version"] = 33
    controller.unregister_controller(7)
    assert sorted(controller.image.controllers) == [1]
    with pytest.raises(KafkaError) as caught:
        controller.unregister_controller(7)
    assert code_of(caught) == ErrorCode.CONTROLLER_ID_NOT_REGISTERED
