import { done, flagsOf, type Command } from './command.ts';

/**
 * `jq` as far as scripts in manifests go: paths (`.a.b`, `.["a"]`, `.[0]`, `.[]`, a `?` after each), `|`, `,`, `length` and
 * `keys`; `-r`, `-c`, `-e`. Other programs end with jq's own exit code for what it cannot compile.
 */
export const jq: Command = (call) => {
  const { flags, operands } = flagsOf(call.argv);
  const [program = '.', ...paths] = operands;
  const filter = compile(program);
  if (filter === undefined) {
    return done(3, '', `jq: error: this jq does not know ${program}\njq: 1 compile error\n`);
  }
  const text = paths.length === 0 ? call.input : call.files.read(paths[0] ?? '');
  if (text === undefined && paths.length > 0) {
    return done(2, '', `jq: error: Could not open ${paths[0]}: No such file or directory\n`);
  }
  const results: unknown[] = [];
  try {
    for (const value of valuesIn(text ?? '')) results.push(...filter(value));
  } catch (error) {
    const isSyntax = error instanceof SyntaxError;
    const why = error instanceof Error ? error.message : '';
    const message = isSyntax ? `jq: parse error: ${why}\n` : `jq: error (at <stdin>:0): ${why}\n`;
    return done(isSyntax ? 2 : 5, results.map((each) => shown(each, flags)).join(''), message);
  }
  const last = results[results.length - 1];
  const isFalse = flags.has('e') && (last === undefined || last === null || last === false);
  return done(isFalse ? 1 : 0, results.map((each) => shown(each, flags)).join(''));
};

/** A value to its results. Throws an Error in jq's words. */
type Filter = (value: unknown) => readonly unknown[];

function shown(value: unknown, flags: ReadonlySet<string>): string {
  if (typeof value === 'string' && (flags.has('r') || flags.has('raw-output'))) return `${value}\n`;
  const indent = flags.has('c') || flags.has('compact-output') ? undefined : 2;
  return `${JSON.stringify(value, undefined, indent)}\n`;
}

/** One value, or one a line. */
function valuesIn(text: string): readonly unknown[] {
  if (text.trim() === '') return [];
  try {
    return [JSON.parse(text)];
  } catch (error) {
    const lines = text.split('\n').filter((line) => line.trim() !== '');
    if (lines.length < 2) throw error;
    return lines.map((line) => JSON.parse(line) as unknown);
  }
}

const TOKEN =
  /\s*(?:(\||,)|(length|keys)|(\.\s*\[\s*\]|\[\s*\])|\.?\[\s*"([^"]*)"\s*\]|\.?\[\s*(-?\d+)\s*\]|\."([^"]*)"|\.([A-Za-z_]\w*)|(\.))(\?)?/y;

function compile(program: string): Filter | undefined {
  const alternatives: Filter[] = [];
  const stages: Filter[] = [];
  let path: Filter[] = [];
  TOKEN.lastIndex = 0;
  const closePath = () => {
    if (path.length === 0) return false;
    alternatives.push(sequence(path));
    path = [];
    return true;
  };
  const closeStage = () => {
    const several = [...alternatives];
    alternatives.length = 0;
    stages.push((value) => several.flatMap((each) => each(value)));
  };
  while (program.slice(TOKEN.lastIndex).trim() !== '') {
    const match = TOKEN.exec(program);
    if (match === null) return undefined;
    const [, separator, name, all, quoted, index, dotted, word, dot, optional] = match;
    if (separator !== undefined) {
      if (!closePath()) return undefined;
      if (separator === '|') closeStage();
    } else {
      const step = stepOf({ name, all, key: quoted ?? dotted ?? word, index, dot });
      path.push(optional === undefined ? step : quiet(step));
    }
  }
  if (!closePath()) return undefined;
  closeStage();
  return sequence(stages);
}

function sequence(filters: readonly Filter[]): Filter {
  return (value) =>
    filters.reduce<readonly unknown[]>((values, each) => values.flatMap(each), [value]);
}

function quiet(filter: Filter): Filter {
  return (value) => {
    try {
      return filter(value);
    } catch {
      return [];
    }
  };
}

function stepOf(token: {
  name: string | undefined;
  all: string | undefined;
  key: string | undefined;
  index: string | undefined;
  dot: string | undefined;
}): Filter {
  const { name, all, key, index } = token;
  if (name === 'length') return (value) => [lengthOf(value)];
  if (name === 'keys') return (value) => [Object.keys(fieldsOf(value, 'has no keys')).sort()];
  if (all !== undefined) {
    return (value) =>
      Array.isArray(value) ? value : Object.values(fieldsOf(value, 'cannot be iterated over'));
  }
  if (key !== undefined) {
    return (value) => {
      if (value === null) return [null];
      const fields = fieldsOf(value, `Cannot index ${kindOf(value)} with "${key}"`);
      return [Object.hasOwn(fields, key) ? fields[key] : null];
    };
  }
  if (index !== undefined) {
    return (value) => {
      if (value === null) return [null];
      if (!Array.isArray(value)) throw new Error(`Cannot index ${kindOf(value)} with number`);
      return [value.at(Number(index)) ?? null];
    };
  }
  return (value) => [value];
}

function lengthOf(value: unknown): number {
  if (value === null) return 0;
  if (typeof value === 'number') return Math.abs(value);
  if (typeof value === 'string') return [...value].length;
  return Array.isArray(value) ? value.length : Object.keys(fieldsOf(value, 'has no length')).length;
}

function fieldsOf(value: unknown, complaint: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Readonly<Record<string, unknown>>;
  }
  throw new Error(complaint.startsWith('Cannot') ? complaint : `${kindOf(value)} ${complaint}`);
}

function kindOf(value: unknown): string {
  return value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
}
