import { textParameter, type Fault } from './fault.ts';

/** A machine that no packet reaches or leaves; everything on it goes on running. */
export const networkCut: Fault = {
  kind: 'network-cut',
  title: 'Network cut',
  verb: 'Cut network',
  heals: 'Mend network',
  params: [{ name: 'machine', type: 'machine' }],
  symptoms:
    'As for a lost node to the rest of the cluster, but its containers go on running: after eviction two copies of a Pod may be alive. When the cable is back the kubelet ends the ones it should no longer run.',
  remedy:
    'kubectl get nodes; compare crictl ps on the machine with kubectl get pods; mend the network.',
  inject({ world, fault }) {
    const machine = textParameter(fault, 'machine');
    if (!world.machines.has(machine)) return `there is no machine "${machine}"`;
    if (
      world.wire.rules.some((rule) => rule.effect.kind === 'cut' && rule.from.includes(machine))
    ) {
      return `${machine} is cut off already`;
    }
    world.wire.rules = [
      ...world.wire.rules,
      Object.freeze({
        id: fault.id,
        from: Object.freeze([machine]),
        to: Object.freeze(['*']),
        bothWays: true,
        effect: Object.freeze({ kind: 'cut' as const }),
      }),
    ];
    return undefined;
  },
  heal({ world, fault }) {
    world.wire.rules = world.wire.rules.filter((rule) => rule.id !== fault.id);
  },
};
