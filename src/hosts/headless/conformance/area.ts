/** What came of one case. `why` is one short line: what was expected and what came, or why the case is out of scope. */
export type CaseResult =
  | { readonly outcome: 'passed' }
  | { readonly outcome: 'failed'; readonly why: string }
  | { readonly outcome: 'skipped'; readonly why: string };

/**
 * One area of the conformance vectors: knows how to feed a case to the simulator's own function and to compare.
 * `name` is the vector file's name without its ending, or the name of a folder all of whose files it answers.
 */
export interface ConformanceArea {
  readonly name: string;
  /** `file` is the whole vector file, for the tables that stand beside its cases. */
  run(testCase: Record<string, unknown>, file: Record<string, unknown>): CaseResult;
}

export const passed: CaseResult = { outcome: 'passed' };

export function failed(why: string): CaseResult {
  return { outcome: 'failed', why };
}

export function skipped(why: string): CaseResult {
  return { outcome: 'skipped', why };
}

/** Passes when the two values print alike as canonical JSON (keys sorted, absent and undefined fields alike). */
export function expectEqual(expected: unknown, got: unknown, what = ''): CaseResult {
  const wanted = canonicalJson(expected);
  const came = canonicalJson(got);
  if (wanted === came) return passed;
  return failed(
    `${what === '' ? '' : `${what}: `}expected ${shorten(wanted)}, got ${shorten(came)}`,
  );
}

/** The first failure of a list of comparisons, or passed. */
export function allOf(...results: readonly CaseResult[]): CaseResult {
  return results.find((each) => each.outcome !== 'passed') ?? passed;
}

/** JSON with sorted keys and without undefined fields. */
export function canonicalJson(value: unknown): string {
  if (value === undefined) return 'undefined';
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).filter(([, each]) => each !== undefined);
    entries.sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([key, each]) => `${JSON.stringify(key)}:${canonicalJson(each)}`).join(',')}}`;
  }
  return JSON.stringify(value);
}

function shorten(text: string): string {
  return text.length <= 400 ? text : `${text.slice(0, 397)}…`;
}
