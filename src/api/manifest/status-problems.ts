import type { StatusError } from '../status-error.ts';
import type { ManifestObject } from './manifest.ts';
import type { ManifestProblem } from './problem.ts';
import { positionOf } from './positions.ts';

/**
 * An API server's refusal of an object, as problems at the lines that caused it: one a cause for Invalid, one a field
 * for strict decoding, one at the field of a wrong type; any other refusal at the object's first line.
 */
export function problemsOfStatus(status: StatusError, object: ManifestObject): ManifestProblem[] {
  const causes = (status.details?.causes ?? []).filter((each) => (each.field ?? '') !== '');
  if (causes.length > 0) {
    return causes.map(({ field = '', message = '' }) =>
      problem(object, field, `${field}: ${message}`),
    );
  }
  const faults = [...status.message.matchAll(strictFault)];
  if (faults.length > 0) {
    return faults.map(([text, , path = '']) => problem(object, path, text));
  }
  const wrongType = wrongTypeFault.exec(status.message);
  return [problem(object, wrongType?.[1] ?? '', status.message)];
}

/** `unknown field "spec.replica"`, `duplicate field "spec.replicas"`, as strict decoding lists them. */
const strictFault = /(unknown|duplicate) field "([^"]+)"/g;

/** `json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32`. */
const wrongTypeFault = /Go struct field \w+\.(\S+) of type/;

function problem(object: ManifestObject, path: string, message: string): ManifestProblem {
  const { line, column, endLine, endColumn } = positionOf(object, path);
  return { severity: 'error', message, line, column, endLine, endColumn };
}
