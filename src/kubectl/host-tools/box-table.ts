/**
 * A table in a box of plus signs and dashes, as the Go library tablewriter draws it for etcd's tools: headings in
 * capitals and centred, cells to the right.
 */
export function boxTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const titles = header.map((title) => title.toUpperCase());
  const widths = titles.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)),
  );
  const rule = `+${widths.map((width) => '-'.repeat(width + 2)).join('+')}+\n`;
  const line = (cells: readonly string[], pad: (cell: string, width: number) => string): string =>
    `|${widths.map((width, column) => ` ${pad(cells[column] ?? '', width)} `).join('|')}|\n`;
  const body = rows.map((row) => line(row, (cell, width) => cell.padStart(width))).join('');
  return `${rule}${line(titles, centred)}${rule}${body}${rule}`;
}

function centred(text: string, width: number): string {
  const left = Math.floor((width - text.length) / 2);
  return `${' '.repeat(left)}${text}`.padEnd(width);
}
