import type { ManifestDocument } from '../../../api/manifest/manifest.ts';
import { parseManifest } from '../../../api/manifest/parse.ts';
import { applyObject } from '../../../kubectl/apply.ts';
import type { Driver } from '../drive.ts';

/** What came of one document of a file. */
export interface ApplyResult {
  readonly kind: string;
  readonly name: string;
  /** The whole message; undefined when it was accepted. */
  readonly refusal: string | undefined;
  /** The HTTP status of a refusal by the server. */
  readonly code: number | undefined;
  readonly warnings: readonly string[];
}

/** `kubectl apply -f FILE`: every document in order, each on its own. */
export async function applyFile(
  driver: Driver,
  text: string,
  namespace: string,
): Promise<readonly ApplyResult[]> {
  const manifest = parseManifest(text);
  // A document that still gives an object is sent as it is: the server then says what is wrong with it.
  const sent = new Set(manifest.objects.map(({ document }) => document));
  const results: ApplyResult[] = manifest.problems
    .filter(
      (problem) => !manifest.documents.some((each) => sent.has(each) && spans(each, problem.line)),
    )
    .map((problem) => ({
      kind: '',
      name: '',
      refusal: kubectlWords(problem.message),
      code: undefined,
      warnings: [],
    }));
  for (const { object } of manifest.objects) {
    const outcome = await applyObject(driver.client, object, { namespace });
    const base = { kind: object.kind, name: String(object.metadata['name'] ?? '') };
    results.push(
      outcome.kind === 'no-match' || outcome.kind === 'refused'
        ? {
            ...base,
            refusal: outcome.message,
            code: outcome.kind === 'refused' ? outcome.code : undefined,
            warnings: [],
          }
        : { ...base, refusal: undefined, code: undefined, warnings: outcome.warnings },
    );
  }
  return results;
}

function spans(document: ManifestDocument, line: number): boolean {
  return document.span.line <= line && line <= document.span.endLine;
}

/** The editor explains what kubectl says more tersely. */
function kubectlWords(message: string): string {
  return message.includes('has no kind') ? "Object 'Kind' is missing" : message;
}
