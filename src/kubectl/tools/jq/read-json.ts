/** Reads JSON values that stand one behind the other. Throws a SyntaxError with a place. */
export function readJsonValues(text: string): readonly unknown[] {
  const whole = text.trim();
  if (whole === '') return [];
  try {
    return [JSON.parse(whole) as unknown];
  } catch {
    // Several values, or a mistake: looked at piece by piece.
  }
  const values: unknown[] = [];
  let at = 0;
  while (at < whole.length) {
    const end = endOfValue(whole, at);
    const piece = whole.slice(at, end).trim();
    if (piece !== '') {
      try {
        values.push(JSON.parse(piece) as unknown);
      } catch {
        const line = whole.slice(0, end).split('\n').length;
        throw new SyntaxError(
          `Invalid literal at line ${line}, column ${end - whole.lastIndexOf('\n', end - 1) - 1}`,
        );
      }
    }
    at = end;
  }
  return values;
}

function endOfValue(text: string, start: number): number {
  let depth = 0;
  let at = start;
  while (/\s/.test(text[at] ?? '')) at += 1;
  for (; at < text.length; at++) {
    const char = text[at] ?? '';
    if (char === '"') {
      for (at += 1; at < text.length && text[at] !== '"'; at++) if (text[at] === '\\') at += 1;
      if (depth === 0) return at + 1;
    } else if (char === '{' || char === '[') depth += 1;
    else if (char === '}' || char === ']') {
      depth -= 1;
      if (depth <= 0) return at + 1;
    } else if (depth === 0 && /\s/.test(char)) return at;
  }
  return at;
}
