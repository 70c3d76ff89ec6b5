"""The page of requirements says what is, and no test is named after a row that is not."""

from tools import requirements


def test_the_page_of_requirements_is_what_the_tests_are_named_after() -> None:
    written = requirements.PAGE.read_text(encoding="utf-8")

    assert written == requirements.page(), "run: python -m tools.requirements"


def test_no_test_is_named_after_a_row_that_does_not_exist() -> None:
    assert set(requirements.tests()) <= {row for row, _, _ in requirements.rows()}


def test_every_row_is_there_once_and_in_order() -> None:
    found = [row for row, _, _ in requirements.rows()]

    assert found == sorted(set(found))
