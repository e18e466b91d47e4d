/** Where output goes. */
export interface Sink {
  write(text: string): void;
  readonly isTerminal: boolean;
}

/** Where input comes from. What was read too far is kept for the next reader. */
export interface Source {
  /** The next piece; undefined at the end. */
  read(): Promise<string | undefined>;
  readAll(): Promise<string>;
  /** One line without its break; undefined at the end. `whole`: whether it ended in a break. */
  readLine(): Promise<{ readonly text: string; readonly whole: boolean } | undefined>;
  readonly isTerminal: boolean;
}

export const NOWHERE: Sink = { write: () => undefined, isTerminal: false };

/** A source over whatever hands out pieces. */
export function createSource(pull: () => Promise<string | undefined>, isTerminal = false): Source {
  let kept = '';
  async function read(): Promise<string | undefined> {
    if (kept === '') return pull();
    const piece = kept;
    kept = '';
    return piece;
  }
  return {
    isTerminal,
    read,
    async readAll() {
      const pieces: string[] = [];
      for (;;) {
        const piece = await read();
        if (piece === undefined) return pieces.join('');
        pieces.push(piece);
      }
    },
    async readLine() {
      let line = '';
      for (;;) {
        const piece = await read();
        if (piece === undefined) return line === '' ? undefined : { text: line, whole: false };
        const end = piece.indexOf('\n');
        if (end < 0) line += piece;
        else {
          kept = piece.slice(end + 1);
          return { text: line + piece.slice(0, end), whole: true };
        }
      }
    },
  };
}

export function textSource(text: string): Source {
  let rest: string | undefined = text === '' ? undefined : text;
  return createSource(async () => {
    const piece = rest;
    rest = undefined;
    return piece;
  });
}

export function emptySource(): Source {
  return textSource('');
}

/** Collects what is written. */
export interface Collector extends Sink {
  text(): string;
}

export function createCollector(): Collector {
  const pieces: string[] = [];
  return {
    isTerminal: false,
    write: (text) => void pieces.push(text),
    text: () => pieces.join(''),
  };
}

/** What connects two commands of a pipeline: pieces come out as they go in. */
export interface Pipe {
  readonly sink: Sink;
  readonly source: Source;
  /** The writer is done. */
  end(): void;
  /** The reader is done: what is still written goes nowhere. */
  breakOff(): void;
}

export function createPipe(): Pipe {
  let pieces: string[] = [];
  let isEnded = false;
  let isBroken = false;
  let wake: (() => void) | undefined;
  const stir = (): void => {
    wake?.();
    wake = undefined;
  };
  return {
    sink: {
      isTerminal: false,
      write(text) {
        if (isBroken || isEnded || text === '') return;
        pieces.push(text);
        stir();
      },
    },
    source: createSource(async () => {
      while (pieces.length === 0 && !isEnded) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      if (pieces.length === 0) return undefined;
      const all = pieces.length === 1 ? pieces[0] : pieces.join('');
      pieces = [];
      return all;
    }),
    end() {
      isEnded = true;
      stir();
    },
    breakOff() {
      isBroken = true;
      pieces = [];
    },
  };
}
