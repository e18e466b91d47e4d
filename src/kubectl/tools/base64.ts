export function encodeBase64(text: string): string {
  return btoa(
    Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join(''),
  );
}

/** Undefined when the text is not base64. */
export function decodeBase64(text: string): string | undefined {
  try {
    const bytes = atob(text.replace(/\s+/g, ''));
    return new TextDecoder().decode(Uint8Array.from(bytes, (char) => char.charCodeAt(0)));
  } catch {
    return undefined;
  }
}
