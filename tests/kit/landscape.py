"""A sound landscape to make wrong, one line at a time."""

SOUND = """\
name: acme
environment: demo
region: eu-west-1
accounts:
  shared-services: "111111111111"
  lob-a: "222222222222"
  lob-b: "333333333333"
  data: "444444444444"
networks:
  office: {kind: corporate, cidrs: [192.168.10.0/24], dns_servers: [192.168.10.53]}
  hub: {kind: vpc, account: shared-services, cidr: 10.0.0.0/16}
  lob-a: {kind: vpc, account: lob-a, cidr: 10.100.0.0/16}
  lob-b: {kind: vpc, account: lob-b, cidr: 10.120.0.0/16}
  data: {kind: vpc, account: data, cidr: 10.200.0.0/16}
connect: transit-gateway
gateway: {network: hub}
idps:
  corporate: {kind: oidc, issuer: "https://idp.acme.example/pool", client_id: portal}
  workforce: {kind: saml, metadata: saml/workforce.xml}
lobs:
  lob-a: {account: lob-a, groups: [ml-lob-a]}
  lob-b: {account: lob-b, groups: [ml-lob-b]}
domains:
  forecasting: {lob: lob-a, network: lob-a, opens_from: [office], url_expires_s: 20}
  pricing: {lob: lob-a, network: lob-a, opens_from: [office, lob-a]}
  fraud: {lob: lob-b, network: lob-b, opens_from: [office]}
people:
  user-lob-a: {lob: lob-a, idp: [corporate, workforce], demo_password: UserLobA1!}
  user-lob-b: {lob: lob-b, profile: user-lob-b, idp: workforce}
  ada.lovelace@acme.example: {lob: lob-a, profile: ada, idp: corporate}
  guest: {idp: [corporate]}
  newcomer: {idp: [corporate]}
warehouses:
  sales: {account: data, network: data, cluster: sales, database: dev, readers: {lob-a: [analysts]}}
images:
  lab: {kind: jupyterlab, domains: [forecasting]}
invariants:
  - {never: {from: internet, open: "*"}}
  - {never: {lob: lob-a, open: fraud}}
  - {never: {person: guest, from: office, open: forecasting}}
"""
"""Every section is filled, so that a test can break any of them with one replacement."""


def line_of(text: str, part: str) -> int:
    """The number of the only line of `text` that holds `part`."""
    lines = [n for n, line in enumerate(text.splitlines(), start=1) if part in line]
    assert len(lines) == 1, f"{part!r} is on lines {lines}"
    return lines[0]
