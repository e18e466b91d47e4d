export interface TabWriterSettings {
  readonly minWidth: number;
  readonly padding: number;
  /** Columns never become narrower than they were in what was flushed before; kubectl's own addition. */
  readonly remembersWidths?: boolean;
  /** Padded with tabs of eight columns instead of spaces. */
  readonly tabs?: boolean;
}

/** Aligns cells that end with tabs. A column is a run of neighbouring lines that have it (Go's text/tabwriter). */
export interface TabWriter {
  write(text: string): void;
  /** The text written since the last call, aligned. */
  flush(): string;
  /** Forgets the widths that were remembered. */
  forget(): void;
}

export function createTabWriter(settings: TabWriterSettings): TabWriter {
  let pending = '';
  let remembered: number[] = [];
  return {
    write(text) {
      pending += text;
    },
    flush() {
      const text = aligned(pending, settings, remembered);
      pending = '';
      return text;
    },
    forget() {
      remembered = [];
    },
  };
}

/** The writer of `kubectl get`. */
export function createListWriter(): TabWriter {
  return createTabWriter({ minWidth: 6, padding: 3, remembersWidths: true });
}

function aligned(text: string, settings: TabWriterSettings, remembered: number[]): string {
  // A form feed ends a line and all columns with it.
  return text
    .split('\f')
    .map((part, index, parts) => {
      const isLast = index === parts.length - 1;
      return alignedPart(isLast ? part : `${part}\n`, settings, remembered);
    })
    .join('');
}

function alignedPart(text: string, settings: TabWriterSettings, remembered: number[]): string {
  if (text === '') return '';
  const lines = text.split('\n').map((line) => line.split('\t'));
  const out: string[] = [];
  const widths: number[] = [];

  function writeLines(from: number, to: number): void {
    for (let at = from; at < to; at += 1) {
      const cells = lines[at] ?? [];
      let line = '';
      for (const [index, cell] of cells.entries()) {
        const width = widths[index];
        line += cell;
        if (width === undefined || index === cells.length - 1) continue;
        line += padding(width - widthOf(cell), width, settings);
      }
      out.push(line);
    }
  }

  function format(from: number, to: number): void {
    const column = widths.length;
    let start = from;
    for (let at = from; at < to; at += 1) {
      if (column >= (lines[at]?.length ?? 0) - 1) continue;
      writeLines(start, at);
      start = at;
      let width = settings.minWidth;
      for (; at < to; at += 1) {
        const cells = lines[at] ?? [];
        if (column >= cells.length - 1) break;
        width = Math.max(width, widthOf(cells[column] ?? '') + settings.padding);
      }
      if (settings.remembersWidths === true) {
        width = Math.max(width, remembered[column] ?? 0);
        remembered[column] = width;
      }
      if (settings.tabs === true) width = Math.ceil(width / 8) * 8;
      widths.push(width);
      format(start, at);
      widths.pop();
      start = at;
    }
    writeLines(start, to);
  }

  format(0, lines.length);
  return out.join('\n');
}

function padding(missing: number, width: number, { tabs }: TabWriterSettings): string {
  if (tabs !== true) return ' '.repeat(Math.max(0, missing));
  return width === 0 ? '' : '\t'.repeat(Math.ceil(missing / 8));
}

function widthOf(cell: string): number {
  for (let i = 0; i < cell.length; i += 1) {
    if (cell.charCodeAt(i) >= 0xd800) return [...cell].length;
  }
  return cell.length;
}
