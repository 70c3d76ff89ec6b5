"""The page of the permissions that commands need, made from the documents the tests use."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from studiogate.landscape.model import Landscape
from studiogate.landscape.read import read
from studiogate.policy import administration, image_administration

if TYPE_CHECKING:
    from studiogate.policy.language import Document

_EXAMPLE = Path(__file__).parents[1] / "examples" / "two-lobs.yaml"
_MANAGEMENT = "900000000009"
_ROLE = "StudiogateOperator"

_HEAD = f"""\
# Permissions

<!-- Made from studiogate.policy by tools.permissions_page: `make docs`. -->

What a person or a pipeline needs to run the commands that ask AWS. `--profile` names the keys
to begin with, in the management account; `--role` the role to become in every account of the
landscape. Without `--role` it is `OrganizationAccountAccessRole`, which AWS Organizations makes
and which may do everything: right for a demonstration, too much for every day. The policies
below are the least: a test runs the commands with exactly these, and compares what AWS was
asked with what they allow.

```text
studiogate verify --live --profile auditor --role {_ROLE}
```

The accounts are those of `examples/two-lobs.yaml`. What the gateway itself needs is
[elsewhere](../how-to/run-the-gateway.md). `check`, `reach`, and `why` and `verify` without
`--live`, ask nobody.
"""

_ENTRY = """\

## To get in: every command

On the user or role in the management account:
"""

_TRUST = """\

The trust policy of `--role` in each account:
"""

_VERIFY = """\

## `verify --live`

It changes nothing. In the management account, beside the way in:
"""

_EVERYWHERE = """\

In every account of the landscape:
"""

_ASK = """\

## `why --live`

As `verify --live`; of the accounts, the shared-services account and those of the lines of
business in question. In the shared-services account as well:
"""

_REVOKE = """\

## `revoke` and `restore`

They write: **whoever may put a policy on a role decides what the role may do.** Keep this role
for those who answer at night, and `--role` of `verify` apart from it. In every line of
business's account:
"""

_REVOKE_READERS = """\

In the account of every warehouse that somebody reads:
"""

_FLAG = """\

In the shared-services account:
"""

_PROOF = """\

`iam:ListRolePolicies` is asked for only when a role has no room for one more Deny. `FindApps`
tells how many apps still run; `EndApps` is for `--apps`, and may be left out otherwise. The
proof needs no permission of AWS, but the portal's token of an administrator
([why](../decisions/0009-a-canary-proves-a-revocation.md)).
"""

_RELEASE = """\

## `people release`

`people list` asks nothing of AWS. To release a name, in the shared-services account:
"""

_DOCTOR = """\

## `doctor`

It changes nothing. In the shared-services account:
"""

_LISTING = """\

In every line of business's account:
"""

_BETWEEN = """\

Where the landscape has warehouses that somebody reads, in the shared-services account as well:
"""

_READERS = """\

In the account of every line of business that reads one:
"""

_PRODUCERS = """\

`sagemaker:ListApps` is asked for only when a domain has to be changed,
`redshift:DescribeEndpointAccess` where a warehouse is reached by an endpoint, and
`ec2:GetManagedPrefixListEntries` where a rule or a route names a list.

In the account of every warehouse:
"""

_IMAGES = """\

Of a cluster nobody needs `redshift-serverless:GetWorkgroup`.

Where the landscape has images or RStudio, in every line of business's account as well:
"""

_DEPLOYING = """\

`license-manager:ListReceivedLicenses` is asked for only where a domain has RStudio, and the
rest only where the landscape has images.

## `plan`, `apply`, `status` and `destroy`

What they ask for by themselves is in `studiogate.policy.deployment`; `plan` is run by a test
with exactly that. CloudFormation makes, changes and deletes with the permissions of whoever
calls it, so `apply` and `destroy` need those of every resource as well, warehouses and their
snapshots among them: `OrganizationAccountAccessRole`, or a role like it.
"""


def reference() -> str:
    """The page, in Markdown."""
    sections = "".join(_sections(read(_EXAMPLE.read_text(encoding="utf-8"))))
    return f"{_HEAD}{sections}{_DEPLOYING}"


def _sections(landscape: Landscape) -> Iterator[str]:
    region, hub = landscape.region, landscape.hub_account
    lob, data = landscape.accounts["lob-a"], landscape.accounts["data"]
    accounts = list(landscape.accounts.values())
    who = f"arn:aws:iam::{_MANAGEMENT}:user/auditor"
    shown: dict[str, Document] = {
        _ENTRY: administration.entry_policy(region=region, accounts=accounts, role=_ROLE),
        _TRUST: administration.entry_trust(principal_arn=who),
        _VERIFY: administration.organisation_policy(),
        _EVERYWHERE: administration.reading_policy(),
        _ASK: administration.asking_policy(region=region, account=hub),
        _REVOKE: administration.revoking_policy(region=region, account=lob),
        _REVOKE_READERS: administration.revoking_readers_policy(region=region, account=data),
        _FLAG: administration.flagging_policy(region=region, account=hub),
        _PROOF + _RELEASE: administration.releasing_policy(region=region, account=hub),
        _DOCTOR: administration.comparing_policy(region=region, account=hub),
        _LISTING: administration.listing_policy(),
        _BETWEEN: administration.examining_gateway_policy(),
        _READERS: administration.examining_readers_policy(),
        _PRODUCERS: administration.examining_producers_policy(),
        _IMAGES: image_administration.examining_images_policy(region=region, account=lob),
    }
    for words, document in shown.items():
        yield f"{words}\n```json\n{json.dumps(document, indent=2)}\n```\n"
