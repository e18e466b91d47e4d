import { createCluster } from '../../cluster/world.ts';
import { refusal, success, type Result } from '../../base/result.ts';
import type { Scenario } from '../../scenarios/format/scenario.ts';
import { createSession } from '../session.ts';
import type { ScenarioReport } from '../../bridge/scenario-report.ts';
import { createScenarioRun } from './run.ts';
import { setUpOf } from './set-up-of.ts';

/** Plays a scenario in a world of its own as fast as it goes, to its end. */
export function playScenario(
  scenario: Scenario,
  seed: number | undefined,
): Result<ScenarioReport, string> {
  const setUp = setUpOf(scenario, seed);
  if (!setUp.ok) return refusal(setUp.error);
  const session = createSession(createCluster(setUp.value));
  const run = createScenarioRun(session, scenario);
  session.director = run;
  for (let until = run.nextLook; until !== undefined; until = run.nextLook) {
    session.advance(until, Number.MAX_SAFE_INTEGER);
  }
  return success(run.report());
}
