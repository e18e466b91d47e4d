const units: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

/** The milliseconds of a duration in Go's form (`1h30m`); undefined for other texts. */
export function millisOf(text: string): number | undefined {
  if (text === '0') return 0;
  const match = /^([+-]?)((?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h))+)$/.exec(text);
  if (match === null) return undefined;
  let sum = 0;
  for (const [, amount = '0', unit = 's'] of (match[2] ?? '').matchAll(
    /(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/g,
  )) {
    sum += Number(amount) * (units[unit] ?? 0);
  }
  return match[1] === '-' ? -sum : sum;
}

/** A duration as the language prints it: in seconds. */
export function goDuration(millis: number): string {
  return `${millis / 1000}s`;
}
