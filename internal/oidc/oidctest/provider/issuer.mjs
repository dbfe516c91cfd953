// Serves oidc-provider on a free loopback port and prints its address. Whoever comes is who the login_hint says: claims
// as JSON in base64url. POST /rotate takes new keys; POST /away and /back have it answer nothing for a while. It ends when
// its standard input closes, so that it does not outlive the test.
import { createServer } from 'node:http';
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { Provider } from 'oidc-provider';

const people = new Map();
let current;
let away = false;

function newProvider(issuer) {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const client = (client_id) => ({
    client_id, client_secret: 'secret-of-' + client_id, redirect_uris: ['http://127.0.0.1/done'],
  });
  const provider = new Provider(issuer, {
    clients: [client('web'), client('ios'), client('other')],
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), kid: randomUUID(), use: 'sig', alg: 'RS256' }] },
    cookies: { keys: [randomUUID()] },
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'nickname', 'preferred_username'] },
    conformIdTokenClaims: false,
    features: { devInteractions: { enabled: false } },
    pkce: { required: () => false },
    findAccount: (ctx, id) => ({ accountId: id, claims: () => people.get(id) }),
    interactions: { url: (ctx, interaction) => '/interaction/' + interaction.uid },
    ttl: { IdToken: 3600, AccessToken: 60, AuthorizationCode: 60, Grant: 60, Interaction: 60, Session: 60 },
  });
  provider.use(async (ctx, next) => {
    if (!ctx.path.startsWith('/interaction/')) return next();
    const { prompt, params } = await provider.interactionDetails(ctx.req, ctx.res);
    const claims = JSON.parse(Buffer.from(params.login_hint, 'base64url'));
    people.set(claims.sub, claims);
    const grant = new provider.Grant({ accountId: claims.sub, clientId: params.client_id });
    grant.addOIDCScope(params.scope);
    const result = prompt.name === 'login' ? { login: { accountId: claims.sub } } : { consent: { grantId: await grant.save() } };
    await provider.interactionFinished(ctx.req, ctx.res, result, { mergeWithLastSubmission: true });
  });
  return provider.callback();
}

const server = createServer((req, res) => {
  const issuer = 'http://127.0.0.1:' + server.address().port;
  switch (req.method + ' ' + req.url) {
    case 'POST /rotate': current = newProvider(issuer); break;
    case 'POST /away': away = true; break;
    case 'POST /back': away = false; break;
    default:
      if (!away) return current(req, res);
      res.statusCode = 503;
  }
  return res.end();
});
server.listen(0, '127.0.0.1', () => {
  const issuer = 'http://127.0.0.1:' + server.address().port;
  current = newProvider(issuer);
  console.log(issuer);
});
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
