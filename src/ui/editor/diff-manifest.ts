import { structuredPatch } from 'diff';
import { parseManifest } from '../../api/manifest/parse.ts';
import { stringifyYaml } from '../../api/manifest/stringify.ts';
import { applyObject } from '../../kubectl/apply.ts';
import type { KubeClient } from '../../kubectl/kube-client.ts';
import { resourcePathOf } from '../../kubectl/resource-path.ts';

/** What an apply would change in one object, as the lines of a unified diff. */
export interface ObjectDiff {
  readonly label: string;
  readonly kind: 'new' | 'changed' | 'unchanged' | 'refused';
  readonly lines: readonly DiffLine[];
  readonly message: string;
}

export interface DiffLine {
  readonly sign: '+' | '-' | ' ' | '@';
  readonly text: string;
}

/** `kubectl diff`: each object is applied as a dry run by the server, defaults and admission included. */
export async function diffManifest(
  client: KubeClient,
  text: string,
  namespace: string,
): Promise<readonly ObjectDiff[]> {
  const diffs: ObjectDiff[] = [];
  for (const { object } of parseManifest(text).objects) {
    const label = `${object.kind} ${String(object.metadata['name'] ?? '')}`;
    const path = resourcePathOf(object, namespace);
    const live =
      path === undefined ? undefined : await client.request({ method: 'GET', path: path.object });
    const outcome = await applyObject(client, object, { namespace, dryRun: true });
    if (outcome.kind === 'refused' || outcome.kind === 'no-match') {
      diffs.push({ label, kind: 'refused', lines: [], message: outcome.message });
      continue;
    }
    const before = live?.code === 200 ? yamlOf(live.body) : '';
    const lines = diffLines(before, yamlOf(outcome.object));
    const kind = before === '' ? 'new' : lines.length === 0 ? 'unchanged' : 'changed';
    diffs.push({ label, kind, lines, message: '' });
  }
  return diffs;
}

/** An object as text, without what the server notes for itself. */
function yamlOf(object: unknown): string {
  const { metadata, ...rest } = object as { metadata?: Record<string, unknown> };
  const { managedFields: _managed, resourceVersion: _version, ...shown } = metadata ?? {};
  return stringifyYaml({ ...rest, metadata: shown });
}

function diffLines(before: string, after: string): readonly DiffLine[] {
  const patch = structuredPatch('live', 'merged', before, after, '', '', { context: 3 });
  return patch.hunks.flatMap((hunk): readonly DiffLine[] => [
    {
      sign: '@',
      text: `@@ -${hunk.oldStart},${hunk.oldLines} +${hunk.newStart},${hunk.newLines} @@`,
    },
    ...hunk.lines
      .filter((line) => !line.startsWith('\\'))
      .map(
        (line): DiffLine => ({
          sign: line.startsWith('+') ? '+' : line.startsWith('-') ? '-' : ' ',
          text: line.slice(1),
        }),
      ),
  ]);
}
