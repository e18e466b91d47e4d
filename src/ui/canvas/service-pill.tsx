import { Handle, Position } from '@xyflow/react';
import { memo } from 'react';
import type { ServiceCard } from '../../bridge/cards.ts';
import { useService } from '../hooks/use-view.ts';
import { Lamp } from '../parts/lamp.tsx';
import { usePending } from '../state/activity.ts';
import { useSelection } from '../state/selection.ts';

/** A Service: its name, its address, and how many of its endpoints answer. */
export const ServicePill = memo(function ServicePill({ id }: { readonly id: string }) {
  const service = useService(id);
  const selected = useSelection((state) => state.selected === id);
  const pointed = useSelection((state) => state.cursor === id);
  const pending = usePending(id);
  if (service === undefined) return null;
  const { ready, notReady } = service;
  const all = ready.length + notReady.length;
  return (
    <section
      className="service-pill nodrag"
      data-thing={id}
      data-selected={selected}
      data-cursor={pointed}
      data-pending={pending}
      aria-label={`Service ${service.name}: ${ready.length} of ${all} endpoints ready`}
      data-tip={`${service.namespace}/${service.name}\n${service.type} ${service.ports.join(', ')}\n${ready.length} of ${all} endpoints ready`}
    >
      <span className="flex items-center gap-1.5">
        <span className="truncate-text flex-1 font-semibold">{service.name}</span>
        <span className="text-11 text-dim">
          {ready.length}/{all}
        </span>
        <Lamp state={serviceLamp(service)} />
      </span>
      <span className="machine truncate-text text-dim">{addressOf(service)}</span>
      <Handle type="source" position={Position.Right} isConnectable={false} className="anchor" />
    </section>
  );
});

/** Full while all endpoints are ready; a Service that reaches nobody has failed. */
export function serviceLamp({ ready, notReady }: ServiceCard): 'good' | 'attention' | 'failed' {
  if (ready.length === 0) return 'failed';
  return notReady.length > 0 ? 'attention' : 'good';
}

export function addressOf({ clusterIP, ports }: ServiceCard): string {
  const port = /^\d+/.exec(ports[0] ?? '')?.[0];
  return port === undefined ? clusterIP : `${clusterIP}:${port}`;
}
