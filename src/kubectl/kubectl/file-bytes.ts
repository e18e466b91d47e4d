/**
 * The bytes of a file of the user's. Files are texts here; a byte that belongs to no UTF-8 character stands in them as the
 * lone surrogate U+DC80 … U+DCFF.
 */
export function bytesOf(text: string): { readonly bytes: Uint8Array; readonly isText: boolean } {
  if (!/[\udc80-\udcff]/.test(text) || !isBroken(text)) {
    return { bytes: new TextEncoder().encode(text), isText: true };
  }
  const bytes: number[] = [];
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (code >= 0xdc80 && code <= 0xdcff) bytes.push(code - 0xdc00);
    else bytes.push(...new TextEncoder().encode(character));
  }
  return { bytes: Uint8Array.from(bytes), isText: false };
}

function isBroken(text: string): boolean {
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (code >= 0xdc80 && code <= 0xdcff) return true;
  }
  return false;
}
