"""The whole catalogue of attacks on tokens, in one list."""

from tests.kit.jwt_attacks import Attack
from tests.kit.jwt_attacks_carriage import CARRIAGE
from tests.kit.jwt_attacks_claims import (
    AUDIENCE,
    BELONGING,
    ISSUER,
    NAMES,
    PATHS,
    STRANGERS,
    SUBJECT,
    TIMES,
)
from tests.kit.jwt_attacks_header import ALGORITHM, BROUGHT, EXTENSION, KEY_ID, TYPE
from tests.kit.jwt_attacks_shape import ENCODING, FORM, JSON
from tests.kit.jwt_attacks_signature import KEYS, SIGNATURE

BEFORE_KEYS = (FORM, ENCODING, JSON, EXTENSION, TYPE, ISSUER)
"""What is refused before anybody is asked for a key."""

GROUPS = (
    ALGORITHM, KEY_ID, BROUGHT, EXTENSION, TYPE, FORM, ENCODING, JSON, SIGNATURE, KEYS,
    TIMES, ISSUER, AUDIENCE, SUBJECT, NAMES, BELONGING, PATHS, STRANGERS, CARRIAGE,
)  # fmt: skip
ATTACKS: tuple[tuple[str, Attack], ...] = tuple(
    (group.name, attack) for group in GROUPS for attack in group.attacks
)
