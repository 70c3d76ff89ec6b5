"""Does this person open this domain from this network?  Every layer's say, and by what."""

from studiogate.reach.chain import Chain
from studiogate.reach.claims import known
from studiogate.reach.trace import Answer
from studiogate.reach.world import World


def answer(
    world: World, person: str, domain: str, network: str, *, evidence: bool = True
) -> Answer:
    """The whole trace of one opening.

    A layer is absent where there is nothing to ask: no route is looked for to an address that
    the name did not lead to, and nobody's role is assumed for a person without a lob.  Without
    `evidence` the policies' layers carry no facts; the answer is the same.

    Raises:
        LandscapeError: the person, the domain or the network is not in the landscape; the
            remedy names the nearest that is.
    """
    known(world.landscape, person, domain, network)
    steps = Chain(world, person, domain, evidence=evidence).steps(network)
    return Answer(person, domain, network, steps)
