"""A VPC's part in private names: the shared forwarding rules take its questions (S2-25)."""

from functools import cache

from troposphere import route53resolver

from studiogate.foundation.stacks import Template
from studiogate.foundation.templates.made import made
from studiogate.foundation.templates.network_parameters import told
from studiogate.foundation.templates.subnets import described, gives


@cache
def asked(words: tuple[str, ...]) -> Template:
    """The template that associates the rules `Rule<word>`, as `Sts`, with one VPC.

    A shared rule does nothing before that: it is shared with an account, not with its VPCs.
    """
    template = described("forwarding rules of one VPC")
    for word in words:
        template.add_resource(
            route53resolver.ResolverRuleAssociation(
                f"Asked{word}",
                Name=f"studiogate-{word}",
                ResolverRuleId=told(template, "Rule", word),
                VPCId=told(template, "VpcId"),
            )
        )
    gives(template, "Asked", "yes")
    return made(f"names-of-one-vpc-{len(words)}-rules", template)
