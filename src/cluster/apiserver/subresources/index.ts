import { getObject } from '../reads/get.ts';
import type { RequestTarget } from '../request-target.ts';
import type { ApiVerb, Verb } from '../verb.ts';
import { patchObject } from '../writes/patch.ts';
import { updateObject } from '../writes/update.ts';

/** The verb of a subresource; undefined where it has none such. */
export function subresourceVerb(target: RequestTarget, verb: ApiVerb): Verb | undefined {
  switch (target.subresource) {
    case 'status':
      return verb === 'get'
        ? getObject
        : verb === 'update'
          ? updateObject
          : verb === 'patch'
            ? patchObject
            : undefined;
    default:
      return undefined;
  }
}
