"""S1, a person's way: from a notebook to a warehouse in another account, in one's own name."""

import json
from collections.abc import Callable, Iterator

import pytest
from botocore.exceptions import ClientError
from playwright.sync_api import Browser

from tests.kit.browser import browsing
from tests.kit.notebook import Notebook, notebook
from tests.kit.organisation import Organisation
from tests.kit.sales import CONNECT, DATA_API, PUBLISHED, Sales
from tests.kit.waiting import awaited

pytestmark = pytest.mark.browser

ADA = "ada.lovelace@acme.example"
"""Whose profile is called `ada`: no test of another file reads a warehouse as she does."""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browsing() as browser:
        yield browser


@pytest.fixture(scope="module")
def ada(acme: Organisation, chromium: Browser) -> Iterator[Notebook]:
    with notebook(acme, chromium, ADA) as one:
        one.run(CONNECT)
        yield one


@pytest.fixture(scope="module")
def bob(acme: Organisation, chromium: Browser) -> Iterator[Notebook]:
    with notebook(acme, chromium, "user-lob-b") as one:
        one.run(CONNECT)
        yield one


@pytest.fixture(scope="module")
def sales(acme: Organisation) -> Sales:
    return Sales(acme)


def test_s1_11_s1_31_s1_34_each_person_queries_as_a_database_user_of_their_own(
    ada: Notebook, bob: Notebook
) -> None:
    asked = (
        'sales.read("select current_user as me, count(*) as n from users").to_dict("records")'
    )

    assert "'me': 'ada'" in ada.run(asked)
    assert "'me': 'user-lob-b'" in bob.run(asked)


def test_s1_28_the_library_is_there_because_of_the_lifecycle_configuration(
    ada: Notebook,
) -> None:
    where = ada.run("import studiogate; print(studiogate.__file__)")

    assert "/site-packages/studiogate/" in where
    assert "src/studiogate" not in where


def test_s1_29_s1_32_s1_34_the_published_notebook_works_as_it_was_printed(
    ada: Notebook,
) -> None:
    ada.run(PUBLISHED)

    seen = ada.run(
        "con_redshift = connected()\n"
        'frame = wr.redshift.read_sql_query(sql="SELECT * FROM users", con=con_redshift)\n'
        'cursor = con_redshift.cursor(); cursor.execute("select current_user")\n'
        'print(len(frame), "rows for", cursor.fetchone()[0])'
    )

    assert seen == "2000 rows for ada"


def test_s1_14_another_persons_database_user_is_refused_in_awss_words(ada: Notebook) -> None:
    ada.run(PUBLISHED)

    seen = ada.run('connected("user-lob-b")')

    assert "AccessDenied" in seen
    assert "redshift:GetClusterCredentials" in seen
    assert "dbuser:sales/user-lob-b" in seen


def test_s1_16_f_60_a_group_that_is_not_listed_is_refused(ada: Notebook) -> None:
    ada.run(PUBLISHED)

    seen = ada.run('connected("ada", ["administrators"])')

    assert "AccessDenied" in seen
    assert "redshift:JoinGroup" in seen


def test_s1_33_a_table_is_read_after_its_grant_and_not_before(
    ada: Notebook, sales: Sales
) -> None:
    ask = 'print(len(sales.read("select * from margins limit 3")))'

    before = ada.run(ask)
    sales.run('grant select on table margins to "ada"')
    after = ada.run(ask)
    sales.run('revoke select on table margins from "ada"')
    again = ada.run(ask)

    assert "permission denied for relation margins" in before
    assert 'GRANT SELECT ON TABLE "public"."margins" TO "ada"' in before
    assert after == "3"
    assert "permission denied for relation margins" in again


def test_s1_24_s1_25_without_a_route_nothing_gets_there_and_the_notebook_says_so(
    ada: Notebook, sales: Sales
) -> None:
    fresh = 'print(warehouse.connect("sales").read("select 1 as one")["one"][0])'

    with sales.no_route_from("lob-a"):
        lost = ada.run(fresh)
    found = ada.run(fresh)

    assert "route" in lost
    assert "studiogate doctor" in lost
    assert found == "1"


def test_s1_17_f_61_statements_of_the_data_api_are_their_owners_alone(
    ada: Notebook, bob: Notebook
) -> None:
    begun = ada.run(DATA_API + 'print(asked(reader("ada")))')
    shared = (
        DATA_API + f'data = reader("user-lob-b")\nprint(data.describe_statement(Id="{begun}"))'
    )

    assert len(begun) == 36
    assert "AccessDenied" in bob.run(shared)
    assert "AccessDenied" in ada.run(DATA_API + 'asked(reader("RedshiftSession"))')


def test_s1_20_s1_36_the_log_of_statements_carries_the_person(
    acme: Organisation, ada: Notebook, sales: Sales
) -> None:
    ada.run('sales.read("select 4711 as seen_in_the_log")')

    (line,) = sales.logged("4711 as seen_in_the_log")
    handed = [
        one for one in acme.calls() if one.get("action") == "redshift:GetClusterCredentials"
    ]

    assert line["user"] == "ada"
    assert line["source_identity"] == "ada"
    assert "ada" in {one["source_identity"] for one in handed}
    assert json.dumps(line).count("password") == 0


def gone(delete: Callable[[], object]) -> None:
    """Return when `delete` is not refused any more for what goes before it."""

    def deleted() -> bool:
        try:
            delete()
        except ClientError as busy:
            if busy.response["Error"]["Code"] != "ResourceInUse":
                raise
            return False
        return True

    awaited(deleted, pause_s=0.1)


def test_s1_31_a_shared_space_is_nobodys_and_reads_nothing(
    acme: Organisation, chromium: Browser
) -> None:
    studio = acme.client("lob-a", "sagemaker")
    domain = studio.list_domains()["Domains"][0]["DomainId"]
    which = {"DomainId": domain, "SpaceName": "everybody"}
    studio.create_space(
        **which,
        OwnershipSettings={"OwnerUserProfileName": "ada"},
        SpaceSharingSettings={"SharingType": "Shared"},
    )
    answer = acme.ask("/open/forecasting?space=everybody", acme.token(ADA))

    with notebook(acme, chromium, ADA, url=answer.headers["location"]) as shared:
        seen = shared.run(CONNECT)
        by_hand = shared.run(PUBLISHED + "connected()")
    studio.delete_app(**which, AppType="JupyterLab", AppName="default")
    gone(lambda: studio.delete_space(**which))

    assert "this app is of a shared space" in seen
    assert "AccessDenied" in by_hand or "KeyError" in by_hand


def test_s1_32_the_stop_button_cancels_in_the_database_and_leaves_the_connection(
    ada: Notebook, sales: Sales
) -> None:
    before = ada.prompt
    ada.begin('sales.read("select count(*) from users a, users b, users c, users d")')
    ada.stop()
    seen = ada.finished(before)
    after = ada.run('print(sales.read("select 2 as two")["two"][0])')

    assert "stopped" in seen.lower() or "cancel" in seen.lower()
    assert after == "2"
    (line,) = sales.logged("users a, users b, users c, users d")
    assert line["status"] == "cancelled"


def test_s1_34_the_magic_shows_a_frame_and_completes_names(ada: Notebook) -> None:
    shown = ada.run("%%warehouse sales --as by_region\nselect count(*) as n from stores")
    kept = ada.run("print(by_region.shape, by_region.columns[0])")
    line = ada.completed("%%warehouse sal", "sales")

    assert "n" in shown
    assert line == "%%warehouse sales"
    assert kept == "(1, 1) n"


S3 = """
import boto3
s3 = boto3.client("s3")
s3.put_object(Bucket="acme-forecasting-data", Key="seen", Body=b"one's own")
print(s3.get_object(Bucket="acme-forecasting-data", Key="seen")["Body"].read().decode())
s3.put_object(Bucket="acme-somebody-elses", Key="seen", Body=b"nobody's")
"""


def test_s1_07_notebooks_use_the_buckets_of_their_lob_and_no_others(
    acme: Organisation, ada: Notebook
) -> None:
    s3 = acme.client("lob-a", "s3")
    for name in ("acme-forecasting-data", "acme-somebody-elses"):
        s3.create_bucket(
            Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
        )

    seen = ada.run(S3)

    assert seen.startswith("one's own")
    assert "AccessDenied" in seen
    assert "s3:PutObject" in seen
    assert "acme-somebody-elses/seen" in seen


def test_the_story_runs_from_top_to_bottom(ada: Notebook) -> None:
    shown = ada.story("sales.ipynb")

    assert "profile" in shown
    assert "AccessDenied" in shown
    assert "GRANT SELECT ON TABLE" in shown
