import { runVerb } from '../run-verb.ts';
import { FIRST_STEP } from '../verb.ts';
import type { Stage } from './stage.ts';

/** The verb itself. */
export const runVerbStage: Stage = (exchange, server) => runVerb(server, exchange, FIRST_STEP);
