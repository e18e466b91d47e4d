import type { FaultParameter } from '../../bridge/protocol.ts';
import { controlPlaneNames } from '../../view/components.ts';
import { compareNatural } from '../../view/natural-order.ts';
import { processTitle } from '../../view/process-title.ts';
import type { View } from '../../view/view.ts';

export type ParamValue = string | number | boolean;
export type Values = Readonly<Record<string, ParamValue>>;

/** Lists longer than this are not offered whole: the first ones, and those that something is wrong with, are. */
const NODES_OFFERED_MAX = 200;
const PODS_OFFERED_MAX = 300;
const NODE_PROGRAMS = ['kubelet', 'containerd', 'kube-proxy', 'cni-agent'] as const;

/** The machines that a parameter can name. */
export function machinesFor(
  view: View,
  { among }: Pick<FaultParameter, 'among'>,
): readonly string[] {
  const { health } = view.head.getState();
  const hosts = controlPlaneNames(health);
  if (among === 'control plane') return hosts;
  const nodes = [...view.nodes.rows()]
    .map(({ machine }) => machine)
    .sort(compareNatural)
    .slice(0, NODES_OFFERED_MAX);
  const balancer = health.components
    .filter(({ component }) => component === 'load-balancer')
    .map(({ machine }) => machine);
  return among === 'nodes' ? [...nodes, ...hosts] : [...hosts, ...balancer, ...nodes];
}

/** The processes that a parameter can name. */
export function processesFor(view: View, { choices }: FaultParameter): readonly string[] {
  const own = view.head
    .getState()
    .health.components.filter(({ component }) => choices?.includes(component) !== false)
    .map(({ process }) => process);
  const units = NODE_PROGRAMS.filter((program) => choices?.includes(program) !== false);
  const machines = machinesFor(view, { among: 'nodes' });
  return [...own, ...units.flatMap((program) => machines.map((each) => `${program}-${each}`))];
}

/** Pods with containers that run. */
export function podsFor(view: View): readonly { readonly id: string; readonly label: string }[] {
  const pods: { readonly id: string; readonly label: string }[] = [];
  for (const pod of view.pods.rows()) {
    if (pods.length >= PODS_OFFERED_MAX) break;
    if (pod.node === '' || pod.phase !== 'Running') continue;
    pods.push({ id: pod.id, label: `${pod.namespace}/${pod.name} on ${pod.node}` });
  }
  return pods.sort((a, b) => compareNatural(a.label, b.label));
}

interface FieldProps {
  readonly parameter: FaultParameter;
  readonly values: Values;
  readonly view: View;
  readonly onChange: (changed: Values) => void;
}

/** The field of one parameter, by its type. */
export function FaultField({ parameter, values, view, onChange }: FieldProps) {
  const { name, label, type, choices = [] } = parameter;
  const value = values[name] ?? '';
  const set = (next: ParamValue): void => onChange({ [name]: next });
  switch (type) {
    case 'machine':
      return (
        <Choice
          label={label}
          value={String(value)}
          onChange={set}
          options={machinesFor(view, parameter)}
        />
      );
    case 'process':
      return (
        <Choice
          label={label}
          value={String(value)}
          onChange={set}
          options={processesFor(view, parameter)}
          say={(each) => `${processTitle(each)} (${each})`}
        />
      );
    case 'pod': {
      const pods = podsFor(view);
      return (
        <Choice
          label={label}
          value={String(value)}
          options={pods.map(({ id }) => id)}
          say={(id) => pods.find((each) => each.id === id)?.label ?? id}
          onChange={(id) => {
            const pod = view.pods.get(id);
            onChange({
              [name]: id,
              machine: pod?.node ?? '',
              container: pod?.containerNames[0] ?? '',
            });
          }}
        />
      );
    }
    case 'container': {
      const pod = view.pods.get(String(values['podUid'] ?? ''));
      return (
        <Choice
          label={label}
          value={String(value)}
          onChange={set}
          options={pod?.containerNames ?? []}
        />
      );
    }
    case 'choice':
      return <Segments label={label} value={String(value)} onChange={set} options={choices} />;
    case 'machines':
      return <Machines label={label} value={String(value)} onChange={set} view={view} />;
    case 'switch':
      return (
        <label className="fault-field">
          <span>{label}</span>
          <span>
            <input
              type="checkbox"
              checked={value === true}
              onChange={(event) => set(event.target.checked)}
            />
          </span>
        </label>
      );
    case 'number':
      return (
        <NumberField
          label={label}
          unit={parameter.unit}
          value={String(value)}
          min={parameter.min}
          max={parameter.max}
          onChange={(text) => set(text === '' ? '' : Number(text))}
        />
      );
  }
}

export function Choice({
  label,
  value,
  options,
  say = (option) => option,
  onChange,
}: {
  readonly label: string;
  readonly value: string;
  readonly options: readonly string[];
  readonly say?: (option: string) => string;
  readonly onChange: (value: string) => void;
}) {
  return (
    <label className="fault-field">
      <span>{label}</span>
      <select className="field" value={value} onChange={(event) => onChange(event.target.value)}>
        {!options.includes(value) && (
          <option value={value}>{value === '' ? 'choose …' : value}</option>
        )}
        {options.map((option) => (
          <option key={option} value={option}>
            {say(option)}
          </option>
        ))}
      </select>
    </label>
  );
}

export function NumberField({
  label,
  unit,
  value,
  min,
  max,
  placeholder,
  onChange,
}: {
  readonly label: string;
  readonly unit?: string | undefined;
  readonly value: string;
  readonly min?: number | undefined;
  readonly max?: number | undefined;
  readonly placeholder?: string;
  readonly onChange: (value: string) => void;
}) {
  return (
    <label className="fault-field">
      <span>{label}</span>
      <span className="flex items-center gap-2">
        <input
          type="number"
          className="field !w-28"
          step="any"
          value={value}
          min={min}
          max={max}
          placeholder={placeholder}
          onChange={(event) => onChange(event.target.value)}
        />
        <span className="text-dim">{unit}</span>
      </span>
    </label>
  );
}

/** A few values beside each other, of which one holds: a dial with stops. */
export function Segments({
  label,
  value,
  options,
  onChange,
}: {
  readonly label: string;
  readonly value: string;
  readonly options: readonly string[];
  readonly onChange: (value: string) => void;
}) {
  return (
    <div className="fault-field">
      <span aria-hidden="true">{label}</span>
      <span className="segments justify-self-start flex-wrap" role="group" aria-label={label}>
        {options.map((option) => (
          <button
            key={option}
            type="button"
            aria-pressed={option === value}
            onClick={() => onChange(option)}
          >
            {option}
          </button>
        ))}
      </span>
    </div>
  );
}

/** Machines to tick; a star stands for all the others. */
function Machines({
  label,
  value,
  view,
  onChange,
}: {
  readonly label: string;
  readonly value: string;
  readonly view: View;
  readonly onChange: (value: string) => void;
}) {
  const chosen = new Set(
    value
      .split(',')
      .map((each) => each.trim())
      .filter((each) => each !== ''),
  );
  const toggle = (machine: string): void => {
    const next = new Set(machine === '*' ? [] : chosen);
    next.delete('*');
    if (chosen.has(machine)) next.delete(machine);
    else next.add(machine);
    onChange([...next].join(','));
  };
  return (
    <div className="fault-field">
      <span aria-hidden="true">{label}</span>
      <span className="fault-machines" role="group" aria-label={label}>
        {['*', ...machinesFor(view, {}).slice(0, 24)].map((machine) => (
          <button
            key={machine}
            type="button"
            aria-pressed={chosen.has(machine)}
            onClick={() => toggle(machine)}
          >
            {machine === '*' ? 'everyone else' : machine}
          </button>
        ))}
      </span>
    </div>
  );
}
