import { Handle, Position } from '@xyflow/react';
import { Flag, PowerOff, Unplug } from 'lucide-react';
import { memo } from 'react';
import type { NodeCard as NodeRow } from '../../bridge/cards.ts';
import { notReadyKey } from '../../view/record-history.ts';
import type { View } from '../../view/view.ts';
import { ageText, bytesText, cpuText, plural } from '../../view/words.ts';
import { useNode, useSampled } from '../hooks/use-view.ts';
import { usePage } from '../page.tsx';
import { HEARTBEAT_LATE_MICROS } from '../shell/nodes-cell.tsx';
import { NodeVerdict } from '../scheduling/node-verdict.tsx';
import { usePending } from '../state/activity.ts';
import { useSelection } from '../state/selection.ts';
import { PodCells } from './pod-cells.tsx';

/** A node and what runs on it. */
export const NodeCard = memo(function NodeCard({ id }: { readonly id: string }) {
  const node = useNode(id);
  const selected = useSelection((state) => state.selected === id);
  const pointed = useSelection((state) => state.cursor === id);
  const pending = usePending(id);
  if (node === undefined) return null;
  return (
    <section
      className="node-card nodrag"
      data-thing={id}
      data-class={node.statusClass}
      data-ready={node.ready}
      data-power={node.power}
      data-cordoned={node.unschedulable}
      data-selected={selected}
      data-cursor={pointed}
      data-pending={pending}
      aria-label={`Node ${node.name}, ${node.status}, ${plural(node.pods, 'Pod')}`}
    >
      <header className="flex items-baseline gap-2">
        <h2 className="truncate-text text-13 font-semibold">{node.name}</h2>
        <span className="truncate-text flex-1 text-11 text-dim">{node.zone}</span>
        <Taints taints={node.taints} />
        <NodeState id={id} />
      </header>
      <NodeParts node={node} />
      <Bar
        label="CPU"
        unit="cores"
        requested={node.cpuRequestedMilli}
        used={node.cpuUsedMilli}
        all={node.cpuAllocatableMilli}
        text={cpuText}
      />
      <Bar
        label="Memory"
        unit=""
        requested={node.memoryRequestedBytes}
        used={node.memoryUsedBytes}
        all={node.memoryAllocatableBytes}
        text={bytesText}
      />
      <PodCells node={node.name} />
      <NodeVerdict node={node.name} />
      <Handle type="target" position={Position.Left} isConnectable={false} className="anchor" />
    </section>
  );
});

/** Ready, or how long it has been silent: the words that matter most, with the time they need. */
function NodeState({ id }: { readonly id: string }) {
  const { view } = usePage();
  const words = useSampled(() => stateWords(view, id), 500);
  const node = useNode(id);
  return (
    <span
      className="state-text flex-none text-11 font-semibold"
      data-class={
        words.startsWith('silent') && node?.ready === 'True' ? 'attention' : node?.statusClass
      }
    >
      {words}
    </span>
  );
}

function stateWords(view: View, id: string): string {
  const node = view.nodes.get(id);
  if (node === undefined) return '';
  const { now } = view.head.getState();
  const silence = node.heartbeatAt === 0 ? 0 : now - node.heartbeatAt;
  if (node.ready === 'True') {
    if (silence > HEARTBEAT_LATE_MICROS) return `silent ${ageText(silence)}`;
    return node.unschedulable ? 'Cordoned' : 'Ready';
  }
  const since = view.history.since(notReadyKey(id), now);
  return since === undefined ? 'NotReady' : `NotReady ${ageText(now - since)}`;
}

/** Pods that do not say otherwise tolerate a lost node for this long (DefaultTolerationSeconds). */
const TOLERATION_MICROS = 300_000_000;

function NodeParts({ node }: { readonly node: NodeRow }) {
  const { view } = usePage();
  const leaving = useSampled(() => leavingWords(view, node.id), 500);
  return (
    <p className="node-parts">
      {node.power === 'off' ? (
        <span className="flex items-center gap-1 text-failed-text">
          <PowerOff size={11} /> no power
        </span>
      ) : (
        <>
          <Part name="kubelet" up={node.kubelet === 'up'} />
          <Part name="containerd" up={node.containerd === 'up'} />
        </>
      )}
      {node.cut && (
        <span className="flex items-center gap-1 text-failed-text">
          <Unplug size={11} /> cut off
        </span>
      )}
      <span className="flex-1" />
      {leaving !== '' && (
        <span
          className="text-attention-text"
          data-tip="Pods without a toleration of their own are evicted then"
        >
          {leaving}
        </span>
      )}
    </p>
  );
}

/** A small flag, with the number of taints where there are several. */
function Taints({ taints }: { readonly taints: readonly string[] }) {
  if (taints.length === 0) return null;
  return (
    <span
      className="flex items-center gap-0.5 text-11 text-dim"
      data-tip={`Taints\n${taints.join('\n')}`}
    >
      <Flag size={11} className="self-center" aria-label={plural(taints.length, 'taint')} />
      {taints.length > 1 && taints.length}
    </span>
  );
}

/** The time until a lost node's Pods are evicted, or nothing. */
function leavingWords(view: View, id: string): string {
  const node = view.nodes.get(id);
  const { now } = view.head.getState();
  const since = view.history.since(notReadyKey(id), now);
  const lost = node?.taints.some((taint) => taint.endsWith(':NoExecute')) === true;
  if (since === undefined || !lost || node.pods === 0) return '';
  const left = since + TOLERATION_MICROS - now;
  return left > 0 ? `evicts in ${ageText(left)}` : '';
}

function Part({ name, up }: { readonly name: string; readonly up: boolean }) {
  return (
    <span className={`flex items-center gap-1 ${up ? '' : 'text-failed-text'}`}>
      <span
        className="lamp"
        style={{ width: 6, height: 6 }}
        data-class={up ? 'good' : 'failed'}
        aria-hidden="true"
      />
      {name}
      {!up && ' down'}
    </span>
  );
}

interface BarProps {
  readonly label: string;
  readonly unit: string;
  readonly requested: number;
  readonly used: number;
  readonly all: number;
  readonly text: (value: number) => string;
}

function Bar({ label, unit, requested, used, all, text }: BarProps) {
  const share = (value: number): string => `${Math.min(100, (100 * value) / Math.max(all, 1))}%`;
  const suffix = unit === '' ? '' : ` ${unit}`;
  return (
    <div
      className="node-bar"
      data-tip={`${label}: ${text(requested)} requested, ${text(used)} used, of ${text(all)}${suffix}`}
    >
      <div className="flex justify-between text-11 leading-[14px] text-dim">
        <span>{label}</span>
        <span>
          <span className={requested > all ? 'text-attention-text' : 'text-fg'}>
            {text(requested)}
          </span>{' '}
          / {text(all)}
        </span>
      </div>
      <div className="bar">
        <span className="bar-requested" style={{ width: share(requested) }} />
        <span className="bar-used" style={{ width: share(used) }} />
      </div>
    </div>
  );
}
