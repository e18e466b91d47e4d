/** A stretch of text in an editor's terms: lines and columns from 1, the end exclusive. */
export interface SourceSpan {
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

/** Where each line begins, as offsets; made once a text. */
export type LineStarts = readonly number[];

/** The offsets at which the lines of `text` begin; `\n`, `\r\n` and a lone `\r` end a line. */
export function lineStartsOf(text: string): LineStarts {
  const starts = [0];
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code === 0x0a || (code === 0x0d && text.charCodeAt(i + 1) !== 0x0a)) starts.push(i + 1);
  }
  return starts;
}

/** The span between two offsets. */
export function spanOf(starts: LineStarts, from: number, to: number): SourceSpan {
  const line = lineIndexOf(starts, from);
  const endLine = lineIndexOf(starts, Math.max(from, to));
  return {
    line: line + 1,
    column: from - (starts[line] ?? 0) + 1,
    endLine: endLine + 1,
    endColumn: Math.max(from, to) - (starts[endLine] ?? 0) + 1,
  };
}

/** The offset of a place; beyond the text it is the text's nearest. */
export function offsetOf(
  starts: LineStarts,
  line: number,
  column: number,
  textLength: number,
): number {
  const index = Math.min(Math.max(line, 1), starts.length) - 1;
  const start = starts[index] ?? 0;
  const lineEnd = starts[index + 1] ?? textLength + 1;
  return Math.min(start + Math.max(column, 1) - 1, lineEnd - 1, textLength);
}

/** The index of the line that holds `offset`, by bisection. */
function lineIndexOf(starts: LineStarts, offset: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}
