import { required } from '../field-errors.ts';
import type { KubernetesObject } from '../generated/types.ts';
import { collectErrors } from '../validation/collect.ts';
import type { Errors } from '../validation/fields.ts';
import {
  checkObjectMeta,
  checkObjectMetaUpdate,
  subdomainName,
  type NameCheck,
} from '../validation/object-meta.ts';
import { defineKind, type KindSketch } from './define-kind.ts';
import type { KindDeclaration } from './kind.ts';
import { storedOnly } from './stored-kinds.ts';

/** What is checked of a kind that Kubarium keeps for those who read it. */
export interface Checks<T> {
  check?(object: T, errors: Errors): void;
  checkUpdate?(next: T, old: T, errors: Errors): void;
  readonly nameCheck?: NameCheck;
  /** Something does act on it. */
  readonly isActedOn?: boolean;
}

/** A kind that is kept, and says that nothing acts on it. */
export function kept<T extends KubernetesObject>(
  sketch: KindSketch<T>,
  {
    check = () => {},
    checkUpdate = () => {},
    nameCheck = subdomainName,
    isActedOn = false,
  }: Checks<T> = {},
): KindDeclaration<T> {
  const kind = defineKind<T>({
    validate: (object) =>
      collectErrors((errors) => {
        checkObjectMeta(object.metadata, sketch.namespaced, nameCheck, errors);
        check(object, errors);
      }),
    validateUpdate: (next, old) =>
      collectErrors((errors) => {
        checkObjectMetaUpdate(next, old, errors);
        check(next, errors);
        checkUpdate(next, old, errors);
      }),
    ...sketch,
  });
  return isActedOn ? kind : storedOnly(kind);
}

/** A text that must be there. */
export function needs(value: string | undefined, path: string, errors: Errors): void {
  if ((value ?? '') === '') errors.push(required(path));
}
