"""A role for everybody of a lob who reads a serverless workgroup (decision 21).

What they may do there is the same document for all of them, on every role and in the template
once: without that some twenty people would be more than a call to CloudFormation carries.  As
with profiles, a template is rendered once, with one person in it, and everybody after that is a
name put into that text: there may be thousands.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from troposphere import Ref, iam

from studiogate.foundation.stacks import Template
from studiogate.foundation.symbols import symbol
from studiogate.foundation.templates.made import made
from studiogate.foundation.templates.people import logical_id, scalar
from studiogate.foundation.templates.policies import resolvable, role
from studiogate.foundation.templates.studio_parameters import told
from studiogate.foundation.templates.subnets import described
from studiogate.topology.roles import Reads, own_reader_role

_MARK = "A-MARK"
_POLICY = "  Reading:\n"


def own_readers(one: Reads, reader_account: str, profiles: Sequence[str]) -> Template:
    """The template of the roles by which `profiles` read a workgroup, one each.

    `reader_account` is that of their notebooks.
    """
    rendered = drawn(one, reader_account, [_MARK])
    head, line, rest = rendered.text.partition("Resources:\n")
    body, name, policy = rest.partition(_POLICY)
    held = f"      - Ref: {logical_id(_MARK)}\n"
    before, _, after = policy.partition(held)
    roles = "".join(_of(body, profile) for profile in profiles)
    holders = "".join(_of(held, profile) for profile in profiles)
    return replace(rendered, text=f"{head}{line}{roles}{name}{before}{holders}{after}")


def drawn(one: Reads, reader_account: str, profiles: Sequence[str]) -> Template:
    """The same template, rendered whole; what `own_readers` is to equal."""
    template = described(f"who of {one.lob} reads the warehouse {one.warehouse}")
    told(template, "WorkgroupId")
    readers = {
        profile: own_reader_role(
            region=symbol("AWS::Region"),
            one=one,
            account=symbol("AWS::AccountId"),
            reader_account=reader_account,
            profile=profile,
            workgroup_id=symbol("WorkgroupId"),
        )
        for profile in profiles
    }
    about = f"Reads {one.warehouse}, in one name"
    holders = [
        Ref(role(template, logical_id(profile), replace(reader, policies={}), about))
        for profile, reader in readers.items()
    ]
    # Names nobody, and so is one document for all of them.
    alike = {
        name: document
        for reader in readers.values()
        for name, document in reader.policies.items()
    }
    for name, document in alike.items():
        template.add_resource(
            iam.PolicyType(
                "Reading",
                PolicyName=name,
                PolicyDocument=resolvable(document),
                Roles=holders,
            )
        )
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
