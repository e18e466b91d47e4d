import type { Stage } from './stage.ts';

/** Whether he may. Everyone may for now: the place where RBAC will decide. */
export const authorise: Stage = () => undefined;
