/** The phrases that the messages on names are made of; upstream words them alike everywhere. */

export function maxLengthMessage(length: number, unit: 'characters' | 'bytes'): string {
  return `must be no more than ${length} ${unit}`;
}

export const emptyMessage = 'must be non-empty';

export function betweenMessage(low: number, high: number): string {
  return `must be between ${low} and ${high}, inclusive`;
}

/** A sentence, some examples, and the expression that was not matched. */
export function patternMessage(
  sentence: string,
  pattern: string,
  ...examples: readonly string[]
): string {
  const shown = examples.map((each) => `'${each}', `).join(' or ');
  return examples.length === 0
    ? `${sentence} (regex used for validation is '${pattern}')`
    : `${sentence} (e.g. ${shown}regex used for validation is '${pattern}')`;
}

/** An expression that must match the whole text. */
export function wholePattern(pattern: string): RegExp {
  return new RegExp(`^(?:${pattern})$`);
}

/** How many bytes the text takes in UTF-8, which is what Go calls its length. */
export function utf8Length(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code < 0x80) continue;
    if (code < 0x800) bytes += 1;
    // Each half of a surrogate pair stands for two of the four bytes; a lone half is replaced by three.
    else if (isPairAt(text, i)) {
      bytes += 2;
      i += 1;
    } else bytes += 2;
  }
  return bytes;
}

function isPairAt(text: string, index: number): boolean {
  const high = text.charCodeAt(index);
  const low = text.charCodeAt(index + 1);
  return high >= 0xd800 && high < 0xdc00 && low >= 0xdc00 && low < 0xe000;
}

/** The answer "valid", always the same list. */
export const noMessages: readonly string[] = Object.freeze([]);
