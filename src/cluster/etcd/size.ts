import type { EtcdDisk } from './store.ts';

/** So many objects are weighed; the others are taken to be like them. */
const SAMPLES = 64;

/** About how many bytes the current values would take as JSON: what etcd calls the size in use. */
export function estimateBytes({ keys }: EtcdDisk): number {
  const every = Math.max(1, Math.floor(keys.size / SAMPLES));
  let index = 0;
  let weighed = 0;
  let bytes = 0;
  for (const [key, { value }] of keys) {
    if (index++ % every !== 0) continue;
    weighed += 1;
    bytes += key.length + bytesOf(value);
  }
  return weighed === 0 ? 0 : Math.round((bytes / weighed) * keys.size);
}

function bytesOf(value: unknown): number {
  if (typeof value === 'string') return value.length + 2;
  if (typeof value !== 'object' || value === null) return 5;
  let bytes = 2;
  if (Array.isArray(value)) {
    for (const item of value) bytes += bytesOf(item) + 1;
    return bytes;
  }
  const fields = value as Readonly<Record<string, unknown>>;
  for (const key in fields) bytes += key.length + 4 + bytesOf(fields[key]);
  return bytes;
}
