import { type FieldError, invalid } from '../field-errors.ts';
import { dns1123LabelErrors, dns1123SubdomainErrors } from '../names/dns.ts';
import { percentErrors, portNameErrors, portNumberErrors } from '../names/words.ts';
import { semanticEqual } from '../semantic-equal.ts';

/**
 * Checks that many fields share. A check adds what it finds to `errors` and returns nothing, so that a valid object
 * costs no lists; `path` is the path of the field itself.
 */
export type Errors = FieldError[];

export const notNegativeMessage = 'must be greater than or equal to 0';
export const immutableMessage = 'field is immutable';

/** A number that may be absent and must not be below 0. */
export function checkNonNegative(value: number | undefined, path: string, errors: Errors): void {
  if (value !== undefined && value < 0) errors.push(invalid(path, value, notNegativeMessage));
}

/** A field that must stay as it is; compared as the API server compares. */
export function checkImmutable(next: unknown, old: unknown, path: string, errors: Errors): void {
  if (!semanticEqual(next, old)) errors.push(invalid(path, next, immutableMessage));
}

/** The messages of a name check, as errors of the field. */
export function addMessages(
  messages: readonly string[],
  value: unknown,
  path: string,
  errors: Errors,
): void {
  for (const message of messages) errors.push(invalid(path, value, message));
}

export function checkDnsLabel(value: string, path: string, errors: Errors): void {
  addMessages(dns1123LabelErrors(value), value, path, errors);
}

export function checkDnsSubdomain(value: string, path: string, errors: Errors): void {
  addMessages(dns1123SubdomainErrors(value), value, path, errors);
}

/** A port by number or by name, as probes and target ports are given. */
export function checkPortNumberOrName(
  port: number | string | undefined,
  path: string,
  errors: Errors,
): void {
  if (typeof port === 'string') addMessages(portNameErrors(port), port, path, errors);
  else addMessages(portNumberErrors(port ?? 0), port ?? 0, path, errors);
}

/** A count or a percentage that is not below 0. */
export function checkCountOrPercent(
  value: number | string | undefined,
  path: string,
  errors: Errors,
): void {
  if (typeof value === 'string') addMessages(percentErrors(value), value, path, errors);
  else checkNonNegative(value, path, errors);
}

/** A percentage of at most a hundred; counts pass. */
export function checkAtMost100Percent(
  value: number | string | undefined,
  path: string,
  errors: Errors,
): void {
  if (typeof value !== 'string' || percentErrors(value).length > 0) return;
  if (Number.parseInt(value, 10) > 100) {
    errors.push(invalid(path, value, 'must not be greater than 100%'));
  }
}

/** A path inside a volume: relative, and not leading out of it. */
export function checkLocalPath(value: string, path: string, errors: Errors): void {
  if (value.startsWith('/')) errors.push(invalid(path, value, 'must be a relative path'));
  checkNoBacksteps(value, path, errors);
}

/** As `checkLocalPath`, and not beginning with two dots either, which the kubelet keeps for itself. */
export function checkLocalUnreservedPath(value: string, path: string, errors: Errors): void {
  checkLocalPath(value, path, errors);
  if (value.startsWith('..') && !value.startsWith('../')) {
    errors.push(invalid(path, value, "must not start with '..'"));
  }
}

export function checkNoBacksteps(value: string, path: string, errors: Errors): void {
  if (value.includes('..') && value.split('/').includes('..')) {
    errors.push(invalid(path, value, "must not contain '..'"));
  }
}

/** Permission bits of a file. */
export function checkFileMode(mode: number | undefined, path: string, errors: Errors): void {
  if (mode !== undefined && (mode < 0 || mode > 0o777)) {
    errors.push(invalid(path, mode, 'must be a number between 0 and 0777 (octal), both inclusive'));
  }
}

/** One of the supported values or absent. */
export function isOneOf(value: string | undefined, supported: readonly string[]): boolean {
  return value !== undefined && supported.includes(value);
}
