import { ViewportPortal } from '@xyflow/react';
import { memo } from 'react';
import {
  busY,
  fieldBox,
  nodeBox,
  nodeWire,
  ORGANS,
  organBox,
  organWire,
  type Box,
  type Point,
} from '../../view/field.ts';
import { controlPlaneNames } from '../../view/components.ts';
import { hasSeveral, roomOf, roomWires } from '../../view/machine-room.ts';
import { useHead, useNode } from '../hooks/use-view.ts';
import { usePage } from '../page.tsx';
import type { InView } from './levels.ts';

/** In clusters up to this size each node has its wire drawn; a thousand wires would be a carpet. */
const WIRED_NODES_MAX = 24;

/** The cables of the machine room: every organ and every node on one bus to the API server. */
export function Wires({ seen }: { readonly seen: InView }) {
  const { view } = usePage();
  const field = fieldBox(view.nodeSlots);
  // Read for its changes: the room itself is worked out anew.
  useHead((head) => controlPlaneNames(head.health).length);
  const room = roomOf(view);
  if (seen.level === 'raster') return null;
  const wired = view.nodeSlots.extent <= WIRED_NODES_MAX;
  return (
    <ViewportPortal>
      <svg className="wires" aria-hidden="true">
        <path d={busPath(field, hasSeveral(room))} className="wire" />
        {!hasSeveral(room) &&
          ORGANS.map((organ) => (
            <path key={organ} d={pathOf(organWire(organ, field).slice(0, 2))} className="wire" />
          ))}
        {roomWires(room).map((line, at) => (
          <path key={at} d={pathOf(line)} className="wire" />
        ))}
        {wired &&
          seen.slots.map((slot) => {
            const id = view.nodeSlots.idAt(slot);
            return id === undefined ? null : (
              <NodeWire
                key={id}
                id={id}
                slot={slot}
                columns={view.nodeSlots.columns}
                field={field}
              />
            );
          })}
      </svg>
    </ViewportPortal>
  );
}

interface NodeWireProps {
  readonly id: string;
  readonly slot: number;
  readonly columns: number;
  readonly field: Box;
}

const NodeWire = memo(function NodeWire({ id, slot, columns, field }: NodeWireProps) {
  const node = useNode(id);
  if (node === undefined) return null;
  const line = nodeWire(nodeBox(slot, columns), field).slice(0, 3);
  const broken = node.cut || node.power === 'off';
  const first = line[1];
  return (
    <>
      <path d={pathOf(line)} className="wire" data-broken={broken} />
      {node.cut && first !== undefined && (
        // A cut cable has a gap, and both its ends can be seen.
        <g className="wire-cut" transform={`translate(${first.x} ${first.y - 26})`}>
          <rect x="-5" y="-6" width="10" height="12" />
          <path d="M-4 -6 4 -2M-4 2 4 6" />
        </g>
      )}
    </>
  );
});

function busPath(field: Box, several: boolean): string {
  const y = busY(field);
  // Behind a balancer only the nodes are on the bus.
  if (several) {
    const to = Math.max(field.x + field.width / 2, field.x);
    return pathOf([
      { x: field.x - 16, y },
      { x: to, y },
    ]);
  }
  const first = organBox(ORGANS[0], field);
  const last = organBox('etcd', field);
  const from = Math.min(first.x + first.width / 2, field.x - 16);
  const to = Math.max(last.x + last.width / 2, field.x);
  return pathOf([
    { x: from, y },
    { x: to, y },
  ]);
}

const CORNER = 8;

/** A line of straight pieces with rounded corners. */
function pathOf(line: readonly Point[]): string {
  return line
    .map((point, at) => {
      const before = line[at - 1];
      const after = line[at + 1];
      if (before === undefined) return `M${point.x} ${point.y}`;
      if (after === undefined) return `L${point.x} ${point.y}`;
      const enter = towards(point, before);
      const leave = towards(point, after);
      return `L${enter.x} ${enter.y}Q${point.x} ${point.y} ${leave.x} ${leave.y}`;
    })
    .join('');
}

function towards(from: Point, to: Point): Point {
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  const by = Math.min(CORNER, length / 2) / Math.max(length, 1);
  return { x: from.x + (to.x - from.x) * by, y: from.y + (to.y - from.y) * by };
}
