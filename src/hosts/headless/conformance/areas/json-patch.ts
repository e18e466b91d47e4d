import type { JsonObject } from '../../../../api/patch/json.ts';
import { applyJsonPatch } from '../../../../api/patch/json-patch.ts';
import {
  applyMergePatch,
  createThreeWayJsonMergePatch,
} from '../../../../api/patch/merge-patch.ts';
import { expectEqual, failed, skipped, type CaseResult, type ConformanceArea } from '../area.ts';

/** The inputs of every op; which are present depends on the op (see the vectors' README). */
interface PatchCase {
  readonly op: string;
  /** Null when nothing was applied before. */
  readonly original: JsonObject | null;
  readonly modified: JsonObject;
  readonly current: JsonObject;
  readonly patch: unknown;
  readonly result?: unknown;
  readonly error?: string;
}

export const jsonPatch: ConformanceArea = {
  name: 'json-patch',
  run: (testCase) => runCase(testCase as unknown as PatchCase),
};

function runCase(testCase: PatchCase): CaseResult {
  const { op, original, patch, result, error } = testCase;
  switch (op) {
    case 'mergePatch':
      return expectEqual(result, applyMergePatch(original, patch));
    case 'jsonPatch': {
      const applied = applyJsonPatch(original, patch);
      if (error !== undefined) {
        return expectEqual(error, applied.ok ? applied.value : applied.error.message, 'error');
      }
      return applied.ok ? expectEqual(result, applied.value) : failed(applied.error.message);
    }
    case 'threeWayMergePatch': {
      const made = createThreeWayJsonMergePatch(
        original ?? {},
        testCase.modified,
        testCase.current,
      );
      if (error !== undefined)
        return made.ok
          ? failed(`expected the error ${error}`)
          : expectEqual(error, made.error.message);
      return made.ok ? expectEqual(patch, made.value) : failed(made.error.message);
    }
    default:
      return skipped(`json-patch: no counterpart of ${op}`);
  }
}
