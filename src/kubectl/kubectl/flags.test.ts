import { describe, expect, test } from 'vitest';
import { Failure } from './failure.ts';
import { parseLine } from './flags.ts';

/** The line is split at blanks; `get` has flags of every sort. */
const parse = (line: string, command = 'get') => parseLine(command, line.split(' '));

function refusalOf(line: string, command = 'get'): string {
  try {
    parse(line, command);
  } catch (error) {
    if (error instanceof Failure) return error.message;
  }
  return '';
}

describe('flags as pflag reads them', () => {
  test.each([
    ['pods -o wide web', 'wide'],
    ['pods -owide web', 'wide'],
    ['pods -o=wide web', 'wide'],
    ['pods --output wide web', 'wide'],
    ['--output=wide pods web', 'wide'],
    ['-Ao wide pods web', 'wide'],
  ])('%s', (line, output) => {
    const { flags, args } = parse(line);
    expect(flags.text('output')).toBe(output);
    expect(args).toEqual(['pods', 'web']);
  });

  test('booleans take a value only behind an equals sign', () => {
    expect(parse('pods --all-namespaces false').args).toEqual(['pods', 'false']);
    expect(parse('pods --all-namespaces=false').flags.bool('all-namespaces')).toBe(false);
    expect(parse('pods -A').flags.bool('all-namespaces')).toBe(true);
  });

  test('what is not given is the default', () => {
    const { flags } = parse('pods');
    expect(flags.has('chunk-size')).toBe(false);
    expect(flags.int('chunk-size')).toBe(500);
    expect(flags.text('output')).toBe('');
  });

  test('lists part at commas, arrays do not', () => {
    expect(parse('pods -L a,b -L c').flags.list('label-columns')).toEqual(['a', 'b', 'c']);
    const literals = parse('x --from-literal=a=b,c', 'create configmap').flags;
    expect(literals.list('from-literal')).toEqual(['a=b,c']);
  });

  test('a bare --dry-run means something else than its default', () => {
    expect(parse('-f x --dry-run', 'apply').flags.text('dry-run')).toBe('unchanged');
    expect(parse('-f x', 'apply').flags.text('dry-run')).toBe('none');
  });

  test('-- ends the flags', () => {
    const { args, dashAt } = parse('web -- ls -l', 'exec');
    expect(args).toEqual(['web', 'ls', '-l']);
    expect(dashAt).toBe(1);
  });

  test('durations are milliseconds', () => {
    expect(parse('pod/x --for=delete --timeout=1m30s', 'wait').flags.duration('timeout')).toBe(
      90_000,
    );
  });

  const see = "\nSee 'kubectl get --help' for usage.";
  test.each([
    ['pods --nope', `unknown flag: --nope${see}`],
    ['pods -Z', `unknown shorthand flag: 'Z' in -Z${see}`],
    ['pods -AZ', `unknown shorthand flag: 'Z' in -AZ${see}`],
    ['pods -o', `flag needs an argument: 'o' in -o${see}`],
    ['pods --output', `flag needs an argument: --output${see}`],
    [
      'pods --chunk-size=x',
      `invalid argument "x" for "--chunk-size" flag: strconv.ParseInt: parsing "x": invalid syntax${see}`,
    ],
    [
      'pods -w=maybe',
      `invalid argument "maybe" for "-w, --watch" flag: strconv.ParseBool: parsing "maybe": invalid syntax${see}`,
    ],
    ['pods --=x', `bad flag syntax: --=x${see}`],
  ])('%s is refused', (line, message) => {
    expect(refusalOf(line)).toBe(message);
  });
});
