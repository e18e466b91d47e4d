import type { ConformanceArea } from '../area.ts';
import { nameValidation } from './name-validation.ts';
import { quantity } from './quantity.ts';

/** Every area that has a counterpart in the simulator. An area is named as its vector file. */
export const areas: readonly ConformanceArea[] = [nameValidation, quantity];
