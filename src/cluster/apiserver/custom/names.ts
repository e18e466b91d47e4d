import type {
  CustomResourceDefinition,
  CustomResourceDefinitionCondition,
  CustomResourceDefinitionNames,
} from '../../../api/generated/types.ts';
import { goQuote } from '../../../api/go-text.ts';
import { semanticEqual } from '../../../api/semantic-equal.ts';

type Definition = CustomResourceDefinition;
type Status = NonNullable<Definition['status']>;

/**
 * What a definition's status must say, given all others (upstream: the naming and the establishing controller). The
 * very same status when it says so already.
 */
export function acceptedStatus(
  definition: Definition,
  all: readonly Definition[],
  now: string,
): Status | undefined {
  const { status, spec } = definition;
  const others = all.filter(
    (each) => each.metadata.name !== definition.metadata.name && each.spec.group === spec.group,
  );
  const conflict = conflictOf(spec.names, others);
  const wasEstablished = conditionOf(status, 'Established')?.status === 'True';
  const named: Statement =
    conflict === undefined
      ? {
          type: 'NamesAccepted',
          status: 'True',
          reason: 'NoConflicts',
          message: 'no conflicts found',
        }
      : { type: 'NamesAccepted', status: 'False', ...conflict };
  const established: Statement =
    conflict === undefined || wasEstablished
      ? {
          type: 'Established',
          status: 'True',
          reason: 'InitialNamesAccepted',
          message: 'the initial names have been accepted',
        }
      : {
          type: 'Established',
          status: 'False',
          reason: 'NotAccepted',
          message: 'not all names are accepted',
        };
  const before = status?.conditions ?? [];
  const conditions = [named, established].reduce(
    (list, each) => withCondition(list, each, now),
    before,
  );
  const accepted =
    conflict === undefined ? spec.names : (status?.acceptedNames ?? { plural: '', kind: '' });
  const acceptedNames = semanticEqual(accepted, status?.acceptedNames)
    ? status?.acceptedNames
    : accepted;
  if (conditions === before && acceptedNames === status?.acceptedNames) return status;
  return {
    ...status,
    conditions,
    ...(acceptedNames === undefined ? undefined : { acceptedNames }),
  };
}

type Statement = Pick<CustomResourceDefinitionCondition, 'type' | 'status' | 'reason' | 'message'>;

function conditionOf(status: Status | undefined, type: string): Statement | undefined {
  return status?.conditions?.find((each) => each.type === type);
}

/** The list with a condition set; the same list when it says so already. */
export function withCondition(
  conditions: readonly CustomResourceDefinitionCondition[],
  wanted: Statement,
  now: string,
): readonly CustomResourceDefinitionCondition[] {
  const at = conditions.findIndex((each) => each.type === wanted.type);
  const before = conditions[at];
  if (
    before?.status === wanted.status &&
    before.reason === wanted.reason &&
    before.message === wanted.message
  ) {
    return conditions;
  }
  const lastTransitionTime =
    before?.status === wanted.status ? (before.lastTransitionTime ?? now) : now;
  const next = { ...wanted, lastTransitionTime };
  return before === undefined ? [...conditions, next] : conditions.with(at, next);
}

/** The first of a definition's names that another definition of its group has been given. */
function conflictOf(
  names: CustomResourceDefinitionNames,
  others: readonly Definition[],
): { readonly reason: string; readonly message: string } | undefined {
  const resources = new Set<string>();
  const kinds = new Set<string>();
  for (const { status } of others) {
    const accepted = status?.acceptedNames;
    if (accepted === undefined || accepted.kind === '') continue;
    for (const each of [accepted.plural, accepted.singular, ...(accepted.shortNames ?? [])]) {
      if (each !== undefined) resources.add(each);
    }
    kinds.add(accepted.kind);
    if (accepted.listKind !== undefined) kinds.add(accepted.listKind);
  }
  const used = (what: string) => `${goQuote(what)} is already in use`;
  const { plural, singular = '', shortNames = [], kind, listKind = '' } = names;
  if (resources.has(plural)) return { reason: 'PluralConflict', message: used(plural) };
  if (resources.has(singular)) return { reason: 'SingularConflict', message: used(singular) };
  const short = shortNames.find((each) => resources.has(each));
  if (short !== undefined) return { reason: 'ShortNamesConflict', message: used(short) };
  if (kinds.has(kind)) return { reason: 'KindConflict', message: used(kind) };
  return kinds.has(listKind) ? { reason: 'ListKindConflict', message: used(listKind) } : undefined;
}
