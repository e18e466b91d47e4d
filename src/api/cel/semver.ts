import { compareNumbers, compareStrings } from '../../base/compare.ts';

/** A version of semver.org, 2.0. */
export interface SemanticVersion {
  readonly text: string;
  readonly core: readonly [number, number, number];
  readonly pre: readonly string[];
}

const NUMBER = /^(?:0|[1-9]\d*)$/;
const PARTS = ['Major', 'Minor', 'Patch'] as const;

/** The version, or what blang/semver says is wrong. */
export function parseSemver(raw: string): SemanticVersion | string {
  if (raw === '') return 'Version string empty';
  const parts = raw.split('.');
  if (parts.length < 3) return 'No Major.Minor.Patch elements found';
  const [major = '', minor = ''] = parts;
  const rest = parts.slice(2).join('.');
  const tail = /^([^-+]*)(?:-([^+]*))?(?:\+(.*))?$/s.exec(rest);
  const [, patch = '', pre, build] = tail ?? [];
  const core: number[] = [];
  for (const [i, each] of [major, minor, patch].entries()) {
    const name = PARTS[i] ?? '';
    if (!/^\d+$/.test(each))
      return `Invalid character(s) found in ${name.toLowerCase()} number "${each}"`;
    if (!NUMBER.test(each)) return `${name} number must not contain leading zeroes "${each}"`;
    core.push(Number(each));
  }
  const identifiers = pre === undefined ? [] : pre.split('.');
  for (const each of identifiers) {
    if (each === '') return 'Prerelease is empty';
    if (!/^[0-9A-Za-z-]+$/.test(each)) return `Invalid character(s) found in prerelease "${each}"`;
    if (/^0\d+$/.test(each)) {
      return `Numeric PreRelease version must not contain leading zeroes "${each}"`;
    }
  }
  for (const each of build === undefined ? [] : build.split('.')) {
    if (each === '') return 'Build meta data is empty';
    if (!/^[0-9A-Za-z-]+$/.test(each))
      return `Invalid character(s) found in build meta data "${each}"`;
  }
  const [a = 0, b = 0, c = 0] = core;
  return { text: raw, core: [a, b, c], pre: identifiers };
}

/** `v1.0` as `1.0.0`, `01.01.01` as `1.1.1`: what `semver(text, true)` forgives. */
export function normalizedSemver(raw: string): string {
  const parts = raw.replace(/^v/, '').split('.');
  const [major = '', minor = '0', ...rest] = parts;
  const patch = rest.length === 0 ? '0' : rest.join('.');
  const plain = (each: string): string => each.replace(/^0+(?=\d)/, '');
  return [plain(major), plain(minor), plain(patch)].join('.');
}

/** -1, 0 or 1 by semver's precedence: what is built does not count. */
export function compareSemver(a: SemanticVersion, b: SemanticVersion): number {
  for (const i of [0, 1, 2] as const) {
    if (a.core[i] !== b.core[i]) return compareNumbers(a.core[i], b.core[i]);
  }
  if (a.pre.length === 0 || b.pre.length === 0) {
    return compareNumbers(b.pre.length === 0 ? 0 : 1, a.pre.length === 0 ? 0 : 1);
  }
  for (let i = 0; i < Math.min(a.pre.length, b.pre.length); i += 1) {
    const [x = '', y = ''] = [a.pre[i], b.pre[i]];
    if (x === y) continue;
    const [xNumeric, yNumeric] = [NUMBER.test(x), NUMBER.test(y)];
    if (xNumeric && yNumeric) return compareNumbers(Number(x), Number(y));
    if (xNumeric !== yNumeric) return xNumeric ? -1 : 1;
    return compareStrings(x, y);
  }
  return compareNumbers(a.pre.length, b.pre.length);
}
