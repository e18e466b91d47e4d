/** What the keys are called on an Apple keyboard; there Ctrl's part is taken by ⌘ (both work everywhere). */
const APPLE_NAMES: ReadonlyMap<string, string> = new Map([
  ['Ctrl', '⌘'],
  ['Alt', '⌥'],
  ['Shift', '⇧'],
  ['Enter', '↵'],
]);

/** What Ctrl with these means stays Ctrl on an Apple keyboard: ⌘ with them belongs to the system. */
const NEVER_COMMAND: ReadonlySet<string> = new Set(['`']);

/**
 * The names of keys as the person's keyboard has them printed, one entry each: `Ctrl K` is ⌘ and K on an
 * Apple machine. Every place that prints a key asks here, so that no two places name it differently.
 */
export function shownKeys(keys: string, userAgent: string = navigator.userAgent): string[] {
  const names = keys.split(' ');
  if (!/Mac|iPhone|iPad/.test(userAgent)) return names;
  const isSystems = names.some((name) => NEVER_COMMAND.has(name));
  return names.map((name) =>
    isSystems && name === 'Ctrl' ? name : (APPLE_NAMES.get(name) ?? name),
  );
}
