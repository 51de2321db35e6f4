// A real identity provider, npm's oidc-provider, on loopback: whoever types a name there is who they say.
import { createServer } from 'node:http';
import Provider from 'oidc-provider';

export const CLIENT = { client_id: 'postern', client_secret: 'a-secret-of-the-journey' };

export async function startProvider(redirectUri) {
  let answer;
  const server = createServer((request, response) => answer(request, response));
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [{ ...CLIENT, redirect_uris: [redirectUri] }],
    cookies: { keys: ['of the journey'] },
    features: { devInteractions: { enabled: false } },
    pkce: { required: () => true },
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (_, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
    // One client, to which everybody has agreed.
    async loadExistingGrant({ oidc }) {
      const grant = new oidc.provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId });
      grant.addOIDCScope('openid');
      await grant.save();
      return grant;
    },
  });
  const callback = provider.callback();
  answer = (request, response) => (request.url.startsWith('/interaction/') ? ask(provider, request, response) : callback(request, response));
  return { issuer, stop: () => new Promise((done) => server.close(done) && server.closeAllConnections()) };
}

// A page with one field, and then the way back.
async function ask(provider, request, response) {
  if (request.method === 'POST') {
    let body = '';
    for await (const chunk of request) body += chunk;
    const login = { accountId: new URLSearchParams(body).get('account') };
    return provider.interactionFinished(request, response, { login }, { mergeWithLastSubmission: false });
  }
  response.setHeader('content-type', 'text/html; charset=utf-8');
  response.end(`<!doctype html><html lang="en"><title>Pier</title><link rel="icon" href="data:,"><h1>Sign in to Pier</h1>
    <form method="post"><label>Account <input name="account"></label><button>Sign in to Pier</button></form></html>`);
}
