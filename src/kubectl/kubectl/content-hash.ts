import { goJson } from '../../api/go-text.ts';
import { sha256 } from '../../base/sha256.ts';
import type { ApiObject } from './objects.ts';

const HASH_LENGTH = 10;
/** Hexadecimal digits that could spell something, or be mistaken, are written as these (upstream: util/hash). */
const letters: Readonly<Record<string, string>> = { '0': 'g', '1': 'h', '3': 'k', a: 'm', e: 't' };

/** The hash of a ConfigMap's or Secret's content, as kubectl and kustomize append it to names. */
export function hashOf({ kind, metadata, data, binaryData, immutable, type }: ApiObject): string {
  const content = {
    ...(binaryData === undefined ? {} : { binaryData }),
    data: data ?? (kind === 'Secret' ? null : ''),
    ...(immutable === undefined ? {} : { immutable }),
    kind,
    name: metadata.name ?? '',
    ...(kind === 'Secret' ? { type: type ?? '' } : {}),
  };
  return shortHash(goJson(content, true));
}

/** The ten letters and digits that kubectl makes of a text's SHA-256. */
export function shortHash(text: string): string {
  const hex = [...sha256(text)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return Array.from(hex.slice(0, HASH_LENGTH), (each) => letters[each] ?? each).join('');
}
