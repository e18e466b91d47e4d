const CLASSES: ReadonlyMap<string, RegExp> = new Map([
  ['alpha', /^[A-Za-z]$/],
  ['digit', /^[0-9]$/],
  ['alnum', /^[A-Za-z0-9]$/],
  ['upper', /^[A-Z]$/],
  ['lower', /^[a-z]$/],
  ['space', /^\s$/],
  ['blank', /^[ \t]$/],
  ['punct', /^[!-/:-@[-`{-~]$/],
  ['xdigit', /^[0-9A-Fa-f]$/],
  ['print', /^[ -~]$/],
  ['graph', /^[!-~]$/],
  ['cntrl', /^[\0-\x1f\x7f]$/], // oxlint-disable-line no-control-regex
]);

/** Whether a character belongs to a named class of POSIX such as `alpha`. */
export function isOfClass(name: string, char: string): boolean {
  return CLASSES.get(name)?.test(char) ?? false;
}
