/** A scenario in the part of an address after `#`: it never leaves the browser, and needs no server. */

const PREFIX = '#scenario=';
/** Longer addresses are cut off by chat programs. */
const LINK_LENGTH_MAX = 16_000;
/** What a link may unpack to: small texts can be packed into very little. */
const TEXT_LENGTH_MAX = 512 * 1024;

/** The address under which this page opens the scenario; undefined when it is too long for one. */
export async function linkOf(text: string, address: string): Promise<string | undefined> {
  const packed = await new Response(
    new Blob([text]).stream().pipeThrough(new CompressionStream('deflate-raw')),
  ).arrayBuffer();
  const bytes = new Uint8Array(packed);
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  const code = btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
  const link = `${address.split('#')[0] ?? ''}${PREFIX}${code}`;
  return link.length > LINK_LENGTH_MAX ? undefined : link;
}

/** The scenario's text in an address; undefined when there is none or it cannot be read. */
export async function textOfLink(hash: string): Promise<string | undefined> {
  if (!hash.startsWith(PREFIX)) return undefined;
  try {
    const code = hash.slice(PREFIX.length).replaceAll('-', '+').replaceAll('_', '/');
    const bytes = Uint8Array.from(atob(code), (letter) => letter.charCodeAt(0));
    const reader = new Blob([bytes])
      .stream()
      .pipeThrough(new DecompressionStream('deflate-raw'))
      .pipeThrough(new TextDecoderStream())
      .getReader();
    let text = '';
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return text;
      text += value;
      if (text.length <= TEXT_LENGTH_MAX) continue;
      await reader.cancel();
      return undefined;
    }
  } catch {
    return undefined;
  }
}
