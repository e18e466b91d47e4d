/** Amounts as tools written in Go and C print them. */

const SI = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
const IEC = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

/** Bytes in powers of a thousand: `6.4 MB`, `20 kB` (go-humanize). */
export function humanBytes(bytes: number): string {
  if (bytes < 10) return `${bytes} B`;
  let unit = 0;
  let value = bytes;
  while (value >= 1000 && unit < SI.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const rounded = Math.floor(value * 10 + 0.5) / 10;
  return `${rounded < 10 && unit > 0 ? rounded.toFixed(1) : rounded.toFixed(0)} ${SI[unit] ?? ''}`;
}

/** Bytes in powers of 1024, as `crictl` (`56.9MB` is SI there) and `free -h` print them: `3.8Gi`. */
export function binaryBytes(bytes: number): string {
  let unit = 0;
  let value = bytes;
  while (value >= 1024 && unit < IEC.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const text = value < 10 && unit > 0 ? value.toFixed(1) : Math.round(value).toString();
  return `${text}${(IEC[unit] ?? '').replace('B', '')}${unit === 0 ? 'B' : ''}`;
}

/** A duration as Go prints it: `9.071ms`, `1.2s`, `2m0s`. */
export function goDuration(micros: number): string {
  if (micros < 1000) return `${micros}µs`;
  if (micros < 1_000_000) return `${trimmed(micros / 1000, 3)}ms`;
  const seconds = micros / 1_000_000;
  if (seconds < 60) return `${trimmed(seconds, 6)}s`;
  const minutes = Math.floor(seconds / 60);
  const rest = `${trimmed(seconds - minutes * 60, 6)}s`;
  if (minutes < 60) return `${minutes}m${rest}`;
  return `${Math.floor(minutes / 60)}h${minutes % 60}m${rest}`;
}

function trimmed(value: number, digits: number): string {
  return value
    .toFixed(digits)
    .replace(/(\.\d*?)0+$/, '$1')
    .replace(/\.$/, '');
}

/** `5s`, `1m30s`, `500ms` in milliseconds; undefined for other texts. */
export function readGoDuration(text: string): number | undefined {
  if (!/^(?:\d+(?:\.\d+)?(?:ms|h|m|s))+$/.test(text)) return undefined;
  let millis = 0;
  for (const [, number = '0', unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|h|m|s)/g)) {
    const factor = unit === 'ms' ? 1 : unit === 's' ? 1000 : unit === 'm' ? 60_000 : 3_600_000;
    millis += Number(number) * factor;
  }
  return millis;
}
