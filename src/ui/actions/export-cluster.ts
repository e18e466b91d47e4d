import type { Page } from '../page.tsx';
import type { Outcome } from './action.ts';
import { runAct } from './run-action.ts';

/** The other way out of the tab: the cluster as files, for kind, for KWOK, for anything that takes manifests. */
export interface Export {
  readonly id: 'manifests' | 'kwok-nodes';
  readonly label: string;
  readonly hint: string;
  readonly file: string;
}

export const EXPORTS: readonly Export[] = [
  {
    id: 'manifests',
    label: 'Export manifests',
    hint: 'Everything that was applied here as one YAML file, for kubectl apply -f in kind or anywhere else',
    file: 'kubarium-manifests.yaml',
  },
  {
    id: 'kwok-nodes',
    label: 'Export nodes for KWOK',
    hint: 'The workers as a second YAML file, for a cluster of KWOK, which plays nodes',
    file: 'kubarium-kwok-nodes.yaml',
  },
];

/** Reads the cluster through its API and lets the browser save what came of it. */
export async function exportCluster(page: Page, { id, label, file }: Export): Promise<void> {
  await runAct(page, {
    label,
    targets: [],
    async run({ client }): Promise<Outcome> {
      const { exportManifests, exportKwokNodes } = await import('../../kubectl/export/export.ts');
      const kube = { request: client.api };
      const result = await (id === 'manifests' ? exportManifests(kube) : exportKwokNodes(kube));
      if (!result.ok) return { ok: false, message: `not exported: ${result.error}` };
      const { text, count } = result.value;
      if (count === 0) return { ok: false, message: 'there is nothing to export yet' };
      save(text, file);
      return { ok: true, message: `${count} ${count === 1 ? 'object' : 'objects'} in ${file}` };
    },
  });
}

function save(text: string, file: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'application/yaml' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = file;
  link.click();
  // The browser has begun to save by then.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
