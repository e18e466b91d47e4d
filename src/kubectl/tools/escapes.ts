const SIMPLE: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['t', '\t'],
  ['r', '\r'],
  ['a', '\x07'],
  ['b', '\b'],
  ['e', '\x1b'],
  ['f', '\f'],
  ['v', '\v'],
  ['\\', '\\'],
  ['"', '"'],
  ["'", "'"],
]);

/** Backslash sequences of `echo -e` and `printf`. `stops`: a `\c` ended the output. */
export function unescapeText(text: string): { readonly shown: string; readonly stops: boolean } {
  let shown = '';
  for (let i = 0; i < text.length; i++) {
    const char = text[i] ?? '';
    if (char !== '\\') {
      shown += char;
      continue;
    }
    const rest = text.slice(i + 1, i + 10);
    const code =
      /^0([0-7]{1,3})/.exec(rest) ??
      /^([0-7]{1,3})/.exec(rest) ??
      /^x([0-9a-fA-F]{1,2})/.exec(rest) ??
      /^u([0-9a-fA-F]{1,4})/.exec(rest);
    if (code !== null) {
      const isHex = rest.startsWith('x') || rest.startsWith('u');
      shown += String.fromCodePoint(parseInt(code[1] ?? '0', isHex ? 16 : 8));
      i += code[0].length;
      continue;
    }
    const next = text[i + 1];
    if (next === 'c') return { shown, stops: true };
    const simple = next === undefined ? undefined : SIMPLE.get(next);
    shown += simple ?? '\\';
    if (simple !== undefined) i += 1;
  }
  return { shown, stops: false };
}
