import type { CriSandbox } from '../messages.ts';
import type { ContainerdDisk } from './state.ts';

/** An IPv4 range taken apart. */
interface Range {
  readonly first: number;
  readonly size: number;
}

function parseRange(cidr: string): Range | undefined {
  const match = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)$/.exec(cidr);
  if (match === null) return undefined;
  const base =
    ((Number(match[1]) * 256 + Number(match[2])) * 256 + Number(match[3])) * 256 + Number(match[4]);
  return { first: base, size: 2 ** (32 - Number(match[5])) };
}

const ranges = new Map<string, Range | undefined>();

/** A range by its text, taken apart once. A memo only. */
function rangeOf(cidr: string): Range | undefined {
  if (ranges.has(cidr)) return ranges.get(cidr);
  if (ranges.size > 10_000) ranges.clear();
  const range = parseRange(cidr);
  ranges.set(cidr, range);
  return range;
}

function formatAddress(value: number): string {
  return `${Math.floor(value / 2 ** 24)}.${Math.floor(value / 2 ** 16) % 256}.${Math.floor(value / 256) % 256}.${value % 256}`;
}

/**
 * Gives the next free address of the node's range, as the host-local plugin does: round and round, never the
 * network's, the bridge's (the first) or the broadcast address. Undefined: all are taken, or there is no range.
 */
export function takeAddress(disk: ContainerdDisk, podUid: string): string | undefined {
  const { podCidr } = disk;
  const range = ranges.get(podCidr) ?? rangeOf(podCidr);
  if (range === undefined) return undefined;
  const usable = range.size - 3;
  for (let tries = 0; tries < usable; tries++) {
    disk.lastAddress = disk.lastAddress >= range.size - 2 ? 2 : disk.lastAddress + 1;
    const address = formatAddress(range.first + disk.lastAddress);
    if (disk.addresses.has(address)) continue;
    disk.addresses.set(address, podUid);
    return address;
  }
  return undefined;
}

/** Gives a Pod's address back. */
export function releaseAddress(disk: ContainerdDisk, sandbox: CriSandbox): void {
  if (disk.addresses.get(sandbox.ip) === sandbox.podUid) disk.addresses.delete(sandbox.ip);
}
