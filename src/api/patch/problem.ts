import { refusal, success, type Refusal, type Result } from '../../base/result.ts';

/**
 * Why a patch cannot be made or applied, in the words of upstream's libraries. Inside this folder it travels as an
 * exception, since it may arise ten levels deep in a recursion; the public functions turn it into a Result.
 */
export interface PatchProblem {
  readonly message: string;
  /**
   * `conflict`: three-way patches whose two sides changed the same field differently. `testFailed`: a JSON patch's
   * test did not hold. The API server answers all other problems of applying as a bad request or an invalid one.
   */
  readonly kind: 'invalid' | 'conflict' | 'testFailed';
}

class PatchError extends Error {
  readonly problem: PatchProblem;
  constructor(problem: PatchProblem) {
    super(problem.message);
    this.problem = problem;
  }
}

/** Leaves the patch function that is under way with a problem. */
export function refusePatch(message: string, kind: PatchProblem['kind'] = 'invalid'): never {
  throw new PatchError({ message, kind });
}

/** Runs a patch function; its problem, if it has one, comes back as a value. */
export function attempt<T>(run: () => T): Result<T, PatchProblem> {
  try {
    return success(run());
  } catch (error) {
    return refusalOf(error);
  }
}

/** The problem with which a patch function was left; whatever else was thrown is thrown on. */
export function refusalOf(error: unknown): Refusal<PatchProblem> {
  if (error instanceof PatchError) return refusal(error.problem);
  throw error;
}
