"""The gateway in the shared-services account: tables, key, functions, private API, alarms."""

import json
from typing import Any

from troposphere import GetAtt, Output, Parameter, Ref, Sub, Template
from troposphere.secretsmanager import GenerateSecretString, Secret

from studiogate import names
from studiogate.foundation import stacks
from studiogate.foundation.symbols import intrinsic
from studiogate.foundation.templates import functions, idps, pool
from studiogate.foundation.templates.alarms import alarms
from studiogate.foundation.templates.api import STAGE, api
from studiogate.foundation.templates.made import made
from studiogate.foundation.templates.network_parameters import told
from studiogate.foundation.templates.sealed import for_function, for_logs, for_tables, key
from studiogate.foundation.templates.subnets import described
from studiogate.foundation.templates.tables import TABLES, tables
from studiogate.landscape.model import Landscape
from studiogate.policy.functions import log_group
from studiogate.topology import attached

API_LOG = "/studiogate/api"

GATEWAY_HANDLER, AUTHORIZER_HANDLER = "lambda_gateway.handler", "lambda_authorizer.handler"
"""What the bundle has for Lambda to call."""

_KEPT = (*TABLES, "Key")


def keeps(landscape: Landscape) -> tuple[str, ...]:
    """Logical ids of what cannot be made again."""
    return (*_KEPT, *(pool.KEEPS if landscape.gateway.user_pool else ()))


def gateway(landscape: Landscape) -> stacks.Template:
    """The template of the gateway; what AWS makes up is told by parameters."""
    template = described("the gateway")
    _told(template)
    _sealed(template, landscape)
    _functions(template, landscape)
    log = functions.group(template, "ApiLog", API_LOG, GetAtt("Key", "Arn"))
    own = api(template, landscape, log_arn=GetAtt(log, "Arn"))
    alarms(template, api_name=own.Name)
    if landscape.gateway.user_pool:
        callbacks = [Sub(f"{one}/{STAGE}/signin/{pool.IDP}/callback") for one in _ORIGINS]
        pool.pool(template, landscape, callbacks=callbacks)
    _gives(template)
    return made("gateway", template)


def _told(template: Template) -> None:
    for name in ("VpcId", "SubnetIds"):
        told(template, name)
    template.add_parameter(
        Parameter(
            "VpceExecuteApi",
            Type="String",
            AllowedPattern="^vpce-[0-9a-f]{8,17}$",
            Description="The endpoint of API Gateway, by which alone the API is reached.",
        )
    )
    functions.bundle_parameters(template)


def _sealed(template: Template, landscape: Landscape) -> None:
    """The key, the tables under it, and the secret that people's sessions are sealed with."""
    groups = [log_group(names.GATEWAY_FUNCTION), log_group(names.AUTHORIZER_FUNCTION), API_LOG]
    template.add_resource(
        key(
            "the gateway",
            for_tables(),
            for_logs(groups),
            for_function(GetAtt("GatewayRole", "Arn"), names.GATEWAY_FUNCTION),
        )
    )
    key_arn = GetAtt("Key", "Arn")
    tables(template, key_arn)
    template.add_resource(
        Secret(
            "CookieKeys",
            Name="studiogate/cookie-keys",
            Description="studiogate: what sessions are sealed with",
            KmsKeyId=key_arn,
            GenerateSecretString=GenerateSecretString(
                SecretStringTemplate=json.dumps({"rest": "A="}),
                GenerateStringKey="first",
                PasswordLength=42,
                ExcludePunctuation=True,
                RequireEachIncludedType=False,
            ),
        )
    )
    idps.scim_tokens(template, landscape, key_arn=key_arn)


def _functions(template: Template, landscape: Landscape) -> None:
    functions.door(template, Ref("VpcId"))
    # As it is, or a symbol in it would be escaped, and stand for nothing.
    plain = json.dumps(idps.oidc(landscape), separators=(",", ":"), ensure_ascii=False)
    oidc = intrinsic(plain)
    for logical, made_of, name, handler, environment in (
        (
            "Gateway",
            attached.gateway(landscape),
            names.GATEWAY_FUNCTION,
            GATEWAY_HANDLER,
            _environment(landscape),
        ),
        (
            "Authorizer",
            attached.authorizer(landscape),
            names.AUTHORIZER_FUNCTION,
            AUTHORIZER_HANDLER,
            {},
        ),
    ):
        role = functions.role(template, f"{logical}Role", made_of)
        functions.function(
            template,
            logical,
            name,
            handler=handler,
            role_arn=GetAtt(role, "Arn"),
            environment={"STUDIOGATE_IDPS": oidc, **environment},
        )


_ORIGINS = (
    "https://${Api}.execute-api.${AWS::Region}.${AWS::URLSuffix}",
    "https://${Api}-${VpceExecuteApi}.execute-api.${AWS::Region}.${AWS::URLSuffix}",
)
"""By its own name, and by the endpoint's, which needs no private DNS (S4-18)."""

_RESOLVED = "{{resolve:secretsmanager:${CookieKeys}:SecretString:"


def _environment(landscape: Landscape) -> dict[str, Any]:
    contact = {"STUDIOGATE_CONTACT": landscape.contact} if landscape.contact else {}
    # CloudFormation asks for a secret again when the property that names it is another (User
    # Guide, "Get a secret or secret value from Secrets Manager").  Nobody reads this one.
    date = landscape.gateway.secrets_of
    changed = {"STUDIOGATE_SECRETS_OF": date} if date else {}
    return {
        "STUDIOGATE_ORIGINS": Sub(",".join(_ORIGINS)),
        "STUDIOGATE_API_ENDPOINT": Ref("VpceExecuteApi"),
        "STUDIOGATE_PEOPLE_TABLE": Ref("PeopleTable"),
        "STUDIOGATE_LOBS_TABLE": Ref("LobsTable"),
        "STUDIOGATE_SIGNINS_TABLE": Ref("SigninsTable"),
        "STUDIOGATE_IDPS_TABLE": Ref("IdpsTable"),
        "STUDIOGATE_PROVISIONED_TABLE": Ref("ProvisionedTable"),
        "STUDIOGATE_LEDGER": Sub("table:${OpeningsTable}"),
        # 42 random characters and `A=` are 32 bytes in base64, 250 bits of them random.
        "STUDIOGATE_COOKIE_KEYS": Sub(f"{_RESOLVED}first}}}}{_RESOLVED}rest}}}}"),
        **contact,
        **changed,
        **idps.told(landscape),
    }


def _gives(template: Template) -> None:
    for name, value, what in (
        ("ApiId", Ref("Api"), "The private API."),
        ("PeopleTable", Ref("PeopleTable"), "The table of people."),
        ("LobsTable", Ref("LobsTable"), "The table of lines of business."),
        ("OpeningsTable", Ref("OpeningsTable"), "The table of the record."),
        ("SigninsTable", Ref("SigninsTable"), "The table of marks about sign-ins."),
        ("IdpsTable", Ref("IdpsTable"), "The table of what providers published."),
        ("ProvisionedTable", Ref("ProvisionedTable"), "The table of people sent by SCIM."),
        ("GatewayRoleArn", GetAtt("GatewayRole", "Arn"), "What the gateway is."),
        ("FunctionName", Ref("Gateway"), "The gateway's function."),
    ):
        template.add_output(Output(name, Value=value, Description=what))
