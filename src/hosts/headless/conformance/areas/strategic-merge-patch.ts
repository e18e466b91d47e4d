import {
  patchSchemaOf,
  type PatchField,
  type PatchSchema,
} from '../../../../api/patch/patch-schema.ts';
import type { JsonObject } from '../../../../api/patch/json.ts';
import { applyStrategicMergePatch } from '../../../../api/patch/strategic-apply.ts';
import { createTwoWayMergePatch } from '../../../../api/patch/strategic-diff.ts';
import { createThreeWayMergePatch } from '../../../../api/patch/strategic-three-way.ts';
import { kindsWithSchema, schemaOf } from '../../../../api/schema/lookup.ts';
import {
  allOf,
  expectEqual,
  failed,
  passed,
  type CaseResult,
  type ConformanceArea,
} from '../area.ts';

/** The inputs of every op; which are present depends on the op (see the vectors' README). */
interface PatchCase {
  readonly op: 'twoWay' | 'threeWay' | 'apply';
  readonly schema: string;
  readonly original: JsonObject;
  readonly modified: JsonObject;
  readonly current: JsonObject;
  readonly overwrite: boolean;
  readonly patch: JsonObject;
  readonly result: JsonObject;
  readonly conflict?: boolean;
  readonly error?: string;
}

/** A field of the vectors' own schemas. */
interface VectorField {
  readonly kind: 'list' | 'map' | 'object';
  readonly elem?: string;
  readonly type?: string;
  readonly patchStrategy?: string;
  readonly patchMergeKey?: string;
}

type VectorSchemas = Readonly<Record<string, Readonly<Record<string, VectorField>>>>;

/** Every case runs with the vectors' schema; those of a kind that we have run with our own schema too. */
export const strategicMergePatch: ConformanceArea = {
  name: 'strategic-merge-patch',
  run(testCase, file) {
    const patchCase = testCase as unknown as PatchCase;
    const theirs = runCase(
      patchCase,
      vectorSchema(file['schemas'] as VectorSchemas, patchCase.schema),
    );
    const ours = ourSchema(patchCase.schema);
    return ours === undefined ? theirs : allOf(theirs, runCase(patchCase, ours));
  },
};

function runCase(testCase: PatchCase, schema: PatchSchema): CaseResult {
  const { original, modified, current } = testCase;
  switch (testCase.op) {
    case 'apply':
      return checkApplied(testCase, original, testCase.patch, schema);
    case 'twoWay': {
      const made = createTwoWayMergePatch(original, modified, schema);
      if (!made.ok) return failed(made.error.message);
      return allOf(
        expectEqual(testCase.patch, made.value, 'patch'),
        checkApplied(testCase, original, made.value, schema),
      );
    }
    case 'threeWay': {
      const made = createThreeWayMergePatch(
        original,
        modified,
        current,
        schema,
        testCase.overwrite,
      );
      if (testCase.conflict === true) {
        return !made.ok && made.error.kind === 'conflict' ? passed : failed('expected a conflict');
      }
      if (!made.ok) return failed(made.error.message);
      return allOf(
        expectEqual(testCase.patch, made.value, 'patch'),
        checkApplied(testCase, current, made.value, schema),
      );
    }
  }
}

function checkApplied(
  testCase: PatchCase,
  original: JsonObject,
  patch: JsonObject,
  schema: PatchSchema,
): CaseResult {
  const applied = applyStrategicMergePatch(original, patch, schema);
  if (testCase.error !== undefined) {
    return expectEqual(testCase.error, applied.ok ? applied.value : applied.error.message, 'error');
  }
  return applied.ok
    ? expectEqual(testCase.result, applied.value, 'result')
    : failed(applied.error.message);
}

function vectorSchema(schemas: VectorSchemas, name: string): PatchSchema {
  return {
    name,
    field(key) {
      const field = schemas[name]?.[key];
      return field === undefined ? undefined : vectorField(schemas, field);
    },
  };
}

function vectorField(schemas: VectorSchemas, field: VectorField): PatchField {
  const strategies = field.patchStrategy?.split(',') ?? [];
  const strategy = strategies.find((each) => each !== 'retainKeys') ?? '';
  const schema = field.type ?? field.elem;
  return {
    schema: schema === undefined ? undefined : vectorSchema(schemas, schema),
    strategy: strategy === 'merge' || strategy === 'replace' ? strategy : '',
    retainKeys: strategies.includes('retainKeys'),
    mergeKey: field.patchMergeKey ?? '',
  };
}

function ourSchema(kind: string): PatchSchema | undefined {
  // Of a kind with two views the one that the type is called after.
  const known = kindsWithSchema().find(
    ([version, name]) => name === kind && schemaOf(version, name)?.name === kind,
  );
  const struct = known === undefined ? undefined : schemaOf(...known);
  return struct === undefined ? undefined : patchSchemaOf(struct);
}
