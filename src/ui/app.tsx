import { Suspense, useEffect } from 'react';
import { ClusterMap } from './canvas/cluster-map.tsx';
import { useHead } from './hooks/use-view.ts';
import { useKeys } from './keys/use-keys.ts';
import { Inspector } from './inspector/inspector.tsx';
import { LeftPanel } from './panels/left-panel.tsx';
import { TipLayer } from './parts/tip-layer.tsx';
import { ControlStrip } from './shell/control-strip.tsx';
import { LiveRegion } from './shell/live-region.tsx';
import { Notice } from './shell/notice.tsx';
import { TopBar } from './shell/top-bar.tsx';
import { useTitle } from './shell/use-title.ts';
import { usePanelFit } from './shell/use-panel-fit.ts';
import { Reopen } from './shell/reopen.tsx';
import { useFaultSheet } from './state/fault-sheet.ts';
import { useHealthView } from './state/health-view.ts';
import { useMenu, useSheet } from './state/menu.ts';
import { TerminalSlot } from './terminal/terminal-slot.tsx';
import { Timeline } from './timeline/timeline.tsx';
import { lazyPart } from './parts/lazy-part.ts';

const Palette = lazyPart(() => import('./palette/palette.tsx'));
const ContextMenu = lazyPart(() => import('./parts/context-menu.tsx'));
const FaultSheet = lazyPart(() => import('./faults/fault-sheet.tsx'));
const HealthView = lazyPart(() => import('./health/health-view.tsx'));
const loadAttachNotice = () => import('./attach/attach-notice.tsx');
const AttachNotice = lazyPart(loadAttachNotice);
const KeySheet = lazyPart(() => import('./keys/key-sheet.tsx'));

/** The whole page: one picture in the middle, everything else docks around it. */
export function App() {
  useKeys();
  useTitle();
  const { left, right } = usePanelFit();
  return (
    <div className="shell">
      <TopBar />
      <ControlStrip />
      <main
        className="body"
        style={{
          gridTemplateColumns: `${left}px minmax(0, 1fr) ${right}px`,
        }}
      >
        <LeftPanel width={left} />
        <ClusterMap />
        <OpenHealth right={right} />
        {right > 0 && <Inspector width={right} />}
        <Reopen left={left} right={right} />
        <Notice />
        <AttachSlot />
      </main>
      <TerminalSlot />
      <Timeline />
      <OpenMenu />
      <Sheets />
      <OpenFaults />
      <TipLayer />
      <LiveRegion />
    </div>
  );
}

/** Only a page that is attached to a cluster elsewhere can have lost it. */
function AttachSlot() {
  const isAttached = useHead((head) => head.attached !== undefined);
  const hasProblem = useHead((head) => head.attachProblem !== undefined);
  // The server that the notice comes from may be the one that it tells of, so it is fetched while that is there.
  useEffect(() => {
    if (isAttached) void loadAttachNotice();
  }, [isAttached]);
  if (!hasProblem) return null;
  return (
    <Suspense fallback={null}>
      <AttachNotice />
    </Suspense>
  );
}

function OpenMenu() {
  const open = useMenu((state) => state.open !== undefined);
  if (!open) return null;
  return (
    <Suspense fallback={null}>
      <ContextMenu />
    </Suspense>
  );
}

/** Over the canvas and the left panel: the inspector stays beside it. */
function OpenHealth({ right }: { readonly right: number }) {
  const open = useHealthView((state) => state.open);
  if (!open) return null;
  return (
    <div className="health-place" style={{ right }}>
      <Suspense fallback={null}>
        <HealthView />
      </Suspense>
    </div>
  );
}

function OpenFaults() {
  const open = useFaultSheet((state) => state.open);
  if (!open) return null;
  return (
    <Suspense fallback={null}>
      <FaultSheet />
    </Suspense>
  );
}

/** Loaded when first opened: the page lives before anybody can press a key. */
function Sheets() {
  const sheet = useSheet((state) => state.sheet);
  if (sheet === undefined) return null;
  return <Suspense fallback={null}>{sheet === 'palette' ? <Palette /> : <KeySheet />}</Suspense>;
}
