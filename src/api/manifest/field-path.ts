/**
 * Paths of fields as the API writes them: `spec.containers[0].image`, `metadata.labels[app.kubernetes.io/name]`,
 * `spec.containers{app}` (an event's way to name a container).
 */
export type PathStep =
  | { readonly type: 'field'; readonly name: string }
  /** What stands in brackets: an index of a list, or a key of a map, which only the value can tell. */
  | { readonly type: 'bracket'; readonly text: string }
  /** A list item by its name. */
  | { readonly type: 'named'; readonly name: string };

/** The steps of a path; the empty path has none. Never fails: what is odd becomes a field that is not found. */
export function parseFieldPath(path: string): PathStep[] {
  const steps: PathStep[] = [];
  let at = 0;
  while (at < path.length) {
    const character = path[at];
    if (character === '.') {
      at += 1;
    } else if (character === '[') {
      const end = closingBracket(path, at);
      steps.push({ type: 'bracket', text: unquoted(path.slice(at + 1, end)) });
      at = end + 1;
    } else if (character === '{') {
      const end = indexOrEnd(path, '}', at);
      steps.push({ type: 'named', name: path.slice(at + 1, end) });
      at = end + 1;
    } else {
      let end = at;
      while (end < path.length && !'.[{'.includes(path[end] ?? '')) end += 1;
      steps.push({ type: 'field', name: path.slice(at, end) });
      at = end;
    }
  }
  return steps;
}

/** A key may hold brackets itself, so the closing one is the first that ends the path or begins a new step. */
function closingBracket(path: string, open: number): number {
  for (let end = path.indexOf(']', open); end !== -1; end = path.indexOf(']', end + 1)) {
    const after = path[end + 1];
    if (after === undefined || after === '.' || after === '[') return end;
  }
  return path.length;
}

function indexOrEnd(path: string, what: string, from: number): number {
  const index = path.indexOf(what, from);
  return index === -1 ? path.length : index;
}

function unquoted(text: string): string {
  return text.length >= 2 && text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1) : text;
}

const plainKey = /^[A-Za-z0-9_$-]+$/;

/** One step more: `.key`, or `[key]` where the key has dots or the like. */
export function joinKey(path: string, key: string): string {
  if (!plainKey.test(key)) return `${path}[${key}]`;
  return path === '' ? key : `${path}.${key}`;
}

/** One step more, into a list. */
export function joinIndex(path: string, index: number): string {
  return `${path}[${index}]`;
}
