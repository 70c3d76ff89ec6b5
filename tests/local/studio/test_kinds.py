"""Where applications are in the browser, where AWS writes one path in two ways."""

import pytest

from studiogate.local.studio.kinds import EDITOR, JUPYTER, moved, served_at

SMALL, LARGE = EDITOR.bases


@pytest.mark.parametrize(
    ("path", "base", "there"),
    [
        (f"{SMALL}/", LARGE, f"{LARGE}/"),
        (f"{LARGE}/a/b", SMALL, f"{SMALL}/a/b"),
        (SMALL, LARGE, LARGE),
        (f"{SMALL}/", SMALL, None),
        (SMALL, SMALL, None),
        (f"{SMALL}/", None, None),
        (f"{JUPYTER.bases[0]}/lab", JUPYTER.bases[0], None),
        ("/elsewhere", LARGE, None),
    ],
)
def test_who_comes_by_the_other_spelling_is_led_to_where_the_app_is(
    path: str, base: str | None, there: str | None
) -> None:
    assert moved(path, base) == there


def test_a_path_that_only_begins_alike_is_no_applications() -> None:
    assert served_at(f"{SMALL}x") is None
