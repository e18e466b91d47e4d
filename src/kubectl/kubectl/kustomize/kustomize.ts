import { isFields, type ApiObject } from '../objects.ts';
import type { Session } from '../session.ts';
import { accumulate, nothingYet, targetAt } from './build.ts';
import { rootLoader } from './loader.ts';
import { fixReferences } from './name-references.ts';
import { ORIGIN, TRANSFORMATIONS } from './origin.ts';
import { annotationsOf, setTexts } from './resource.ts';
import { sortResources } from './sort.ts';
import { addHashes, addTexts } from './transformers.ts';
import { asJson } from './tree.ts';
import { resolveVariables } from './variables.ts';

/** The kustomize that kubectl 1.35 carries. */
export const KUSTOMIZE_VERSION = 'v5.7.1';

/**
 * Builds a kustomization as kustomize v5.7 does, which kubectl 1.35 carries: what `kubectl kustomize` prints (`sorts`:
 * in kustomize's own order unless the file names another) and `kubectl apply -k` applies. Bases on the network are refused.
 */
export function buildKustomization(
  session: Pick<Session, 'io' | 'err' | 'context'>,
  folder: string,
  sorts = false,
): readonly ApiObject[] {
  const target = targetAt(rootLoader(session.io.files, folder), (text) => session.err(`${text}\n`));
  const { map, config, variables } = accumulate(target, nothingYet());
  addHashes(map);
  fixReferences(map, config.nameReference);
  const unused = resolveVariables(map, variables, config.varReference);
  if (unused.length > 0) {
    session.err(
      `${logHead(session.context.now())} well-defined vars that were never replaced: ${unused.join(',')}\n`,
    );
  }
  map.list = map.list.filter((each) => {
    const local = annotationsOf(each).get('config.kubernetes.io/local-config');
    return local === undefined || local === 'false';
  });
  const { sortOptions, buildMetadata = [] } = target.kustomization;
  if (sortOptions !== undefined) sortResources(map, sortOptions);
  else if (sorts) sortResources(map, { order: 'legacy' });
  if (buildMetadata.includes('managedByLabel')) {
    addTexts(map, { 'app.kubernetes.io/managed-by': `kustomize-${KUSTOMIZE_VERSION}` }, [
      { path: 'metadata/labels', create: true },
    ]);
  }
  for (const resource of map.list) {
    const annotations = annotationsOf(resource);
    if (!buildMetadata.includes('originAnnotations')) annotations.delete(ORIGIN);
    if (!buildMetadata.includes('transformerAnnotations')) annotations.delete(TRANSFORMATIONS);
    setTexts(resource, 'annotations', annotations);
  }
  // Each has a kind and a name, as their reading checked; what has no metadata left is not touched by kubectl either.
  return map.list.map(({ tree }) => asJson(tree)).filter(isFields) as unknown as ApiObject[];
}

/** The head of a line that klog writes. */
function logHead(millis: number): string {
  const [, month = '', day = '', time = ''] =
    /^\d+-(\d+)-(\d+)T(.*)Z$/.exec(new Date(millis).toISOString()) ?? [];
  return `I${month}${day} ${time}000       1 log.go:244]`;
}
