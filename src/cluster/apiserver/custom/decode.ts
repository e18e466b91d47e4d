import type { Decoded, DecodeOptions } from '../../../api/decode/decode.ts';
import { decodeObject } from '../../../api/decode/decode.ts';
import { decodeStatus, noBodyStatus, strictFailure } from '../../../api/decode/failure.ts';
import type { KubernetesObject } from '../../../api/generated/types.ts';
import type { CustomKind, KindDeclaration } from '../../../api/kinds/kind.ts';
import { isObject } from '../../../api/patch/json.ts';
import { structSchema } from '../../../api/schema/lookup.ts';
import type { StructSchema } from '../../../api/schema/schema.ts';
import { badRequestError, type StatusError } from '../../../api/status-error.ts';
import { refusal, success, type Result } from '../../../base/result.ts';

/** What every object has; the rest of a custom resource is known by its definition alone. */
const envelope = lazily((): StructSchema => {
  const model = structSchema('ConfigMap');
  const fields = new Map([...model.fields].filter(([name]) => name === 'metadata'));
  const type = model.fields.get('immutable');
  for (const name of ['apiVersion', 'kind']) {
    if (type === undefined) continue;
    fields.set(name, {
      ...type,
      name,
      element: `f:${name}`,
      type: { kind: 'scalar', scalar: 'string', enum: undefined, goType: 'string' },
      omitsZero: false,
    });
  }
  const emittedFields = model.emittedFields.filter(({ name }) => name === 'metadata');
  return { ...model, name: 'Unstructured', goName: 'ObjectMeta', fields, emittedFields };
});

function lazily<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}

/**
 * A body as an object of a custom kind: its metadata as Go's decoder makes it, the rest pruned of what the schema does
 * not know. Values of a wrong type are left for validation, as upstream does with what is unstructured.
 */
export function decodeCustom(
  body: unknown,
  kind: KindDeclaration,
  custom: CustomKind,
  { fieldValidation, duplicateFields = [] }: DecodeOptions,
): Result<Decoded<KubernetesObject>, StatusError> {
  const expected = { apiVersion: `${kind.group}/${kind.version}`, kind: kind.kind };
  if (body === undefined) return refusal(noBodyStatus(kind.kind));
  const { apiVersion, kind: given, metadata, ...rest } = isObject(body) ? body : {};
  const claimed = { apiVersion: apiVersion ?? expected.apiVersion, kind: given ?? expected.kind };
  if (claimed.apiVersion !== expected.apiVersion || claimed.kind !== expected.kind) {
    return refusal(mismatch(claimed, expected));
  }
  const head = decodeObject(
    isObject(body) ? { ...claimed, ...(metadata === undefined ? {} : { metadata }) } : body,
    expected,
    envelope(),
    { fieldValidation },
  );
  if (!head.ok) return head;
  const { value: pruned, unknownFields } = custom.prune(rest);
  // The envelope holds what every object has.
  const value = { ...head.value.value, ...pruned } as KubernetesObject;
  if (
    fieldValidation === 'Ignore' ||
    (unknownFields.length === 0 && duplicateFields.length === 0)
  ) {
    return success({ value, warnings: head.value.warnings });
  }
  const problems = [
    ...unknownFields.map((path) => `unknown field "${path}"`),
    ...duplicateFields.map((path) => `duplicate field "${path}"`),
  ];
  return fieldValidation === 'Strict'
    ? refusal(decodeStatus(strictFailure(problems), expected, expected.kind))
    : success({ value, warnings: [...head.value.warnings, ...problems] });
}

function mismatch(
  claimed: { readonly apiVersion: unknown; readonly kind: unknown },
  expected: { readonly apiVersion: string; readonly kind: string },
): StatusError {
  return claimed.kind === expected.kind
    ? badRequestError(
        `the API version in the data (${String(claimed.apiVersion)}) does not match the expected API version (${expected.apiVersion})`,
      )
    : badRequestError(
        `${expected.kind} in version "${expected.apiVersion.split('/')[1] ?? ''}" cannot be handled as a ${expected.kind}: the kind in the data is ${String(claimed.kind)}`,
      );
}
