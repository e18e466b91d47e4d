import { parseManifest } from '../../api/manifest/parse.ts';
import type { ManifestObject } from '../../api/manifest/manifest.ts';
import type { ManifestProblem } from '../../api/manifest/problem.ts';
import { problemsOfStatus } from '../../api/manifest/status-problems.ts';
import type { StatusError } from '../../api/status-error.ts';
import { applyObject, deleteObject, type ApplyOutcome } from '../../kubectl/apply.ts';
import type { KubeClient } from '../../kubectl/kube-client.ts';

/** What came of one document: a line of the result list. */
export interface DocumentResult {
  /** `Deployment web`. */
  readonly label: string;
  readonly verdict: 'created' | 'configured' | 'unchanged' | 'deleted' | 'refused';
  /** The server's words for a refusal, or its warnings. */
  readonly message: string;
  readonly line: number;
}

export interface ManifestRun {
  readonly results: readonly DocumentResult[];
  /** What is wrong, at its lines. */
  readonly problems: readonly ManifestProblem[];
}

/**
 * `kubectl apply -f -` for a text. A text that cannot be read whole is not applied at all, so that a
 * slip in one document does not leave half of it in the cluster.
 */
export async function applyManifest(
  client: KubeClient,
  text: string,
  namespace: string,
  onResult: (result: DocumentResult) => void,
): Promise<ManifestRun> {
  return eachObject(text, onResult, async (entry) => {
    const label = labelOf(entry);
    const outcome = await applyObject(client, entry.object, {
      namespace,
      act: `You applied ${label}`,
    });
    return { outcome, result: resultOf(entry, outcome) };
  });
}

/** `kubectl delete -f -` for a text, in the order of the text. */
export async function deleteManifest(
  client: KubeClient,
  text: string,
  namespace: string,
  onResult: (result: DocumentResult) => void,
): Promise<ManifestRun> {
  return eachObject(text, onResult, async (entry) => {
    const label = labelOf(entry);
    const refusal = await deleteObject(client, entry.object, {
      namespace,
      act: `You deleted ${label}`,
    });
    return {
      outcome: undefined,
      result: {
        label,
        verdict: refusal === undefined ? 'deleted' : 'refused',
        message: refusal?.message ?? '',
        line: entry.document.span.line,
      },
    };
  });
}

const NOTHING_TO_APPLY: ManifestProblem = {
  severity: 'error',
  message: 'There is no object in the text (kubectl says: error: no objects passed to apply).',
  line: 1,
  column: 1,
  endLine: 1,
  endColumn: 1,
};

async function eachObject(
  text: string,
  onResult: (result: DocumentResult) => void,
  act: (
    entry: ManifestObject,
  ) => Promise<{ outcome: ApplyOutcome | undefined; result: DocumentResult }>,
): Promise<ManifestRun> {
  const manifest = parseManifest(text);
  const errors = manifest.problems.filter((problem) => problem.severity === 'error');
  if (errors.length > 0) return { results: [], problems: manifest.problems };
  if (manifest.objects.length === 0) return { results: [], problems: [NOTHING_TO_APPLY] };
  const results: DocumentResult[] = [];
  const problems: ManifestProblem[] = [...manifest.problems];
  for (const entry of manifest.objects) {
    const { outcome, result } = await act(entry);
    results.push(result);
    onResult(result);
    if (outcome !== undefined) problems.push(...problemsOf(entry, outcome));
  }
  return { results, problems };
}

function resultOf(entry: ManifestObject, outcome: ApplyOutcome): DocumentResult {
  const base = { label: labelOf(entry), line: entry.document.span.line };
  switch (outcome.kind) {
    case 'created':
    case 'configured':
    case 'unchanged':
      return { ...base, verdict: outcome.kind, message: outcome.warnings.join('; ') };
    case 'no-match':
    case 'refused':
      return { ...base, verdict: 'refused', message: outcome.message };
  }
}

function problemsOf(entry: ManifestObject, outcome: ApplyOutcome): readonly ManifestProblem[] {
  if (outcome.kind === 'refused' && outcome.code !== 0) {
    // A refusal with an HTTP code carries the server's Status.
    return problemsOfStatus(outcome.body as StatusError, entry);
  }
  if (outcome.kind === 'no-match') {
    return [{ severity: 'error', message: outcome.message, ...entry.document.span }];
  }
  return [];
}

function labelOf({ object }: ManifestObject): string {
  return `${object.kind} ${String(object.metadata['name'] ?? object.metadata['generateName'] ?? '')}`;
}
