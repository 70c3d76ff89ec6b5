import random
from ipaddress import IPv4Network
from pathlib import Path

import pytest

from studiogate.errors import LandscapeError, Problem
from studiogate.landscape.document import DEEPEST, LARGEST_BYTES
from studiogate.landscape.model import VpcNetwork
from studiogate.landscape.read import read
from tests.kit.landscape import SOUND, line_of

ROOT = Path(__file__).parents[2]


def problems(text: str) -> tuple[Problem, ...]:
    with pytest.raises(LandscapeError) as refused:
        read(text)
    return refused.value.problems


def test_a_sound_landscape_is_read_as_it_is_written() -> None:
    landscape = read(SOUND)

    assert landscape.accounts["lob-a"] == "222222222222"
    assert landscape.networks["hub"] == VpcNetwork(
        kind="vpc", account="shared-services", cidr=IPv4Network("10.0.0.0/16")
    )
    assert landscape.domains["forecasting"].session_s == 28800
    assert landscape.invariants[0].never.from_ == "internet"


@pytest.mark.parametrize(
    "file", sorted((ROOT / "examples").glob("*.yaml")), ids=lambda p: p.stem
)
def test_every_example_is_sound(file: Path) -> None:
    assert read(file.read_text(encoding="utf-8")).name


# Each row: what to look for, what to write in its place, the key of the one complaint, a part of
# the line it is on, and a word of the fix.
WRONG = [
    ("name: acme\n", "", "name", None, "name: acme"),
    ("name: acme", "name: Acme Ltd", "name", "name: Acme", "lower-case"),
    ("environment: demo", "environment: production", "environment", "environment:", "demo"),
    ("region: eu-west-1", "region: Ireland", "region", "region:", "eu-west-1"),
    ("connect: transit-gateway", "connect: vpn", "connect", "connect:", "transit-gateway"),
    ('"444444444444"', "444444444444", "accounts.data", "data: 4444", "quotes"),
    ('"444444444444"', '"4444"', "accounts.data", 'data: "4444"', "accounts"),
    ('"444444444444"', '"222222222222"', "accounts.data", 'data: "22', "own id"),
    ("gateway: {network: hub}", "gatway: {network: hub}", "gatway", "gatway", "Did you mean gateway?"),
    ("gateway: {network: hub}", "gateway: {network: hubb}", "gateway.network", "gateway:", "Did you mean hub?"),
    ("gateway: {network: hub}", "gateway: {network: office}", "gateway.network", "gateway:", "in a VPC"),
    ("kind: corporate, cidrs: [192.168.10.0/24]", "kind: corporate, cidrs: []", "networks.office.cidrs", "office: {", "192.168.10.0/24"),
    ("cidrs: [192.168.10.0/24]", "cidrs: [192.168.10.0/33]", "networks.office.cidrs[0]", "office: {", "For example"),
    ("cidrs: [192.168.10.0/24]", "cidrs: [0.0.0.0/1]", None, "office: {", ""),
    ("cidrs: [192.168.10.0/24]", "cidrs: [192.0.0.0/4]", "networks.office.cidrs[0]", "office: {", "/8 or smaller"),
    ("cidrs: [192.168.10.0/24]", "cidrs: [127.0.0.0/8]", "networks.office.cidrs[0]", "office: {", "of your own"),
    ("dns_servers: [192.168.10.53]", "dns_servers: [ns1.acme]", "networks.office.dns_servers[0]", "office: {", "192.168.10.53"),
    ("dns_servers: [192.168.10.53]", "dns_servers: [10]", "networks.office.dns_servers[0]", "office: {", "192.168.10.53"),
    ("kind: vpc, account: data, cidr: 10.200.0.0/16", "kind: vpn, account: data", "networks.data.kind", "data: {kind", "For example"),
    ("kind: vpc, account: data, cidr", "account: data, cidr", "networks.data.kind", "  data: {account", "For example"),
    ("account: data, cidr: 10.200.0.0/16", "account: data", "networks.data.cidr", "data: {kind", "10.100.0.0/16"),
    ("cidr: 10.200.0.0/16", "cidr: 10.200.0.1/16", "networks.data.cidr", "data: {kind", "Did you mean 10.200.0.0/16?"),
    ("cidr: 10.200.0.0/16", "cidr: 10.200.0.0/29", "networks.data.cidr", "data: {kind", "/16 to /28"),
    ("cidr: 10.200.0.0/16", "cidr: 10.120.128.0/17", "networks.data.cidr", "data: {kind", "'lob-b'"),
    ("cidr: 10.200.0.0/16", "cidr: 192.168.0.0/16", "networks.data.cidr", "data: {kind", "'office'"),
    ("kind: vpc, account: data,", "kind: vpc, account: date,", "networks.data.account", "data: {kind", "Did you mean data?"),
    ("kind: vpc, account: lob-b", "kind: vpc, account: data", "domains.fraud.network", "fraud: {lob", "Networks there: none yet"),
    ("https://idp", "http://idp", "idps.corporate.issuer", "corporate: {kind", "https://"),
    ("https://idp.acme.example/pool", "https://idp acme", "idps.corporate.issuer", "corporate: {kind", "cognito-idp"),
    ("metadata: saml/workforce.xml", "issuer: x", None, "workforce:", ""),
    ("lob-b: {account: lob-b", "lob-b: {account: lob-a", None, "", ""),
    ("lob-b: {account: lob-b", "lob-b: {account: lob-c", None, "", ""),
    ("ml-lob-b", "ml-lob-a", "lobs.lob-b.groups[0]", "lob-b: {account", "once"),
    ("forecasting: {lob: lob-a", "forecasting: {lob: lob-c", "domains.forecasting.lob", "forecasting: {lob", "add lobs.lob-c"),
    ("opens_from: [office, lob-a]", "opens_from: [office, internet]", "domains.pricing.opens_from[1]", "pricing:", "VPN"),
    ("opens_from: [office, lob-a]", "opens_from: [offce]", "domains.pricing.opens_from[0]", "pricing:", "Did you mean office?"),
    ("opens_from: [office, lob-a]", "opens_from: office", "domains.pricing.opens_from", "pricing:", '["office"]'),
    ("url_expires_s: 20", "url_expires_s: 301", "domains.forecasting.url_expires_s", "forecasting: {lob", "From 5 to 300"),
    ("url_expires_s: 20", "url_expires_s: true", "domains.forecasting.url_expires_s", "forecasting: {lob", "From 5 to 300"),
    ("url_expires_s: 20", "session_s: 60", "domains.forecasting.session_s", "forecasting: {lob", "From 1800 to 43200"),
    ("url_expires_s: 20", "landing: JupyterLab", "domains.forecasting.landing", "forecasting: {lob", "app:JupyterLab:"),
    ("  newcomer:", "  USER-LOB-A:", "people.USER-LOB-A", "USER-LOB-A", "otherwise"),
    ("  newcomer:", "  a*b:", "people.a*b", "a*b", "another name"),
    ("  newcomer:", "  healthz:", "people.healthz", "healthz", "another sign-in name"),
    ("profile: ada,", "profile: user-lob-a,", "people.ada.lovelace@acme.example.profile", "ada.lovelace", "of their own"),
    ("profile: ada,", "profile: ada.lovelace,", "people.ada.lovelace@acme.example.profile", "ada.lovelace", "profile: ada"),
    ("profile: ada,", "profile: a,", "people.ada.lovelace@acme.example.profile", "ada.lovelace", "two characters"),
    (" profile: ada,", "", "people.ada.lovelace@acme.example.profile", "ada.lovelace", "profile: ada-lovelace"),
    ("idp: corporate}", "idp: corporat}", "people.ada.lovelace@acme.example.idp", "ada.lovelace", "Did you mean corporate?"),
    ("account: data, network: data, cluster", "account: lob-a, network: data, cluster", "warehouses.sales.network", "sales:", "Networks there: lob-a"),
    ("profile: ada,", "profile: ada, administrator: maybe,", "people.ada.lovelace@acme.example.administrator", "ada.lovelace", "true or false"),
    ("profile: ada,", "profile: ada, administrator: [],", "people.ada.lovelace@acme.example.administrator", "ada.lovelace", "true or false"),
    ("cluster: sales, ", "", "warehouses.sales", "sales:", "workgroup"),
    ("readers: {lob-a:", "readers: {lob-z:", "warehouses.sales.readers.lob-z", "sales:", "Use one of: lob-a, lob-b"),
    ("domains: [forecasting]", "domains: [forecast]", "images.lab.domains[0]", "lab:", "Did you mean forecasting?"),
    ("lob: lob-a, open: fraud", "lob: lob-x, open: fraud", "invariants[1].never.lob", "lob-x, open", "lob-a"),
    ("lob: lob-a, open: fraud", "lob: lob-a, open: fraude", "invariants[1].never.open", "open: fraude", "Did you mean fraud?"),
    ("from: internet, open", "from: intranet, open", "invariants[0].never.from", "from: intranet", "Use one of: office"),
    ("person: guest", "person: gues", "invariants[2].never.person", "person: gues", "Did you mean guest?"),
    ("  - {never: {from: internet", "  - {always: {from: internet", None, "", ""),
]  # fmt: skip


@pytest.mark.parametrize(
    ("wanted", "written", "where", "on", "fix"), [row for row in WRONG if row[2]]
)
def test_one_mistake_is_one_complaint_with_its_key_its_line_and_its_fix(
    wanted: str, written: str, where: str, on: str | None, fix: str
) -> None:
    assert SOUND.count(wanted) == 1
    text = SOUND.replace(wanted, written)

    (found,) = problems(text)

    assert found.where == where
    assert found.line == (line_of(text, on) if on else None)
    assert fix in found.remedy or fix in found.what


@pytest.mark.parametrize(("wanted", "written"), [row[:2] for row in WRONG if not row[2]])
def test_one_mistake_that_breaks_several_things_names_each(wanted: str, written: str) -> None:
    found = problems(SOUND.replace(wanted, written))

    assert len(found) > 1
    assert all(problem.remedy for problem in found)


def test_every_problem_is_reported_at_once_in_the_order_of_the_file() -> None:
    text = (
        SOUND.replace("cidr: 10.0.0.0/16", "cidr: nonsense")
        .replace("environment: demo", "environment: live")
        .replace("opens_from: [office, lob-a]", "opens_from: [offce]")
        .replace("lob: lob-a, open: fraud", "lob: lob-a, open: fraude")
        .replace("  guest: {idp: [corporate]}", "  guest: {age: 7}")
    )

    assert [problem.where for problem in problems(text)] == [
        "environment",
        "networks.hub.cidr",
        "domains.pricing.opens_from[0]",
        "people.guest.age",
        "invariants[1].never.open",
    ]


def test_a_name_that_points_at_an_unreadable_entry_is_not_a_second_problem() -> None:
    text = SOUND.replace(
        "{kind: corporate, cidrs: [192.168.10.0/24]", "{kind: corporate, cidrs: [x]"
    )

    assert [problem.where for problem in problems(text)] == ["networks.office.cidrs[0]"]


def test_a_section_that_is_missing_is_one_problem_and_not_one_for_each_name() -> None:
    without = SOUND.replace("accounts:", "acounts:")

    assert [problem.where for problem in problems(without)] == ["acounts", "accounts"]


def test_a_section_left_empty_says_what_to_write() -> None:
    head, _, tail = SOUND.partition("images:\n")
    text = (
        head
        + "images:\n"
        + tail.replace("  lab: {kind: jupyterlab, domains: [forecasting]}\n", "")
    )

    (found,) = problems(text)

    assert (found.where, found.what) == ("images", "must be a mapping of keys to values")
    assert "leave the key out" in found.remedy


def test_a_key_that_is_there_twice_names_both_lines() -> None:
    text = SOUND.replace("  guest: {idp: [corporate]}", "  user-lob-b: {}").replace(
        "person: guest, ", ""
    )

    (found,) = problems(text)

    assert found.where == "people.user-lob-b"
    first = line_of(text, "user-lob-b: {lob")
    assert (found.line, found.what) == (
        first + 2,
        f"is here a second time; first on line {first}",
    )


def test_names_are_text_whatever_they_look_like() -> None:
    landscape = read(
        SOUND.replace("  newcomer:", "  0123:").replace("person: guest", 'person: "0123"')
    )

    assert "0123" in landscape.people


SECRET = "Tr0ub4dor-and-3"


@pytest.mark.parametrize(
    "written",
    [
        pytest.param(f"guest: {{demo_password: [{SECRET}]}}", id="not a text"),
        pytest.param(f"guest: {{demo_pasword: {SECRET}}}", id="a key that is not known"),
        pytest.param(f"guest: {{demo_password: *{SECRET}}}", id="an alias by accident"),
        pytest.param(f"guest: {{demo_password: !{SECRET} x}}", id="a tag by accident"),
        pytest.param(f"guest: {{demo_password: !{SECRET}!x}}", id="a tag handle by accident"),
        pytest.param(f"guest: {{demo_password: &{SECRET} x}}", id="an anchor by accident"),
        pytest.param(f"guest: {{demo_password: {SECRET}: x: y}}", id="a colon by accident"),
        pytest.param(f"guest: {{demo_password: '{SECRET}}}", id="a quote not closed"),
        pytest.param(
            f"guest: {{lob: lob-a, demo_password: {SECRET}}}\nenvironment: dev", id="twice"
        ),
        pytest.param(f"guest: {SECRET}", id="in the place of the person"),
        pytest.param(f"guest: {{profile: {SECRET}.}}", id="in the place of the profile"),
    ],
)
def test_no_complaint_repeats_a_password(written: str) -> None:
    with pytest.raises(LandscapeError) as refused:
        read(SOUND.replace("guest: {idp: [corporate]}", written))

    shown: list[str] = []
    error: BaseException | None = refused.value
    while error is not None:
        shown.append(f"{error!s} {error!r}")
        error = error.__cause__ or error.__context__
    assert SECRET not in " ".join(shown)


@pytest.mark.parametrize("environment", ["dev", "test", "prod"])
def test_s2_27_a_demo_password_is_refused_outside_the_demo(environment: str) -> None:
    (found,) = problems(SOUND.replace("environment: demo", f"environment: {environment}"))

    assert found.where == "people.user-lob-a.demo_password"
    assert "UserLobA1!" not in str(found) + found.remedy


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("", None, "no keys"),
        ("# only a remark\n", None, "no keys"),
        ("- name: acme\n", 1, "not a mapping"),
        ("acme\n", 1, "not a mapping"),
        ("name: acme\n\tregion: x\n", 2, "tab"),
        ("name: acme\nregion: a: b\n", 2, "colon"),
        ("name: acme\nlobs: {a: {account: b}\nx: y\n", 2, "not closed"),
        ("name: acme\nregion: 'eu-west-1\nx: y\n", 2, "quote"),
        ("lobs:\n  a: {}\n b: {}\n", 3, "indentation"),
        ("name: &x acme\n", 1, "anchor"),
        ("name: acme\nregion: *x\n", 2, "anchor"),
        ("name: !!python/name:os.system acme\n", 1, "tag"),
        ("name: acme\n---\nname: other\n", 3, "second document"),
        ("name: acme\n---\n", 3, "second document"),
        ("name: acme\nname: {? [a] : b}\n", 2, "a second time"),
        ("name: acme\nregion: \x00\n", 2, "cannot hold"),
        ("? [a, b]\n: c\n", 1, "not a word"),
    ],
)  # fmt: skip
def test_what_is_not_a_mapping_in_plain_yaml_is_refused_on_its_line(
    text: str, line: int | None, what: str
) -> None:
    found = problems(text)[0]

    assert found.line == line
    assert what in found.what


@pytest.mark.parametrize("opening", ["[", "{a: ", "? ", "- "])
def test_a_file_nested_too_deeply_is_refused_and_not_built(opening: str) -> None:
    (found,) = problems("x:\n  " + opening * 50_000)

    assert "nested too deeply" in found.what
    assert len(problems("x: " + "[" * (DEEPEST - 2) + "]" * (DEEPEST - 2))) > 1


def test_a_file_larger_than_a_mebibyte_is_refused_unread() -> None:
    (found,) = problems("# " + "é" * (LARGEST_BYTES // 2))

    assert "1 MiB" in found.what


def test_an_alias_bomb_is_refused_at_its_first_anchor() -> None:
    bomb = "a: &a [x, x]\n" + "".join(
        f"{n}: &{n} [*{m}, *{m}]\n" for m, n in zip("abcde", "bcdef", strict=True)
    )

    (found,) = problems(bomb)

    assert found.line == 1


def test_a_hundred_accounts_are_read_whatever_their_order() -> None:
    lines = [f'  extra-{n}: "{555000000000 + n}"\n' for n in range(100)]
    random.Random(7).shuffle(lines)  # noqa: S311 - an order, not a secret

    landscape = read(SOUND.replace("accounts:\n", "accounts:\n" + "".join(lines)))

    assert len(landscape.accounts) == 104


@pytest.mark.parametrize(
    "issuer",
    ["http://localhost:8410/pool", "http://127.0.0.1:8410/pool", "http://[::1]:8410/pool"],
)
def test_an_issuer_on_this_machine_may_do_without_https(issuer: str) -> None:
    text = SOUND.replace("https://idp.acme.example/pool", issuer)

    assert read(text).idps["corporate"].kind == "oidc"


@pytest.mark.parametrize(
    "issuer",
    [
        "http://localhost.evil.example/",
        "http://127.0.0.1.evil.example/",
        "http://localhost@evil.example/",
        "http://10.0.0.1/",
        "https://",
        "http://[::1",
    ],
)
def test_an_issuer_that_only_looks_local_may_not(issuer: str) -> None:
    text = SOUND.replace("https://idp.acme.example/pool", issuer)

    assert [problem.where for problem in problems(text)] == ["idps.corporate.issuer"]


def test_a_profile_left_out_is_the_sign_in_name_where_that_can_be_one() -> None:
    landscape = read(SOUND)

    assert landscape.profile_of("user-lob-a") == "user-lob-a"
    assert landscape.profile_of("ada.lovelace@acme.example") == "ada"
    assert landscape.profile_of("guest") is None


def test_two_people_of_two_lobs_may_have_one_profile_name() -> None:
    landscape = read(SOUND.replace("profile: ada,", "profile: user-lob-b,"))

    assert landscape.profile_of("ada.lovelace@acme.example") == "user-lob-b"


@pytest.mark.parametrize("code", ['"\\ud800"', '"\\ud83d\\ude00"', '{"\\udfff": x}'])
def test_half_a_character_is_refused_on_its_line(code: str) -> None:
    (found,) = problems(SOUND.replace("guest: {idp: [corporate]}", f"guest: {code}"))

    assert found.what == "there is a character that text cannot hold"
    assert found.line == line_of(SOUND, "guest: {idp: [corporate]}")


def test_a_lob_cannot_live_in_the_account_of_the_gateway() -> None:
    text = SOUND.replace("  lob-b: {account: lob-b,", "  lob-b: {account: shared-services,")

    found = {problem.where: problem for problem in problems(text)}

    assert set(found) == {"lobs.lob-b.account", "domains.fraud.network"}
    assert "account of the gateway" in found["lobs.lob-b.account"].what


def test_a_network_cannot_be_called_internet() -> None:
    text = SOUND.replace("  data: {kind: vpc", "  internet: {kind: vpc").replace(
        "network: data, cluster", "network: internet, cluster"
    )

    (found,) = problems(text)

    assert (found.where, found.line) == ("networks.internet", line_of(text, "internet: {kind"))


def test_a_gateway_that_cannot_be_read_is_not_taken_to_be_where_it_would_be_by_default() -> (
    None
):
    text = SOUND.replace("  hub: {kind", "  centre: {kind").replace(
        "gateway: {network: hub}", "gateway: {netwrk: centre}"
    )

    assert [problem.where for problem in problems(text)] == ["gateway.netwrk"]
