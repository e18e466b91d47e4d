import { bytesOfBase64 } from '../../../api/base64.ts';

/** What `describe` shows of a certificate signing request: PKCS #10 in DER, in PEM, in base64. */
export interface RequestContent {
  /** By title, in the order in which they are shown. */
  readonly subject: ReadonlyMap<string, readonly string[]>;
  readonly names: ReadonlyMap<string, readonly string[]>;
}

interface Element {
  readonly tag: number;
  readonly content: Uint8Array;
}

/** The attributes of a subject by object identifier (X.520), in the order of describe. */
const attributes: readonly (readonly [identifier: string, title: string])[] = [
  ['2.5.4.3', 'Common Name'],
  ['2.5.4.5', 'Serial Number'],
  ['2.5.4.10', 'Organization'],
  ['2.5.4.11', 'Organizational Unit'],
  ['2.5.4.6', 'Country'],
  ['2.5.4.7', 'Locality'],
  ['2.5.4.8', 'Province'],
  ['2.5.4.9', 'StreetAddress'],
  ['2.5.4.17', 'PostalCode'],
];
/** General names by the number of their tag (RFC 5280), in the order of describe. */
const nameKinds: readonly (readonly [tag: number, title: string])[] = [
  [0x82, 'DNS Names'],
  [0x81, 'Email Addresses'],
  [0x86, 'URIs'],
  [0x87, 'IP Addresses'],
];
const ALTERNATIVE_NAMES = '2.5.29.17';

/** Reads `spec.request`; undefined where it is no such request. */
export function readRequest(base64: string): RequestContent | undefined {
  try {
    const pem = text(bytesOfBase64(base64) ?? new Uint8Array());
    const body = /-----BEGIN [A-Z ]*CERTIFICATE REQUEST-----([\s\S]*?)-----END/.exec(pem)?.[1];
    const [request] = elements(bytesOfBase64((body ?? '').replace(/\s/g, '')) ?? new Uint8Array());
    const [information] = elements(request?.content);
    const [, subject, , ...rest] = elements(information?.content);
    if (subject === undefined) return undefined;
    return { subject: subjectOf(subject.content), names: namesOf(rest) };
  } catch {
    return undefined;
  }
}

function subjectOf(content: Uint8Array): ReadonlyMap<string, readonly string[]> {
  const found = elements(content)
    .flatMap((set) => elements(set.content))
    .map((pair) => {
      const [identifier, value] = elements(pair.content);
      return [identifierOf(identifier?.content), text(value?.content)] as const;
    });
  return grouped(attributes, found);
}

/** The alternative names among the extensions that the request asks for. */
function namesOf(rest: readonly Element[]): ReadonlyMap<string, readonly string[]> {
  const found: (readonly [number, string])[] = [];
  const walk = (content: Uint8Array): void => {
    const inner = elements(content);
    const [first, ...others] = inner;
    if (first?.tag === 6 && identifierOf(first.content) === ALTERNATIVE_NAMES) {
      const [list] = elements(others.at(-1)?.content);
      for (const { tag, content: value } of elements(list?.content)) {
        found.push([tag, tag === 0x87 ? [...value].join('.') : text(value)]);
      }
      return;
    }
    // Bit 6 of a tag: elements inside.
    for (const each of inner) if ((each.tag & 0x20) !== 0) walk(each.content);
  };
  for (const each of rest) walk(each.content);
  return grouped(nameKinds, found);
}

function grouped<K>(
  order: readonly (readonly [K, string])[],
  found: readonly (readonly [K, string])[],
): ReadonlyMap<string, readonly string[]> {
  return new Map(
    order
      .map(([key, title]) => {
        const values = found.filter(([each]) => each === key).map(([, value]) => value);
        return [title, values] as const;
      })
      .filter(([, values]) => values.length > 0),
  );
}

/** The elements that stand one after the other in a piece of DER. */
function elements(bytes: Uint8Array = new Uint8Array()): Element[] {
  const found: Element[] = [];
  let at = 0;
  while (at + 1 < bytes.length) {
    const tag = bytes[at] ?? 0;
    let length = bytes[at + 1] ?? 0;
    at += 2;
    if (length > 0x80) {
      const count = length - 0x80;
      length = [...bytes.subarray(at, at + count)].reduce((sum, byte) => sum * 256 + byte, 0);
      at += count;
    }
    found.push({ tag, content: bytes.subarray(at, at + length) });
    at += length;
  }
  return found;
}

function identifierOf(bytes: Uint8Array = new Uint8Array()): string {
  const parts: number[] = [];
  let value = 0;
  for (const byte of bytes) {
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) {
      parts.push(value);
      value = 0;
    }
  }
  const [first = 0, ...rest] = parts;
  const root = Math.min(Math.floor(first / 40), 2);
  return [root, first - root * 40, ...rest].join('.');
}

function text(bytes: Uint8Array = new Uint8Array()): string {
  return new TextDecoder().decode(bytes);
}
