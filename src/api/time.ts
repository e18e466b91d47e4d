/**
 * Kubernetes' two forms of time as text: `Time` with whole seconds (RFC 3339) and `MicroTime` with six
 * decimals. Both in UTC. Pure arithmetic on milliseconds and microseconds since 1970.
 */

// Many objects are stamped in the same second, so the last text is kept. A memo only.
let lastSecond = Number.NaN;
let lastText = '';

/** Milliseconds since 1970 → `2026-01-01T09:00:00Z`; fractions of a second are cut off, as Go does. */
export function formatTime(millis: number): string {
  const second = Math.floor(millis / 1000);
  if (second !== lastSecond) {
    lastSecond = second;
    lastText = `${new Date(second * 1000).toISOString().slice(0, 19)}Z`;
  }
  return lastText;
}

/** Microseconds since 1970 → `2026-01-01T09:00:00.123456Z`. */
export function formatMicroTime(micros: number): string {
  const second = Math.floor(micros / 1_000_000);
  const fraction = String(Math.floor(micros - second * 1_000_000)).padStart(6, '0');
  return `${formatTime(second * 1000).slice(0, 19)}.${fraction}Z`;
}

/** A `Time` or `MicroTime` → milliseconds since 1970 (with fractions), or undefined when it is no time. */
export function parseTime(text: string): number | undefined {
  const millis = Date.parse(text);
  return Number.isNaN(millis) ? undefined : millis;
}
