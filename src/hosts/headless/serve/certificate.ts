import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { isIP } from 'node:net';

/**
 * A certificate that signs itself, for the server's own addresses: kubectl sends a token over TLS only. Node can make keys
 * and signatures but no certificates, so this writes the few fields of X.509 (RFC 5280) that clients look at.
 */
export interface ServerCertificate {
  /** PEM. */
  readonly key: string;
  /** PEM; also what clients must trust. */
  readonly certificate: string;
}

const DAY_MILLIS = 86_400_000;

const oid = {
  commonName: [0x55, 0x04, 0x03],
  ecdsaWithSha256: [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02],
  subjectKeyIdentifier: [0x55, 0x1d, 0x0e],
  keyUsage: [0x55, 0x1d, 0x0f],
  subjectAltName: [0x55, 0x1d, 0x11],
  basicConstraints: [0x55, 0x1d, 0x13],
} as const;

const tag = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  utf8: 0x0c,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

/** A certificate for the given names and addresses, valid for a year around `nowMillis`. */
export function createCertificate(names: readonly string[], nowMillis: number): ServerCertificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const publicInfo = publicKey.export({ type: 'spki', format: 'der' });
  const name = sequence(
    der(tag.set, sequence(der(tag.oid, Buffer.from(oid.commonName)), text('kubarium'))),
  );
  const algorithm = sequence(der(tag.oid, Buffer.from(oid.ecdsaWithSha256)));
  // A leading zero bit keeps the number positive.
  const serial = randomBytes(16);
  serial[0] = 0x40 | ((serial[0] ?? 0) & 0x3f);
  const body = sequence(
    der(0xa0, der(tag.integer, Buffer.from([2]))), // Version 3.
    der(tag.integer, serial),
    algorithm,
    name,
    sequence(time(nowMillis - DAY_MILLIS), time(nowMillis + 365 * DAY_MILLIS)),
    name,
    publicInfo,
    der(0xa3, sequence(...extensions(names, publicInfo))),
  );
  const signature = sign('sha256', body, privateKey);
  const whole = sequence(body, algorithm, bitString(signature));
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    certificate: pem(whole),
  };
}

function extensions(names: readonly string[], publicInfo: Buffer): readonly Buffer[] {
  const keyId = createHash('sha1').update(publicInfo).digest();
  const isCritical = true;
  // keyUsage: digitalSignature (0x80) and keyCertSign (0x04), as it vouches for itself.
  return [
    extension(oid.basicConstraints, sequence(der(tag.boolean, Buffer.from([0xff]))), isCritical),
    extension(oid.keyUsage, der(tag.bitString, Buffer.from([2, 0x84])), isCritical),
    extension(oid.subjectKeyIdentifier, der(tag.octetString, keyId)),
    extension(oid.subjectAltName, sequence(...names.map(alternativeName))),
  ];
}

function extension(id: readonly number[], value: Buffer, isCritical = false): Buffer {
  return sequence(
    der(tag.oid, Buffer.from(id)),
    ...(isCritical ? [der(tag.boolean, Buffer.from([0xff]))] : []),
    der(tag.octetString, value),
  );
}

function alternativeName(name: string): Buffer {
  switch (isIP(name)) {
    case 4:
      return der(0x87, Buffer.from(name.split('.').map(Number)));
    case 6:
      return der(0x87, ipv6Bytes(name));
    default:
      return der(0x82, Buffer.from(name, 'ascii'));
  }
}

function ipv6Bytes(address: string): Buffer {
  const [head = '', tail = ''] = address.split('::');
  const groups = (half: string): number[] =>
    half === '' ? [] : half.split(':').map((group) => Number.parseInt(group, 16));
  const before = groups(head);
  const after = groups(tail);
  const bytes = Buffer.alloc(16);
  before.forEach((group, index) => bytes.writeUInt16BE(group, 2 * index));
  after.forEach((group, index) => bytes.writeUInt16BE(group, 16 - 2 * (after.length - index)));
  return bytes;
}

/** One value in DER: its tag, its length, its bytes. */
function der(tagByte: number, content: Buffer): Buffer {
  const size = content.length;
  const length =
    size < 0x80 ? [size] : size < 0x100 ? [0x81, size] : [0x82, size >> 8, size & 0xff];
  return Buffer.concat([Buffer.from([tagByte, ...length]), content]);
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return der(tag.sequence, Buffer.concat(parts));
}

function bitString(content: Buffer): Buffer {
  return der(tag.bitString, Buffer.concat([Buffer.from([0]), content]));
}

function text(value: string): Buffer {
  return der(tag.utf8, Buffer.from(value));
}

function time(millis: number): Buffer {
  const digits = new Date(millis).toISOString().slice(0, 19).replace(/\D/g, '');
  return der(tag.generalizedTime, Buffer.from(`${digits}Z`));
}

function pem(bytes: Buffer): string {
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
