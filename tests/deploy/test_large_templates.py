"""Templates that are too large to be sent, outside the hub: by a bucket of their own account."""

from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest

from studiogate.deploy.applying import Applied, apply, plan
from studiogate.deploy.destroying import Destroyed, End, destroy
from studiogate.deploy.judging import Judge
from studiogate.deploy.plan import Verb
from studiogate.errors import Invalid
from studiogate.foundation.large_stacks import NAME, shelf_key, with_shelves
from studiogate.foundation.stacks import LONGEST_BODY, MANAGEMENT, Stack, StackKey, is_large
from studiogate.landscape.model import Landscape
from tests.kit.deploy import (
    HUB,
    LOB_A,
    LOB_B,
    VPC,
    Killed,
    Town,
    acme,
    changed,
    composed,
    template,
    wish_of,
    world_of,
)

BUCKET = f"studiogate-templates-{LOB_A}-eu-west-1"
PEOPLE = "".join(f"  somebody-{n}: {{lob: lob-a, idp: corporate}}\n" for n in range(500))
MANY = changed(("people:\n", f"people:\n{PEOPLE}"))
ACME, JUDGE = acme(), Judge()
STUDIO = StackKey(LOB_A, "studiogate-studio")
PADDING = "# " + "x" * LONGEST_BODY + "\n"


def shelved(landscape: Landscape) -> tuple[Stack, ...]:
    """The stacks of a landscape, and buckets for those that are large."""
    return tuple(with_shelves(composed(landscape), HUB))


def padded(landscape: Landscape) -> tuple[Stack, ...]:
    """The same where one is large, and quickly made."""

    def one_of(stack: Stack) -> Stack:
        long = replace(stack.template, text=stack.template.text + PADDING)
        return replace(stack, template=long) if stack.key == STUDIO else stack

    return tuple(with_shelves(map(one_of, composed(landscape)), HUB))


def applied(town: Town, landscape: Landscape = ACME, **more: Any) -> Applied:
    wish = wish_of(landscape, **({"compose": padded, "judge": JUDGE} | more))
    return apply(world_of(town), wish, show=lambda _plan: None)


def destroyed(town: Town) -> Destroyed:
    end = End(ACME, padded, wish_of(ACME).holder, efs="delete")
    return destroy(world_of(town), end)


def kept(town: Town, account: str, bucket: str) -> dict[str, str]:
    """What is in a bucket, as text."""
    s3 = town.s3.get(account)
    there = s3.buckets.get(bucket, {}) if s3 else {}
    return {name: body.decode() for name, (body, _) in there.items()}


@pytest.fixture
def town() -> Town:
    return Town()


def test_a_stack_of_many_people_is_sent_by_a_bucket_of_its_account(town: Town) -> None:
    (large,) = (one for one in shelved(MANY) if is_large(one))
    text = large.template.text

    done = applied(town, MANY, compose=shelved)

    assert len(text.encode()) > LONGEST_BODY
    assert large.key == StackKey(LOB_A, "studiogate-people-forecasting")
    assert {done.stacks[one] for one in (large.key, shelf_key(LOB_A))} == {"created"}
    assert len(town.domain("forecasting").profiles) == 502
    name = f"templates/{sha256(text.encode()).hexdigest()}.yaml"
    assert kept(town, LOB_A, BUCKET) == {name: text}
    assert not any(one.startswith("templates/") for one in town.objects())
    assert [one for one in town.stacks() if one.endswith(NAME)] == [f"{LOB_A}/{NAME}"]


def test_the_bucket_goes_with_the_last_template_that_needs_it_and_nobody_is_asked(
    town: Town,
) -> None:
    applied(town)
    told = plan(world_of(town), wish_of(ACME, compose=shelved, judge=JUDGE))

    done = applied(town, compose=shelved)

    (gone,) = (one for one in told.stacks if one.verb is Verb.DELETE)
    assert (gone.key, gone.loses) == (shelf_key(LOB_A), ())
    assert done.deleted == (shelf_key(LOB_A),)
    assert BUCKET not in town.s3[LOB_A].buckets


def test_a_second_apply_sends_nothing_and_destroy_leaves_no_template_behind(town: Town) -> None:
    applied(town)
    town.calls.clear()
    assert applied(town).nothing
    assert (LOB_A, "s3", "put_object") not in town.calls

    done = destroyed(town)

    assert shelf_key(LOB_A) in done.stacks
    assert town.stacks() == {}
    assert [name for one in town.s3.values() for name in one.buckets] == []
    assert done.residue.clean


def test_any_account_has_a_bucket_when_it_needs_one(town: Town) -> None:
    text = VPC.text + "# " + "ü" * 30_000  # of two bytes each
    keys = [StackKey(account, "studiogate-large") for account in (LOB_B, MANAGEMENT)]
    large = [Stack(one, template("large", text), {"Cidr": "x", "Hub": ""}) for one in keys]

    def compose(landscape: Landscape) -> tuple[Stack, ...]:
        return tuple(with_shelves((*composed(landscape), *large), HUB))

    done = applied(town, compose=compose)

    shelves = [shelf_key(one.account) for one in keys]
    assert {done.stacks[one] for one in (*keys, *shelves)} == {"created"}
    assert {town.stacks()[str(one)].text for one in keys} == {text}


class Mortal(Town):
    """One in which a run dies when it first sends a template, or when that was just there."""

    after_it = False
    died = False

    def call(self, account: str, service: str, name: str, do: Callable[[], Any]) -> Any:
        if self.died or (account, service, name) != (LOB_A, "s3", "put_object"):
            return super().call(account, service, name, do)
        self.died = self.dead = True
        if self.after_it:
            do()
        raise Killed


@pytest.mark.parametrize("after_it", [False, True])
def test_a_run_that_dies_while_it_sends_goes_on_where_it_was(*, after_it: bool) -> None:
    whole, town = Town(), Mortal()
    applied(whole)
    town.after_it = after_it
    with pytest.raises(Killed):
        applied(town)
    assert bool(kept(town, LOB_A, BUCKET)) is after_it
    town.anew()

    applied(town, left=frozenset({"w1"}))

    assert town.state() == whole.state()
    assert kept(town, LOB_A, BUCKET) == kept(whole, LOB_A, BUCKET)


def test_a_template_beyond_a_megabyte_is_refused_in_aws_words(town: Town) -> None:
    key = StackKey(LOB_B, "studiogate-large")
    huge = Stack(
        key, template("huge", VPC.text + "# " + "x" * 1_000_000), {"Cidr": "x", "Hub": ""}
    )

    def compose(landscape: Landscape) -> tuple[Stack, ...]:
        return tuple(with_shelves((*composed(landscape), huge), HUB))

    with pytest.raises(Invalid, match="may not exceed 1000000 bytes"):
        applied(town, compose=compose)


def test_nothing_of_a_stack_changes_but_what_it_waits_for() -> None:
    stacks = composed(MANY)

    found = tuple(with_shelves(stacks, HUB))

    (shelf,) = (one for one in found if one.key == shelf_key(LOB_A))
    assert [one for one in found if one is not shelf and one not in stacks] == [
        replace(one, after=(*one.after, shelf.key)) for one in stacks if is_large(one)
    ]
    assert tuple(with_shelves(composed(ACME), HUB)) == composed(ACME)
