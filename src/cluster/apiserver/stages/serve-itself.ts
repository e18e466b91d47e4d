import { healthAnswer } from '../discovery/health.ts';
import type { Stage } from './stage.ts';

/** What the server tells of itself. */
export const serveItself: Stage = ({ request }, server) => healthAnswer(request, server);
