/** A line while it is typed. */
export interface Edited {
  readonly text: string;
  readonly at: number;
  /** What was cut out, for Ctrl-Y. */
  readonly cut?: string;
}

/** The keys of emacs that change the line; undefined for keys that mean something else. */
export function editKey(
  event: {
    readonly key: string;
    readonly ctrlKey: boolean;
    readonly altKey: boolean;
    readonly metaKey: boolean;
  },
  { text, at }: Edited,
  clipboard: string,
): Edited | undefined {
  if (event.metaKey || event.ctrlKey === event.altKey) return undefined;
  if (event.ctrlKey) {
    switch (event.key.toLowerCase()) {
      case 'a':
        return { text, at: text.lastIndexOf('\n', at - 1) + 1 };
      case 'e': {
        const end = text.indexOf('\n', at);
        return { text, at: end < 0 ? text.length : end };
      }
      case 'b':
        return { text, at: Math.max(0, at - 1) };
      case 'f':
        return { text, at: Math.min(text.length, at + 1) };
      case 'u':
        return { text: text.slice(at), at: 0, cut: text.slice(0, at) };
      case 'k':
        return { text: text.slice(0, at), at, cut: text.slice(at) };
      case 'w': {
        const start = text.slice(0, at).replace(/\S+\s*$/, '').length;
        return {
          text: text.slice(0, start) + text.slice(at),
          at: start,
          cut: text.slice(start, at),
        };
      }
      case 'h':
        return at === 0
          ? { text, at }
          : { text: text.slice(0, at - 1) + text.slice(at), at: at - 1 };
      case 'd':
        return text === '' ? undefined : { text: text.slice(0, at) + text.slice(at + 1), at };
      case 't': {
        if (at === 0 || text.length < 2) return { text, at };
        const right = Math.min(at, text.length - 1);
        const swapped =
          text.slice(0, right - 1) +
          (text[right] ?? '') +
          (text[right - 1] ?? '') +
          text.slice(right + 1);
        return { text: swapped, at: right + 1 };
      }
      case 'y':
        return { text: text.slice(0, at) + clipboard + text.slice(at), at: at + clipboard.length };
      default:
        return undefined;
    }
  }
  const back = text.slice(0, at).replace(/\w+\W*$/, '').length;
  const forward = at + (/^\W*\w+/.exec(text.slice(at))?.[0].length ?? text.length - at);
  switch (event.key) {
    case 'b':
      return { text, at: back };
    case 'f':
      return { text, at: forward };
    case 'd':
      return { text: text.slice(0, at) + text.slice(forward), at, cut: text.slice(at, forward) };
    case 'Backspace':
      return { text: text.slice(0, back) + text.slice(at), at: back, cut: text.slice(back, at) };
    default:
      return undefined;
  }
}

/** The longest beginning that all have. */
export function commonStart(texts: readonly string[]): string {
  const [first = '', ...others] = texts;
  let length = first.length;
  for (const other of others) {
    let same = 0;
    while (same < length && other[same] === first[same]) same += 1;
    length = same;
  }
  return first.slice(0, length);
}
