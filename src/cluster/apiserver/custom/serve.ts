import type { CustomResourceDefinition, KubernetesObject } from '../../../api/generated/types.ts';
import { customKindsOf, customStorage } from '../../../api/kinds/custom/custom-kind.ts';
import { isEstablished } from '../../../api/kinds/custom/registry.ts';
import { forgetPassages } from '../passage.ts';
import { noteServedChange } from '../request-target.ts';
import type { Server } from '../server.ts';
import { startFeed, stopFeed } from '../storage/follow.ts';

/** A definition is there, has changed or has gone: its kinds are served from now on, otherwise, or no more. */
export function noteDefinition(
  server: Server,
  {
    next,
    previous,
  }: {
    readonly next: KubernetesObject | undefined;
    readonly previous: KubernetesObject | undefined;
  },
): void {
  const { custom } = server.memory;
  // The copy of definitions holds nothing else.
  const definition = next as CustomResourceDefinition | undefined;
  const before = previous as CustomResourceDefinition | undefined;
  custom.isDue = true;
  server.memory.hasErrands = true;
  if (definition !== undefined && isServed(definition)) {
    const storage = customStorage(definition.spec);
    custom.definitions.set(storage, definition);
    startFeed(server, storage);
  } else if (before !== undefined) {
    const storage = customStorage(before.spec);
    if (custom.definitions.delete(storage)) stopFeed(server, storage);
  }
  noteServedChange();
  forgetPassages(server.memory);
}

function isServed(definition: CustomResourceDefinition): boolean {
  return isEstablished(definition) && customKindsOf(definition).length > 0;
}

/** Objects of a storage have gone, or all of them are known: if it is a definition's, that may now have something to be done. */
export function noteObjects({ memory }: Server, storage: string): void {
  const { custom } = memory;
  if (!custom.definitions.has(storage)) return;
  custom.isDue = true;
  memory.hasErrands = true;
}

/** The copy of definitions is filled anew: what is no longer in it is no longer served. */
export function noteDefinitions(server: Server, definitions: readonly KubernetesObject[]): void {
  const { custom } = server.memory;
  const gone = new Map(custom.definitions);
  for (const each of definitions) {
    noteDefinition(server, { next: each, previous: undefined });
    gone.delete(customStorage((each as CustomResourceDefinition).spec));
  }
  for (const each of gone.values()) noteDefinition(server, { next: undefined, previous: each });
}
