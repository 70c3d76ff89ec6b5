"""The table from the landscape file: lazily, off the event loop, and as the file is now."""

import asyncio
import os
import threading
from pathlib import Path

import pytest

from studiogate.errors import NotThere
from studiogate.gateway.reach_source import LandscapeReach
from tests.kit.starting import EXAMPLE
from tests.kit.waiting import PATIENCE_S

TEXT = EXAMPLE.read_text(encoding="utf-8")


def write(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    found = tmp_path / "landscape.yaml"
    write(found, TEXT)
    return found


async def test_s5_the_table_is_that_of_the_landscape(file: Path) -> None:
    table = await LandscapeReach(file).table()

    assert table.name == "acme"
    assert table.row_of("user-lob-a").opens == (("forecasting", "office"),)
    assert table.row_of("user-lob-b").opens == (("fraud", "office"),)
    assert table.row_of("sam-security").opens == ()


async def test_s5_the_map_is_that_of_the_landscape_and_of_the_same_reading(file: Path) -> None:
    reach = LandscapeReach(file)
    table = await reach.table()
    found = await reach.map()
    write(file, TEXT.replace("name: acme", "name: emca"))
    os.utime(file, ns=(0, 1))

    assert found.title == table.name == "acme"
    assert [(one.domain, one.people) for one in found.outside[0].opens] == [
        ("forecasting", 2),
        ("fraud", 1),
    ]
    assert (await reach.map()).title == (await reach.table()).name == "emca"


async def test_without_a_landscape_there_is_no_map() -> None:
    with pytest.raises(NotThere) as unset:
        await LandscapeReach(None).map()

    assert unset.value.reason == "no-landscape"


async def test_nothing_is_read_before_somebody_asks(tmp_path: Path) -> None:
    reach = LandscapeReach(tmp_path / "later.yaml")
    (tmp_path / "later.yaml").write_text(TEXT, encoding="utf-8")

    assert (await reach.table()).name == "acme"


async def test_it_is_kept_until_the_file_changes(file: Path) -> None:
    reach = LandscapeReach(file)
    first = await reach.table()
    again = await reach.table()
    other = file.with_suffix(".new")
    other.write_text(TEXT.replace("name: acme", "name: emca"), encoding="utf-8")
    other.replace(file)
    changed = await reach.table()

    assert again is first
    assert (first.name, changed.name) == ("acme", "emca")


async def test_a_change_that_keeps_the_size_is_a_change(file: Path) -> None:
    reach = LandscapeReach(file)
    await reach.table()
    write(file, TEXT.replace("name: acme", "name: emca"))
    os.utime(file, ns=(0, 1))

    assert (await reach.table()).name == "emca"


async def test_a_file_that_breaks_shows_nothing_old_and_one_that_is_mended_shows_again(
    file: Path,
) -> None:
    reach = LandscapeReach(file)
    await reach.table()
    write(file, TEXT.replace("lob: lob-b, network", "lob: lob-x, network"))

    with pytest.raises(NotThere) as unsound:
        await reach.table()
    write(file, TEXT)

    assert unsound.value.reason == "landscape-unsound"
    assert "domains.fraud.lob" in str(unsound.value)
    assert "studiogate check" in unsound.value.remedy
    assert (await reach.table()).name == "acme"


async def test_an_unsound_landscape_is_told_without_anybody_s_password(file: Path) -> None:
    write(file, TEXT.replace("demo_password: UserLobA1!", "demo_password: x"))

    with pytest.raises(NotThere) as unsound:
        await LandscapeReach(file).table()

    assert "demo_password" in str(unsound.value)
    assert "'x'" not in str(unsound.value)


@pytest.mark.parametrize(
    ("make", "why"),
    [
        pytest.param(lambda _file: None, "No such file or directory", id="absent"),
        pytest.param(lambda file: file.mkdir(), "Is a directory", id="a directory"),
        pytest.param(lambda file: file.write_bytes(b"\xff\xfe\xff"), "not UTF-8", id="bytes"),
    ],
)
async def test_a_file_that_cannot_be_read_is_told_so(
    tmp_path: Path, make: object, why: str
) -> None:
    assert callable(make)
    make(tmp_path / "landscape.yaml")

    with pytest.raises(NotThere) as unreadable:
        await LandscapeReach(tmp_path / "landscape.yaml").table()

    assert unreadable.value.reason == "landscape-unreadable"
    assert why in str(unreadable.value)
    assert "STUDIOGATE_LANDSCAPE" in unreadable.value.remedy


async def test_without_the_setting_the_remedy_names_it() -> None:
    with pytest.raises(NotThere) as unset:
        await LandscapeReach(None).table()

    assert unset.value.reason == "no-landscape"
    assert "STUDIOGATE_LANDSCAPE" in unset.value.remedy


async def test_it_is_computed_once_for_all_who_ask_at_once(file: Path) -> None:
    reach = LandscapeReach(file)

    tables = await asyncio.gather(*(reach.table() for _ in range(5)))

    assert all(table is tables[0] for table in tables)


async def test_the_event_loop_does_not_wait_for_it(tmp_path: Path) -> None:
    """A file that gives its text only when the loop has gone on: a pipe."""
    pipe = tmp_path / "landscape.yaml"
    os.mkfifo(pipe)
    asked = asyncio.create_task(LandscapeReach(pipe).table())
    await asyncio.sleep(0)

    writing = threading.Thread(target=pipe.write_text, args=(TEXT,))
    writing.start()
    table = await asked
    writing.join(PATIENCE_S)

    assert table.name == "acme"
