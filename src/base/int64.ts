const maxInt64 = 2n ** 63n - 1n;
const minInt64 = -(2n ** 63n);

/**
 * A whole number in decimal as Go's strconv.ParseInt takes it: an optional sign, digits, nothing else, within 64 bits.
 * Undefined for any other text.
 */
export function parseInt64(text: string): bigint | undefined {
  // Twenty characters hold every 64-bit number; leading zeros may make it longer, a length nobody means.
  if (text.length > 64 || !/^[+-]?[0-9]+$/.test(text)) return undefined;
  const number = BigInt(text[0] === '+' ? text.slice(1) : text);
  return number >= minInt64 && number <= maxInt64 ? number : undefined;
}
