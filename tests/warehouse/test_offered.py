"""What a notebook is offered, against the emulated Redshift's real front and a real database."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date, timedelta
from pathlib import Path
from secrets import token_urlsafe

import pytest

from studiogate.aws.notebook import Password
from studiogate.errors import (
    NoRoute,
    NoSuchWarehouse,
    NotGranted,
    NotLetIn,
    NotSetUp,
    NotTrusted,
    StatementFailed,
    Unbound,
)
from studiogate.local.redshift.parts import Grant
from studiogate.warehouse import Warehouse, connect, names
from studiogate.warehouse.stopping import Stopped
from tests.kit.pressing import pressed_when
from tests.kit.redshift import SALES, Redshift, now, redshift
from tests.kit.warehouse_played import Clock, FakeAws, FakeRole, home

# Amazon's driver makes its context in a way that Python 3.11 deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:ssl.:DeprecationWarning")

MASTER = Grant(login="admin", user="admin")
DAY = date(2026, 3, 4)


class HandedOut(FakeRole):
    """A reader role whose passwords the front takes."""

    def __init__(
        self, server: Redshift, *, lives_s: float = 900, group: str = "analysts"
    ) -> None:
        super().__init__(Clock(), host="localhost", port=server.port())
        self.server, self.lives_s, self.groups = server, lives_s, (group,)

    def _password(self, user: str) -> Password:
        until = now() + timedelta(seconds=self.lives_s)
        grant = Grant(
            login=user,
            user=user.partition(":")[2],
            groups=self.groups,
            database="dev",
            creates=True,
            expires_at=until,
        )
        made = self.server.passwords.give(SALES, grant, token_urlsafe())
        return Password(user, made, max(until, now() + timedelta(minutes=1)))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Redshift]:
    with redshift(tmp_path_factory.mktemp("redshift")) as running:
        for sql in (
            "create group analysts",
            "create table users (id int, name varchar(20))",
            "insert into users values (1, 'Ada'), (7, 'Grace'), (8, null)",
            "grant select on users to group analysts",
            "create table margins (id int)",
        ):
            running.run(running.databases.run(SALES, MASTER, sql))
        yield running


@pytest.fixture
def app(server: Redshift, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The environment of ada's app, which trusts the emulation's authority."""
    monkeypatch.setenv("SSL_CERT_FILE", str(server.databases.authority))
    return home(tmp_path)


@pytest.fixture
def sales(server: Redshift, app: dict[str, str]) -> Iterator[Warehouse]:
    with entered(server, app) as warehouse:
        yield warehouse


def entered(server: Redshift, app: dict[str, str], role: FakeRole | None = None) -> Warehouse:
    aws = FakeAws(role or HandedOut(server))
    return connect("sales", environ=app, aws=lambda _region: aws, clock=now)


class TestReading:
    def test_s1_34_a_statement_becomes_a_data_frame(self, sales: Warehouse) -> None:
        frame = sales.read("select id, name from users order by id")

        assert list(frame.columns) == ["id", "name"]
        assert frame["id"].tolist() == [1, 7, 8]
        assert frame["name"].tolist()[:2] == ["Ada", "Grace"]

    def test_values_are_bound_by_name(self, sales: Warehouse) -> None:
        found = sales.arrow("select name from users where id = :id", {"id": 7})

        assert found.to_pylist() == [{"name": "Grace"}]

    def test_a_value_never_becomes_a_statement(self, sales: Warehouse) -> None:
        attack = "x'; drop table users; --\\"

        found = sales.arrow("select :said as said", {"said": attack})

        assert found.to_pylist() == [{"said": attack}]

    def test_a_value_without_a_name_is_refused_before_anything_is_sent(
        self, sales: Warehouse
    ) -> None:
        with pytest.raises(Unbound):
            sales.read("select :id", {"name": 7})

    def test_s1_20_one_is_oneself_in_the_database(self, sales: Warehouse) -> None:
        assert sales.arrow("select current_user as me").to_pylist() == [{"me": "ada"}]

    def test_a_query_can_be_read_in_several_ways(self, sales: Warehouse) -> None:
        query = sales.query("select id from users order by id")

        assert query.read().shape == (3, 1)
        assert query.polars().shape == (3, 1)
        assert [batch.num_rows for batch in query.batches(rows=2)] == [2, 1]

    def test_statements_go_on_between_two_batches(self, sales: Warehouse) -> None:
        seen = [
            sales.read("select 1").shape[0] + batch.num_rows
            for batch in sales.batches("select id from users", rows=1)
        ]

        assert seen == [2, 2, 2]

    def test_what_execute_makes_temporary_can_be_read(self, sales: Warehouse) -> None:
        sales.execute("create temp table mine (id int)")

        assert sales.execute("insert into mine values (1), (2)") == 2
        assert sales.read("select * from mine").shape == (2, 1)

    def test_what_a_transaction_did_is_gone_when_it_is_not_committed(
        self, sales: Warehouse
    ) -> None:
        sales.execute("create temp table held (id int)")
        sales.execute("begin")
        sales.execute("insert into held values (1)")
        sales.execute("rollback")

        assert sales.read("select * from held").shape == (0, 1)

    def test_the_tables_are_told_with_what_one_may_read(self, sales: Warehouse) -> None:
        tables = sales.tables().set_index("name")["readable"].to_dict()

        assert tables["users"]
        assert not tables["margins"]


class TestRefusals:
    def test_s1_33_without_a_grant_the_grant_is_told_and_with_it_it_works(
        self, server: Redshift, sales: Warehouse
    ) -> None:
        with pytest.raises(NotGranted) as refused:
            sales.read("select * from margins")
        (grant,) = refused.value.grants
        assert grant == 'GRANT SELECT ON TABLE "public"."margins" TO "ada";'

        server.run(server.databases.run(SALES, MASTER, grant))
        try:
            assert sales.read("select * from margins").shape == (0, 1)
        finally:
            undone = "revoke select on margins from ada"
            server.run(server.databases.run(SALES, MASTER, undone))

    def test_a_mistake_is_told_with_its_place_and_the_session_goes_on(
        self, sales: Warehouse
    ) -> None:
        for run in (sales.read, sales.execute):
            with pytest.raises(StatementFailed, match='at or near "form"') as refused:
                run("select *\nform users")
            assert refused.value.reason == "syntax"
        assert sales.read("select 1").shape == (1, 1)

    def test_s1_32_a_group_that_the_database_does_not_have_is_told_apart(
        self, server: Redshift, app: dict[str, str]
    ) -> None:
        with pytest.raises(NotLetIn) as refused:
            entered(server, app, HandedOut(server, group="nobodys"))

        assert refused.value.reason == "no-group"

    def test_s1_32_a_password_that_has_expired_lets_nobody_in(
        self, server: Redshift, app: dict[str, str]
    ) -> None:
        with pytest.raises(NotLetIn):
            entered(server, app, HandedOut(server, lives_s=-1))

    def test_s1_03_a_network_without_a_way_hears_nothing(
        self, server: Redshift, app: dict[str, str]
    ) -> None:
        role = HandedOut(server)
        role.port = 1

        with pytest.raises(NoRoute) as refused:
            entered(server, app, role)

        assert "localhost:1, which leads to 127.0.0.1, a private address" in str(refused.value)

    def test_a_server_that_proves_nothing_is_told_nothing(
        self, server: Redshift, app: dict[str, str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("SSL_CERT_FILE")

        with pytest.raises(NotTrusted):
            entered(server, app)

    def test_a_certificate_of_another_name_is_not_trusted(
        self, server: Redshift, app: dict[str, str]
    ) -> None:
        role = HandedOut(server)
        role.host = "127.1"  # which leads to 127.0.0.1, and is not its name

        with pytest.raises(NotTrusted):
            entered(server, app, role)

    def test_s1_31_in_a_shared_space_nothing_is_asked(
        self, server: Redshift, tmp_path: Path
    ) -> None:
        role = HandedOut(server)

        with pytest.raises(NotSetUp):
            entered(server, home(tmp_path, profile=None), role)

        assert role.asked == []

    def test_a_warehouse_that_is_not_listed_is_answered_with_those_that_are(
        self, app: dict[str, str]
    ) -> None:
        with pytest.raises(NoSuchWarehouse, match="sales, stock"):
            connect("sails", environ=app)

        assert names(environ=app) == ["sales", "stock"]


class TestStopping:
    @pytest.mark.parametrize("way", ["execute", "read"])
    def test_the_stop_button_stops_it_in_the_database_and_the_session_goes_on(
        self, server: Redshift, sales: Warehouse, way: str
    ) -> None:
        sales.execute("create temp table kept (id int)")
        thread = pressed_when(lambda: _sleeping(server))

        with pytest.raises(Stopped, match="cancelled in the database"):
            getattr(sales, way)("select pg_sleep(60)")
        thread.join()

        assert not _sleeping(server)
        assert sales.read("select * from kept").shape == (0, 1), "the same session"

    def test_the_stop_button_stops_a_read_by_batches_too(
        self, server: Redshift, sales: Warehouse
    ) -> None:
        thread = pressed_when(lambda: _sleeping(server))

        with pytest.raises(Stopped):
            list(sales.batches("select pg_sleep(60)"))
        thread.join()

        assert not _sleeping(server)


def test_who_one_is_is_shown_and_no_secret(sales: Warehouse) -> None:
    assert repr(sales) == (
        "<warehouse sales: database dev of cluster sales-1 in account 444444444444, "
        "as ada in analysts>"
    )
    assert "pw-" not in repr(sales.query("select :x", {"x": "pw-"}))


def test_days_are_read_whatever_form_the_warehouse_writes_them_in(
    server: Redshift, app: dict[str, str], sales: Warehouse
) -> None:
    def administered(sql: str) -> None:
        server.run(server.databases.run(SALES, MASTER, sql))

    administered(f"alter user {sales.user} set datestyle to 'SQL, DMY'")
    with entered(server, app) as again:
        table = again.arrow("select date '2026-03-04' as day, :day as same", {"day": DAY})
    administered(f"alter user {sales.user} reset datestyle")

    assert table.to_pylist() == [{"day": DAY, "same": DAY}]


def test_a_notebook_that_has_a_thousand_files_open_reads_on(
    server: Redshift, app: dict[str, str]
) -> None:
    """The number of a socket is above 1023 then, which not every call of the system takes."""
    with ExitStack() as held:
        for _ in range(1024):
            held.callback(os.close, os.open(os.devnull, os.O_RDONLY))
        with entered(server, app) as sales:
            assert sales.read("select 1").shape == (1, 1)


def test_a_closed_warehouse_opens_again_when_it_is_needed(sales: Warehouse) -> None:
    sales.close()

    assert sales.read("select 1").shape == (1, 1)


def _sleeping(server: Redshift) -> bool:
    sql = "select 1 from pg_stat_activity where query like 'select pg_sleep%' and state = 'active'"
    return bool(server.run(server.databases.run(SALES, MASTER, sql)).rows)
