"""The layers as people are told of them."""

from studiogate.reach.steps import NAMES, NUMBERS, QUESTIONS, step
from studiogate.reach.trace import Layer


def test_every_layer_has_a_number_in_order_a_name_of_its_own_and_a_question() -> None:
    assert [NUMBERS[layer] for layer in Layer] == list(range(1, 11))
    assert len({NAMES[layer] for layer in Layer}) == len(Layer)
    assert all(QUESTIONS[layer].endswith("?") for layer in Layer)
    assert step(Layer.API_DNS) == "step 3, API name"
