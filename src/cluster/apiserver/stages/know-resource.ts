import { unknownResourceError } from '../../../api/status-error.ts';
import { refuse } from '../exchange.ts';
import type { Stage } from './stage.ts';

/** 404 for paths that name nothing the server has. */
export const knowResource: Stage = () => refuse(unknownResourceError());
