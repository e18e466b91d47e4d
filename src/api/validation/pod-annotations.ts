import { invalid } from '../field-errors.ts';
import type { Errors } from './fields.ts';

const deletionCost = 'controller.kubernetes.io/pod-deletion-cost';

/** The annotations that mean something to Kubernetes itself: the cost of deleting a pod must be a 32-bit number. */
export function checkPodAnnotations(
  annotations: Readonly<Record<string, string>> | undefined,
  path: string,
  errors: Errors,
): void {
  if (annotations === undefined || !Object.hasOwn(annotations, deletionCost)) return;
  const text = annotations[deletionCost] ?? '';
  const isNumber = /^(?:0|-?[1-9]\d*)$/.test(text);
  if (isNumber && Math.abs(Number(text)) < 2 ** 31) return;
  errors.push(invalid(`${path}[${deletionCost}]`, text, 'must be a 32bit integer'));
}
