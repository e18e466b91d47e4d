import { unauthorizedError } from '../../../api/status-error.ts';
import { refuse } from '../exchange.ts';
import type { Stage } from './stage.ts';

/** Who asks: the wire vouches for the name, as client certificates and tokens would. */
export const authenticate: Stage = ({ request }) =>
  request.user === '' ? refuse(unauthorizedError()) : undefined;
