"""A role for everybody of a lob who reads a serverless workgroup (decision 21).

As with profiles, a template is rendered once, with one person in it, and everybody after that
is a name put into that text: there may be thousands.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from studiogate.foundation.stacks import Template
from studiogate.foundation.symbols import symbol
from studiogate.foundation.templates.made import made
from studiogate.foundation.templates.people import logical_id, scalar
from studiogate.foundation.templates.policies import role
from studiogate.foundation.templates.studio_parameters import told
from studiogate.foundation.templates.subnets import described
from studiogate.topology.roles import Reads, own_reader_role

_MARK = "A-MARK"


def own_readers(one: Reads, reader_account: str, profiles: Sequence[str]) -> Template:
    """The template of the roles by which `profiles` read a workgroup, one each.

    `reader_account` is that of their notebooks.
    """
    rendered = drawn(one, reader_account, [_MARK])
    head, line, body = rendered.text.partition("Resources:\n")
    return replace(rendered, text=head + line + "".join(_of(body, name) for name in profiles))


def drawn(one: Reads, reader_account: str, profiles: Sequence[str]) -> Template:
    """The same template, rendered whole; what `own_readers` is to equal."""
    template = described(f"who of {one.lob} reads the warehouse {one.warehouse}")
    told(template, "WorkgroupId")
    for profile in profiles:
        made_of = own_reader_role(
            region=symbol("AWS::Region"),
            one=one,
            account=symbol("AWS::AccountId"),
            reader_account=reader_account,
            profile=profile,
            workgroup_id=symbol("WorkgroupId"),
        )
        role(template, logical_id(profile), made_of, f"Reads {one.warehouse}, in one name")
    return made(f"own-readers-{one.warehouse}-{one.lob}", template)


def _of(body: str, profile: str) -> str:
    """`body`, which is about the mark, about `profile`."""
    put = {
        logical_id(_MARK): logical_id(profile),
        f": {_MARK}\n": f": {scalar(profile)}\n",
        _MARK: profile,
    }
    return _MARKS.sub(lambda found: put[found[0]], body)


_MARKS = re.compile(f"{logical_id(_MARK)}|: {_MARK}\n|{_MARK}")
