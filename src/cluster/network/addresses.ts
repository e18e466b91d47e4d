/** An IPv4 address as a number; undefined for other texts. */
export function ipv4(text: string): number | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  let value = 0;
  for (const part of parts) {
    const byte = Number(part);
    if (part === '' || !Number.isInteger(byte) || byte < 0 || byte > 255) return undefined;
    value = value * 256 + byte;
  }
  return value;
}

/** Whether an address lies in a range such as `10.244.0.0/16`. */
export function inRange(address: string, cidr: string): boolean {
  const [base = '', bits = '32'] = cidr.split('/');
  const number = ipv4(address);
  const first = ipv4(base);
  if (number === undefined || first === undefined) return false;
  const size = 2 ** (32 - Number(bits));
  return Math.floor(number / size) === Math.floor(first / size);
}

const PRIVATE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '169.254.0.0/16', '127.0.0.0/8'];

/** Whether an address can only be inside: the world outside does not answer for it (RFC 1918). */
export function isPrivate(address: string): boolean {
  return PRIVATE.some((range) => inRange(address, range));
}
