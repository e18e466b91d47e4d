import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { CaseResult, ConformanceArea } from './area.ts';

/** What came of a run: the failures one by one, the skipped counted by reason. */
export interface ConformanceReport {
  passed: number;
  readonly failures: ConformanceFailure[];
  /** Reason → how many cases, in the order in which the reasons came up. */
  readonly skipped: Map<string, number>;
}

export interface ConformanceFailure {
  readonly id: string;
  readonly op: string;
  readonly why: string;
}

type Json = Record<string, unknown>;

/** Runs all vector files below the given files and folders. Throws when a path is missing or no vector file. */
export function runConformance(
  paths: readonly string[],
  areas: readonly ConformanceArea[],
): ConformanceReport {
  const report: ConformanceReport = { passed: 0, failures: [], skipped: new Map() };
  const areaByName = new Map(areas.map((area) => [area.name, area]));
  for (const path of paths.flatMap(vectorFiles)) runFile(path, areaByName, report);
  return report;
}

/** How many cases were skipped in all. */
export function skippedCount(report: ConformanceReport): number {
  let count = 0;
  for (const each of report.skipped.values()) count += each;
  return count;
}

/** The vector files at or below a path, in a stable order. */
function vectorFiles(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .toSorted()
    .map((name) => join(path, name))
    .flatMap((each) => {
      if (statSync(each).isDirectory()) return vectorFiles(each);
      return each.endsWith('.json') || each.endsWith('.jsonl.gz') ? [each] : [];
    });
}

function runFile(
  path: string,
  areaByName: ReadonlyMap<string, ConformanceArea>,
  report: ConformanceReport,
): void {
  const { file, cases } = readVectors(path);
  const fileName = basename(path).replace(/\.(json|jsonl\.gz)$/, '');
  const name = areaNameOf([file['name'], fileName, basename(dirname(path))], areaByName);
  const area = areaByName.get(name);
  for (const [index, testCase] of cases.entries()) {
    const result: CaseResult =
      area === undefined
        ? { outcome: 'skipped', why: `${name}: nothing in the simulator answers this area yet` }
        : runCase(area, testCase, file);
    record(report, `${fileName}#${index}`, testCase, result);
  }
}

/** An area answers one file, named as the file is, or all files of a folder, named as the folder is. */
function areaNameOf(
  candidates: readonly unknown[],
  areaByName: ReadonlyMap<string, ConformanceArea>,
): string {
  const names = candidates.filter((each): each is string => typeof each === 'string');
  return names.find((each) => areaByName.has(each)) ?? names[0] ?? '';
}

/**
 * `.json`: one object with a list `cases`, or a bare list of cases. `.jsonl.gz`: one case a line; where the first
 * line has no id it holds the file-level tables.
 */
function readVectors(path: string): { readonly file: Json; readonly cases: readonly Json[] } {
  const bytes = readFileSync(path);
  if (path.endsWith('.gz')) {
    const lines = gunzipSync(bytes)
      .toString('utf8')
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line) => JSON.parse(line) as Json);
    const [first, ...rest] = lines;
    if (first !== undefined && first['id'] === undefined && rest.some((each) => 'id' in each)) {
      return { file: first, cases: rest };
    }
    return { file: {}, cases: lines };
  }
  const content: unknown = JSON.parse(bytes.toString('utf8'));
  if (Array.isArray(content)) return { file: {}, cases: content as Json[] };
  const file = content as Json;
  if (Array.isArray(file['cases'])) return { file, cases: file['cases'] as Json[] };
  return { file, cases: [] };
}

/** A case that makes the simulator throw has failed; it must not take the rest of the run with it. */
function runCase(area: ConformanceArea, testCase: Json, file: Json): CaseResult {
  try {
    return area.run(testCase, file);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { outcome: 'failed', why: `threw: ${message}` };
  }
}

function record(
  report: ConformanceReport,
  fallbackId: string,
  testCase: Json,
  result: CaseResult,
): void {
  if (result.outcome === 'passed') {
    report.passed += 1;
    return;
  }
  if (result.outcome === 'skipped') {
    report.skipped.set(result.why, (report.skipped.get(result.why) ?? 0) + 1);
    return;
  }
  const id = typeof testCase['id'] === 'string' ? testCase['id'] : fallbackId;
  const op = testCase['op'] ?? testCase['fn'] ?? testCase['kind'] ?? '-';
  report.failures.push({ id, op: String(op), why: result.why.replaceAll('\n', '\\n') });
}
