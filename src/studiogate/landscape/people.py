"""The people of the landscape, and how a profile is made for whoever names none.

What a profile may be, and what is made of a sign-in name, is in `profiles`.
"""

from pydantic import Field, SecretStr

from studiogate.landscape.profiles import Part
from studiogate.landscape.strict import Strict
from studiogate.landscape.values import Name, Profile, Providers


class Profiles(Strict):
    """How a Studio profile is made from a sign-in name, for whoever names none of their own.

    In lower case; every run of what a profile cannot have becomes one hyphen.
    """

    from_: Part = Field(
        default="name",
        alias="from",
        description="What it is made from: the whole `name`, or the `local-part` of an e-mail "
        "address, which is what stands before its `@`.",
        examples=["local-part"],
    )
    prefix: str = Field(
        default="",
        pattern=r"^(?:[a-z][a-z0-9-]{0,19})?$",
        description="What every profile begins with that is made so; a letter first, so that "
        "an id that begins with a digit can be a database user, too.",
        examples=["u-"],
    )


class Person(Strict):
    """Somebody who signs in, and the Studio profile they own."""

    lob: Name | None = Field(
        default=None, description="The lob the person works for.", examples=["lob-a"]
    )
    profile: Profile | None = Field(
        default=None,
        description="Their Studio profile; else what `profiles` makes of the sign-in name, or "
        "that name itself where it can be one.",
        examples=["ada"],
    )
    idp: Providers | None = Field(
        default=None,
        description="The idps whose word counts for them, one or a list; may be left out "
        "where there is one idp only.",
        examples=["corporate"],
    )
    administrator: bool = Field(
        default=False,
        strict=True,
        description="Whether they may see everybody's reach, and have a revocation proved.",
        examples=[True],
    )
    demo_password: SecretStr | None = Field(
        default=None,
        min_length=8,
        description="For the emulated organisation; refused outside `environment: demo`.",
        examples=["CorrectHorse1!"],
    )
