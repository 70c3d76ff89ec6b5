"""What a stack tells: its outputs, and the names they are exported under."""

from collections.abc import Iterable, Iterator

from studiogate.local.call import ApiError
from studiogate.local.cloudformation.model import Stack, StackOutput
from studiogate.local.cloudformation.running.meaning import Meaning
from studiogate.local.cloudformation.store import Store
from studiogate.local.cloudformation.template.document import DeclaredOutput
from studiogate.local.cloudformation.template.functions import condition, text_of
from studiogate.local.cloudformation.words import invalid

_NO_TEXT = "The Value field of every Outputs member must evaluate to a String."


def outputs(what: Meaning) -> tuple[StackOutput, ...]:
    """The outputs whose conditions hold, resolved.

    Raises:
        ApiError: one comes out as no text.
        Undetermined: one is not known yet.
    """
    return tuple(_output(what, one) for one in _told(what))


def _told(what: Meaning) -> Iterator[DeclaredOutput]:
    conditions = what.scope.conditions
    for one in what.inputs.document.outputs.values():
        if one.condition is None or condition(one.condition, conditions):
            yield one


def _output(what: Meaning, one: DeclaredOutput) -> StackOutput:
    return StackOutput(
        name=one.name,
        value=text_of(what.value(one.value), _NO_TEXT),
        description=one.description,
        export=None if one.export is None else text_of(what.value(one.export), _NO_TEXT),
    )


def check_exports(store: Store, stack: Stack, wanted: Iterable[StackOutput]) -> None:
    """Return when `stack` may export what is `wanted`, and nothing that others use goes.

    Raises:
        ApiError: ValidationError: the name is taken, or is in use.
    """
    mine = {one.export: one.value for one in wanted if one.export is not None}
    for other, output in store.exports(stack.place):
        if other is not stack and output.export in mine:
            raise invalid(
                f"Export with name {output.export} is already exported by stack {other.name}."
            )
    for name, value in ((one.export, one.value) for one in stack.outputs):
        users = store.importers(stack.place, name) if name is not None else []
        if name is not None and users and mine.get(name) != value:
            raise in_use(name, users, "updated" if name in mine else "deleted")


def in_use(export: str, users: Iterable[str], verb: str) -> ApiError:
    """An export that other stacks use cannot go or change."""
    return invalid(f"Export {export} cannot be {verb} as it is in use by {' and '.join(users)}")


def exported(store: Store, stack: Stack, name: str) -> str:
    """What another stack of the place exports under `name`.

    Raises:
        ApiError: ValidationError: nobody does.
    """
    for other, output in store.exports(stack.place):
        if output.export == name and other is not stack:
            return output.value
    raise invalid(f"No export named {name} found.")
