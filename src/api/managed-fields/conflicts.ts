import { goQuote } from '../go-text.ts';
import { applyConflictError, type StatusCause, type StatusError } from '../status-error.ts';
import { eachPath, type Fields, intersection, isEmptySet } from './fields.ts';
import { managerId, type Manager, type OwnedFields } from './managers.ts';
import { printPath } from './path-element.ts';

/** Fields that an apply would change and another manager owns. */
export interface Conflict {
  readonly manager: Manager;
  readonly fields: Fields;
}

/**
 * The conflicts of a change with the managers of an object, in the order in which messages list them. `changedIn` says what
 * changed in the version of a manager.
 */
export function conflictsWith(
  others: readonly OwnedFields[],
  changedIn: (apiVersion: string) => Fields,
): readonly Conflict[] {
  return others
    .map(({ manager, fields }) => ({
      manager,
      fields: intersection(fields, changedIn(manager.apiVersion)),
    }))
    .filter(({ fields }) => !isEmptySet(fields))
    .sort((a, b) => (managerId(a.manager) < managerId(b.manager) ? -1 : 1));
}

/** 409 with one cause a field, reason FieldManagerConflict. */
export function conflictStatus(conflicts: readonly Conflict[]): StatusError {
  const causes: StatusCause[] = [];
  const groups: string[] = [];
  for (const { manager, fields } of conflicts) {
    const name = printManager(manager);
    groups.push(`conflicts with ${name}:`);
    eachPath(fields, (path) => {
      const field = printPath(path);
      groups.push(`- ${field}`);
      causes.push({ reason: 'FieldManagerConflict', message: `conflict with ${name}`, field });
    });
  }
  const [only] = causes;
  const message =
    causes.length === 1 && only !== undefined
      ? `Apply failed with 1 conflict: ${only.message}: ${only.field}`
      : `Apply failed with ${causes.length} conflicts: ${groups.join('\n')}`;
  return applyConflictError(causes, message);
}

function printManager({ name, operation, apiVersion, subresource }: Manager): string {
  let text = goQuote(name);
  if (subresource !== '') text += ` with subresource ${goQuote(subresource)}`;
  return operation === 'Update' ? `${text} using ${apiVersion}` : text;
}
