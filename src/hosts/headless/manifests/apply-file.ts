import { parseManifest } from '../../../api/manifest/parse.ts';
import { applyObject } from '../../../kubectl/apply.ts';
import type { Driver } from '../drive.ts';

/** What came of one document of a file. */
export interface ApplyResult {
  readonly kind: string;
  readonly name: string;
  /** The whole message; undefined when it was accepted. */
  readonly refusal: string | undefined;
}

/** `kubectl apply -f FILE`: every document in order, each on its own. */
export async function applyFile(driver: Driver, text: string): Promise<readonly ApplyResult[]> {
  const manifest = parseManifest(text);
  const results: ApplyResult[] = manifest.problems.map((problem) => ({
    kind: '',
    name: '',
    refusal: `line ${problem.line}: ${problem.message}`,
  }));
  for (const { object } of manifest.objects) {
    const outcome = await applyObject(driver.client, object, { namespace: 'default' });
    const refusal =
      outcome.kind === 'no-match' || outcome.kind === 'refused' ? outcome.message : undefined;
    results.push({ kind: object.kind, name: String(object.metadata['name'] ?? ''), refusal });
  }
  return results;
}
