"""Gathers what the rules want to know of a built image: read from it, and asked in it."""

from collections.abc import Iterator
from dataclasses import replace

from studiogate.images.inside import python, r, rstudio
from studiogate.images.inside.facts import Inside, Trace
from studiogate.images.inside.general import platform
from studiogate.images.inside.layers import read_layers
from studiogate.images.inside.secrets import kind_of_setting, kinds_in_step
from studiogate.images.parts import Builder, Built, Configuration, Ran, Told
from studiogate.landscape.image import Image


def looked(builder: Builder, built: Built, image: Image, *, tell: Told) -> Inside:
    """What there is to know of the image; it is told what is looked at.

    Raises:
        ImageError: the builder cannot open it, or a layer cannot be read.
    """
    configuration = builder.configuration(built)
    tell("Reading every layer")
    with builder.layers(built) as layers:
        read = read_layers(layers)
    inside = Inside(
        configuration=configuration,
        size=read.size,
        paths=read.paths,
        texts=read.texts,
        traces=(*read.traces, *_said_traces(configuration)),
    )
    # What this machine cannot run is not asked: that it is for another one is fault enough.
    asked = () if any(platform(inside)) else tuple(_questions(inside, image))
    return _answered(builder, built, inside, asked, tell) if asked else inside


def _questions(inside: Inside, image: Image) -> Iterator[tuple[str, ...]]:
    if image.kind == "rstudio":
        yield from rstudio.questions(inside, image)
        yield from r.questions(inside, image)
    asked = python.question(inside) if image.recipe.python else None
    if asked is not None:
        yield asked


def _answered(
    builder: Builder,
    built: Built,
    inside: Inside,
    asked: tuple[tuple[str, ...], ...],
    tell: Told,
) -> Inside:
    said: dict[tuple[str, ...], Ran] = {}
    with builder.opened(built) as run:
        for command in dict.fromkeys(asked):
            tell(f"Running {' '.join(command[:2])}")
            said[command] = run(command)
    return replace(inside, said=said)


def _said_traces(configuration: Configuration) -> Iterator[Trace]:
    for name, value in configuration.environment.items():
        kind = kind_of_setting(name, value)
        if kind is not None:
            yield Trace(f"the environment: {name}", kind)
    for number, step in enumerate(configuration.history, start=1):
        for kind in sorted(kinds_in_step(step)):
            yield Trace(f"the history: step {number}", kind)
