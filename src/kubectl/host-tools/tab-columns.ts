/** How Go's text/tabwriter sets a table: each column as wide as its widest cell and the padding, and not less than a minimum. */
export function tabColumns(
  rows: readonly (readonly string[])[],
  { minWidth, padding }: { readonly minWidth: number; readonly padding: number },
): string {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(minWidth, ...rows.map((row) => (row[column] ?? '').length + padding)),
  );
  return rows
    .map(
      (row) =>
        `${row.map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0))).join('')}\n`,
    )
    .join('');
}
