import { parseIpAddress } from '../names/ip-address.ts';

/** A range of addresses with bits set behind its prefix (upstream: `GetWarningsForCIDR`); of IPv4 alone. */
export function addCidrWarnings(cidr: string, path: string, warnings: string[]): void {
  const [, ip = '', bits = ''] = /^(\d+\.\d+\.\d+\.\d+)\/(\d+)$/.exec(cidr) ?? [];
  const size = Number(bits);
  if (ip === '' || size > 32 || parseIpAddress(ip) === undefined) return;
  const value = ip.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  const block = 2 ** (32 - size);
  const first = value - (value % block);
  if (first === value) return;
  const text = [24, 16, 8, 0].map((shift) => Math.floor(first / 2 ** shift) % 256).join('.');
  warnings.push(
    `${path}: CIDR value "${cidr}" is ambiguous in this context (should be "${text}/${size}" or "${ip}/32"?)`,
  );
}
