import type { ActiveFault } from '../../kernel/world.ts';
import type { Fault, FaultParameter } from './fault.ts';

/** The parameter that most faults have. */
export const MACHINE: FaultParameter = { name: 'machine', label: 'Machine', type: 'machine' };
export const NODE: FaultParameter = { ...MACHINE, label: 'Node', among: 'nodes' };

/** Parameters as they are kept: what is not said has its default. Answers a sentence about the first that is wrong. */
export function withDefaults(
  fault: Pick<Fault, 'params'>,
  given: ActiveFault['params'],
): ActiveFault['params'] | string {
  const params: Record<string, string | number | boolean> = { ...given };
  for (const parameter of fault.params) {
    const { name, type } = parameter;
    const value = params[name] ?? parameter.default;
    if (value === undefined) continue;
    params[name] = value;
    if (type === 'number') {
      const problem = numberProblem(parameter, Number(value));
      if (problem !== undefined) return problem;
      params[name] = Number(value);
    }
    if (type === 'choice' && parameter.choices?.includes(String(value)) === false)
      return `${name} is one of ${parameter.choices.join(', ')}, not "${String(value)}"`;
  }
  return params;
}

function numberProblem(parameter: FaultParameter, value: number): string | undefined {
  const { name, min, max } = parameter;
  if (!Number.isFinite(value)) return `${name} is a number`;
  if (min !== undefined && value < min) return `${name} is at least ${min}`;
  return max !== undefined && value > max ? `${name} is at most ${max}` : undefined;
}
