/** Which options a tool knows. Letters of `values` take one. */
export interface FlagSpec {
  readonly flags: string;
  readonly values?: string;
  /** Long names, by the letter they stand for. */
  readonly long?: Readonly<Record<string, string>>;
}

export interface Flags {
  has(letter: string): boolean;
  /** The last value given. */
  value(letter: string): string | undefined;
  values(letter: string): readonly string[];
  readonly rest: readonly string[];
}

/** Takes options from arguments as GNU's tools do. Answers a complaint without the tool's name where that fails. */
export function readFlags(args: readonly string[], spec: FlagSpec): Flags | string {
  const given = new Map<string, string[]>();
  const rest: string[] = [];
  const add = (letter: string, value: string): void => {
    given.set(letter, [...(given.get(letter) ?? []), value]);
  };
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? '';
    if (arg === '--') {
      rest.push(...args.slice(i + 1));
      break;
    }
    if (arg.startsWith('--')) {
      const equals = arg.indexOf('=');
      const name = arg.slice(2, equals < 0 ? undefined : equals);
      const letter =
        spec.long !== undefined && Object.hasOwn(spec.long, name) ? spec.long[name] : undefined;
      if (letter === undefined) return `unrecognized option '${arg}'`;
      if (spec.values?.includes(letter) !== true) add(letter, '');
      else if (equals >= 0) add(letter, arg.slice(equals + 1));
      else if (i + 1 < args.length) add(letter, args[++i] ?? '');
      else return `option '--${name}' requires an argument`;
      continue;
    }
    if (!arg.startsWith('-') || arg === '-') {
      rest.push(arg);
      continue;
    }
    for (let at = 1; at < arg.length; at++) {
      const letter = arg[at] ?? '';
      if (spec.values?.includes(letter) === true) {
        const inWord = arg.slice(at + 1);
        if (inWord === '' && i + 1 >= args.length)
          return `option requires an argument -- '${letter}'`;
        add(letter, inWord === '' ? (args[++i] ?? '') : inWord);
        break;
      }
      if (!spec.flags.includes(letter)) return `invalid option -- '${letter}'`;
      add(letter, '');
    }
  }
  return {
    has: (letter) => given.has(letter),
    value: (letter) => given.get(letter)?.at(-1),
    values: (letter) => given.get(letter) ?? [],
    rest,
  };
}
