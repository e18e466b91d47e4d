import { humanDuration } from '../api/human-duration.ts';

/** How figures are said on the page. Everywhere the same, and never by the browser's locale. */

const SECOND = 1_000_000;

/** Microseconds → `04:12.480`, with hours once there are any: `1:04:12.480`. */
export function clockText(micros: number): string {
  const millis = Math.floor(Math.max(micros, 0) / 1000);
  const part = (value: number, digits: number): string => String(value).padStart(digits, '0');
  const hours = Math.floor(millis / 3_600_000);
  const rest = `${part(Math.floor(millis / 60_000) % 60, 2)}:${part(Math.floor(millis / 1000) % 60, 2)}.${part(millis % 1000, 3)}`;
  return hours > 0 ? `${hours}:${rest}` : rest;
}

/** The same without thousandths, for axes: `04:12`. */
export function shortClockText(micros: number): string {
  return clockText(micros).slice(0, -4);
}

/** A duration as kubectl prints ages: `12s`, `5m12s`, `17m`, `3h20m`, `26h`, `4d`. Microseconds. */
export function ageText(micros: number): string {
  return humanDuration(Math.max(micros, 0) / 1000);
}

/** A short delay, for hops: `+31 ms`, `+4.2 s`, `+3m20s`. Microseconds. */
export function hopText(micros: number): string {
  if (micros < 1000) return `+${(micros / 1000).toFixed(1)} ms`;
  if (micros < SECOND) return `+${Math.round(micros / 1000)} ms`;
  if (micros < 60 * SECOND) return `+${(micros / SECOND).toFixed(1)} s`;
  return `+${ageText(micros)}`;
}

/** CPU in cores: `0.25`, `3.3`, `16`. Thousandths of a core. */
export function cpuText(milli: number): string {
  const cores = milli / 1000;
  if (cores === 0) return '0';
  if (cores >= 100) return countText(cores);
  if (cores < 1) return String(Number(cores.toFixed(2)));
  return String(Number(cores.toFixed(1)));
}

const BINARY_UNITS = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi'];

/** Bytes in the binary units of Kubernetes, two or three digits: `256Mi`, `6.4Gi`. */
export function bytesText(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < BINARY_UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${value < 10 ? Number(value.toFixed(1)) : Math.round(value)}${BINARY_UNITS[unit] ?? ''}`;
}

/** A number with thin groups of three: `18,234`. */
export function countText(count: number): string {
  return String(Math.round(count)).replaceAll(/\B(?=(\d{3})+$)/g, ',');
}

/** `1 Pod`, `2 Pods`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${countText(count)} ${count === 1 ? one : many}`;
}

/** A speed as it is offered: `×0.1`, `×20`. */
export function speedText(factor: number): string {
  return `×${factor >= 10 ? Math.round(factor) : Number(factor.toFixed(factor < 1 ? 2 : 1))}`;
}
