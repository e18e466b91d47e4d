import { textOfBase64 } from '../base64.ts';

/**
 * What is wrong with a certificate and its key, both in base64, in the words of Go's `tls.X509KeyPair`; undefined when
 * there is a block of each. What the blocks hold is not read.
 */
export function tlsPairProblem(certificate: string, key: string): string | undefined {
  const certificates = blocksIn(certificate);
  if (!certificates.includes('CERTIFICATE')) {
    if (certificates.length === 0) {
      return 'tls: failed to find any PEM data in certificate input';
    }
    const [only = ''] = certificates;
    return certificates.length === 1 && only.endsWith('PRIVATE KEY')
      ? 'tls: failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may have been switched'
      : `tls: failed to find "CERTIFICATE" PEM block in certificate input after skipping PEM blocks of the following types: [${certificates.join(' ')}]`;
  }
  const keys = blocksIn(key);
  if (keys.some((type) => type === 'PRIVATE KEY' || type.endsWith(' PRIVATE KEY')))
    return undefined;
  if (keys.length === 0) return 'tls: failed to find any PEM data in key input';
  return keys.length === 1 && keys[0] === 'CERTIFICATE'
    ? 'tls: found a certificate rather than a key in the PEM for the private key'
    : `tls: failed to find PEM block with type ending in "PRIVATE KEY" in key input after skipping PEM blocks of the following types: [${keys.join(' ')}]`;
}

/** The types of the PEM blocks in a text that is in base64. */
function blocksIn(encoded: string): readonly string[] {
  const text = textOfBase64(encoded) ?? '';
  return [...text.matchAll(/^-----BEGIN ([^-\n]+)-----\r?\n[\s\S]*?^-----END \1-----/gm)].map(
    ([, type = '']) => type,
  );
}
