import type { ConformanceArea } from '../area.ts';
import { labelSelector } from './label-selector.ts';
import { nameValidation } from './name-validation.ts';
import { quantity } from './quantity.ts';

/** Every area that has a counterpart in the simulator. An area is named as its vector file. */
export const areas: readonly ConformanceArea[] = [labelSelector, nameValidation, quantity];
