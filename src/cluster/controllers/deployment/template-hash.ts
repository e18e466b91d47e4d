import type { PodTemplateSpec } from '../../../api/generated/types.ts';
import { sortedStrings } from '../../../base/compare.ts';

export const POD_TEMPLATE_HASH_LABEL = 'pod-template-hash';

const SAFE_ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';
const FNV_OFFSET = 0x811c9dc5 | 0;
const FNV_PRIME = 0x01000193;

/** Templates are immutable, so each is hashed once. A memo only. */
const hashes = new WeakMap<PodTemplateSpec, number>();

/**
 * The suffix that tells one ReplicaSet of a Deployment from the next. Upstream hashes a dump of Go
 * structures, which nothing else can reproduce; this is FNV-1a over the template's canonical JSON, written
 * in the same alphabet, so that equal templates have equal names and they look alike.
 */
export function podTemplateHash(
  template: PodTemplateSpec,
  collisionCount: number | undefined,
): string {
  let hash = hashes.get(template);
  if (hash === undefined) {
    hash = mixValue(FNV_OFFSET, template);
    hashes.set(template, hash);
  }
  if (collisionCount !== undefined) hash = mixText(hash, `#${collisionCount}`);
  let text = '';
  for (const digit of String(hash >>> 0)) {
    text += SAFE_ALPHABET[digit.charCodeAt(0) % SAFE_ALPHABET.length];
  }
  return text;
}

function mixText(hash: number, text: string): number {
  let mixed = hash;
  for (let index = 0; index < text.length; index++) {
    mixed = Math.imul(mixed ^ text.charCodeAt(index), FNV_PRIME);
  }
  return mixed;
}

function mixValue(hash: number, value: unknown): number {
  if (Array.isArray(value)) {
    let mixed = mixText(hash, '[');
    for (const item of value) mixed = mixText(mixValue(mixed, item), ',');
    return mixText(mixed, ']');
  }
  if (typeof value === 'object' && value !== null) {
    const fields = value as Readonly<Record<string, unknown>>;
    let mixed = mixText(hash, '{');
    for (const key of sortedStrings(Object.keys(fields))) {
      if (fields[key] === undefined) continue;
      mixed = mixText(mixValue(mixText(mixed, `${key}:`), fields[key]), ',');
    }
    return mixText(mixed, '}');
  }
  return mixText(hash, typeof value === 'string' ? `"${value}"` : String(value));
}
