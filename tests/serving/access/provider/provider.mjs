// A sign-on on this machine: node provider.mjs PORT REDIRECT_URI, with the secret of the client in CLIENT_SECRET.
// Whoever signs in is whom the form says: its subject is what is typed.
import Provider from 'oidc-provider';

const [port, redirect] = process.argv.slice(2);
const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [{
    client_id: 'riskwarn',
    client_secret: process.env.CLIENT_SECRET,
    redirect_uris: [redirect],
    grant_types: ['authorization_code'],
    response_types: ['code'],
  }],
  cookies: { keys: ['only for tests'] },
  findAccount: (ctx, id) => ({ accountId: id, claims: async () => ({ sub: id }) }),
  pkce: { required: () => true },
});
provider.listen(Number(port), '127.0.0.1', () => console.log('ready'));
