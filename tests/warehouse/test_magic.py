"""`%%warehouse`: cells that are statements, in a real IPython with a warehouse that is played."""

from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pytest
from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from studiogate import warehouse
from studiogate.errors import NoSuchWarehouse, NotGranted, StatementFailed
from studiogate.warehouse.magic import CellMagic, load
from studiogate.warehouse.offered import Warehouse
from studiogate.warehouse.query import Query

ROWS = pa.table({"id": [1, 7], "name": ["Ada", "Grace"]})


class PlayedQuery(Query):
    def __init__(self, answer: pa.Table) -> None:
        self.answer = answer

    def arrow(self) -> pa.Table:
        return self.answer


class PlayedWarehouse(Warehouse):
    """Answers every statement with the same rows, and remembers what it was asked."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.asked: list[tuple[str, Mapping[str, Any] | None]] = []
        self.answer = ROWS

    def query(self, sql: str, params: Mapping[str, Any] | None = None) -> PlayedQuery:
        self.asked.append((sql, params))
        if "margins" in sql:
            raise NotGranted("permission denied", remedy="GRANT it", reason="not-granted")
        return PlayedQuery(self.answer)


class Room:
    """A shell with the magic, as `%load_ext` puts it there, but for whom it connects to."""

    def __init__(self, shell: Any) -> None:
        self.shell = shell
        self.variables: dict[str, Any] = shell.user_ns
        self.opened: list[PlayedWarehouse] = []
        self.said: list[str] = []
        magic = CellMagic(
            self.variables,
            connect=self.connect,
            names=lambda: ["sales", "stock"],
            show=lambda text, _handle: self.said.append(text),
        )
        load(shell, magic)

    def connect(self, name: str) -> PlayedWarehouse:
        if name not in {"sales", "stock"}:
            raise NoSuchWarehouse("none such", remedy="use sales", reason="no-such-warehouse")
        self.opened.append(PlayedWarehouse(name))
        return self.opened[-1]

    def cell(self, line: str, text: str = "select * from users") -> Any:
        return self.shell.run_cell(f"%%warehouse {line}\n{text}\n", store_history=False)

    def refusal(self, line: str) -> Any:
        return self.cell(line).error_in_exec

    def completed(self, line: str) -> list[str]:
        with provisionalcompleter():
            return [one.text for one in self.shell.Completer.completions(line, len(line))]


@pytest.fixture(scope="module")
def shell() -> Any:
    config = Config()
    config.HistoryManager.enabled = False
    made: Any = InteractiveShell
    return made(config=config)


@pytest.fixture
def room(shell: Any) -> Room:
    for left in ("sales", "users", "frame", "wanted", "nothing"):
        shell.user_ns.pop(left, None)
    return Room(shell)


def test_a_cell_is_a_statement_and_its_result_is_shown(room: Room) -> None:
    result = room.cell("sales").result

    assert result["name"].tolist() == ["Ada", "Grace"]
    assert room.opened[0].asked == [("select * from users", {})]


def test_cells_share_a_session(room: Room) -> None:
    room.cell("sales")
    room.cell("sales")

    assert len(room.opened) == 1


def test_a_variable_called_like_its_warehouse_is_used_with_its_session(room: Room) -> None:
    room.variables["sales"] = own = PlayedWarehouse("sales")

    room.cell("sales")

    assert room.opened == []
    assert len(own.asked) == 1


def test_a_result_can_be_kept_in_a_variable_as_arrow(room: Room) -> None:
    assert room.cell("sales --as users --arrow").result is None

    assert room.variables["users"].equals(ROWS)
    assert room.said == ["users: 2 rows"]


def test_values_come_from_a_variable(room: Room) -> None:
    room.variables["wanted"] = {"id": 7}

    room.cell("sales --params wanted", "select :id")

    assert room.opened[0].asked == [("select :id", {"id": 7})]


def test_a_statement_that_gives_nothing_shows_nothing(room: Room) -> None:
    room.variables["sales"] = own = PlayedWarehouse("sales")
    own.answer = pa.table({})

    assert room.cell("sales --as nothing", "create temp table t (id int)").result is None
    assert "nothing" not in room.variables


MISUSES = [
    "",
    "sales stock",
    "sales --as 7up",
    "sales --params nobody",
    "sales 'x",
    "sales --x",
]


@pytest.mark.parametrize("line", MISUSES)
def test_a_line_that_is_not_understood_is_answered_with_how_it_is_meant(
    room: Room, line: str
) -> None:
    error = room.refusal(line)

    assert isinstance(error, StatementFailed)
    assert error.reason == "usage"
    assert "%%warehouse NAME" in error.remedy
    assert room.opened == []


def test_an_error_is_two_lines_in_the_notebook_and_no_traceback(
    room: Room, capsys: pytest.CaptureFixture[str]
) -> None:
    room.cell("sales", "select * from margins")

    shown = capsys.readouterr().out.strip().splitlines()
    assert shown == ["NotGranted: permission denied", "→ GRANT it"]


def test_an_unknown_warehouse_is_refused_like_everywhere(room: Room) -> None:
    assert isinstance(room.refusal("sails"), NoSuchWarehouse)


def test_tab_completes_warehouses_options_and_variables(room: Room) -> None:
    room.variables["frame"] = 1

    assert room.completed("%%warehouse sa") == ["sales"]
    assert room.completed("%%warehouse ") == ["sales", "stock"]
    assert set(room.completed("%%warehouse sales --a")) == {"--as", "--arrow"}
    assert room.completed("%%warehouse sales --as users --a") == ["--arrow"]
    assert room.completed("%%warehouse sales --as fr") == ["frame"]


def test_tab_completes_python_everywhere_else_as_before(room: Room) -> None:
    room.variables["sales_of_may"] = 1

    assert "sales_of_may" in room.completed("sales_of_m")
    assert not {"sales", "--as"} & {*room.completed("%%warehouse_of sa")}


def test_a_magic_that_is_loaded_again_completes_once(room: Room) -> None:
    load(room.shell)
    again = Room(room.shell)

    assert again.completed("%%warehouse st") == ["stock"]
    assert len(room.shell.Completer.custom_matchers) == 1


def test_the_extension_is_loaded_by_its_name(shell: Any) -> None:
    warehouse.load_ipython_extension(shell)

    assert "warehouse" in shell.magics_manager.magics["cell"]
