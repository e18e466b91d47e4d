import { bytesOf } from '../../base/byte-text.ts';
import { compareStrings } from '../../base/compare.ts';
import type { CidrBlock, IpAddress } from '../names/ip-address.ts';
import { isList, isObject } from '../patch/json.ts';
import type { Quantity } from '../quantity/quantity.ts';
import { compareQuantities } from '../quantity/arithmetic.ts';
import type { AskAuthorizer, AuthorizerAnswer, AuthorizerQuestion } from './authorizer-question.ts';
import { compareSemver, type SemanticVersion } from './semver.ts';
import type { ParsedUrl } from './url.ts';

/**
 * Values of the Common Expression Language. JSON stands for itself (a whole number is an int); what JSON does not have
 * is a `Special`. This is a class, so that no object of a user's can be taken for one.
 */
export class Special {
  readonly value: SpecialValue;
  constructor(value: SpecialValue) {
    this.value = value;
  }
}

export type SpecialValue =
  | { readonly type: 'double'; readonly number: number }
  | { readonly type: 'uint'; readonly number: number }
  /** As `base/byte-text.ts` writes bytes. */
  | { readonly type: 'bytes'; readonly text: string }
  /** Milliseconds since 1970. */
  | { readonly type: 'timestamp'; readonly millis: number }
  | { readonly type: 'duration'; readonly millis: number }
  | { readonly type: 'quantity'; readonly quantity: Quantity }
  | { readonly type: 'type'; readonly name: string }
  | { readonly type: 'ip'; readonly address: IpAddress }
  | { readonly type: 'cidr'; readonly block: CidrBlock }
  | { readonly type: 'url'; readonly url: ParsedUrl }
  | { readonly type: 'semver'; readonly version: SemanticVersion }
  | { readonly type: 'format'; readonly name: string }
  | {
      readonly type: 'authorizer';
      readonly ask: AskAuthorizer;
      readonly question: AuthorizerQuestion;
    }
  | { readonly type: 'decision'; readonly answer: AuthorizerAnswer }
  /** Undefined for an empty optional. */
  | { readonly type: 'optional'; readonly held: unknown };

/** An error of evaluation, as the language knows it: `&&`, `||` and macros may absorb it. */
export class CelError extends Error {}

/** The work of one evaluation is bounded; beyond, it fails whatever the expression says. */
export class CelBudgetError extends Error {}

export function double(number: number): Special {
  return new Special({ type: 'double', number });
}

/** A whole number that is not negative. */
export function uint(number: number): Special {
  if (number < 0 || number >= 2 ** 64) throw new CelError('unsigned integer overflow');
  return new Special({ type: 'uint', number });
}

export function isUint(value: unknown): boolean {
  return value instanceof Special && value.value.type === 'uint';
}

export function typeName(value: unknown): string {
  if (value instanceof Special) {
    switch (value.value.type) {
      case 'timestamp':
        return 'google.protobuf.Timestamp';
      case 'duration':
        return 'google.protobuf.Duration';
      case 'quantity':
        return 'kubernetes.Quantity';
      case 'optional':
        return 'optional_type';
      case 'ip':
        return 'net.IP';
      case 'cidr':
        return 'net.CIDR';
      case 'url':
        return 'kubernetes.URL';
      case 'semver':
        return 'kubernetes.Semver';
      case 'format':
        return 'kubernetes.NamedFormat';
      case 'authorizer':
        return 'kubernetes.authorization.Authorizer';
      case 'decision':
        return 'kubernetes.authorization.Decision';
      default:
        return value.value.type;
    }
  }
  if (value === null || value === undefined) return 'null_type';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'double';
  if (typeof value === 'boolean') return 'bool';
  if (isList(value)) return 'list';
  return isObject(value) ? 'map' : typeof value;
}

/** The number of an int, uint or double; undefined for other values. */
export function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  if (!(value instanceof Special)) return undefined;
  const held = value.value;
  return held.type === 'double' || held.type === 'uint' ? held.number : undefined;
}

export function isDouble(value: unknown): boolean {
  if (typeof value === 'number') return !Number.isInteger(value);
  return value instanceof Special && value.value.type === 'double';
}

/** Equality as the language has it: numbers across types, lists and maps by content. */
export function equalValues(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  const left = numberOf(a);
  const right = numberOf(b);
  if (left !== undefined && right !== undefined) return left === right;
  if (a instanceof Special || b instanceof Special) {
    if (!(a instanceof Special && b instanceof Special)) return false;
    if (a.value.type === 'optional' && b.value.type === 'optional') {
      return equalValues(a.value.held, b.value.held);
    }
    if (a.value.type === 'type' && b.value.type === 'type') return a.value.name === b.value.name;
    return a.value.type === b.value.type && (orderOf(a, b) ?? orderOfTexts(a, b)) === 0;
  }
  if (isList(a) && isList(b)) {
    return a.length === b.length && a.every((item, index) => equalValues(item, b[index]));
  }
  if (!isObject(a) || !isObject(b)) return (a ?? null) === null && (b ?? null) === null;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && equalValues(a[key], b[key]))
  );
}

/** −1, 0 or 1 for two values that have an order, undefined for others. */
export function orderOf(a: unknown, b: unknown): number | undefined {
  const left = numberOf(a);
  const right = numberOf(b);
  if (left !== undefined && right !== undefined) return Math.sign(left - right);
  if (typeof a === 'string' && typeof b === 'string') return compareStrings(a, b);
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b);
  if (!(a instanceof Special) || !(b instanceof Special)) return undefined;
  const x = a.value;
  const y = b.value;
  if (x.type === 'quantity' && y.type === 'quantity') {
    return compareQuantities(x.quantity, y.quantity);
  }
  if (x.type === 'bytes' && y.type === 'bytes') return orderOfBytes(x.text, y.text);
  if (x.type === 'semver' && y.type === 'semver') return compareSemver(x.version, y.version);
  if (x.type === 'timestamp' && y.type === 'timestamp') return Math.sign(x.millis - y.millis);
  if (x.type === 'duration' && y.type === 'duration') return Math.sign(x.millis - y.millis);
  return undefined;
}

function orderOfBytes(a: string, b: string): number {
  const [x, y] = [bytesOf(a), bytesOf(b)];
  for (let i = 0; i < Math.min(x.length, y.length); i += 1) {
    if (x[i] !== y[i]) return Math.sign((x[i] ?? 0) - (y[i] ?? 0));
  }
  return Math.sign(x.length - y.length);
}

/** For values that have no order and are equal when they look the same. */
function orderOfTexts(a: Special, b: Special): number {
  return JSON.stringify(a.value) === JSON.stringify(b.value) ? 0 : 1;
}
