/**
 * Names of properties that are no words of the language are written with escapes (upstream: apiserver's `cel.Escape`).
 */
const reserved: ReadonlySet<string> = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
);

/** As the property is written in an expression; undefined for one that cannot be reached. */
export function escapedName(property: string): string | undefined {
  if (property === '' || /^\d|[^\w\-./]/.test(property)) return undefined;
  if (reserved.has(property)) return `__${property}__`;
  return property
    .replaceAll('__', '__underscores__')
    .replaceAll('.', '__dot__')
    .replaceAll('-', '__dash__')
    .replaceAll('/', '__slash__');
}

/** The property that is meant by what is written. */
export function unescapedName(written: string): string {
  if (!written.includes('__')) return written;
  const word = /^__([a-z]+)__$/.exec(written)?.[1];
  if (word !== undefined && reserved.has(word)) return word;
  return written
    .replaceAll('__underscores__', '\u0000')
    .replaceAll('__dot__', '.')
    .replaceAll('__dash__', '-')
    .replaceAll('__slash__', '/')
    .replaceAll('\u0000', '__');
}
