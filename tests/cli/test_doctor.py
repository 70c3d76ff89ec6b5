"""What `studiogate doctor` says, against a server that answers what the test wants."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from studiogate.cli.app import main
from studiogate.cli.doctor import document, page
from studiogate.cli.present import show
from studiogate.landscape.read import read
from studiogate.probe.warehouses import Finding, Judged, Way
from tests.kit.aws_server import RudeServer

LANDSCAPE = """\
name: acme
environment: demo
region: eu-west-1
accounts: {shared-services: "111111111111"}
networks:
  hub: {kind: vpc, account: shared-services, cidr: 10.0.0.0/16}
idps:
  corporate:
    kind: oidc
    issuer: https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AcmeDemo1
    client_id: portal
    username_claim: cognito:username
people:
  guest: {}
"""
ASSUMED = b"""<R><AssumeRoleResult><Credentials><AccessKeyId>ASIA</AccessKeyId>
<SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>
<Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></R>"""


class Aws:
    """A pool and tables that hold `names`, behind the addresses of a profile."""

    def __init__(self, server: RudeServer) -> None:
        self._server = server
        server.answers["/sts/"] = (200, {"Content-Type": "text/xml"}, ASSUMED)

    def holds(self, *names: str) -> None:
        self.answers(
            200,
            {
                "Users": [{"Username": name, "Enabled": True} for name in names],
                "Items": [{"PK": {"S": name}} for name in names],
            },
        )

    def answers(self, status: int, said: dict[str, Any]) -> None:
        """Give `said` to every question, whatever it is about."""
        self._server.answers["/"] = (status, {}, json.dumps(said).encode("utf-8"))


@pytest.fixture
def aws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Aws]:
    with RudeServer() as server:
        config = tmp_path / "config"
        config.write_text(
            f"[profile management]\nendpoint_url = {server.url}/\nservices = mine\n"
            "aws_access_key_id = AKIA\naws_secret_access_key = hush\n"
            f"[services mine]\nsts =\n  endpoint_url = {server.url}/sts/\n",
            encoding="utf-8",
        )
        monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
        (tmp_path / "landscape.yaml").write_text(LANDSCAPE, encoding="utf-8")
        monkeypatch.chdir(tmp_path)
        yield Aws(server)


def asked(capsys: pytest.CaptureFixture[str], *more: str) -> tuple[int, str, str]:
    """The exit code, stdout and stderr of a run with the profile."""
    code = main(["doctor", "--profile", "management", *more])
    shown = capsys.readouterr()
    return code, shown.out, shown.err


def test_when_nothing_differs_one_line_says_so(
    aws: Aws, capsys: pytest.CaptureFixture[str]
) -> None:
    aws.holds("guest")

    assert asked(capsys) == (
        0,
        "Everybody is the same everywhere: 1 people, 0 domains.\n",
        "",
    )
    code, out, err = asked(capsys, "--json")
    nothing: dict[str, Any] = {"drift": [], "warehouses": [], "findings": [], "images": []}
    assert (code, json.loads(out), err) == (0, {"ok": True, **nothing}, "")


def test_a_difference_is_a_row_with_person_place_and_remedy_and_leaves_with_three(
    aws: Aws, capsys: pytest.CaptureFixture[str]
) -> None:
    aws.holds("guest", "bob")

    code, out, err = asked(capsys)

    assert (code, err) == (3, "")
    heading, *rows = (line.split() for line in out.splitlines())
    assert heading[:2] == ["person", "where"]
    assert [row[:2] for row in rows if row[0] == "bob"] == [
        ["bob", "studiogate-people"],
        ["bob", "user"],
    ]
    assert "→ Add them to" in out
    assert "guest" not in out


def test_json_has_the_same_and_nothing_else(
    aws: Aws, capsys: pytest.CaptureFixture[str]
) -> None:
    aws.holds()

    code, out, err = asked(capsys, "--json")

    document = json.loads(out)
    assert (code, err, document["ok"]) == (3, "", False)
    assert [(one["person"], one["where"]) for one in document["drift"]] == [
        ("guest", "user pool corporate"),
        ("guest", "studiogate-people"),
    ]
    assert all(list(one) == ["person", "where", "what", "remedy"] for one in document["drift"])


WAY = Way(
    "sales", "lob-a", "forecasting", "eu-west-1", "4" * 12, "2" * 12, reaches=False, said="no"
)
CUT = Finding("sales", "account 4, rtb-1", "it is \x1b[31mcut off", "Add the route.")
ADVICE = Finding("sales", "account 4", "ra3 shares", "Consider it.", advice=True)


def test_what_keeps_readers_out_follows_the_people_and_advice_comes_last(
    capsys: pytest.CaptureFixture[str],
) -> None:
    landscape = read(LANDSCAPE)

    show(page(landscape, [], Judged((WAY,), (CUT, ADVICE))))

    out = capsys.readouterr().out
    assert "\x1b" not in out
    lines = [line.rstrip() for line in out.splitlines() if line.strip()]
    assert lines[:2] == [
        "Everybody is the same everywhere: 1 people, 0 domains.",
        "Warehouses: 0 of 1 ways from notebooks are open.",
    ]
    assert [line.split()[0] for line in lines if line.startswith("sales")] == ["sales"] * 2
    assert out.index("→ Add the route.") < out.index("nothing is wrong") < out.index("Consider")


def test_advice_alone_is_well_and_a_fault_is_not() -> None:
    assert document([], Judged((WAY,), (ADVICE,)))["ok"] is True
    assert document([], Judged((WAY,), (ADVICE, CUT)))["ok"] is False


def test_a_name_in_a_table_has_no_power_over_the_terminal(
    aws: Aws, capsys: pytest.CaptureFixture[str]
) -> None:
    aws.holds("guest", "[red]\x1b[31mbob\n")

    _, out, _ = asked(capsys)

    assert "\x1b" not in out
    assert "[red]\\x1b[31mbob\\n" in out.replace("\n", "")


def test_what_may_not_be_read_is_refused_and_not_shown_as_a_difference(
    aws: Aws, capsys: pytest.CaptureFixture[str]
) -> None:
    aws.answers(400, {"__type": "AccessDeniedException", "message": "not you"})

    code, out, err = asked(capsys, "--json")

    assert (code, out) == (4, "")
    assert "cognito-idp:ListUsers" in err or "dynamodb:Scan" in err
    assert "hush" not in err


def test_a_profile_nobody_wrote_is_a_wrong_setting(
    aws: Aws, capsys: pytest.CaptureFixture[str]
) -> None:
    aws.holds("guest")

    assert main(["doctor", "--profile", "nobody-wrote-this"]) == 2
    assert capsys.readouterr().out == ""


def test_a_landscape_that_is_wrong_is_complained_of_before_anybody_is_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "landscape.yaml"
    file.write_text(LANDSCAPE.replace("region: eu-west-1", "region: here"), encoding="utf-8")

    assert main(["doctor", str(file)]) == 2
    assert "region (line 3)" in capsys.readouterr().err
