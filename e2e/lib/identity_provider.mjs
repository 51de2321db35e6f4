// A real identity provider, npm's oidc-provider, on loopback: whoever types a name there is who they say.
import { createServer } from 'node:http';
import Provider from 'oidc-provider';

export const CLIENT = { client_id: 'postern', client_secret: 'a-secret-of-the-journey' };

// `signedOut`: the answers to what it said of a sign-out.
export async function startProvider(redirectUri) {
  const signedOut = [];
  let answer;
  const server = createServer((request, response) => answer(request, response));
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [
      {
        ...CLIENT,
        redirect_uris: [redirectUri],
        backchannel_logout_uri: `${redirectUri}/backchannel-logout`,
        backchannel_logout_session_required: true,
      },
    ],
    cookies: { keys: ['of the journey'] },
    features: {
      devInteractions: { enabled: false },
      backchannelLogout: { enabled: true },
      rpInitiatedLogout: { enabled: true, logoutSource: askToSignOut, postLogoutSuccessSource: saySignedOut },
    },
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
  provider.on('backchannel.success', () => signedOut.push('heard'));
  provider.on('backchannel.error', (_, error) => signedOut.push(error.message));
  const callback = provider.callback();
  answer = (request, response) => (request.url.startsWith('/interaction/') ? ask(provider, request, response) : callback(request, response));
  return { issuer, signedOut, stop: () => new Promise((done) => server.close(done) && server.closeAllConnections()) };
}

function askToSignOut(context, form) {
  context.body = `<!doctype html><html lang="en"><title>Pier</title><link rel="icon" href="data:,"><h1>Leave Pier?</h1>
    ${form}<button form="op.logoutForm" name="logout" value="yes">Sign out of Pier</button></html>`;
}

function saySignedOut(context) {
  context.body = '<!doctype html><html lang="en"><title>Pier</title><link rel="icon" href="data:,"><h1>You have left Pier</h1></html>';
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
