/** Small settings of the page in the browser's storage. Without storage everything works, unremembered. */

const PREFIX = 'kubarium.';

export function readStored(key: string): string | undefined {
  try {
    return localStorage.getItem(PREFIX + key) ?? undefined;
  } catch {
    return undefined;
  }
}

export function writeStored(key: string, value: string): void {
  try {
    localStorage.setItem(PREFIX + key, value);
  } catch {
    // Forbidden or full: the setting holds until the page is left.
  }
}

/** A stored JSON object, or undefined when there is none or it is something else. */
export function readStoredRecord(key: string): Readonly<Record<string, unknown>> | undefined {
  const text = readStored(key);
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    // Checked to be an object just before; its fields are looked at one by one.
    return typeof value === 'object' && value !== null
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
