"""Whom a Principal element means."""

from collections.abc import Mapping
from typing import Any

import pytest

from studiogate.policy.evaluate import Effect, verdict
from studiogate.policy.language import Kind
from studiogate.policy.request import ANONYMOUS, Principal
from tests.kit.policy import OURS, ROOT, SAGEMAKER, SESSION, THEIRS, USER, asked, policy

ASSUME = "sts:AssumeRole"
ACCOUNT_ROOT = f"arn:aws:iam::{OURS}:root"
FEDERATED = Principal(kind="federated", arn=f"arn:aws:iam::{OURS}:saml-provider/x", account="")


def effect(statement: Mapping[str, Any], by: Principal) -> Effect:
    found = policy({"Action": ASSUME, **statement}, kind=Kind.TRUST)
    return verdict([found], asked(action=ASSUME, by=by)).effect


@pytest.mark.parametrize(
    ("element", "by", "expected"),
    [
        ("*",                                   ANONYMOUS, True),
        ({"AWS": "*"},                          ANONYMOUS, True),
        ({"AWS": "*"},                          SAGEMAKER, True),
        ({"AWS": OURS},                         USER,      True),
        ({"AWS": OURS},                         SESSION,   True),
        ({"AWS": ACCOUNT_ROOT},                 SESSION,   True),
        ({"AWS": ACCOUNT_ROOT},                 ROOT,      True),
        ({"AWS": THEIRS},                       USER,      False),
        ({"AWS": USER.arn},                     USER,      True),
        ({"AWS": USER.arn},                     SESSION,   False),
        ({"AWS": SESSION.role_arn},             SESSION,   True),   # a role means its sessions
        ({"AWS": SESSION.arn},                  SESSION,   True),
        ({"AWS": SESSION.arn + "x"},            SESSION,   False),
        # The path belongs to the role's name.
        ({"AWS": f"arn:aws:iam::{OURS}:role/Opener"}, SESSION, False),
        ({"AWS": OURS},                         ANONYMOUS, False),
        ({"AWS": OURS},                         SAGEMAKER, False),
        ({"Service": "sagemaker.amazonaws.com"}, SAGEMAKER, True),
        ({"Service": ["ec2.amazonaws.com"]},    SAGEMAKER, False),
        ({"Service": "sagemaker.amazonaws.com"}, USER,     False),
        ({"Federated": FEDERATED.arn},          FEDERATED, True),
        ({"Federated": FEDERATED.arn},          SAGEMAKER, False),
        ({"AWS": THEIRS, "Service": "sagemaker.amazonaws.com"}, SAGEMAKER, True),
    ],
)  # fmt: skip
def test_a_principal_element_means(element: Any, by: Principal, *, expected: bool) -> None:
    found = effect({"Effect": "Allow", "Principal": element}, by)

    assert (found is Effect.ALLOWED) is expected


@pytest.mark.parametrize(
    ("element", "by", "spared"),
    [
        ({"AWS": USER.arn},                                       USER,      False),
        ({"AWS": [USER.arn, OURS]},                               USER,      True),
        ({"AWS": [SESSION.role_arn, OURS]},                       SESSION,   False),
        ({"AWS": [SESSION.arn, OURS]},                            SESSION,   False),
        ({"AWS": [SESSION.arn, SESSION.role_arn, ACCOUNT_ROOT]},  SESSION,   True),
        ({"AWS": OURS},                                           ROOT,      True),
        ({"AWS": OURS},                                           USER,      False),
        ({"Service": "sagemaker.amazonaws.com"},                  SAGEMAKER, True),
        ({"Service": "sagemaker.amazonaws.com"},                  USER,      False),
        ({"Federated": FEDERATED.arn},                            FEDERATED, True),
        ({"AWS": OURS},                                           ANONYMOUS, False),
        ("*",                                                     ANONYMOUS, True),
    ],
)  # fmt: skip
def test_a_deny_spares_only_those_whose_whole_chain_is_listed(
    element: Any, by: Principal, *, spared: bool
) -> None:
    found = effect({"Effect": "Deny", "NotPrincipal": element}, by)

    assert (found is Effect.SILENT) is spared


def test_a_role_session_cannot_be_without_its_role() -> None:
    with pytest.raises(ValueError, match="needs the ARN of its role"):
        Principal(kind="assumed-role", arn=SESSION.arn, account=OURS)
