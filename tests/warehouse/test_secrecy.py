"""The password of a warehouse is in nothing that is shown, whatever goes wrong."""

import traceback
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from secrets import token_urlsafe

import pytest

from studiogate.aws.notebook import Password
from studiogate.errors import NotLetIn, NotTrusted, StatementFailed
from studiogate.local.redshift.parts import Grant
from studiogate.warehouse import Warehouse, connect
from tests.kit.reading import warehouse
from tests.kit.redshift import SALES, Redshift, now
from tests.kit.warehouse_played import Clock, FakeAws, FakeRole, home

# Amazon's driver makes its context in a way that Python 3.11 deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:ssl.:DeprecationWarning")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Redshift]:
    with warehouse(tmp_path_factory.mktemp("secrecy")) as made:
        yield made


class Hers(FakeRole):
    """A reader role with one password, which the front takes if it is `known`."""

    def __init__(self, server: Redshift, *, known: bool = True) -> None:
        super().__init__(Clock(), host="localhost", port=server.port())
        self.secret = token_urlsafe()
        if known:
            server.passwords.give(SALES, Grant("IAMA:ada", "ada", creates=True), self.secret)

    def _password(self, user: str) -> Password:
        return replace(super()._password(user), password=self.secret, expires_at=now())


def entered(role: Hers, folder: Path) -> Warehouse:
    return connect("sales", environ=home(folder), aws=lambda _: FakeAws(role), clock=now)


def all_of(error: BaseException) -> str:
    """What a debugger could show of `error`: every variable of every frame it came through.

    But for the frames of this file, which know the secret.
    """
    whole = traceback.TracebackException.from_exception(error, capture_locals=True)
    told: traceback.TracebackException | None = whole
    while told is not None:
        told.stack[:] = [frame for frame in told.stack if frame.filename != __file__]
        told = told.__cause__ or told.__context__
    return "".join(whole.format())


def test_a_password_that_is_refused_is_in_no_frame_of_the_error(
    server: Redshift, tmp_path: Path
) -> None:
    role = Hers(server, known=False)

    with pytest.raises(NotLetIn) as refused:
        entered(role, tmp_path)

    assert "password authentication failed" in all_of(refused.value)
    assert role.secret not in all_of(refused.value)


def test_a_server_that_proves_nothing_leaves_no_password_in_the_error(
    server: Redshift, tmp_path: Path
) -> None:
    role = Hers(server)
    role.host = "127.1"

    with pytest.raises(NotTrusted) as refused:
        entered(role, tmp_path)

    assert role.secret not in all_of(refused.value)


@pytest.mark.parametrize("way", ["read", "arrow", "execute", "batches", "polars"])
def test_a_statement_that_fails_shows_the_statement_and_not_the_password(
    server: Redshift, tmp_path: Path, way: str
) -> None:
    role = Hers(server)
    sales = entered(role, tmp_path)

    with pytest.raises(StatementFailed) as refused:
        list(getattr(sales, way)("select * from nowhere"))
    sales.close()

    assert "nowhere" in all_of(refused.value)
    assert role.secret not in all_of(refused.value)
    assert role.secret not in f"{sales!r}{vars(sales)}"
