const NO_BREAK_SPACE = '\u00a0';

/**
 * A text with line breaks where it would be wider than `limit` columns. Its own line breaks and blanks stay, but for those
 * at which a line is broken; words that are wider than a line are not. (Upstream: go-wordwrap's WrapString.)
 */
export function wordWrapped(text: string, limit: number): string {
  let wrapped = '';
  let column = 0;
  let word = '';
  let space = '';
  const flush = (): void => {
    column += space.length + word.length;
    wrapped += space + word;
    space = '';
    word = '';
  };
  for (const char of text) {
    if (char === '\n') {
      if (word !== '' || column + space.length <= limit) flush();
      space = '';
      wrapped += '\n';
      column = 0;
    } else if (/\s/.test(char) && char !== NO_BREAK_SPACE) {
      if (space === '' || word !== '') flush();
      space += char;
    } else {
      word += char;
      if (column + word.length + space.length > limit && word.length < limit) {
        wrapped += '\n';
        column = 0;
        space = '';
      }
    }
  }
  if (word !== '' || column + space.length <= limit) flush();
  return wrapped;
}
