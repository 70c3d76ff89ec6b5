"""Maps of a landscape made by hand, as `reach.map.sites` makes them from a world."""

from studiogate.reach.map.sites import Crossing, Hub, Kind, Map, Opens, Site, Tie

THERE = Tie(there=True, said="the way leads there and back")
NOT_THERE = Tie(there=False, said="nothing private is reached from there")


def site(name: str, kind: Kind, *opens: Opens, tie: Tie = THERE, account: str = "") -> Site:
    """A place whose route and names are alike."""
    return Site(name, kind, account, ("10.1.0.0/16",), tie, tie, opens)


def two_lobs_map(name: str = "acme", *, office: str = "office", said: str = "") -> Map:
    """The example of two lines of business, as far as its map is made of sites.

    `said` is why two networks reach each other; without it none do.
    """
    ours, theirs = Opens("forecasting", (office,), 2), Opens("fraud", (office,), 1)
    return Map(
        title=name,
        outside=(
            site(office, Kind.CORPORATE, ours, theirs),
            site("internet", Kind.INTERNET, tie=NOT_THERE),
        ),
        hub=Hub("hub", "shared 1", ("10.0.0.0/16",), ("Studio",), ("10.0.0.4",), 4, ("lobs",)),
        inside=(
            site("lob-a", Kind.LOB, ours, account="lob-a 2"),
            site("lob-b", Kind.LOB, theirs, account="lob-b 3"),
        ),
        more_inside=0,
        more_outside=0,
        crossing=(Crossing("lob-a", "lob-b", said),) if said else (),
        apart=True,
    )
