import type { ApiRequest } from '../../messages.ts';
import type { Reply } from '../exchange.ts';
import { ISSUER } from '../reviews/token.ts';

/**
 * What the issuer of service accounts' tokens publishes for whoever checks them elsewhere (upstream: OpenID Connect
 * discovery of the service account issuer). Tokens bear a checksum that anybody can make and no signature, so the
 * set of keys is empty: who checks them by it believes none, which is right.
 */
export function issuerAnswer(
  { method, path }: ApiRequest,
  { address }: { readonly address: string },
): Reply | undefined {
  if (method !== 'GET') return undefined;
  switch (path) {
    case CONFIGURATION_PATH:
      return document('application/json', {
        issuer: ISSUER,
        jwks_uri: `https://${address}${KEYS_PATH}`,
        response_types_supported: ['id_token'],
        subject_types_supported: ['public'],
        id_token_signing_alg_values_supported: [],
      });
    case KEYS_PATH:
      return document('application/jwk-set+json', { keys: [] });
    default:
      return undefined;
  }
}

const CONFIGURATION_PATH = '/.well-known/openid-configuration';
const KEYS_PATH = '/openid/v1/jwks';

/** As upstream writes them: once, and without a line break at the end. */
function document(contentType: string, content: object): Reply {
  return { kind: 'reply', code: 200, body: JSON.stringify(content), contentType };
}

/** Where the documents are, for the list of all places. */
export const ISSUER_PATHS: readonly string[] = [CONFIGURATION_PATH, KEYS_PATH];
