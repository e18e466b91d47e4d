import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseScenario } from '../../../scenarios/format/parse.ts';
import { playScenario } from '../../scenario/play.ts';
import { reportInWords } from './report-in-words.ts';

/**
 * `npm run sim -- SCENARIO.yaml… [--seed S] [--seeds N] [--json]`: plays scenarios at full speed, each with one seed or with N.
 * A folder stands for the scenarios in it. Exit status 0 when every expectation holds, 1 when one does not, 2 when a file cannot be played.
 */
const { paths, seed, seeds, json } = readArguments(process.argv.slice(2));
if (paths.length === 0) {
  console.error('usage: npm run sim -- SCENARIO.yaml… [--seed S] [--seeds N] [--json]');
  process.exit(2);
}
let status = 0;
let passed = 0;
let failed = 0;
for (const path of paths.flatMap(scenariosAt)) play(path);
if (!json && passed + failed > 1) console.log(`${passed} passed, ${failed} failed`);
process.exitCode = status;

function play(path: string): void {
  const parsed = parseScenario(readFileSync(path, 'utf8'));
  if (!parsed.ok) {
    for (const { line, column, message } of parsed.error) {
      console.error(`${path}:${line}:${column}: ${message}`);
    }
    status = 2;
    return;
  }
  const first = seed ?? parsed.value.cluster.seed ?? 1;
  for (let each = first; each < first + seeds; each++) {
    const played = playScenario(parsed.value, each);
    if (!played.ok) {
      console.error(`${path}: ${played.error}`);
      status = 2;
      return;
    }
    const report = played.value;
    if (report.outcome === 'passed') passed += 1;
    else {
      failed += 1;
      status = Math.max(status, 1);
    }
    if (json) console.log(JSON.stringify({ ...report, seed: each }));
    else console.log(reportInWords(report, each, seeds === 1));
  }
}

function scenariosAt(path: string): readonly string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .filter((name) => name.endsWith('.yaml'))
    .toSorted()
    .map((name) => join(path, name));
}

function readArguments(args: readonly string[]): {
  readonly paths: readonly string[];
  readonly seed: number | undefined;
  readonly seeds: number;
  readonly json: boolean;
} {
  const paths: string[] = [];
  let chosen: number | undefined;
  let count = 1;
  let wantsJson = false;
  for (let index = 0; index < args.length; index++) {
    const arg = args[index] ?? '';
    if (arg === '--json') wantsJson = true;
    else if (arg === '--seed') chosen = numberAfter(args, index++);
    else if (arg === '--seeds') count = numberAfter(args, index++) ?? 1;
    else paths.push(arg);
  }
  return { paths, seed: chosen, seeds: count, json: wantsJson };
}

function numberAfter(args: readonly string[], index: number): number | undefined {
  const number = Number(args[index + 1]);
  if (Number.isInteger(number) && number >= 0) return number;
  console.error(`${args[index]} wants a whole number`);
  process.exit(2);
}
