/**
 * Sets of completion indexes as a Job's status writes them: `1,3-5,7`. Three or more in a row are
 * abbreviated, two are not.
 */
export function parseIndexes(text: string | undefined, completions: number): Set<number> {
  const indexes = new Set<number>();
  if (text === undefined || text === '') return indexes;
  for (const part of text.split(',')) {
    const [first = '', last = first] = part.split('-');
    const from = Number.parseInt(first, 10);
    // An indexed job may have shrunk since.
    const to = Math.min(Number.parseInt(last, 10), completions - 1);
    for (let index = from; index <= to; index++) indexes.add(index);
  }
  return indexes;
}

export function formatIndexes(indexes: ReadonlySet<number>): string {
  const sorted = [...indexes].sort((a, b) => a - b);
  const parts: string[] = [];
  for (let at = 0; at < sorted.length; ) {
    const first = sorted[at] as number; // In range by the loop's condition.
    let length = 1;
    while (sorted[at + length] === first + length) length += 1;
    if (length > 2) parts.push(`${first}-${first + length - 1}`);
    else for (let each = 0; each < length; each++) parts.push(String(first + each));
    at += length;
  }
  return parts.join(',');
}
