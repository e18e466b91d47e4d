import {
  humanDuration as printHumanDuration,
  shortHumanDuration as printShortHumanDuration,
} from '../../../../api/human-duration.ts';
import { type ConformanceArea, expectEqual, skipped } from '../area.ts';

const printers = new Map([
  ['HumanDuration', printHumanDuration],
  ['ShortHumanDuration', printShortHumanDuration],
]);

export const humanDuration: ConformanceArea = {
  name: 'human-duration',
  run: ({ fn, milliseconds, expected }) => {
    const print = printers.get(String(fn));
    if (print === undefined) return skipped(`no counterpart for ${String(fn)}`);
    return expectEqual(expected, print(Number(milliseconds)));
  },
};
