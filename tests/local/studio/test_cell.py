"""How apart from us an app runs.  What needs root on Linux says so when it is skipped."""

import asyncio
import json
import os
import stat
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studiogate.local.studio import cell
from studiogate.local.studio.cell import Way
from tests.kit.apart import APART, SEALED
from tests.kit.studio import short_folder
from tests.kit.waiting import until

needs_root = pytest.mark.skipif(not APART, reason="needs root, unshare and setpriv on Linux")
needs_seal = pytest.mark.skipif(not SEALED, reason="the root here cannot be made read-only")
both_ways = pytest.mark.parametrize(
    "way", [Way.OWN_USER, pytest.param(Way.OWN_VIEW, marks=needs_seal)]
)
needs_setpriv = pytest.mark.skipif(sys.platform != "linux", reason="parent death is Linux's")


@given(st.text(min_size=1, max_size=63), st.text(min_size=1, max_size=63))
def test_a_uid_is_stable_and_never_one_of_the_machines(domain: str, owner: str) -> None:
    uid = cell.uid_of(domain, owner)

    assert uid == cell.uid_of(domain, owner)
    assert 65_536 < uid < 2**31


def test_two_profiles_have_two_uids() -> None:
    uids = {cell.uid_of(f"d-{domain}", f"p{who}") for domain in range(20) for who in range(50)}

    assert len(uids) == 1000


async def _output(argv: list[str]) -> str:
    process = await asyncio.create_subprocess_exec(*argv, stdout=asyncio.subprocess.PIPE)
    out, _ = await process.communicate()
    assert process.returncode == 0
    return out.decode()


@needs_root
@both_ways
async def test_an_app_sees_its_metadata_where_studio_has_it_and_nobody_else_does(
    way: Way,
) -> None:
    async with short_folder() as folder:
        folder.chmod(0o755)
        file = folder / "opt/ml/metadata/resource-metadata.json"
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps({"UserProfileName": "ada"}))
        script = (
            "id -u; grep CapEff /proc/self/status; ps ax | wc -l; "
            "cat /opt/ml/metadata/resource-metadata.json"
        )

        out = await _output(
            cell.command(way, ["sh", "-c", script], uid=123456, view=folder / "opt")
        )

    uid, capabilities, processes, metadata = out.splitlines()
    assert uid == ("123456" if way is Way.OWN_USER else "0")
    assert int(capabilities.split()[1], 16) == 0
    assert int(processes) < 12, "only its own processes are to be seen"
    assert json.loads(metadata) == {"UserProfileName": "ada"}
    assert await _output(["sh", "-c", "cat /opt/ml/metadata/*.json 2>/dev/null; true"]) == ""


@needs_root
async def test_an_app_of_its_own_user_cannot_read_the_home_of_another() -> None:
    async with short_folder() as folder:
        folder.chmod(0o755)
        (folder / "opt").mkdir()
        homes = [folder / name for name in ("ada", "bo")]
        for uid, home in enumerate(homes, start=200_000):
            home.mkdir(mode=0o700)
            (home / "notes").write_text(home.name)
            cell.own(Way.OWN_USER, uid, home)
        script = f"cat {homes[0]}/notes; cat {homes[1]}/notes 2>/dev/null || echo closed"

        out = await _output(
            cell.command(Way.OWN_USER, ["sh", "-c", script], uid=200_000, view=folder / "opt")
        )

    assert out == "adaclosed\n"


@needs_root
@both_ways
@pytest.mark.parametrize("place", ["/tmp", "/var/tmp"])
async def test_an_app_sees_nothing_of_what_is_kept_but_its_own(way: Way, place: str) -> None:
    """Even as root without capabilities, which owns every file of ours."""
    async with short_folder(place) as folder:
        folder.chmod(0o755)
        (folder / "opt").mkdir()
        (folder / "state/keys").mkdir(parents=True)
        homes = [folder / "state" / name / "home" for name in ("ada", "bo")]
        for home in homes:
            home.mkdir(parents=True)
            (home / "notes").write_text(home.parent.name)
        cell.own(way, 200_000, homes[0])
        script = (
            f"cat {homes[0]}/notes; echo; find {folder}/state; echo x > {homes[0]}/new; pwd"
        )
        kept = {folder / "state": homes[0]}

        out = await _output(
            cell.command(way, ["sh", "-c", script], uid=200_000, view=folder / "opt", kept=kept)
        )

        seen = [str(folder / "state" / part) for part in ("", "ada", "ada/home")]
        assert out.splitlines() == ["ada", *(path.rstrip("/") for path in seen),
            f"{homes[0]}/notes", str(Path.cwd())]  # fmt: skip
        assert (homes[0] / "new").read_text() == "x\n", "its own home is the real one"
        assert (homes[1] / "notes").read_text() == "bo"


@needs_root
@both_ways
async def test_an_app_changes_nothing_of_the_machine(way: Way) -> None:
    async with short_folder() as folder:
        folder.chmod(0o755)
        (folder / "opt").mkdir()
        marks = [Path("/etc/studiogate-mark"), Path("/usr/local/bin/studiogate-mark")]
        script = "; ".join(f"touch {mark} 2>/dev/null || echo closed" for mark in marks)

        out = await _output(
            cell.command(way, ["sh", "-c", f"{script}; true"], uid=200_000, view=folder / "opt")
        )

    assert out == "closed\nclosed\n"
    assert not any(mark.exists() for mark in marks)


@needs_root
async def test_giving_a_home_away_follows_no_link() -> None:
    async with short_folder() as folder:
        target, home = folder / "ours", folder / "home"
        target.write_text("ours")
        home.mkdir()
        (home / "link").symlink_to(target)

        cell.own(Way.OWN_USER, 200_000, home)

        assert target.stat().st_uid == os.getuid()
        assert (home / "link").lstat().st_uid == 200_000


async def test_the_way_chosen_can_really_write_the_home() -> None:
    async with short_folder() as folder:
        home, view = folder / "home", folder / "opt"
        home.mkdir(mode=0o700)
        view.mkdir()

        way = await cell.best_way([home], os.environ, uid=200_000, view=view)
        argv = [sys.executable, "-c", f"open({str(home / 'x')!r}, 'w')"]
        await _output(cell.command(way, argv, uid=200_000, view=view))

        assert (home / "x").exists()
        assert stat.S_IMODE(home.stat().st_mode) == 0o700


async def test_the_way_chosen_can_start_its_own_interpreter_again() -> None:
    """What JupyterLab does for every kernel; a path it cannot walk is found out beforehand."""
    async with short_folder() as folder:
        folder.chmod(0o755)
        (folder / "opt").mkdir()
        home = folder / "home"
        home.mkdir(mode=0o700)
        way = await cell.best_way([home], os.environ, uid=200_000, view=folder / "opt")
        script = (
            "import subprocess, sys; subprocess.run([sys.executable, '-c', ''], check=True)"
        )
        argv = [sys.executable, "-P", "-c", script]

        await _output(cell.command(way, argv, uid=200_000, view=folder / "opt"))


@needs_setpriv
@pytest.mark.parametrize(
    "way",
    [
        pytest.param(Way.OWN_USER, marks=needs_root),
        pytest.param(Way.OWN_VIEW, marks=[needs_root, needs_seal]),
        Way.PLAIN,
    ],
)
async def test_an_app_does_not_outlive_the_organisation(way: Way, tmp_path: Path) -> None:
    """A parent that is killed without warning takes every process of its apps with it."""
    marker = tmp_path / "pid"
    (tmp_path / "opt").mkdir()
    child = ["sleep", "1000"]
    argv = cell.command(way, child, uid=os.getuid(), view=tmp_path / "opt")
    script = (
        "import pathlib, subprocess, sys, time\n"
        "child = subprocess.Popen(sys.argv[2:], start_new_session=True)\n"
        "pathlib.Path(sys.argv[1]).write_text(str(child.pid))\n"
        "time.sleep(1000)\n"
    )
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", script, str(marker), *argv
    )

    async def written() -> bool:
        return marker.exists() and marker.read_text() != ""

    async def sleeping() -> bool:
        return bool(_group(int(marker.read_text()), "sleep"))

    await until(written)
    group = int(marker.read_text())
    await until(sleeping)

    parent.kill()
    await parent.wait()

    async def gone() -> bool:
        return not _group(group, "")

    await until(gone)


def _group(pgid: int, name: str) -> list[int]:
    """The living processes of a group whose program is called `name`."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = entry.read_text()
        except OSError:  # it has just ended
            continue
        program, _, rest = text.partition("(")[2].rpartition(")")
        state, _, group, *_ = rest.split()
        if int(group) == pgid and name in program and state != "Z":
            found.append(int(entry.parent.name))
    return found
