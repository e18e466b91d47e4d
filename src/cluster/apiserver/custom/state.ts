import type { CustomResourceDefinition } from '../../../api/generated/types.ts';

/** What the server knows of custom resources. Follows from the definitions in etcd; rebuilt with their copy. */
export interface CustomState {
  /** The definitions whose objects are served, by the storage of these. Values are frozen. */
  readonly definitions: Map<string, CustomResourceDefinition>;
  /** A definition may have something to be done: names to accept, objects to clear away. */
  isDue: boolean;
}

export function noCustom(): CustomState {
  return { definitions: new Map(), isDue: false };
}
