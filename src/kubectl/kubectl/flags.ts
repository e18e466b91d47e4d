import { parseGoDuration } from '../../api/go-duration.ts';
import { Failure } from './failure.ts';
import { flagTexts, globalFlagTexts } from './generated/flags.ts';

type FlagType = 'bool' | 'int' | 'text' | 'list' | 'array' | 'duration';

interface FlagDeclaration {
  readonly name: string;
  readonly shorthand: string;
  readonly type: FlagType;
  readonly fallback: string;
}

/** The flags of one run, as given or by default. */
export interface Flags {
  text(name: string): string;
  bool(name: string): boolean;
  int(name: string): number;
  /** Of a repeated flag, all values; commas part values unless the flag is known to take them as they are. */
  list(name: string): readonly string[];
  /** Milliseconds. */
  duration(name: string): number;
  /** Whether it was given. */
  has(name: string): boolean;
}

export interface ParsedLine {
  readonly flags: Flags;
  readonly args: readonly string[];
  /** How many arguments stood before `--`; undefined without it. */
  readonly dashAt: number | undefined;
}

/** Flags whose value may be left out, and what that means. */
const valueWhenBare: Readonly<Record<string, string>> = {
  'dry-run': 'unchanged',
  cascade: 'background',
  validate: 'strict',
};

/** Whether the word behind a flag is not its value. */
export function isBareFlag({ type, name }: FlagDeclaration): boolean {
  return type === 'bool' || Object.hasOwn(valueWhenBare, name);
}

/** Repeatable flags whose values may hold commas. */
const arrays = new Set([
  'from-literal',
  'env',
  'as-group',
  'as-user-extra',
  'prune-allowlist',
  'annotation',
  'rule',
  'docker-server',
  'auth-provider-arg',
  'exec-arg',
]);

/** Flags that upstream hides from its help and still takes. */
const hidden: readonly string[] = [
  ' record false',
  ' show-events true',
  'h help false',
  ' stderrthreshold 2',
  ' alsologtostderr false',
  ' logtostderr true',
];

function declarationOf(text: string): FlagDeclaration {
  const [shorthand = '', name = '', ...rest] = text.split(' ');
  const value = rest.join(' ');
  if (value.startsWith("'")) return { name, shorthand, type: 'text', fallback: value.slice(1) };
  if (value.startsWith('[')) {
    return { name, shorthand, type: arrays.has(name) ? 'array' : 'list', fallback: '' };
  }
  if (value === 'true' || value === 'false') {
    return { name, shorthand, type: 'bool', fallback: value };
  }
  if (/^-?\d+$/.test(value)) return { name, shorthand, type: 'int', fallback: value };
  if (/^\d+[smh]/.test(value)) return { name, shorthand, type: 'duration', fallback: value };
  return { name, shorthand, type: 'text', fallback: value };
}

/** What a command declares, its own flags before those of all commands. */
export function declarationsOf(command: string): readonly FlagDeclaration[] {
  const own = Object.hasOwn(flagTexts, command) ? (flagTexts[command] ?? []) : [];
  const all = [...own, ...(hiddenOf[command] ?? []), ...globalFlagTexts, ...hidden].map(
    declarationOf,
  );
  const names = new Set<string>();
  return all.filter(({ name }) => !names.has(name) && names.add(name));
}

const hiddenOf: Readonly<Record<string, readonly string[]>> = {
  autoscale: [' cpu-percent -1'],
  'rollout history': [],
  logs: [' since-seconds 0'],
  'create job': [" restart-policy '"],
};

/**
 * Reads a command line as pflag does: flags and arguments in any order, `--` ends the flags. Leaves with upstream's words
 * where a flag is unknown or its value is none.
 */
export function parseLine(command: string, line: readonly string[]): ParsedLine {
  const declared = new Map(declarationsOf(command).map((each) => [each.name, each]));
  const shorthands = new Map<string, FlagDeclaration>();
  for (const each of declared.values()) {
    if (each.shorthand !== '' && !shorthands.has(each.shorthand)) {
      shorthands.set(each.shorthand, each);
    }
  }
  const given = new Map<string, string[]>();
  const args: string[] = [];
  let dashAt: number | undefined;

  const refuse = (message: string): never => {
    throw new Failure(
      `${message}\nSee 'kubectl ${command === '' ? '' : `${command} `}--help' for usage.`,
    );
  };

  function take(flag: FlagDeclaration, value: string): void {
    checkValue(flag, value, refuse);
    const values = given.get(flag.name) ?? [];
    if (flag.type === 'list') {
      // Values are comma-separated as in a CSV line.
      values.push(...csv(value));
    } else if (flag.type === 'array') values.push(value);
    else values.splice(0, values.length, value);
    given.set(flag.name, values);
  }

  for (let at = 0; at < line.length; at += 1) {
    const word = line[at] ?? '';
    if (word === '--') {
      dashAt = args.length;
      args.push(...line.slice(at + 1));
      break;
    }
    if (word.startsWith('--')) {
      const equals = word.indexOf('=');
      const name = equals < 0 ? word.slice(2) : word.slice(2, equals);
      if (name === '' || name.startsWith('-')) refuse(`bad flag syntax: ${word}`);
      const flag = declared.get(name) ?? refuse(`unknown flag: --${name}`);
      if (equals >= 0) take(flag, word.slice(equals + 1));
      else if (flag.type === 'bool') take(flag, 'true');
      else if (Object.hasOwn(valueWhenBare, name)) take(flag, valueWhenBare[name] ?? '');
      else if (at + 1 < line.length) {
        at += 1;
        take(flag, line[at] ?? '');
      } else refuse(`flag needs an argument: --${name}`);
    } else if (word.startsWith('-') && word.length > 1) {
      for (let letter = 1; letter < word.length; letter += 1) {
        const name = word.charAt(letter);
        const flag = shorthands.get(name) ?? refuse(`unknown shorthand flag: '${name}' in ${word}`);
        const rest = word.slice(letter + 1);
        if (rest.startsWith('=')) {
          take(flag, rest.slice(1));
          break;
        }
        if (flag.type === 'bool') {
          take(flag, 'true');
          continue;
        }
        if (rest !== '') {
          take(flag, rest);
          break;
        }
        if (at + 1 < line.length) {
          at += 1;
          take(flag, line[at] ?? '');
        } else refuse(`flag needs an argument: '${name}' in ${word}`);
      }
    } else args.push(word);
  }
  return { flags: flagsOf(command, declared, given), args, dashAt };
}

function flagsOf(
  command: string,
  declared: ReadonlyMap<string, FlagDeclaration>,
  given: ReadonlyMap<string, readonly string[]>,
): Flags {
  const text = (name: string): string => {
    const values = given.get(name);
    if (values !== undefined) return values[values.length - 1] ?? '';
    return declared.get(name)?.fallback ?? '';
  };
  return {
    text,
    bool: (name) => isTrue(text(name)),
    int: (name) => Number.parseInt(text(name) === '' ? '0' : text(name), 10),
    list: (name) => given.get(name) ?? [],
    duration(name) {
      const parsed = parseGoDuration(text(name) === '' ? '0' : text(name));
      if (!parsed.ok) throw new Failure(`${parsed.error} (${command} --${name})`);
      return parsed.value;
    },
    has: (name) => given.has(name),
  };
}

function isTrue(value: string): boolean {
  return ['1', 't', 'T', 'true', 'TRUE', 'True'].includes(value);
}

function checkValue(
  flag: FlagDeclaration,
  value: string,
  refuse: (message: string) => never,
): void {
  const { type, name, shorthand } = flag;
  const which = shorthand === '' ? `--${name}` : `-${shorthand}, --${name}`;
  const wrong = (why: string): never =>
    refuse(`invalid argument ${JSON.stringify(value)} for ${JSON.stringify(which)} flag: ${why}`);
  if (type === 'bool') {
    if (!isTrue(value) && !['0', 'f', 'F', 'false', 'FALSE', 'False'].includes(value)) {
      wrong(`strconv.ParseBool: parsing ${JSON.stringify(value)}: invalid syntax`);
    }
  } else if (type === 'int') {
    if (!/^[-+]?\d+$/.test(value)) {
      wrong(`strconv.ParseInt: parsing ${JSON.stringify(value)}: invalid syntax`);
    }
  } else if (type === 'duration') {
    const parsed = parseGoDuration(value);
    if (!parsed.ok) wrong(parsed.error);
  }
}

function csv(value: string): string[] {
  if (value === '') return [];
  if (!value.includes('"')) return value.split(',');
  const parts: string[] = [];
  for (const match of value.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)) {
    parts.push(match[1] === undefined ? (match[2] ?? '') : match[1].replaceAll('""', '"'));
  }
  return parts;
}
