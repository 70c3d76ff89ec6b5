"""A seat's PostgreSQL: what it holds stays, what it runs ends, and nothing of it is left behind."""

import os
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from studiogate.local.redshift.engine.talk import Talk
from studiogate.local.redshift.parts import Failed, Grant
from studiogate.local.redshift.wire.databases import Contents
from tests.kit.processes import lives
from tests.kit.redshift import SALES, Redshift, admin, redshift, tried
from tests.kit.waiting import comes

CATALOGUE = (
    "create or replace view public.told as select 'a view' as n; grant select on public.told to public",
)


def asked(running: Redshift, sql: str) -> list[tuple[object, ...]]:
    with closing(admin(running)) as connection:
        connection.autocommit = True
        cursor = connection.cursor()
        for statement in sql.split("; "):
            cursor.execute(statement)
        return list(cursor.fetchall()) if cursor.description else []


def test_what_a_seat_held_is_there_again_and_only_dropping_deletes_it(tmp_path: Path) -> None:
    sample = Contents(CATALOGUE, lambda seat: [f"create table of_{seat.name} as select 1 as n"])
    with redshift(tmp_path, contents=sample) as first:
        asked(first, "create group readers; create database second; create user ada")
        leaving = admin(first)
        old = first.port()
        first.run(first.databases.close(SALES))
        assert "refused" in tried(first, "admin", "any", port=old)
        leaving.close()
        first.open(SALES)
        asked(first, "insert into of_sales values (2)")
    more = Contents((*CATALOGUE, "create view public.later as select 3 as n"), sample.sample)
    with redshift(tmp_path, contents=more) as again:
        assert asked(again, "select n from of_sales order by n") == [(1,), (2,)]
        assert asked(again, "select n from told") == [("a view",)]
        with closing(admin(again, database="second")) as other, other.cursor() as cursor:
            cursor.execute("select n from later")
            assert cursor.fetchall() == [(3,)]
        ada = Grant("IAM:ada", "ada")
        assert tried(again, "IAM:ada", again.password(ada)) == ""
        again.run(again.databases.drop(SALES))
        assert not (tmp_path / "444444444444/eu-west-1/cluster/sales").exists()
        again.open(SALES)
        assert asked(again, "select n from of_sales") == [(1,)]
        assert tried(again, "IAM:ada", again.password(ada)) == 'user "ada" does not exist'


def test_groups_of_a_session_that_was_killed_are_taken_back_at_the_next_start(
    tmp_path: Path,
) -> None:
    with redshift(tmp_path) as running:
        asked(running, "create group readers")
        ada = Grant("IAMA:ada", "ada", creates=True)
        assert tried(running, "IAMA:ada", running.password(ada)) == ""
        running.run(given(running, "grant readers to ada"))
        running.run(running.databases.close(SALES))
        running.open(SALES)

        rows = asked(running, "select 1 from pg_auth_members where member = 'ada'::regrole")
        assert rows == []


async def given(running: Redshift, sql: str) -> None:
    talk = await Talk.begun(running.socket(SALES), user="rdsdb", database="dev")
    await talk.script(sql)
    await talk.close()


KILLED = """
import sys, time
from pathlib import Path
from tests.kit.redshift import redshift
with redshift(Path(sys.argv[1])) as running:
    data = Path(sys.argv[1]) / "444444444444/eu-west-1/cluster/sales/data"
    print((data / "postmaster.pid").read_text().split()[0], flush=True)
    time.sleep(600)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel ends a child with its parent")
def test_no_server_outlives_the_process_that_started_it(tmp_path: Path) -> None:
    program = [sys.executable, "-c", KILLED, str(tmp_path)]
    with subprocess.Popen(
        program, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": "."}
    ) as process:
        assert process.stdout is not None
        server = int(process.stdout.readline())
        os.kill(process.pid, signal.SIGKILL)
        process.wait()

    assert comes(lambda: not lives(server))
    with redshift(tmp_path) as again:
        assert asked(again, "select 1") == [(1,)]


def test_a_seat_that_does_not_stand_runs_nothing(tmp_path: Path) -> None:
    with redshift(tmp_path, seats=()) as running:
        with pytest.raises(Failed, match="does not answer"):
            running.run(running.databases.run(SALES, Grant("a", "a"), "select 1"))
        assert list(tmp_path.iterdir()) == []  # and a landscape without warehouses pays nothing
