import { useEffect } from 'react';
import type { View } from '../../view/view.ts';
import { usePage } from '../page.tsx';
import { useActivity } from '../state/activity.ts';
import { announce, useAnnouncements } from '../state/announcements.ts';
import { faultWords } from './fault-words.ts';

/** Tells a screen reader what a glance would: answers to acts, nodes lost and found, faults. In batches. */
export function LiveRegion() {
  const { view } = usePage();
  const text = useAnnouncements((state) => state.text);
  useEffect(() => watchActs(), []);
  useEffect(() => watchWorld(view), [view]);
  return (
    <div className="sr-only" role="status" aria-live="polite">
      {text}
    </div>
  );
}

function watchActs(): () => void {
  return useActivity.subscribe(({ activities }, last) => {
    for (const activity of activities) {
      const before = last.activities.find((each) => each.id === activity.id);
      if (before?.state === 'pending' && activity.state !== 'pending') {
        announce(
          `${activity.label}: ${activity.state === 'done' ? '' : 'refused. '}${activity.message}`,
        );
      }
    }
  });
}

function watchWorld(view: View): () => void {
  let readyByNode = new Map<string, string>();
  let failed = view.index.podsByClass.size('failed');
  const releaseFrames = view.onFrame(({ field }) => {
    if (!field) return;
    const next = new Map<string, string>();
    for (const node of view.nodes.rows()) {
      next.set(node.name, node.ready);
      const before = readyByNode.get(node.name);
      if (before !== undefined && before !== node.ready) {
        announce(`${node.name} is ${node.ready === 'True' ? 'Ready' : 'NotReady'}`);
      }
    }
    readyByNode = next;
    const failing = view.index.podsByClass.size('failed');
    if (failing > failed) announce(`${failing} Pods failing`);
    failed = failing;
  });
  const releaseFaults = view.head.subscribe(({ faults }, last) => {
    if (faults === last.faults) return;
    for (const fault of faults) {
      if (!last.faults.some((each) => each.id === fault.id))
        announce(`Broken: ${faultWords(fault)}`);
    }
    for (const fault of last.faults) {
      if (!faults.some((each) => each.id === fault.id)) announce(`Mended: ${faultWords(fault)}`);
    }
  });
  return () => {
    releaseFrames();
    releaseFaults();
  };
}
