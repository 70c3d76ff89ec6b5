// A certified OpenID provider on loopback, for tests: node oidc_provider.mjs MODULES < config.json
//
// The configuration is one JSON object on standard input.  Once it listens it says "ready", and
// then the method and path of each request, one a line; nothing of queries, bodies or tokens.

import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const modules = createRequire(pathToFileURL(`${process.argv[2]}/package.json`));
const { default: Provider } = await import(pathToFileURL(modules.resolve('oidc-provider')));
const config = JSON.parse(readFileSync(0, 'utf8'));

const makers = {
  RSA: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
  'P-256': () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  'P-384': () => generateKeyPairSync('ec', { namedCurve: 'P-384' }),
  Ed25519: () => generateKeyPairSync('ed25519'),
};
const keys = config.keys.map(({ kid, kind }) => ({
  ...makers[kind]().privateKey.export({ format: 'jwk' }), kid, use: 'sig',
}));

const groupsOf = (person) => config.groups[person] ?? [];
const provider = new Provider(config.issuer, {
  clients: config.clients,
  jwks: { keys },
  cookies: { keys: ['only-for-tests-on-loopback'] },
  clientAuthMethods: config.clientAuthMethods,
  enabledJWA: { idTokenSigningAlgValues: config.algorithms },
  scopes: ['openid', 'profile', 'groups'],
  claims: { openid: ['sub'], profile: ['preferred_username'], groups: ['groups'] },
  findAccount: (_ctx, person) => ({
    accountId: person,
    claims: () => ({ sub: `sub-of-${person}`, preferred_username: person, groups: groupsOf(person) }),
  }),
  extraTokenClaims: (_ctx, token) => ({
    preferred_username: token.accountId, groups: groupsOf(token.accountId),
  }),
  // Its own guard keeps it from addresses such as ours, which are loopback here.
  fetch: (url, { dispatcher: _guard, ...options }) => globalThis.fetch(url, options),
  features: {
    devInteractions: { enabled: true },
    claimsParameter: { enabled: true },
    rpInitiatedLogout: { enabled: true },
    backchannelLogout: { enabled: true },
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: () => ({
        scope: 'open', audience: config.api, accessTokenFormat: 'jwt',
        jwt: { sign: { alg: config.algorithms[0] } },
      }),
    },
  },
});
provider.use((ctx, next) => {
  console.log(`${ctx.method} ${ctx.path}`);
  return next();
});
const reached = (what) => (_ctx, ...rest) => console.log(`${what} ${rest.map((one) => one?.clientId ?? one?.cause?.message ?? one?.message ?? '').join(' ')}`);
provider.on('backchannel.success', reached('backchannel-done'));
provider.on('backchannel.error', reached('backchannel-failed'));
provider.listen(new URL(config.issuer).port, '127.0.0.1', () => console.log('ready'));
