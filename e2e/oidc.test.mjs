// An account at an identity provider that speaks OpenID Connect.
import { federation } from './lib/federation.mjs';
import { CLIENT, startProvider } from './lib/identity_provider.mjs';

federation('oidc', async (world) => {
  const { issuer, signedOut, stop } = await startProvider(`${world.server.url}/sign-in/federated/pier`);
  // Ends the session there, and says how the provider's word of it was taken here.
  async function signOut(page) {
    await page.goto(`${issuer}/session/end`);
    await page.getByRole('button', { name: 'Sign out of Pier' }).click();
    await page.getByRole('heading', { name: 'You have left Pier' }).waitFor();
    return signedOut;
  }
  return { settings: { issuer, ...CLIENT }, signOut, stop };
});
