import type { Affinity, Container, Node, Pod, PodSpec, Taint } from '../../api/generated/types.ts';
import { isTaintTolerated } from '../../api/taints-and-tolerations.ts';
import type { SpecChange } from './spec-change.ts';

/** Taints that only last while something is broken, or that another act takes away. */
const PASSING_TAINTS = 'node.kubernetes.io/';

/** Further changes of the Pod's own spec that may make it fit, each by itself. None has been tried yet. */
export function looserSpecs(pod: Pod, nodes: Iterable<Node>): readonly SpecChange[] {
  const { spec } = pod;
  return [
    ...tolerationChanges(spec, nodes),
    ...selectorChanges(spec),
    ...affinityChanges(spec),
    ...spreadChanges(spec),
    ...portChanges(spec),
  ];
}

/** The gates that keep the Pod from being tried at all. */
export function ungate(spec: PodSpec): SpecChange | undefined {
  const gates = spec.schedulingGates ?? [];
  if (gates.length === 0) return undefined;
  return {
    kind: 'gate',
    what: `Lift ${gates.length === 1 ? 'the scheduling gate' : 'the scheduling gates'} ${gates.map(({ name }) => name).join(', ')}`,
    note: 'Whoever set it expects something else to be ready first.',
    weight: 1,
    apply: ({ schedulingGates: _lifted, ...rest }) => rest,
  };
}

const TAINT_SETS_MAX = 6;

function tolerationChanges(spec: PodSpec, nodes: Iterable<Node>): readonly SpecChange[] {
  const sets = new Map<string, readonly Taint[]>();
  for (const node of nodes) {
    const taints = untolerated(node, spec);
    if (taints.length === 0 || taints.some(({ key }) => key.startsWith(PASSING_TAINTS))) continue;
    const words = taints.map(taintText).join(', ');
    if (sets.size < TAINT_SETS_MAX || sets.has(words)) sets.set(words, taints);
  }
  return [...sets].map(([words, taints]) => ({
    kind: 'toleration' as const,
    what: `Tolerate the ${taints.length === 1 ? 'taint' : 'taints'} ${words}`,
    note: 'It may then go to every node with this taint.',
    weight: 20 + taints.length,
    apply: (before: PodSpec) => ({
      ...before,
      tolerations: [
        ...(before.tolerations ?? []),
        ...taints.map(({ key, value, effect }) =>
          value === undefined || value === ''
            ? ({ key, operator: 'Exists', effect } as const)
            : ({ key, operator: 'Equal', value, effect } as const),
        ),
      ],
    }),
  }));
}

/** The taints of a node that keep the Pod away. */
export function untolerated(node: Node, spec: PodSpec): readonly Taint[] {
  return (node.spec?.taints ?? []).filter(
    (taint) => taint.effect !== 'PreferNoSchedule' && !isTaintTolerated(taint, spec.tolerations),
  );
}

export function taintText({ key, value = '', effect }: Taint): string {
  return value === '' ? `${key}:${effect}` : `${key}=${value}:${effect}`;
}

function selectorChanges(spec: PodSpec): readonly SpecChange[] {
  const entries = Object.entries(spec.nodeSelector ?? {});
  const single = entries.map(
    ([key, value]): SpecChange => ({
      kind: 'selector',
      what: `Remove ${key}: ${value} from the nodeSelector`,
      note: '',
      weight: 35,
      apply: (before) => withSelector(before, (kept) => kept !== key),
    }),
  );
  if (entries.length < 2) return single;
  return [
    ...single,
    {
      kind: 'selector',
      what: 'Remove the nodeSelector',
      note: '',
      weight: 38,
      apply: (before) => withSelector(before, () => false),
    },
  ];
}

function withSelector(
  { nodeSelector = {}, ...rest }: PodSpec,
  keeps: (key: string) => boolean,
): PodSpec {
  const kept = Object.entries(nodeSelector).filter(([key]) => keeps(key));
  return kept.length === 0 ? rest : { ...rest, nodeSelector: Object.fromEntries(kept) };
}

const EXPRESSIONS_MAX = 8;

function affinityChanges({ affinity }: PodSpec): readonly SpecChange[] {
  if (affinity === undefined) return [];
  const changes: SpecChange[] = [];
  const required = affinity.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  const terms = required?.nodeSelectorTerms ?? [];
  if (required !== undefined) {
    const expressions = terms.flatMap((term, at) =>
      (term.matchExpressions ?? []).map((expression, index) => ({ expression, at, index })),
    );
    if (expressions.length > 1) {
      for (const { expression, at, index } of expressions.slice(0, EXPRESSIONS_MAX)) {
        const { key, operator, values = [] } = expression;
        changes.push({
          kind: 'affinity',
          what: `Remove ${[key, operator, ...values].join(' ')} from the required node affinity`,
          note: '',
          weight: 40,
          apply: (spec) => withoutExpression(spec, at, index),
        });
      }
    }
    changes.push({
      kind: 'affinity',
      what: 'Remove the required node affinity',
      note: 'A preferred one would still draw it to such nodes.',
      weight: 42,
      apply: (spec) => withAffinity(spec, 'nodeAffinity', () => undefined),
    });
  }
  for (const field of ['podAffinity', 'podAntiAffinity'] as const) {
    const podTerms = affinity[field]?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
    for (const [at, { topologyKey }] of podTerms.entries()) {
      const what = field === 'podAffinity' ? 'Pod affinity' : 'Pod anti-affinity';
      changes.push({
        kind: 'affinity',
        what: `Remove the required ${what} by ${topologyKey}`,
        note:
          field === 'podAntiAffinity' ? 'A preferred one would still keep such Pods apart.' : '',
        weight: 41,
        apply: (spec) => withoutPodTerm(spec, field, at),
      });
    }
  }
  return changes;
}

function withAffinity<Field extends keyof Affinity>(
  spec: PodSpec,
  field: Field,
  change: (value: Affinity[Field]) => Affinity[Field],
): PodSpec {
  const { affinity, ...rest } = spec;
  if (affinity === undefined) return spec;
  const { [field]: value, ...others } = affinity;
  const next = change(value);
  const changed: Affinity = next === undefined ? others : { ...others, [field]: next };
  return Object.keys(changed).length === 0 ? rest : { ...rest, affinity: changed };
}

function withoutExpression(spec: PodSpec, at: number, index: number): PodSpec {
  return withAffinity(spec, 'nodeAffinity', (nodeAffinity) => {
    const required = nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
    if (nodeAffinity === undefined || required === undefined) return nodeAffinity;
    const nodeSelectorTerms = required.nodeSelectorTerms.map((term, which) =>
      which === at
        ? {
            ...term,
            matchExpressions: (term.matchExpressions ?? []).filter((_, each) => each !== index),
          }
        : term,
    );
    return {
      ...nodeAffinity,
      requiredDuringSchedulingIgnoredDuringExecution: { ...required, nodeSelectorTerms },
    };
  });
}

function withoutPodTerm(
  spec: PodSpec,
  field: 'podAffinity' | 'podAntiAffinity',
  at: number,
): PodSpec {
  return withAffinity(spec, field, (value) => {
    if (value === undefined) return undefined;
    const { requiredDuringSchedulingIgnoredDuringExecution: terms = [], ...rest } = value;
    const kept = terms.filter((_, which) => which !== at);
    if (kept.length > 0) return { ...rest, requiredDuringSchedulingIgnoredDuringExecution: kept };
    return Object.keys(rest).length === 0 ? undefined : rest;
  });
}

function spreadChanges(spec: PodSpec): readonly SpecChange[] {
  return (spec.topologySpreadConstraints ?? []).flatMap((constraint, at): SpecChange[] => {
    if (constraint.whenUnsatisfiable !== 'DoNotSchedule') return [];
    return [
      {
        kind: 'spread',
        what: `Let the spread over ${constraint.topologyKey} be a wish: whenUnsatisfiable: ScheduleAnyway`,
        note: 'It is still preferred where it can be had.',
        weight: 25,
        apply: (before) => ({
          ...before,
          topologySpreadConstraints: (before.topologySpreadConstraints ?? []).map((each, which) => {
            if (which !== at) return each;
            // Only a hard constraint may say how many domains there must be.
            const { minDomains: _dropped, ...rest } = each;
            return { ...rest, whenUnsatisfiable: 'ScheduleAnyway' as const };
          }),
        }),
      },
    ];
  });
}

function portChanges(spec: PodSpec): readonly SpecChange[] {
  const ports = new Set(
    spec.containers.flatMap(({ ports: all = [] }) => all.flatMap(({ hostPort = 0 }) => hostPort)),
  );
  ports.delete(0);
  if (ports.size === 0 || spec.hostNetwork === true) return [];
  return [...ports].map((port) => ({
    kind: 'port' as const,
    what: `Give up the host port ${port}`,
    note: 'A Service reaches the Pod without one.',
    weight: 30,
    apply: (before: PodSpec) => ({
      ...before,
      containers: before.containers.map((container) => withoutHostPort(container, port)),
    }),
  }));
}

function withoutHostPort(container: Container, port: number): Container {
  if (container.ports === undefined) return container;
  return {
    ...container,
    ports: container.ports.map((each) => {
      if (each.hostPort !== port) return each;
      const { hostPort: _given, ...rest } = each;
      return rest;
    }),
  };
}
