import { unknownResourceError } from '../../../api/status-error.ts';
import { refuse } from '../exchange.ts';
import { targetOf } from '../request-target.ts';
import type { Stage } from './stage.ts';

/** 404 for paths that name nothing the server has. */
export const knowResource: Stage = ({ request }) =>
  targetOf(request.path) === undefined ? refuse(unknownResourceError()) : undefined;
