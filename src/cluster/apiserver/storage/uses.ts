import { CRD_STORAGE } from '../../../api/kinds/custom-resource-definition.ts';
import { API_SERVICES } from '../aggregation/services.ts';
import { noteAggregation } from '../aggregation/tend.ts';
import { noteDefinition, noteDefinitions, noteObjects } from '../custom/serve.ts';
import { forgetPassages } from '../passage.ts';
import type { Server } from '../server.ts';
import { forgetServices, noteService } from '../services/allocate.ts';
import { ADDRESSES } from '../services/ip-address.ts';
import { noteAddressChange } from '../services/repair.ts';
import type { CacheChange, ResourceCache } from './resource-cache.ts';

/** What the server itself makes of objects: those that say who may do what, what is served, which addresses are taken. */

/** What the objects of a storage are to the server. */
export type Use = 'roles' | 'flows' | 'addresses' | 'definitions' | 'backends' | 'services';

/** By storage. Objects of all others concern nobody but watches. */
export const uses: ReadonlyMap<string, Use> = new Map<string, Use>([
  ['clusterroles', 'roles'],
  ['clusterrolebindings', 'roles'],
  ['roles', 'roles'],
  ['rolebindings', 'roles'],
  ['flowschemas', 'flows'],
  ['prioritylevelconfigurations', 'flows'],
  [ADDRESSES, 'addresses'],
  [CRD_STORAGE, 'definitions'],
  [API_SERVICES, 'backends'],
  ['endpointslices', 'backends'],
  ['services/specs', 'services'],
]);

/** The list of a storage is in: it holds what it holds now. */
export function noteFilled(server: Server, cache: ResourceCache): void {
  const { memory } = server;
  const { storage, objects } = cache;
  const use = uses.get(storage);
  noteRules(server, use);
  if (use === 'definitions') noteDefinitions(server, [...objects.values()]);
  else noteObjects(server, storage);
  if (use !== 'services') return;
  forgetServices(memory.services);
  for (const [key, next] of objects)
    noteService(memory.services, key, { previous: undefined, next });
}

/** One object has changed. */
export function noteChange(server: Server, use: Use, change: CacheChange): void {
  const { key, deleted, object, previous } = change;
  const next = deleted ? undefined : object;
  if (use === 'services') noteService(server.memory.services, key, { previous, next });
  else if (use === 'addresses') noteAddressChange(server, deleted);
  else if (use === 'definitions') noteDefinition(server, { next, previous });
}

/** All changes of a batch are in the copy. */
export function noteChanges(server: Server, use: Use): void {
  if (use === 'backends' || use === 'services') noteAggregation(server);
  else noteRules(server, use);
}

/** The rules that decide of requests are read anew when the next one comes. */
export function noteRules({ memory }: Server, use: Use | undefined): void {
  if (use === 'roles') memory.authorization.generation += 1;
  else if (use === 'flows') memory.flow.configurationStamp = -1;
  else return;
  forgetPassages(memory);
}
