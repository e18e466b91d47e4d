import { type QosSpec, qosClass } from '../../../../api/qos.ts';
import { type ConformanceArea, expectEqual } from '../area.ts';

export const qos: ConformanceArea = {
  name: 'qos',
  run: ({ spec, qosClass: wanted }) => expectEqual(wanted, qosClass(spec as QosSpec)),
};
