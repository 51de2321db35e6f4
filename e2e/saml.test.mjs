// An account at an identity provider that speaks SAML.
import { federation } from './lib/federation.mjs';
import { button } from './lib/person.mjs';
import { startSamlProvider } from './lib/saml_provider.mjs';

federation('saml', async () => {
  const provider = await startSamlProvider();
  // Without a script the provider's page has a button, and so has ours.
  const goOn = async (page) => {
    await button(page, 'Continue').click();
    await page.getByRole('heading', { name: 'Back from Pier account' }).waitFor();
    await button(page, 'Go on').click();
  };
  return { ...provider, goOn };
});
