import { expect, test } from 'vitest';
import { apiServerRig, ask, run } from '../testing.ts';

const CONFIGURATION = '/.well-known/openid-configuration';
const KEYS = '/openid/v1/jwks';

test('the issuer of service accounts says who it is, and that nobody can check its tokens', () => {
  const rig = apiServerRig();
  run(rig, 3_000_000);
  const get = (path: string, user: string) => ask(rig, { method: 'GET', path, user });
  const { code, body, contentType } = get(CONFIGURATION, 'system:serviceaccount:default:default');
  expect([code, contentType]).toEqual([200, 'application/json']);
  const configuration = JSON.parse(String(body)) as Record<string, unknown>;
  expect(configuration['issuer']).toBe('https://kubernetes.default.svc.cluster.local');
  expect(configuration['jwks_uri']).toMatch(/^https:\/\/[\d.]+:6443\/openid\/v1\/jwks$/);
  const keys = get(KEYS, 'kubernetes-admin');
  expect([keys.body, keys.contentType]).toEqual(['{"keys":[]}', 'application/jwk-set+json']);

  const { paths } = get('/', 'kubernetes-admin').body as { paths: readonly string[] };
  expect(paths).toContain(CONFIGURATION);
  expect(paths).toContain(KEYS);
});

// Bound to all service accounts (system:service-account-issuer-discovery), and to nobody else.
test.each([CONFIGURATION, KEYS])('%s is for service accounts', (path) => {
  const rig = apiServerRig();
  run(rig, 3_000_000);
  const get = (user: string) => ask(rig, { method: 'GET', path, user });
  expect(get('system:serviceaccount:default:default').code).toBe(200);
  expect(get('jane').code).toBe(403);
  expect(get('system:anonymous').body).toMatchObject({
    message: `forbidden: User "system:anonymous" cannot get path "${path}"`,
  });
});
