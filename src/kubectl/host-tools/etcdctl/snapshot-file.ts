/** What `snapshot save` writes. The database itself stays with the engine: a browser's storage is too small for it. */
export interface SavedSnapshot {
  readonly id: string;
  readonly hash: string;
  readonly revision: number;
  readonly totalKeys: number;
  readonly totalSize: number;
  readonly version: string;
}

const FIRST_LINE = 'kubarium etcd snapshot';

export function snapshotText(saved: SavedSnapshot): string {
  return `${FIRST_LINE}\n${JSON.stringify(saved)}\n`;
}

/** Undefined: the file is no snapshot. */
export function readSnapshot(text: string): SavedSnapshot | undefined {
  const [first, data = ''] = text.split('\n');
  if (first !== FIRST_LINE) return undefined;
  try {
    return JSON.parse(data) as SavedSnapshot; // Only `snapshotText` writes such files.
  } catch {
    return undefined;
  }
}
