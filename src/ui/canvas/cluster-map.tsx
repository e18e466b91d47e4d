import {
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
  type EdgeTypes,
  type NodeTypes,
} from '@xyflow/react';
import { Suspense, useMemo, useRef } from 'react';
import { usePage } from '../page.tsx';
import { useHead, useIds } from '../hooks/use-view.ts';
import { useMedia } from '../hooks/use-media.ts';
import { TimeBar } from '../timeline/time-bar.tsx';
import { ActivityLine } from './activity-line.tsx';
import { ZOOM_MAX, ZOOM_MIN, type Insets } from './camera.ts';
import { HostLabel } from './host-label.tsx';
import type {
  CardType,
  HostCardType,
  LinkEdgeType,
  NodeCardType,
  OrganCardType,
  ServiceCardType,
} from './card-types.ts';
import { SchedulingLens } from '../scheduling/scheduling-lens.tsx';
import { Harbour } from './harbour.tsx';
import { LinkEdge } from './link-edge.tsx';
import { MapControls } from './map-controls.tsx';
import { MotionLayer } from './motion-layer.tsx';
import { NodeCard } from './node-card.tsx';
import { OrganCard } from './organ-card.tsx';
import { RasterLayer } from './raster-layer.tsx';
import { ServicePill } from './service-pill.tsx';
import { TryChips } from './try-chips.tsx';
import { useCards, useCountInSight, useGradually, useInView, useLinks } from './use-cards.ts';
import { useMapCommands } from './use-map-commands.ts';
import { useMapPointer } from './use-map-pointer.ts';
import { useMapKeys } from './use-map-keys.ts';
import { Wires } from './wires.tsx';
import { lazyPart } from '../parts/lazy-part.ts';

/** The picture of the cluster: control plane above, Services left, nodes in the field, waiting Pods right. */
export function ClusterMap() {
  return (
    <ReactFlowProvider>
      <MapInside />
    </ReactFlowProvider>
  );
}

const RoomCard = lazyPart(() => import('./host-card.tsx'));

function Room({ machine }: { readonly machine: string | undefined }) {
  return (
    <Suspense fallback={null}>
      <RoomCard machine={machine} />
    </Suspense>
  );
}

const nodeTypes: NodeTypes = {
  node: ({ data }: { data: NodeCardType['data'] }) => <NodeCard id={data.id} />,
  service: ({ data }: { data: ServiceCardType['data'] }) => <ServicePill id={data.id} />,
  organ: ({ data }: { data: OrganCardType['data'] }) => <OrganCard organ={data.organ} />,
  host: ({ data }: { data: HostCardType['data'] }) =>
    data.label ? <HostLabel machine={data.machine} /> : <Room machine={data.machine} />,
  balancer: () => <Room machine={undefined} />,
};
const edgeTypes: EdgeTypes = { link: LinkEdge };

function MapInside() {
  const { view } = usePage();
  const root = useRef<HTMLElement>(null);
  const flow = useReactFlow<CardType, LinkEdgeType>();
  const seen = useInView();
  useCountInSight(seen);
  const shown = useGradually(seen);
  const cards = useCards(shown);
  const links = useLinks(cards);
  const paused = useHead((head) => head.paused);
  const phase = useHead((head) => head.phase);
  const empty = useIds(view.nodes).length === 0;
  const compact = useMedia('(max-width: 1180px)');
  // On a telephone what lies beside the cluster elsewhere lies above and below it.
  const small = useMedia('(max-width: 640px)');
  const insets = useMemo<Insets>(
    () =>
      small
        ? { top: 150, left: 10, bottom: 116, right: 10 }
        : { top: 24, left: 24, bottom: 72, right: compact ? 154 : 178 },
    [compact, small],
  );
  const commands = useMapCommands(insets);
  const pointer = useMapPointer(root, flow);
  const onKeyDown = useMapKeys(root);
  return (
    <section
      ref={root}
      className="map"
      data-level={seen.level}
      data-paused={paused}
      // Arrow keys go from thing to thing here, which only an application may do with them.
      role="application"
      aria-label="Cluster map. Arrow keys go to neighbours, Enter inspects; the Objects tab lists the same as a table."
      tabIndex={0}
      onKeyDown={onKeyDown}
      {...pointer}
    >
      <ReactFlow<CardType, LinkEdgeType>
        nodes={cards as CardType[]}
        edges={links as LinkEdgeType[]}
        nodeTypes={nodeTypes}
        edgeTypes={edgeTypes}
        minZoom={ZOOM_MIN}
        maxZoom={ZOOM_MAX}
        nodesDraggable={false}
        nodesConnectable={false}
        elementsSelectable={false}
        nodesFocusable={false}
        edgesFocusable={false}
        disableKeyboardA11y
        zoomOnDoubleClick={false}
        panActivationKeyCode="Space"
        deleteKeyCode={null}
        selectionKeyCode={null}
        multiSelectionKeyCode={null}
        onMove={(event) => {
          if (event !== null) commands.onMoveByPerson();
        }}
        proOptions={{ hideAttribution: true }}
      >
        {/* The picture stays under the cards until all of them are there. */}
        <RasterLayer visible={seen.level === 'raster' || shown !== seen} />
        <Wires seen={seen} />
        <MotionLayer />
      </ReactFlow>
      {empty && (
        <p className="map-starting" role="status">
          {phase === 'live' ? 'The machines are booting…' : 'Opening the cluster…'}
        </p>
      )}
      <Harbour />
      <SchedulingLens map={root} />
      <div className="map-foot">
        <TimeBar />
        <ActivityLine />
        <TryChips />
      </div>
      <MapControls commands={commands} />
    </section>
  );
}
