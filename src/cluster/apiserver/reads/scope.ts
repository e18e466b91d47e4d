import type { FieldRequirement } from '../../../api/selectors/field-selector.ts';
import { keyOf, type RequestTarget } from '../request-target.ts';
import type { WatchScope } from '../storage/served-watches.ts';

/**
 * The narrowest index that finds what a list or watch asks for, and what of its field selector that leaves to be
 * checked. A kubelet's `spec.nodeName=…` and a wait for one `metadata.name=…` then cost nothing for all the rest.
 */
export function scopeOf(
  target: RequestTarget,
  fields: readonly FieldRequirement[] | undefined,
): { readonly scope: WatchScope; readonly fields: readonly FieldRequirement[] | undefined } {
  const { kind, namespace } = target;
  if (fields !== undefined) {
    const name = equalTo(fields, 'metadata.name');
    if (name !== undefined && (namespace !== '' || !kind.namespaced)) {
      return {
        scope: { by: 'key', key: keyOf(kind, namespace, name) },
        fields: without(fields, 'metadata.name'),
      };
    }
    const node = kind.storage === 'pods' ? equalTo(fields, 'spec.nodeName') : undefined;
    // Pods without a node are not indexed.
    if (node !== undefined && node !== '') {
      return { scope: { by: 'node', node, namespace }, fields: without(fields, 'spec.nodeName') };
    }
  }
  return {
    scope: namespace === '' ? { by: 'all' } : { by: 'namespace', namespace },
    fields,
  };
}

function equalTo(fields: readonly FieldRequirement[], field: string): string | undefined {
  return fields.find((each) => each.field === field && each.operator === '=')?.value;
}

/** The other conditions. A field that is asked for twice stays, since the two may contradict one another. */
function without(
  fields: readonly FieldRequirement[],
  field: string,
): readonly FieldRequirement[] | undefined {
  const same = fields.filter((each) => each.field === field);
  if (same.length > 1) return fields;
  const left = fields.filter((each) => each.field !== field);
  return left.length === 0 ? undefined : left;
}
