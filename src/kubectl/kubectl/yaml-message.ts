/** The words of Go's YAML reader for the commonest mistakes, with the line as it counts; our own for the others. */
export function yamlMessage(message: string, line: number): string {
  if (message.includes('indented'))
    return `line ${Math.max(1, line - 1)}: did not find expected key`;
  const open = /never closed: a ([\]}]) is missing/.exec(message)?.[1];
  if (open !== undefined) return `line ${line}: did not find expected ',' or '${open}'`;
  if (message.includes('tab')) return `line ${line}: found character that cannot start any token`;
  return `line ${line}: ${message}`;
}
