"""A warehouse that one does not get into: no way, no proof and no entry are three things."""

import socket
import ssl
from datetime import timedelta

import pytest

from studiogate.errors import NoRoute, NotAwake, NotLetIn, NotTrusted, WarehouseError
from studiogate.warehouse.login import Login
from studiogate.warehouse.way import address, not_in
from tests.kit.warehouse_played import HOST, NOON, DriverError, driver_error

LOGIN = Login(HOST, 5439, "dev", "IAMA:ada", "hush", NOON + timedelta(hours=1))


def told(error: Exception, leads_to: str | None = "10.200.0.7") -> WarehouseError:
    return not_in(error, LOGIN, title="sales", now=NOON, lookup=lambda _host, _port: leads_to)


def wrapped(cause: OSError) -> DriverError:
    return DriverError("communication error", cause)


def test_s1_03_silence_is_told_with_the_address_and_what_drops_packets() -> None:
    error = told(wrapped(TimeoutError("timed out")))

    assert isinstance(error, NoRoute)
    assert error.reason == "silence"
    assert f"{HOST}:5439, which leads to 10.200.0.7, a private address" in str(error)
    assert "security group" in error.remedy
    assert "studiogate doctor" in error.remedy


def test_a_public_address_is_told_as_public() -> None:
    assert "8.8.8.8, a public address" in str(told(wrapped(TimeoutError()), "8.8.8.8"))


def test_a_name_that_leads_nowhere_is_told_as_that() -> None:
    error = told(wrapped(socket.gaierror(-2, "Name or service not known")), None)

    assert isinstance(error, NoRoute)
    assert error.reason == "no-address"


def test_a_port_that_nobody_listens_on_is_not_silence() -> None:
    error = told(wrapped(ConnectionRefusedError(111, "Connection refused")))

    assert isinstance(error, NoRoute)
    assert error.reason == "refused"


def test_whatever_else_ends_a_connection_is_told_in_its_words() -> None:
    error = told(ConnectionResetError(104, "Connection reset by peer"))

    assert isinstance(error, NoRoute)
    assert error.reason == "broken-off"
    assert "reset by peer" in str(error)


def test_a_certificate_that_proves_nothing_is_no_matter_of_routes() -> None:
    cause = ssl.SSLCertVerificationError(1, "certificate verify failed")

    error = told(wrapped(cause))

    assert isinstance(error, NotTrusted)
    assert "certificate verify failed" in str(error)


def test_a_server_without_tls_is_not_trusted() -> None:
    assert isinstance(told(DriverError("Server refuses SSL")), NotTrusted)


WORDS = {
    'password authentication failed for user "IAMA:ada"': ("28000", "refused"),
    "temporary password has expired": ("28P01", "expired"),
    'user "ada" does not exist': ("28000", "no-user"),
    'group "analysts" does not exist': ("42704", "no-group"),
    'database "dev" does not exist': ("3D000", "no-database"),
}


@pytest.mark.parametrize(("words", "expected"), WORDS.items(), ids=WORDS)
def test_s1_32_why_the_database_lets_nobody_in_is_told_apart(
    words: str, expected: tuple[str, str]
) -> None:
    code, reason = expected

    error = told(driver_error(code, words))

    assert isinstance(error, NotLetIn)
    assert error.reason == reason
    assert words in str(error)


def test_a_password_past_its_hour_has_expired_whatever_the_words() -> None:
    late = NOON + timedelta(hours=2)

    error = not_in(driver_error("28000", "no"), LOGIN, title="sales", now=late)

    assert isinstance(error, NotLetIn)
    assert error.reason == "expired"


def test_a_database_that_is_full_is_busy_and_refuses_nobody() -> None:
    error = told(driver_error("53300", "too many connections"))

    assert isinstance(error, NotAwake)
    assert error.reason == "busy"


def test_no_words_ever_hold_the_password() -> None:
    for error in (wrapped(TimeoutError()), driver_error("28000", "no"), OSError("x")):
        shown = told(error)
        assert "hush" not in f"{shown} {shown.remedy} {shown!r}"


def test_a_name_is_looked_up_here() -> None:
    assert address("localhost", 5439) == "127.0.0.1"
    assert address("no-such-name.invalid", 5439) is None
