import type { Program } from '../../program.ts';
import { sortedStrings } from '../../../base/compare.ts';
import { misuse, openInputs } from '../lines.ts';
import { createStepGuard, RunawayError } from '../patience.ts';
import { evaluate } from './evaluate.ts';
import { plain, type Scope } from './evaluate-types.ts';
import { readJsonValues } from './read-json.ts';
import { parseJq } from './parse.ts';
import { JqError, JqSyntaxError } from './syntax.ts';
import { fromEntries, isObject, isTruthy, typeOf } from './value.ts';

/** jq 1.7's language without modules, labels, `limit` of inputs, `getpath` in paths, SQL and streaming forms. */
export const jq: Program = async (args, io, context) => {
  const letters = new Set<string>();
  const variables = new Map<string, unknown>();
  const rest: string[] = [];
  let indent = 2;
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? '';
    if (arg === '--arg' || arg === '--argjson') {
      const name = args[++i] ?? '';
      const text = args[++i] ?? '';
      try {
        variables.set(name, arg === '--arg' ? text : (JSON.parse(text) as unknown));
      } catch {
        return misuse(io, 'jq', `Invalid JSON text passed to --argjson`);
      }
    } else if (arg === '--indent') indent = Math.min(7, Number(args[++i] ?? 2));
    else if (arg === '--tab') letters.add('t');
    else if (arg.startsWith('--')) {
      const letter = LONG.get(arg.slice(2));
      if (letter === undefined) return misuse(io, 'jq', `Unknown option: ${arg}`);
      letters.add(letter);
    } else if (/^-[a-zA-Z]+$/.test(arg)) for (const letter of arg.slice(1)) letters.add(letter);
    else rest.push(arg);
  }
  const source = rest.shift();
  if (source === undefined) return misuse(io, 'jq', 'usage: jq [OPTIONS] FILTER [FILES...]');
  variables.set('ENV', fromEntries(io.environment));
  variables.set('__now', context.now() / 1000);
  variables.set('__prog_args', []);
  const guard = createStepGuard();
  const scope: Scope = { variables, functions: new Map(), guard, depth: 0 };
  let status = 0;
  let last: unknown;
  try {
    const filter = parseJq(source);
    const { inputs, failed } = openInputs(io, 'jq: error: Could not open'.slice(0, 2), rest);
    if (failed) return 2;
    const values: unknown[] = [];
    if (letters.has('n')) values.push(null);
    else {
      for (const input of inputs) {
        const text = await input.text();
        if (letters.has('R')) {
          const lines = text.replace(/\n$/, '').split('\n');
          values.push(...(letters.has('s') ? [text] : lines));
        } else values.push(...readJsonValues(text));
      }
      if (letters.has('s') && !letters.has('R')) values.splice(0, values.length, [...values]);
    }
    const show = (value: unknown): string => {
      if (letters.has('j') && typeof value === 'string') return value;
      if ((letters.has('r') || letters.has('a')) && typeof value === 'string' && letters.has('r'))
        return `${value}\n`;
      const shown = letters.has('S') ? sorted(value) : value;
      const text =
        letters.has('c') || letters.has('j')
          ? JSON.stringify(shown)
          : pretty(shown, letters.has('t') ? '\t' : ' '.repeat(indent));
      return letters.has('j') ? text : `${text}\n`;
    };
    for (const value of values) {
      guard.restart();
      try {
        for (const each of evaluate(filter, plain(value), scope)) {
          last = each.value;
          io.out(show(each.value));
        }
      } catch (error) {
        if (!(error instanceof JqError)) throw error;
        const { value: thrown } = error;
        const text =
          typeof thrown === 'string' ? thrown : `${JSON.stringify(thrown)} (not a string)`;
        io.err(`jq: error (at <stdin>:${0}): ${text}\n`);
        status = 5;
      }
    }
  } catch (error) {
    if (error instanceof JqSyntaxError) {
      io.err(
        `jq: error: ${error.message} (Unix shell quoting issues?) at <top-level>, line 1:\n${source}\njq: 1 compile error\n`,
      );
      return 3;
    }
    if (error instanceof SyntaxError) {
      io.err(`jq: parse error: ${error.message}\n`);
      return 2;
    }
    if (error instanceof RunawayError || error instanceof RangeError)
      return misuse(io, 'jq', error.message, 5);
    throw error;
  }
  if (letters.has('e') && status === 0) return last === undefined ? 4 : isTruthy(last) ? 0 : 1;
  return status;
};

const LONG: ReadonlyMap<string, string> = new Map([
  ['raw-output', 'r'],
  ['compact-output', 'c'],
  ['null-input', 'n'],
  ['slurp', 's'],
  ['raw-input', 'R'],
  ['sort-keys', 'S'],
  ['exit-status', 'e'],
  ['join-output', 'j'],
  ['monochrome-output', 'M'],
  ['color-output', 'C'],
  ['ascii-output', 'a'],
]);

/** As jq lays values out: empty lists and objects on one line. */
function pretty(value: unknown, indent: string): string {
  return JSON.stringify(value, null, indent);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value) || typeOf(value) !== 'object') return value;
  return fromEntries(
    sortedStrings(Object.keys(value)).map((key) => [key, sorted(value[key])] as const),
  );
}
