"""What the command line believes of whoever answers it, and what it does not."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studiogate.aws.wire.call import NoAnswer, WireAnswer, WireRequest
from studiogate.cli.browser import has_browser, is_web, leading_to
from studiogate.cli.front_door import FrontDoor, address_of, words
from studiogate.cli.signing_in import SigningIn
from studiogate.errors import (
    AwsError,
    NotAllowed,
    NotSignedIn,
    NotThere,
    SettingsError,
    Unreachable,
)

GATEWAY = "https://studio.acme.example"
TOKEN = "sgp_v1.0a1b2c3d.SECRETSECRETSECRET"
NOW = datetime(2030, 1, 1, 12, tzinfo=UTC)
GIVEN = {"access_token": TOKEN, "token_type": "Bearer", "expires_in": 3600, "person": "ada"}
DEVICE = {
    "device_code": "DEVICE",
    "user_code": "BCDF-GHJK",
    "verification_uri": f"{GATEWAY}/device",
    "expires_in": 600,
    "interval": 5,
}


class Scripted:
    """A transport that answers one thing after another, and the last one for ever."""

    def __init__(self, *answers: tuple[int, Any] | NoAnswer) -> None:
        self._answers = list(answers)
        self.asked: list[WireRequest] = []

    async def send(self, request: WireRequest) -> WireAnswer:
        self.asked.append(request)
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, NoAnswer):
            raise answer
        status, said = answer
        body = said if isinstance(said, bytes) else json.dumps(said).encode("utf-8")
        return WireAnswer(status, {}, body)

    async def close(self) -> None:
        return


class Waiting:
    """A clock that moves when somebody waits, and says how long they did."""

    def __init__(self) -> None:
        self.now = NOW
        self.waits: list[float] = []

    def __call__(self) -> datetime:
        return self.now

    def pause(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += timedelta(seconds=seconds)


def pending(error: str = "authorization_pending") -> tuple[int, Any]:
    return (400, {"error": error})


def signing_in(carrier: Scripted, clock: Waiting, folder: Path) -> SigningIn:
    return SigningIn(FrontDoor(GATEWAY, carrier), folder, clock, clock.pause)


def test_rfc_8628_it_asks_as_slowly_as_it_is_told(tmp_path: Path) -> None:
    slow = pending("slow_down")
    carrier = Scripted((200, DEVICE), pending(), slow, slow, (200, GIVEN))
    clock = Waiting()

    kept = signing_in(carrier, clock, tmp_path).elsewhere()

    assert clock.waits == [5, 5, 10, 15]
    assert (kept.person, kept.token) == ("ada", TOKEN)
    assert kept.ends == clock.now + timedelta(hours=1)
    assert TOKEN not in repr(kept)
    asked = parse_qs(carrier.asked[-1].body.decode("ascii"))
    assert asked["device_code"] == ["DEVICE"]


def test_rfc_8628_it_gives_up_when_the_code_is_over(tmp_path: Path) -> None:
    clock = Waiting()
    carrier = Scripted((200, DEVICE), pending())

    with pytest.raises(NotSignedIn, match="nobody typed the code in time"):
        signing_in(carrier, clock, tmp_path).elsewhere()

    assert sum(clock.waits) == 600


@pytest.mark.parametrize(
    ("said", "error"),
    [
        (pending("access_denied"), NotAllowed),
        (pending("expired_token"), NotSignedIn),
        (pending("invalid_grant"), NotSignedIn),
        ((200, GIVEN | {"access_token": "a b"}), NotSignedIn),
        ((200, GIVEN | {"access_token": "a\r\nx: y"}), NotSignedIn),
        ((200, GIVEN | {"expires_in": "soon"}), NotSignedIn),
        ((200, GIVEN | {"expires_in": 1e400}), NotSignedIn),
        ((200, {}), NotSignedIn),
        ((200, []), SettingsError),
        ((200, b"<html>sign in to the hotel's network</html>"), SettingsError),
        ((302, {}), NotAllowed),
        ((403, {"detail": "No.", "remedy": "Ask.", "reason": "no"}), NotAllowed),
        ((503, {"detail": "Not right now."}), AwsError),
        (NoAnswer("refused"), Unreachable),
    ],
)
def test_whatever_is_no_token_signs_nobody_in(
    said: tuple[int, Any] | NoAnswer, error: type[Exception], tmp_path: Path
) -> None:
    with pytest.raises(error):
        signing_in(Scripted((200, DEVICE), said), Waiting(), tmp_path).elsewhere()


@pytest.mark.parametrize(
    "wrong",
    [
        {"verification_uri": "javascript:alert(1)"},
        {"verification_uri": "http://evil.example/device"},
        {"verification_uri": f"{GATEWAY}/device\x1b[2J"},
        {"user_code": "\x1b[2J"},
        {"user_code": None},
        {"interval": "x"},
    ],
)
def test_nothing_is_shown_that_has_power_over_the_terminal(
    wrong: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SettingsError):
        signing_in(Scripted((200, DEVICE | wrong)), Waiting(), tmp_path).elsewhere()

    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (401, NotSignedIn),
        (403, NotAllowed),
        (404, NotThere),
        (418, NotAllowed),
        (502, AwsError),
    ],
)
def test_a_refusal_has_the_gateways_words_and_never_the_token(
    status: int, error: type[AwsError]
) -> None:
    said = {"detail": f"no \x1b[2J {TOKEN}.", "remedy": "x" * 1000 + TOKEN, "reason": "no"}
    door = FrontDoor(GATEWAY, Scripted((status, said)))

    with pytest.raises(error) as refusal:
        door.get("/api/me", TOKEN)

    shown = f"{refusal.value}{refusal.value.remedy}"
    assert "SECRET" not in shown
    assert shown.isprintable()
    assert len(shown) < 700


@given(st.text(max_size=400), st.text(max_size=400))
def test_words_never_hold_the_token(before: str, after: str) -> None:
    shown = words(f"{before}{TOKEN}{after}", TOKEN)

    assert "SECRETSECRET" not in shown
    assert shown.isprintable()


@pytest.mark.parametrize(
    ("given_as", "address"),
    [
        ("https://Studio.Acme.Example/", "https://studio.acme.example"),
        ("https://studio.acme.example:443", "https://studio.acme.example"),
        ("https://studio.acme.example:8443/prod/", "https://studio.acme.example:8443/prod"),
        ("http://localhost:8400", "http://localhost:8400"),
        ("http://127.0.0.1:80", "http://127.0.0.1"),
        ("http://[::1]:8400/", "http://[::1]:8400"),
    ],
)
def test_an_address_is_spelt_in_one_way(given_as: str, address: str) -> None:
    assert address_of(given_as) == address
    assert address_of(address) == address


@pytest.mark.parametrize(
    ("url", "is_one"),
    [
        ("https://d-x.studio.eu-west-1.sagemaker.aws/auth?token=x", True),
        ("http://d-x.studio.localhost:8400/auth?token=x", True),
        ("http://d-x.studio.eu-west-1.sagemaker.aws/auth", False),
        ("javascript:alert(1)", False),
        ("file:///etc/passwd", False),
        ("https://", False),
        ("https://x.example/\r\nSet-Cookie: a=b", False),
        ("https://x.example/é", False),
        ("https://[", False),
    ],
)
def test_a_browser_is_led_to_the_web_alone(url: str, is_one: bool) -> None:  # noqa: FBT001
    assert is_web(url) is is_one


@pytest.mark.parametrize(
    ("environ", "there_is"),
    [
        ({"DISPLAY": ":0"}, True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, True),
        ({"BROWSER": "firefox"}, True),
        ({"BROWSER": "firefox", "SSH_CONNECTION": "a 1 b 2"}, False),
        ({"DISPLAY": "localhost:10.0", "SSH_TTY": "/dev/pts/1"}, False),
    ],
)
def test_over_ssh_there_is_no_browser(environ: Mapping[str, str], there_is: bool) -> None:  # noqa: FBT001
    assert has_browser(environ) is there_is


def test_a_page_is_its_owners_alone_and_gone_afterwards(tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    folder.mkdir(mode=0o755)

    with leading_to('https://x.example/"><script>', folder) as page:
        text = page.read_text(encoding="utf-8")
        modes = [one.stat().st_mode & 0o777 for one in (page, folder)]

    assert modes == [0o600, 0o700]
    assert "<script>" not in text
    assert not page.exists()


def _linked(folder: Path) -> None:
    (folder.parent / "elsewhere").mkdir()
    folder.symlink_to(folder.parent / "elsewhere")


def _a_file(folder: Path) -> None:
    folder.write_text("", encoding="utf-8")


@pytest.mark.parametrize("made", [_linked, _a_file])
def test_a_page_is_written_in_no_folder_that_is_somebody_elses(
    made: Callable[[Path], None], tmp_path: Path
) -> None:
    made(tmp_path / "cache")

    with pytest.raises(SettingsError), leading_to("https://x.example/", tmp_path / "cache"):
        raise AssertionError("it was written")
