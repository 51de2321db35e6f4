// An account at an identity provider that speaks OpenID Connect.
import { federation } from './lib/federation.mjs';
import { CLIENT, startProvider } from './lib/identity_provider.mjs';

federation('oidc', async (world) => {
  const { issuer, stop } = await startProvider(`${world.server.url}/sign-in/federated/pier`);
  return { settings: { issuer, ...CLIENT }, stop };
});
