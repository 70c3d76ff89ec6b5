"""What providers publish: whom it makes known, how long, and what may follow from it."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID

from studiogate.aws.wire.call import NoAnswer, WireAnswer, WireRequest
from studiogate.errors import (
    AwsError,
    Invalid,
    NotSignedIn,
    NotThere,
    StudioGateError,
    Unreachable,
)
from studiogate.foundation.directory import Item
from studiogate.gateway.providers import SamlSettings
from studiogate.gateway.saml.documents import TableDocuments
from studiogate.gateway.saml.metadata import LARGEST_METADATA, Unusable, fingerprint, read
from studiogate.gateway.saml.refresh import PublishedDocuments, accepted
from studiogate.gateway.saml.trust import Trust
from studiogate.gateway.signin.cookie import Sealer
from studiogate.gateway.signin.copies import Shelf
from studiogate.gateway.told import Secret
from tests.kit.gateway import NOW, Clock, aws_error
from tests.kit.marks import MemoryMarks
from tests.kit.saml_idp import AUDIENCE, ENTITY, EPOCH, FAR, METADATA, PLACE, SSO, SamlIdp
from tests.kit.saml_room import MemoryDocuments

IDP = SamlIdp(lambda: NOW)
OLD, NEW = (SamlIdp(lambda: NOW, key=name) for name in ("old", "new"))
WORKFORCE = SamlSettings(name="workforce", audience=AUDIENCE)


def ec_certificate(curve: ec.EllipticCurve) -> x509.Certificate:
    key = ec.generate_private_key(curve)
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "ec")])
    made = x509.CertificateBuilder(who, who, key.public_key(), 1001, EPOCH, FAR)
    return made.sign(key, SHA256())


def test_metadata_names_the_provider_its_places_and_all_its_certificates() -> None:
    certificates = OLD.certificate(), NEW.certificate(), OLD.certificate()

    found = read(IDP.metadata(*certificates))

    assert (found.entity_id, found.sso_redirect, found.sso_post) == (ENTITY, SSO, SSO)
    assert found.usable(NOW) == certificates[:2]
    assert found.valid_until is None


def test_comments_and_other_roles_of_the_same_entity_are_passed_over() -> None:
    document = IDP.metadata().replace(
        b"<md:IDPSSODescriptor",
        b'<!-- made by hand --><md:SPSSODescriptor protocolSupportEnumeration="x"/><md:IDPSSODescriptor',
        1,
    )

    assert read(document).entity_id == ENTITY


def test_one_provider_in_a_list_is_found_and_two_are_refused() -> None:
    lists = [
        f'<md:EntitiesDescriptor xmlns:md="{METADATA}">{"".join(inside)}</md:EntitiesDescriptor>'
        for inside in ([IDP.metadata().decode()], [IDP.metadata().decode()] * 2)
    ]

    assert read(lists[0].encode()).entity_id == ENTITY
    with pytest.raises(Unusable, match="describes 2 SAML"):
        read(lists[1].encode())


@pytest.mark.parametrize(
    ("document", "why"),
    [
        pytest.param(b"", "empty", id="empty"),
        pytest.param(b"x" * (LARGEST_METADATA + 1), "over", id="large"),
        pytest.param(b"<a>", "saml-xml", id="not xml"),
        pytest.param(b"<!DOCTYPE a><a/>", "saml-doctype", id="doctype"),
        pytest.param(b"<a/>", "not SAML 2.0 metadata", id="something else"),
        pytest.param(IDP.metadata(more=' WantAuthnRequestsSigned="true"'), "wants requests signed", id="signed requests"),
        pytest.param(IDP.metadata(more=' WantAuthnRequestsSigned="maybe"'), "wants requests signed", id="unknown wish"),
        pytest.param(IDP.metadata(more=' validUntil="tomorrow"'), "validUntil", id="no time"),
        pytest.param(IDP.metadata(sso="http://idp.acme.example/sso"), "not an https URL", id="plain http"),
        pytest.param(IDP.metadata(sso="javascript:alert(1)"), "not an https URL", id="javascript"),
        pytest.param(replace(IDP, entity="").metadata(), "no entity id", id="no name"),
        pytest.param(replace(IDP, bits=1024).metadata(), "no certificate", id="a weak key"),
        pytest.param(IDP.metadata(ec_certificate(ec.SECP521R1())), "no certificate", id="another curve"),
        pytest.param(IDP.metadata().replace(b"X509Certificate>MII", b"X509Certificate>!!!"), "no certificate", id="no base64"),
        pytest.param(IDP.metadata().replace(b'use="signing"', b'use="encryption"'), "no certificate", id="for encryption"),
        pytest.param(IDP.metadata().replace(b"2.0:protocol", b"1.1:protocol"), "0 SAML 2.0", id="saml 1.1"),
    ],
)  # fmt: skip
def test_metadata_that_a_provider_cannot_be_known_by_is_refused_with_its_reason(
    document: bytes, why: str
) -> None:
    with pytest.raises(Unusable, match=why):
        read(document)


def test_one_bad_certificate_leaves_the_others() -> None:
    weak, good = replace(IDP, bits=1024).certificate(), ec_certificate(ec.SECP256R1())

    assert read(IDP.metadata(weak, good)).usable(NOW) == (good,)


def test_a_certificate_and_a_document_count_within_their_dates() -> None:
    hour = timedelta(hours=1)
    certificate = IDP.certificate(since=NOW - hour, until=NOW + hour)
    found = read(IDP.metadata(certificate))
    document = read(IDP.metadata(more=f' validUntil="{(NOW + hour).isoformat()}"'))

    counts = [bool(found.usable(NOW + at * hour)) for at in (-2, -1, 0, 1, 2)]

    assert counts == [False, True, True, True, False]
    assert [bool(document.usable(NOW + at * hour)) for at in (0, 1)] == [True, False]


def signed_by(idp: SamlIdp, document: bytes) -> bytes:
    """`document` with the signature of `idp`, where metadata has one: first of all."""
    text = document.decode().replace(" entityID=", ' ID="_m" entityID=', 1)
    first, _, rest = text.partition("><md:IDPSSODescriptor")
    return idp.signed(f"{first}>{PLACE}<md:IDPSSODescriptor{rest}").encode()


def test_a_new_certificate_counts_if_one_that_counts_already_says_so() -> None:
    kept, both = OLD.metadata(), OLD.metadata(OLD.certificate(), NEW.certificate())

    found = accepted(kept, signed_by(OLD, both), NOW)

    assert found.prints == {fingerprint(idp.certificate()) for idp in (OLD, NEW)}


@pytest.mark.parametrize(
    ("fetched", "why"),
    [
        pytest.param(NEW.metadata(), "not signed", id="new certificate"),
        pytest.param(signed_by(NEW, NEW.metadata()), "nobody we know", id="signed by the new one"),
        pytest.param(OLD.metadata(sso="https://evil.example/sso"), "not signed", id="another place"),
        pytest.param(replace(OLD, entity="https://other.example").metadata(), "another name", id="another name"),
        pytest.param(OLD.metadata(more=' validUntil="2029-12-31T00:00:00Z"'), "is over", id="over"),
        pytest.param(signed_by(OLD, OLD.metadata(NEW.certificate())).replace(b"/sso", b"/oss"), "nobody we know", id="changed after"),
        pytest.param(b"<html/>", "not SAML 2.0 metadata", id="an error page"),
    ],
)  # fmt: skip
def test_what_does_not_follow_from_what_is_known_is_not_followed(
    fetched: bytes, why: str
) -> None:
    with pytest.raises(Unusable, match=why):
        accepted(OLD.metadata(), fetched, NOW)


def test_a_certificate_may_go_without_anybodys_signature() -> None:
    kept = OLD.metadata(OLD.certificate(), NEW.certificate())

    assert accepted(kept, NEW.metadata(), NOW).prints == {fingerprint(NEW.certificate())}


class Publisher:
    """A transport to one page; `answers` are given one after the other, the last for ever."""

    def __init__(self, *answers: bytes | int | None) -> None:
        self.answers = list(answers)
        self.asked: list[WireRequest] = []

    async def send(self, request: WireRequest) -> WireAnswer:
        self.asked.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if answer is None:
            raise NoAnswer("nobody")
        if isinstance(answer, int):
            return WireAnswer(answer, {"location": "https://evil.example"}, b"")
        return WireAnswer(200, {}, answer)

    async def close(self) -> None:
        return


PUBLISHES = {"workforce": replace(WORKFORCE, metadata_url="https://idp.acme.example/metadata")}


def shelf(clock: Clock, marks: MemoryMarks | None = None, key: bytes = b"k" * 32) -> Shelf:
    """Where those who have followed leave a copy."""
    return Shelf(marks or MemoryMarks(clock), Sealer((Secret(key),)), clock)


def published(
    clock: Clock, *answers: bytes | int | None, left: Shelf | None = None
) -> tuple[PublishedDocuments, Publisher]:
    """The metadata of an idp that administrators know by the key `old`, carried on."""
    publisher = Publisher(*answers)
    entered = MemoryDocuments({"workforce": OLD.metadata()})
    return (
        PublishedDocuments(entered, PUBLISHES, publisher, left or shelf(clock)),
        publisher,
    )


async def test_published_metadata_is_followed_step_by_step(
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock = Clock()
    both = signed_by(OLD, OLD.metadata(OLD.certificate(), NEW.certificate()))
    new = signed_by(NEW, NEW.metadata())
    documents, publisher = published(clock, both, new)

    first = await documents.document("workforce")
    clock.forward(hours=24)
    second = await documents.document("workforce")

    assert (first, second) == (both, new)
    assert [asked.method for asked in publisher.asked] == ["GET", "GET"]
    assert caplog.text.count("has published other metadata") == 2


BOTH = signed_by(OLD, OLD.metadata(OLD.certificate(), NEW.certificate()))
LAST = signed_by(NEW, NEW.metadata())


@pytest.mark.parametrize("answer", [LAST, None], ids=["published", "the provider is down"])
async def test_whoever_starts_after_the_last_step_of_a_roll_over_has_what_others_followed(
    answer: bytes | None,
) -> None:
    clock = Clock()
    left = shelf(clock)
    warm, _ = published(clock, BOTH, LAST, left=left)
    await warm.document("workforce")
    clock.forward(hours=24)
    await warm.document("workforce")
    clock.forward(days=89)

    cold, _ = published(clock, answer, left=left)
    alone, _ = published(clock, answer)

    assert await cold.document("workforce") == LAST
    assert await alone.document("workforce") == OLD.metadata()


@pytest.mark.parametrize("others", [[BOTH], [BOTH, LAST]], ids=["the step before", "as far"])
async def test_whoever_slept_through_a_step_goes_on_from_where_others_are(
    others: list[bytes],
) -> None:
    clock = Clock()
    marks = MemoryMarks(clock)
    asleep, _ = published(clock, OLD.metadata(), LAST, left=shelf(clock, marks))
    awake, _ = published(clock, *others, left=shelf(clock, marks))
    assert await asleep.document("workforce") == OLD.metadata()
    for _ in others:
        await awake.document("workforce")
        clock.forward(hours=24)

    assert await asleep.document("workforce") == LAST


async def test_a_certificate_that_was_let_go_of_does_not_come_back_by_a_copy() -> None:
    clock = Clock()
    left = shelf(clock)
    evil = SamlIdp(lambda: NOW, key="evil").certificate()
    stolen = signed_by(OLD, OLD.metadata(OLD.certificate(), evil))
    ahead, _ = published(clock, BOTH, LAST, stolen, left=left)
    behind, _ = published(clock, BOTH, left=left)
    found = [await ahead.document("workforce")]
    clock.forward(hours=24)
    found.append(await ahead.document("workforce"))
    await behind.document("workforce")
    clock.forward(hours=24)

    found.append(await ahead.document("workforce"))

    assert found == [BOTH, LAST, LAST]


async def test_what_others_followed_counts_for_what_was_entered_and_from_us_alone() -> None:
    clock = Clock()
    marks = MemoryMarks(clock)
    followed, _ = published(clock, BOTH, left=shelf(clock, marks))
    assert await followed.document("workforce") == BOTH

    (key,) = marks.there
    elsewhere = MemoryDocuments({"workforce": NEW.metadata()})
    anew = PublishedDocuments(elsewhere, PUBLISHES, Publisher(None), shelf(clock, marks))
    stranger, _ = published(clock, None, left=shelf(clock, marks, b"x" * 32))
    assert await anew.document("workforce") == NEW.metadata()
    assert await stranger.document("workforce") == OLD.metadata()

    evil = SamlIdp(lambda: NOW, key="evil").metadata().decode()
    tag, at, _ = marks.there[key].value.split("\n", 2)
    marks.there[key] = replace(marks.there[key], value=f"{tag}\n{at}\n{evil}")
    fooled, _ = published(clock, None, left=shelf(clock, marks))
    assert await fooled.document("workforce") == OLD.metadata()


async def test_a_table_without_an_answer_costs_nobody_what_was_entered() -> None:
    clock = Clock()
    marks = MemoryMarks(clock)
    marks.fails = aws_error(Unreachable, "dynamodb:BatchGetItem")
    documents, _ = published(clock, BOTH, left=shelf(clock, marks))

    assert await documents.document("workforce") == BOTH


async def test_what_is_entered_and_no_more_is_never_copied() -> None:
    clock = Clock()
    marks = MemoryMarks(clock)
    for answer in (OLD.metadata(), NEW.metadata(), b"<html/>"):
        documents, _ = published(clock, answer, left=shelf(clock, marks))
        await documents.document("workforce")

    assert marks.there == {}


@pytest.mark.parametrize(
    "answer",
    [None, 302, 404, 500, b"", b"x" * (LARGEST_METADATA + 1), b"<html/>", NEW.metadata()],
)
async def test_what_is_known_stays_when_nothing_better_is_published(
    answer: bytes | int | None, caplog: pytest.LogCaptureFixture
) -> None:
    documents, publisher = published(Clock(), answer)

    found = [await documents.document("workforce") for _ in range(3)]

    assert found == [OLD.metadata()] * 3
    assert len(publisher.asked) == 1
    assert len(caplog.records) == 1
    assert "evil.example" not in caplog.text


async def test_what_an_administrator_enters_anew_is_where_trust_begins_again() -> None:
    entered = MemoryDocuments({"workforce": OLD.metadata()})
    documents = PublishedDocuments(
        entered, PUBLISHES, Publisher(NEW.metadata()), shelf(Clock())
    )
    before = await documents.document("workforce")

    entered.documents["workforce"] = NEW.metadata()

    assert (before, await documents.document("workforce")) == (OLD.metadata(), NEW.metadata())


class Rows:
    """One table in memory; `fails` is raised in place of an answer."""

    def __init__(self, **rows: Any) -> None:
        self.rows = rows
        self.asked = 0
        self.fails: StudioGateError | None = None

    async def get_item(self, table: str, key: Item) -> Item | None:
        assert table == "studiogate-idps"
        self.asked += 1
        if self.fails is not None:
            raise self.fails
        row: Item | None = self.rows.get(key["PK"]["S"])
        return row


async def test_a_row_is_read_anew_once_a_minute_and_outlives_the_table_for_a_day() -> None:
    clock, rows = Clock(), Rows(workforce={"METADATA": {"S": "<one/>"}})
    documents = TableDocuments(rows, clock)
    found = [await documents.document("workforce") for _ in range(3)]
    rows.rows["workforce"] = {"METADATA": {"S": "<two/>"}}
    clock.forward(seconds=60)
    found.append(await documents.document("workforce"))
    rows.fails = aws_error(Unreachable, "dynamodb:GetItem")
    clock.forward(hours=23)
    found.append(await documents.document("workforce"))

    clock.forward(hours=1)

    assert found == [b"<one/>"] * 3 + [b"<two/>"] * 2
    assert rows.asked == 3
    with pytest.raises(Unreachable):
        await documents.document("workforce")


async def test_a_row_that_is_gone_is_gone_within_the_minute() -> None:
    clock, rows = Clock(), Rows(workforce={"METADATA": {"S": "<one/>"}})
    documents = TableDocuments(rows, clock)
    await documents.document("workforce")
    rows.rows.clear()
    clock.forward(seconds=60)

    with pytest.raises(NotThere):
        await documents.document("workforce")


async def test_a_row_without_metadata_is_not_an_absent_one() -> None:
    documents = TableDocuments(Rows(workforce={"METADATA": {"N": "1"}}), Clock())

    with pytest.raises(Invalid):
        await documents.document("workforce")


def trust(clock: Clock, **documents: bytes) -> Trust:
    idps = {name: replace(WORKFORCE, name=name) for name in documents}
    return Trust(idps, MemoryDocuments(documents), clock)


async def test_whoever_issues_is_known_by_entity_id() -> None:
    other = replace(IDP, entity="https://other.example", key="other")
    known = trust(Clock(), workforce=IDP.metadata(), partner=other.metadata())

    assert (await known.issuing("https://other.example")).settings.name == "partner"
    with pytest.raises(NotSignedIn) as refused:
        await known.issuing("https://evil.example")
    assert refused.value.recorded == "saml-provider"


async def test_two_providers_of_one_name_vouch_for_nobody() -> None:
    with pytest.raises(NotSignedIn):
        await trust(Clock(), one=IDP.metadata(), two=IDP.metadata()).issuing(ENTITY)


async def test_a_provider_that_cannot_be_read_is_a_failure_only_for_who_may_be_it() -> None:
    known = trust(Clock(), broken=b"<a/>", workforce=IDP.metadata())

    assert (await known.issuing(ENTITY)).settings.name == "workforce"
    with pytest.raises(AwsError):
        await known.issuing("https://other.example")


@pytest.mark.parametrize(("days", "warned"), [(31, 0), (29, 1)])
async def test_what_ends_within_a_month_is_warned_of_once_a_day(
    days: int, warned: int, caplog: pytest.LogCaptureFixture
) -> None:
    clock = Clock()
    ends: datetime = NOW + timedelta(days=days, hours=1)
    known = trust(clock, workforce=IDP.metadata(IDP.certificate(until=ends)))

    for _ in range(3):
        await known.named("workforce")

    assert caplog.text.count("ends on") == warned
    clock.forward(days=2)
    await known.named("workforce")
    assert caplog.text.count("ends on") == warned + 1


async def test_other_certificates_than_before_are_said_aloud(
    caplog: pytest.LogCaptureFixture,
) -> None:
    documents = MemoryDocuments({"workforce": OLD.metadata()})
    known = Trust({"workforce": WORKFORCE}, documents, Clock())
    await known.named("workforce")
    documents.documents["workforce"] = OLD.metadata(OLD.certificate(), NEW.certificate())

    await known.named("workforce")

    assert fingerprint(NEW.certificate()) in caplog.text
    assert "gone none" in caplog.text
