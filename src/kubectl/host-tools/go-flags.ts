/** What a command line of a Go program (cobra, urfave/cli) holds: flags anywhere, then words. */
export interface GoLine {
  readonly words: readonly string[];
  has(name: string): boolean;
  /** The last value that was given. */
  value(name: string): string | undefined;
  values(name: string): readonly string[];
}

export interface GoFlags {
  /** Flags that take a value, by long name. */
  readonly valued: readonly string[];
  readonly switches: readonly string[];
  /** Letters, by the long name that they stand for. */
  readonly letters?: Readonly<Record<string, string>>;
}

/** Reads a command line; a sentence (pflag's) where a flag is not known. */
export function readGoLine(args: readonly string[], flags: GoFlags): GoLine | string {
  const given = new Map<string, string[]>();
  const words: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? '';
    if (arg === '--') {
      words.push(...args.slice(i + 1));
      break;
    }
    if (!arg.startsWith('-') || arg === '-') {
      words.push(arg);
      continue;
    }
    const flag = nameOf(arg, flags);
    if (flag === undefined) return unknownFlag(arg);
    const { name, value } = flag;
    if (flags.switches.includes(name)) add(given, name, value ?? 'true');
    else if (value !== undefined) add(given, name, value);
    else if (i + 1 < args.length) add(given, name, args[++i] ?? '');
    else return `flag needs an argument: ${arg}`;
  }
  return {
    words,
    has: (name) => given.has(name) && given.get(name)?.at(-1) !== 'false',
    value: (name) => given.get(name)?.at(-1),
    values: (name) => given.get(name) ?? [],
  };
}

function add(given: Map<string, string[]>, name: string, value: string): void {
  given.set(name, [...(given.get(name) ?? []), value]);
}

function unknownFlag(arg: string): string {
  return arg.startsWith('--')
    ? `unknown flag: ${arg.split('=')[0] ?? arg}`
    : `unknown shorthand flag: '${arg[1] ?? ''}' in ${arg}`;
}

function nameOf(
  arg: string,
  { valued, switches, letters = {} }: GoFlags,
): { readonly name: string; readonly value: string | undefined } | undefined {
  const known = (name: string): boolean => valued.includes(name) || switches.includes(name);
  const equals = arg.indexOf('=');
  const name = arg.slice(0, equals < 0 ? undefined : equals).replace(/^--?/, '');
  const value = equals < 0 ? undefined : arg.slice(equals + 1);
  if (arg.startsWith('--')) return known(name) ? { name, value } : undefined;
  const long = Object.hasOwn(letters, name[0] ?? '') ? letters[name[0] ?? ''] : undefined;
  if (long !== undefined && name.length === 1) return { name: long, value };
  // `-n5`: the value follows in the word; urfave/cli also takes `-name`.
  if (known(name)) return { name, value };
  if (long !== undefined && valued.includes(long)) return { name: long, value: arg.slice(2) };
  return undefined;
}
