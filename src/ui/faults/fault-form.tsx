import { Zap } from 'lucide-react';
import { useState } from 'react';
import type { FaultDeclaration, FaultParameter } from '../../bridge/protocol.ts';
import { usePage } from '../page.tsx';
import {
  FaultField,
  NumberField,
  machinesFor,
  podsFor,
  processesFor,
  type Values,
} from './fault-fields.tsx';

export interface FaultTiming {
  readonly forMicros?: number;
  readonly everyMicros?: number;
  readonly times?: number;
}

interface FaultFormProps {
  readonly declaration: FaultDeclaration;
  /** What the thing that it was opened for decides. */
  readonly subject: Values;
  /** Why the last attempt was refused; empty: it was not. */
  readonly refusal: string;
  readonly onInject: (params: Values, timing: FaultTiming) => void;
}

/** The parameters of one fault with their defaults, its timing, and what is known of it. */
export function FaultForm({ declaration, subject, refusal, onInject }: FaultFormProps) {
  const { view } = usePage();
  const { params, title, verb, symptoms, remedy, heals } = declaration;
  const [values, setValues] = useState<Values>(() => ({
    ...defaultsOf(declaration, view, subject),
    ...subject,
  }));
  const [time, setTime] = useState({ for: '', every: '', times: '' });
  const hasPod = params.some(({ type }) => type === 'pod');
  const fields = params.filter(({ name }) => !(hasPod && name === 'machine'));
  return (
    <form
      className="fault-form"
      aria-label={title}
      onSubmit={(event) => {
        event.preventDefault();
        onInject(values, timingOf(time));
      }}
    >
      <h3 className="text-15 font-semibold">{title}</h3>
      <dl className="fault-words">
        <dt>What to expect</dt>
        <dd>{symptoms}</dd>
        <dt>How it is found and mended</dt>
        <dd>{remedy}</dd>
      </dl>
      <div className="fault-fields">
        {fields.map((parameter) => (
          <FaultField
            key={parameter.name}
            parameter={parameter}
            values={values}
            view={view}
            onChange={(changed) => setValues((last) => ({ ...last, ...changed }))}
          />
        ))}
        {heals !== undefined && (
          <NumberField
            label="For"
            unit="s; empty: until it is mended"
            value={time.for}
            min={1}
            onChange={(text) => setTime((last) => ({ ...last, for: text }))}
          />
        )}
        <NumberField
          label="Again every"
          unit="s; empty: once"
          value={time.every}
          min={1}
          onChange={(text) => setTime((last) => ({ ...last, every: text }))}
        />
        {time.every !== '' && (
          <NumberField
            label="Times in all"
            unit="; empty: until it is called off"
            value={time.times}
            min={1}
            onChange={(text) => setTime((last) => ({ ...last, times: text }))}
          />
        )}
      </div>
      {refusal !== '' && (
        <p role="alert" className="text-failed-text">
          {refusal}
        </p>
      )}
      <div className="flex items-center gap-3">
        <button type="submit" className="btn btn-primary">
          <Zap size={13} /> {verb}
        </button>
        {heals !== undefined && <span className="text-11 text-dim">undone by “{heals}”</span>}
      </div>
    </form>
  );
}

/** What stands in the fields first: the declared default, or the first that can be chosen. */
function defaultsOf(
  { params }: FaultDeclaration,
  view: Parameters<typeof machinesFor>[0],
  subject: Values,
): Values {
  const values: Record<string, string | number | boolean> = {};
  for (const parameter of params) {
    const first = parameter.default ?? firstChoice(parameter, view);
    if (first !== undefined) values[parameter.name] = first;
  }
  const podUid = String(subject['podUid'] ?? values['podUid'] ?? '');
  const pod = podUid === '' ? undefined : view.pods.get(podUid);
  if (pod !== undefined) {
    values['machine'] = pod.node;
    values['container'] = pod.containerNames[0] ?? '';
  }
  return values;
}

function firstChoice(
  parameter: FaultParameter,
  view: Parameters<typeof machinesFor>[0],
): string | undefined {
  switch (parameter.type) {
    case 'machine':
      // The first worker rather than the control plane: nobody means to break that by default.
      return machinesFor(view, { among: parameter.among ?? 'nodes' })[0];
    case 'machines':
      return machinesFor(view, { among: 'nodes' })[0];
    case 'process':
      return processesFor(view, parameter)[0];
    case 'pod':
      return podsFor(view).find(({ label }) => !label.startsWith('kube-system/'))?.id;
    default:
      return undefined;
  }
}

function timingOf(time: {
  readonly for: string;
  readonly every: string;
  readonly times: string;
}): FaultTiming {
  const micros = (text: string): number => Math.round(Number(text) * 1_000_000);
  return {
    ...(time.for === '' ? undefined : { forMicros: micros(time.for) }),
    ...(time.every === '' ? undefined : { everyMicros: micros(time.every) }),
    ...(time.every === '' || time.times === ''
      ? undefined
      : { times: Math.max(1, Math.round(Number(time.times))) }),
  };
}
