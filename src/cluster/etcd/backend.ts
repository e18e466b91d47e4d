/**
 * The database file, as bbolt keeps it: it grows by pages, room that a compaction frees is used again but never given
 * back, and only a defragmentation makes the file smaller.
 */
export interface Backend {
  /** The size of the file, in bytes. */
  dbSize: number;
  /** How much of it holds something. */
  inUse: number;
  /** What values weigh, by bucket of keys. */
  readonly weights: Map<string, Weight>;
}

interface Weight {
  /** Whether each value is weighed. */
  readonly always: boolean;
  puts: number;
  /** The last value weighed. */
  bytes: number;
}

const PAGE_BYTES = 4096;
/** An empty database. */
const EMPTY_BYTES = 5 * PAGE_BYTES;
/** What a revision takes beside its key and value. */
const RECORD_BYTES = 64;
/** What the record of a deletion takes. */
export const TOMBSTONE_BYTES = 128;

/** etcd's default `--quota-backend-bytes`. */
export const QUOTA_BYTES = 2 * 1024 * 1024 * 1024;

/** So many values of a bucket are weighed each; after that one in so many, and the others are taken to be like it. */
const WEIGHED_FIRST = 16;
const WEIGHED_EVERY = 64;
/** What people put in here has any size. */
const WEIGHED_ALWAYS: ReadonlySet<string> = new Set([
  '',
  '/registry/configmaps/',
  '/registry/secrets/',
]);

export function emptyBackend(): Backend {
  return { dbSize: EMPTY_BYTES, inUse: 0, weights: new Map() };
}

/**
 * Takes room for a key and its value: about so many bytes. Values that are written in great numbers are weighed by
 * sample.
 */
export function store(backend: Backend, bucket: string, key: string, value: unknown): number {
  let weight = backend.weights.get(bucket);
  if (weight === undefined) {
    weight = { always: WEIGHED_ALWAYS.has(bucket), puts: 0, bytes: 0 };
    backend.weights.set(bucket, weight);
  }
  const count = weight.puts++;
  if (count < WEIGHED_FIRST || count % WEIGHED_EVERY === 0 || weight.always)
    weight.bytes = bytesOf(value);
  const bytes = RECORD_BYTES + key.length + weight.bytes;
  occupy(backend, bytes);
  return bytes;
}

/** Takes room; the file grows where there is not enough. */
export function occupy(backend: Backend, bytes: number): void {
  backend.inUse += bytes;
  const needed = EMPTY_BYTES + backend.inUse;
  if (needed > backend.dbSize) backend.dbSize = Math.ceil(needed / PAGE_BYTES) * PAGE_BYTES;
}

/** Gives room back to whoever writes next; the file stays as large as it is. */
export function free(backend: Backend, bytes: number): void {
  backend.inUse = Math.max(0, backend.inUse - bytes);
}

/** Writes the file anew without the holes. */
export function defragment(backend: Backend): void {
  backend.dbSize = sizeInUse(backend);
}

/** What is in use, in whole pages. */
export function sizeInUse({ inUse }: Backend): number {
  return Math.ceil((EMPTY_BYTES + inUse) / PAGE_BYTES) * PAGE_BYTES;
}

/** About how many bytes a value takes as JSON. */
export function bytesOf(value: unknown): number {
  if (typeof value === 'string') return value.length + 2;
  if (typeof value !== 'object' || value === null) return 5;
  let bytes = 2;
  if (Array.isArray(value)) {
    for (const item of value) bytes += bytesOf(item) + 1;
    return bytes;
  }
  const fields = value as Readonly<Record<string, unknown>>;
  for (const key in fields) {
    const field = fields[key];
    // Most fields are texts.
    bytes += key.length + 4 + (typeof field === 'string' ? field.length + 2 : bytesOf(field));
  }
  return bytes;
}
