import { Special } from '../values.ts';
import { compareSemver, normalizedSemver, parseSemver, type SemanticVersion } from '../semver.ts';
import {
  fail,
  isSpecial,
  noOverload,
  special,
  text,
  type CelFunction,
  type Library,
} from './arguments.ts';

function read(name: string, args: readonly unknown[]): SemanticVersion | string {
  const raw = text(name, args, 0);
  const forgives = args[1] ?? false;
  if (typeof forgives !== 'boolean') return noOverload(name, args);
  return parseSemver(forgives ? normalizedSemver(raw) : raw);
}

export const semverFunctions: Readonly<Record<string, CelFunction>> = {
  semver: (args) => {
    const parsed = read('semver', args);
    if (typeof parsed === 'string') return fail(parsed);
    return new Special({ type: 'semver', version: parsed });
  },
  isSemver: (args) => typeof read('isSemver', args) !== 'string',
};

const versionOf = (name: string, args: readonly unknown[], index = 0): SemanticVersion =>
  special('semver', name, args, index).version;

const ordered = (name: string, holds: (order: number) => unknown): CelFunction => {
  return (args) => holds(compareSemver(versionOf(name, args), versionOf(name, args, 1)));
};

export const semverLibrary: Library = {
  accepts: isSpecial('semver'),
  methods: {
    major: (args) => versionOf('major', args).core[0],
    minor: (args) => versionOf('minor', args).core[1],
    patch: (args) => versionOf('patch', args).core[2],
    isLessThan: ordered('isLessThan', (order) => order < 0),
    isGreaterThan: ordered('isGreaterThan', (order) => order > 0),
    compareTo: ordered('compareTo', (order) => order),
  },
};
