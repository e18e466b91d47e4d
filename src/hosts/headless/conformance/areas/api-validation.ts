import { decodeObject } from '../../../../api/decode/decode.ts';
import type { KubernetesObject } from '../../../../api/generated/types.ts';
import { apiVersionOf, kindOf } from '../../../../api/kinds/index.ts';
import type { KindDeclaration } from '../../../../api/kinds/kind.ts';
import { schemaOf } from '../../../../api/schema/lookup.ts';
import { invalidError, type StatusCause, type StatusError } from '../../../../api/status-error.ts';
import {
  allOf,
  type CaseResult,
  type ConformanceArea,
  expectEqual,
  failed,
  passed,
  skipped,
} from '../area.ts';

/** Manifests as a client would create them in namespace `default`: accepted, or refused with these causes. */
export const apiValidation: ConformanceArea = {
  name: 'api-validation',
  run(testCase) {
    const object = testCase['object'] as KubernetesObject;
    const kind = kindOf(object);
    if (kind === undefined) return skipped(`no kind ${object.kind} (${object.apiVersion})`);
    const created = create(kind, object);
    if (testCase['valid'] === true) {
      return created === undefined ? passed : failed(`refused: ${created.message}`);
    }
    if (created === undefined) return failed(`accepted; expected ${String(testCase['message'])}`);
    return allOf(
      expectEqual(testCase['code'], created.code, 'code'),
      expectEqual(testCase['reason'], created.reason, 'reason'),
      compareCauses(testCase, created),
    );
  },
};

/** What the API server answers to a create, as far as the object itself decides it; undefined for "created". */
function create(kind: KindDeclaration, object: KubernetesObject): StatusError | undefined {
  const schema = schemaOf(apiVersionOf(kind), kind.kind);
  if (schema === undefined) return undefined;
  const namespaced = kind.namespaced
    ? { ...object, metadata: { namespace: 'default', ...object.metadata } }
    : object;
  const expected = { apiVersion: apiVersionOf(kind), kind: kind.kind };
  const decoded = decodeObject(namespaced, expected, schema, { fieldValidation: 'Strict' });
  if (!decoded.ok) return decoded.error;
  // The vectors come from a server without --allow-privileged, and from before addresses are allocated.
  const errors = kind.validate(completed(kind, kind.defaults(decoded.value.value)), {
    allowPrivileged: false,
  });
  if (errors.length === 0) return undefined;
  return invalidError(kind, object.metadata.name ?? '', errors);
}

/** Jobs are validated with the selector that the server generates from their uid. */
function completed(kind: KindDeclaration, object: KubernetesObject): KubernetesObject {
  if (kind.kind !== 'Job') return object;
  const uid = '00000000-0000-4000-8000-000000000000';
  return kind.prepareForCreate({ ...object, metadata: { ...object.metadata, uid } });
}

interface ExpectedCause extends StatusCause {
  readonly messageMayVary?: boolean;
}

function compareCauses(testCase: Record<string, unknown>, status: StatusError): CaseResult {
  const expected = (testCase['causes'] ?? []) as readonly ExpectedCause[];
  const got = status.details?.causes ?? [];
  const where = (cause: StatusCause): string => `${cause.reason} ${laterField(cause.field ?? '')}`;
  const text = (cause: StatusCause): string => `${cause.field}: ${cause.message}`;
  const varies = expected.filter(
    (each) => each.messageMayVary === true || isSaidDifferentlyNow(each),
  );
  const varying = new Set(varies.map(where));
  const fixed = (causes: readonly StatusCause[]): string[] =>
    // Maps have no order upstream, so causes are compared without theirs.
    causes
      .filter((each) => !varying.has(where(each)))
      .map(text)
      .sort();
  return allOf(
    expectEqual(expected.map(where).sort(), got.map(where).sort(), 'causes'),
    expectEqual(fixed(expected), fixed(got), 'messages'),
    varies.length === 0 && expected.length < 2
      ? expectEqual(testCase['message'], status.message, 'message')
      : passed,
  );
}

/**
 * The vectors were recorded from v1.28. Since then paths of host aliases have their index, addresses are refused with
 * an example, and structs are printed as JSON instead of as Go literals: all of them changes that v1.35 has.
 */
function isSaidDifferentlyNow({ field = '', message = '' }: StatusCause): boolean {
  return (
    field === 'spec.hostAliases.ip' || /\b(?:core|apps|v1|intstr|resource)\.\w+\{/.test(message)
  );
}

function laterField(field: string): string {
  return field.replace(/^spec\.hostAliases\[\d+\]\.ip$/, 'spec.hostAliases.ip');
}
