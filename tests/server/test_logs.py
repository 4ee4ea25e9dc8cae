"""What kwire says: one line for a person, or one JSON object."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest

from kwire.server import logs
from kwire.server.logs import configure_logging


@pytest.fixture(autouse=True)
def _logging_as_it_was() -> Iterator[None]:
    logger = logging.getLogger("kwire")
    before = (logger.handlers[:], logger.level, logger.propagate)
    yield
    logger.handlers[:], logger.level, logger.propagate = before


def speak(level: str, log_format: str) -> str:
    stream = io.StringIO()
    configure_logging(level, log_format, stream)
    details = {
        "peer": "10.0.0.7:5123",
        "client_id": "orders",
        "what": "unknown api key 99",
        "where": "header",
    }
    logging.getLogger("kwire.server.connection").warning("closed: %s", "unknown api key 99", extra=details)
    logging.getLogger("kwire.server.run").debug("detail")
    return stream.getvalue()


def test_a_person_reads_level_room_and_sentence() -> None:
    (line,) = speak("info", "human").splitlines()
    assert line.endswith("WARNING server.connection: closed: unknown api key 99")


def test_json_has_the_details_as_fields() -> None:
    (line,) = speak("info", "json").splitlines()
    fields = json.loads(line)
    assert fields["level"] == "warning"
    assert fields["logger"] == "kwire.server.connection"
    assert fields["message"] == "closed: unknown api key 99"
    assert (fields["peer"], fields["client_id"]) == ("10.0.0.7:5123", "orders")
    assert (fields["what"], fields["where"]) == ("unknown api key 99", "header")
    assert fields["time"].endswith("+00:00")


def test_a_line_of_several_workers_says_which_one_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "_speaker", "")
    logs.speak_as_worker(3)
    (line,) = speak("info", "human").splitlines()
    assert line.endswith("WARNING worker 3 server.connection: closed: unknown api key 99")
    (line,) = speak("info", "json").splitlines()
    assert json.loads(line)["worker"] == "3"


def test_json_keeps_a_traceback_on_one_line() -> None:
    stream = io.StringIO()
    configure_logging("info", "json", stream)
    try:
        raise LookupError("gone")
    except LookupError:
        logging.getLogger("kwire").exception("broken")
    (line,) = stream.getvalue().splitlines()
    assert "LookupError: gone" in json.loads(line)["traceback"]


def test_the_level_decides_what_is_said() -> None:
    assert len(speak("debug", "human").splitlines()) == 2
    assert speak("error", "human") == ""


def test_configuring_again_replaces() -> None:
    assert len(speak("info", "human").splitlines()) == 1
    assert len(speak("info", "json").splitlines()) == 1


def test_an_unknown_level_or_format_is_refused() -> None:
    with pytest.raises(ValueError, match="loud"):
        configure_logging("loud")
    with pytest.raises(ValueError, match="xml"):
        configure_logging("info", "xml")
