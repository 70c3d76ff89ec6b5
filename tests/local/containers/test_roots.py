"""Layers laid over one another: what is seen, whose it is, and what no layer can do."""

import os
import stat
import tarfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studiogate.errors import StartError
from studiogate.local.containers.inside import EscapeError, parts, place
from studiogate.local.containers.roots import SHIFT, Roots
from tests.kit.layers import PACKED, Entry, as_root, folder, hard, image_of, link


def unpacked(where: Path, *layers: Sequence[Entry], packed: str = "") -> Path:
    return Roots(where / "roots").of(image_of(where / "blobs", *layers, packed=packed))


def seen(root: Path) -> list[str]:
    return sorted(str(path.relative_to(root)) for path in root.rglob("*"))


@as_root
@pytest.mark.parametrize("packed", PACKED)
async def test_a_layer_is_read_however_it_is_compressed(tmp_path: Path, packed: str) -> None:
    root = unpacked(tmp_path, [folder("etc"), Entry("etc/motd", b"hello")], packed=packed)

    assert (root / "etc/motd").read_text() == "hello"


@as_root
async def test_owners_are_nobody_of_this_machine_and_permissions_are_kept(
    tmp_path: Path,
) -> None:
    root = unpacked(
        tmp_path,
        [
            folder("home/ada", uid=1000, gid=100, mode=0o700),
            Entry("bin/su", b"x", mode=0o4755),
            Entry("odd", uid=4_000_000_000),
            link("home/link", "ada"),
        ],
    )

    home, su = (root / "home/ada").stat(), (root / "bin/su").stat()
    assert (home.st_uid, home.st_gid) == (SHIFT + 1000, SHIFT + 100)
    assert stat.S_IMODE(home.st_mode) == 0o700
    assert (su.st_uid, stat.S_IMODE(su.st_mode)) == (SHIFT, 0o4755)
    everything = [root, *root.rglob("*")]
    assert all(SHIFT <= path.lstat().st_uid < SHIFT + 65_536 for path in everything)
    assert stat.S_IMODE((tmp_path / "roots").stat().st_mode) == 0o700


@as_root
async def test_a_whiteout_takes_away_what_is_below_and_nothing_of_its_own_layer(
    tmp_path: Path,
) -> None:
    root = unpacked(
        tmp_path,
        [Entry("a/gone"), Entry("a/stays"), Entry("b/old/deep"), Entry("c/file")],
        [
            Entry("a/.wh.gone"),
            Entry("b/new"),
            Entry("b/.wh..wh..opq"),
            Entry("c/.wh.file"),
            Entry("c/file", b"anew"),
            Entry(".wh..wh.plnk"),
        ],
    )

    assert seen(root) == ["a", "a/stays", "b", "b/new", "c", "c/file"]
    assert (root / "c/file").read_bytes() == b"anew"


@as_root
async def test_an_opaque_folder_keeps_what_its_own_layer_put_into_a_folder_below(
    tmp_path: Path,
) -> None:
    root = unpacked(
        tmp_path,
        [Entry("d/sub/old"), Entry("d/other")],
        [Entry("d/sub/new"), Entry("d/.wh..wh..opq")],
    )

    assert seen(root) == ["d", "d/sub", "d/sub/new"]


@as_root
async def test_links_of_an_image_are_followed_within_it(tmp_path: Path) -> None:
    root = unpacked(
        tmp_path,
        [folder("usr/lib"), link("lib", "/usr/lib"), link("up", "../../../../usr")],
        [Entry("lib/one", b"1"), Entry("up/lib/two", b"2"), hard("usr/three", "lib/one")],
    )

    assert seen(root / "usr") == ["lib", "lib/one", "lib/two", "three"]
    assert (root / "usr/three").samefile(root / "usr/lib/one")


@as_root
async def test_a_file_takes_the_place_of_a_folder_and_a_folder_that_of_a_link(
    tmp_path: Path,
) -> None:
    root = unpacked(
        tmp_path,
        [Entry("was-folder/x"), link("was-link", "/etc"), Entry("was-file", b"x")],
        [Entry("was-folder", b"file"), folder("was-link"), Entry("was-file/below", b"y")],
    )

    assert (root / "was-folder").read_bytes() == b"file"
    assert not (root / "was-link").is_symlink()
    assert (root / "was-file/below").read_bytes() == b"y"


@as_root
async def test_devices_are_left_out(tmp_path: Path) -> None:
    root = unpacked(
        tmp_path,
        [
            Entry("dev/sda", kind=tarfile.BLKTYPE),
            Entry("dev/mem", kind=tarfile.CHRTYPE),
            Entry("pipe", kind=tarfile.FIFOTYPE),
        ],
    )

    assert seen(root) == ["dev", "pipe"]


OUTSIDE: dict[str, list[Entry]] = {
    "climbing": [Entry("../escaped", b"x")],
    "climbing from within": [Entry("etc/../../escaped", b"x")],
    "a hard link to a file outside": [hard("passwd", "../../../../etc/passwd")],
    "a hard link by an absolute name": [hard("passwd", "/etc/passwd")],
    "a hard link through a symbolic one": [link("etc", "/etc"), hard("p", "etc/passwd")],
    "a circle of links": [link("a", "b"), link("b", "a"), Entry("a/x", b"x")],
    "a whiteout of the folder above": [Entry("d/.wh..", b"")],
    "a whiteout that climbs": [Entry("../.wh.victim", b"")],
}


@as_root
@pytest.mark.parametrize("entries", OUTSIDE.values(), ids=OUTSIDE)
async def test_what_would_lie_outside_is_refused_and_leaves_nothing(
    tmp_path: Path, entries: list[Entry]
) -> None:
    (tmp_path / "roots").mkdir()
    (tmp_path / "roots/victim").write_text("here")

    with pytest.raises(StartError, match="cannot be unpacked"):
        unpacked(tmp_path, entries)

    assert not (tmp_path / "escaped").exists()
    assert [path.name for path in (tmp_path / "roots").iterdir()] == ["victim"]


@as_root
async def test_a_link_that_leads_out_is_written_to_within(tmp_path: Path) -> None:
    """The link itself is harmless: it means another place inside of the container."""
    outside = tmp_path / "outside"
    outside.mkdir()

    root = unpacked(
        tmp_path,
        [link("out", str(outside)), link("rel", "../../outside"), Entry("own", b"x")],
        [Entry("out/a", b"x"), Entry("rel/b", b"x"), Entry("own", b"y", mode=0o600)],
    )

    assert list(outside.iterdir()) == []
    assert (root / str(outside)[1:] / "a").exists()
    assert (root / "outside/b").exists()


@as_root
async def test_an_entry_replaces_a_link_and_does_not_write_through_it(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("ours")

    root = unpacked(tmp_path, [link("x", str(victim))], [Entry("x", b"theirs")])

    assert victim.read_text() == "ours"
    assert (root / "x").read_bytes() == b"theirs"


@as_root
async def test_what_is_larger_than_allowed_is_refused_before_it_is_all_there(
    tmp_path: Path,
) -> None:
    image = image_of(tmp_path, [Entry("big", b"\0" * 200_000)], packed="+gzip")

    for limits in ({"largest": 100_000}, {"most_entries": 0}):
        with pytest.raises(StartError, match="it has more than"):
            Roots(tmp_path / "roots", **limits).of(image)
    assert list((tmp_path / "roots").iterdir()) == []


@as_root
@pytest.mark.parametrize("packed", PACKED)
async def test_a_layer_that_is_not_what_was_promised_is_refused(
    tmp_path: Path, packed: str
) -> None:
    image = image_of(tmp_path, [Entry("a", b"x" * 5000)], packed=packed)
    ((_, file),) = image.layers
    other = image_of(tmp_path / "other", [Entry("a", b"y" * 5000)], packed=packed)
    for content in (other.layers[0][1].read_bytes(), file.read_bytes()[:-600]):
        file.write_bytes(content)
        with pytest.raises(StartError, match=r"digest|cannot be read"):
            Roots(tmp_path / "roots").of(image)


@as_root
async def test_an_image_is_unpacked_once_and_found_again(tmp_path: Path) -> None:
    image = image_of(tmp_path, [Entry("a", b"x")])
    first = Roots(tmp_path / "roots").of(image)
    image.layers[0][1].unlink()

    assert Roots(tmp_path / "roots").of(image) == first


names = st.text("ab./", min_size=1, max_size=12)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(links=st.dictionaries(st.sampled_from("ab"), names, max_size=2), name=names)
def test_no_path_leads_out_of_a_root(
    tmp_path_factory: pytest.TempPathFactory, links: dict[str, str], name: str
) -> None:
    root = tmp_path_factory.mktemp("root")
    for one, target in links.items():
        (root / one).symlink_to(target)
    try:
        found = place(root, name)
    except EscapeError:
        assert not parts(name.replace("..", "")) or ".." in name.split("/") or links
    else:
        assert Path(os.path.realpath(found.parent)).is_relative_to(root)


@as_root
async def test_at_the_end_the_last_image_of_a_repository_stays_and_nothing_else(
    tmp_path: Path,
) -> None:
    first = image_of(tmp_path / "1", [Entry("one", b"1")])
    second = image_of(tmp_path / "2", [Entry("two", b"2")])
    other = replace(first, uri=first.uri.replace("studiogate/lab", "studiogate/other"))
    before = Roots(tmp_path / "roots").of(image_of(tmp_path / "0", [Entry("none")]))
    (tmp_path / "roots" / ".new-half").mkdir()
    roots = Roots(tmp_path / "roots")
    old, new = roots.of(first), roots.of(second)

    roots.end()

    assert [one.exists() for one in (before, old, new)] == [False, False, True]
    assert seen(tmp_path / "roots") == [new.name, f"{new.name}/two"]
    assert roots.of(other) == old
    roots.end()
    assert (old.exists(), new.exists()) == (True, True)
    Roots(tmp_path / "nowhere").end()
