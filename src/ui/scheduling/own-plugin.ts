/** What a plugin of one's own looks like, as something to begin with. */
const SOURCE = `// Sees the Pod and the nodes.
// Amounts: thousandths of a core, bytes.
function filter(pod, node) {
  // Nothing lets the node pass; a text is the reason why not.
  if (node.pods.length >= 20) return 'node(s) had 20 Pods already';
}
function score(pod, node) {
  // 0 to 100: the emptier, the better.
  return Math.round((100 * node.free.cpu) / node.allocatable.cpu);
}`;

/**
 * A configuration's text with a plugin of one's own written into its first profile, enabled and with a script
 * to begin with; undefined where the text has no such lists to write into.
 */
export function withOwnPlugin(text: string): string | undefined {
  const lines = text.split('\n');
  const name = freeName(text);
  const enabled = listAfter(lines, /^\s*multiPoint:\s*$/, /^\s*enabled:\s*$/);
  if (enabled === undefined) return undefined;
  const { at, indent } = enabled;
  lines.splice(at, 0, `${indent}- name: ${name}`, `${indent}  weight: 5`);
  const config = listAfter(lines, undefined, /^\s*pluginConfig:\s*$/);
  if (config === undefined) return undefined;
  lines.splice(
    config.at,
    0,
    `${config.indent}- name: ${name}`,
    `${config.indent}  args:`,
    `${config.indent}    source: |`,
    ...SOURCE.split('\n').map((line) => `${config.indent}      ${line}`),
  );
  return lines.join('\n');
}

function freeName(text: string): string {
  let number = 1;
  const nameOf = (): string => (number === 1 ? 'MyPlugin' : `MyPlugin${number}`);
  while (text.includes(`name: ${nameOf()}\n`)) number += 1;
  return nameOf();
}

/** Where a list's first item would stand, and how far it is indented. */
function listAfter(
  lines: readonly string[],
  parent: RegExp | undefined,
  key: RegExp,
): { readonly at: number; readonly indent: string } | undefined {
  const from = parent === undefined ? 0 : lines.findIndex((line) => parent.test(line)) + 1;
  if (parent !== undefined && from === 0) return undefined;
  const found = lines.findIndex((line, at) => at >= from && key.test(line));
  if (found < 0) return undefined;
  const first = /^(\s*)- /.exec(lines[found + 1] ?? '');
  const own = /^\s*/.exec(lines[found] ?? '')?.[0] ?? '';
  return { at: found + 1, indent: first?.[1] ?? `${own}  ` };
}
