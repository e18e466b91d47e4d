import { notSupported, tooLong, type FieldError } from '../../../api/field-errors.ts';
import { invalidError } from '../../../api/status-error.ts';
import type { Method } from '../../messages.ts';
import { refuse } from '../exchange.ts';
import type { Stage } from './stage.ts';

/** Whose options a method carries in its query. */
const optionsKinds: Readonly<Record<Exclude<Method, 'GET'>, string>> = {
  POST: 'CreateOptions',
  PUT: 'UpdateOptions',
  PATCH: 'PatchOptions',
  DELETE: 'DeleteOptions',
};

const FIELD_MANAGER_BYTES_MAX = 128;

/** Refuses options that no write understands (upstream: the validation of CreateOptions and their like). */
export const checkOptions: Stage = ({ request }) => {
  const { method, query } = request;
  if (method === 'GET') return undefined;
  const problem = problemOf(query);
  if (problem === undefined) return undefined;
  const kind = optionsKinds[method];
  return refuse(invalidError({ group: 'meta.k8s.io', kind }, '', [problem]));
};

function problemOf(query: Readonly<Record<string, string>>): FieldError | undefined {
  const { dryRun = '', fieldValidation = '', fieldManager = '' } = query;
  if (dryRun !== '' && dryRun !== 'All') return notSupported('dryRun', dryRun, ['All']);
  if (!['', 'Ignore', 'Strict', 'Warn'].includes(fieldValidation)) {
    return notSupported('fieldValidation', fieldValidation, ['', 'Ignore', 'Strict', 'Warn']);
  }
  return fieldManager.length > FIELD_MANAGER_BYTES_MAX
    ? tooLong('fieldManager', FIELD_MANAGER_BYTES_MAX)
    : undefined;
}
