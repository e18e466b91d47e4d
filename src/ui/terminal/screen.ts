/** A stretch of a line in one look. `style` is a class list; empty for plain text. */
export interface Run {
  readonly text: string;
  readonly style: string;
}

export type Line = readonly Run[];

/** Lines that do not change any more, drawn as one. */
export interface Block {
  readonly id: number;
  readonly lines: readonly Line[];
}

/** What the terminal shows: finished blocks, and the lines that may still change. */
export interface ScreenPicture {
  readonly blocks: readonly Block[];
  readonly tail: readonly Line[];
  /** Inside `watch` and its like: a screen of its own, gone afterwards. */
  readonly isAlternate: boolean;
}

export interface Screen {
  write(text: string): void;
  picture(): ScreenPicture;
  /** All text, for copying and for tests. */
  text(): string;
  clear(): void;
  /** Whether the last line is not finished: what comes next goes behind it. */
  endsOpen(): boolean;
}

const BLOCK_LINES = 100;
/** Older lines are dropped by whole blocks. */
const LINES_MAX = 100_000;
const COLOURS = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'];
const ESCAPE = '\x1b';

interface Buffer {
  blocks: readonly Block[];
  lines: Line[];
  /** The cursor's line among `lines`, and its column. */
  row: number;
  column: number;
}

function emptyBuffer(): Buffer {
  return { blocks: [], lines: [[]], row: 0, column: 0 };
}

/**
 * Understands what the programs here print: text, line breaks, carriage return, backspace, tabs, colours, clearing,
 * and the cursor's move to the top. Not a whole terminal: there are no programs that would need one.
 */
export function createScreen(): Screen {
  let main = emptyBuffer();
  let alternate: Buffer | undefined;
  let style = '';
  let pending = '';
  let nextId = 1;
  let cached: ScreenPicture | undefined;

  const buffer = (): Buffer => alternate ?? main;

  function put(text: string): void {
    const target = buffer();
    const line = target.lines[target.row] ?? [];
    const length = lengthOf(line);
    if (target.column === length) target.lines[target.row] = appended(line, { text, style });
    else {
      const gap = target.column > length ? ' '.repeat(target.column - length) : '';
      const before = sliced(line, 0, target.column);
      const after = sliced(line, target.column + text.length, length);
      target.lines[target.row] = [
        ...before,
        ...(gap === '' ? [] : [{ text: gap, style: '' }]),
        { text, style },
        ...after,
      ];
    }
    target.column += text.length;
  }

  function newLine(): void {
    const target = buffer();
    target.row += 1;
    target.column = 0;
    if (target.row >= target.lines.length) target.lines.push([]);
    if (alternate !== undefined || target.lines.length <= BLOCK_LINES + 1) return;
    const block: Block = { id: nextId++, lines: target.lines.slice(0, BLOCK_LINES) };
    target.lines = target.lines.slice(BLOCK_LINES);
    target.row -= BLOCK_LINES;
    const kept =
      target.blocks.length >= LINES_MAX / BLOCK_LINES ? target.blocks.slice(1) : target.blocks;
    target.blocks = [...kept, block];
  }

  function control(letter: string, parameters: string): void {
    const target = buffer();
    const number = Number(parameters.split(';')[0] || 0);
    switch (letter) {
      case 'm':
        style = styled(style, parameters);
        return;
      case 'H':
        target.row = Math.max(0, (number || 1) - 1);
        target.column = 0;
        while (target.lines.length <= target.row) target.lines.push([]);
        return;
      case 'J':
        if (number === 3 || number === 2) {
          target.blocks = [];
          target.lines = [[]];
          target.row = 0;
          target.column = 0;
        } else target.lines = target.lines.slice(0, target.row + 1);
        return;
      case 'K': {
        const line = target.lines[target.row] ?? [];
        target.lines[target.row] = number === 2 ? [] : sliced(line, 0, target.column);
        return;
      }
      case 'h':
      case 'l':
        if (parameters === '?1049') {
          alternate = letter === 'h' ? emptyBuffer() : undefined;
          style = '';
        }
    }
  }

  return {
    write(text) {
      cached = undefined;
      const all = pending + text;
      pending = '';
      let at = 0;
      while (at < all.length) {
        const stop = nextControl(all, at);
        if (stop > at) put(all.slice(at, stop));
        at = stop;
        const char = all[at];
        if (char === undefined) break;
        at += 1;
        if (char === '\n') newLine();
        else if (char === '\r') buffer().column = 0;
        else if (char === '\b') buffer().column = Math.max(0, buffer().column - 1);
        else if (char === '\t') put(' '.repeat(8 - (buffer().column % 8)));
        else if (char === ESCAPE) {
          const match = /^\[([?\d;]*)([A-Za-z])/.exec(all.slice(at, at + 24));
          if (match !== null) {
            control(match[2] ?? '', match[1] ?? '');
            at += match[0].length;
          } else if (/^(?:\[[?\d;]*)?$/.test(all.slice(at))) {
            // The sequence goes on in the next piece.
            pending = all.slice(at - 1);
            return;
          }
        }
      }
    },
    picture() {
      const { blocks, lines } = buffer();
      cached ??= { blocks, tail: [...lines], isAlternate: alternate !== undefined };
      return cached;
    },
    text() {
      const { blocks, lines } = buffer();
      return [...blocks.flatMap((block) => block.lines), ...lines].map(textOf).join('\n');
    },
    clear() {
      cached = undefined;
      main = emptyBuffer();
    },
    endsOpen: () => buffer().column > 0,
  };
}

export function textOf(line: Line): string {
  return line.map(({ text }) => text).join('');
}

function nextControl(text: string, from: number): number {
  for (let at = from; at < text.length; at++) if (text.charCodeAt(at) < 32) return at;
  return text.length;
}

function lengthOf(line: Line): number {
  return line.reduce((sum, { text }) => sum + text.length, 0);
}

function appended(line: Line, run: Run): Line {
  const last = line.at(-1);
  if (last?.style !== run.style) return [...line, run];
  return [...line.slice(0, -1), { text: last.text + run.text, style: run.style }];
}

function sliced(line: Line, from: number, to: number): Run[] {
  const result: Run[] = [];
  let at = 0;
  for (const { text, style } of line) {
    const piece = text.slice(Math.max(0, from - at), Math.max(0, to - at));
    if (piece !== '' && at < to) result.push({ text: piece, style });
    at += text.length;
  }
  return result;
}

/** The look after a `m` sequence. */
function styled(before: string, parameters: string): string {
  const marks = new Set(before === '' ? [] : before.split(' '));
  const colour = (name: string | undefined): void => {
    for (const mark of marks)
      if (mark.startsWith('ansi-') && !ATTRIBUTES.has(mark)) marks.delete(mark);
    if (name !== undefined) marks.add(`ansi-${name}`);
  };
  for (const text of parameters.split(';')) {
    const code = Number(text || 0);
    if (code === 0) marks.clear();
    else if (code === 1) marks.add('ansi-bold');
    else if (code === 2) marks.add('ansi-dim');
    else if (code === 4) marks.add('ansi-underline');
    else if (code === 7) marks.add('ansi-reverse');
    else if (code === 22) {
      marks.delete('ansi-bold');
      marks.delete('ansi-dim');
    } else if (code === 24) marks.delete('ansi-underline');
    else if (code === 27) marks.delete('ansi-reverse');
    else if (code === 39) colour(undefined);
    else if ((code >= 30 && code <= 37) || (code >= 90 && code <= 97)) colour(COLOURS[code % 10]);
  }
  return [...marks].join(' ');
}

const ATTRIBUTES = new Set(['ansi-bold', 'ansi-dim', 'ansi-underline', 'ansi-reverse']);
