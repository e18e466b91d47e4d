import { GitFork, History } from 'lucide-react';
import { presentOf } from '../../view/head.ts';
import { ageText, shortClockText } from '../../view/words.ts';
import { keepFuture, toFormer, toPresent } from '../actions/clock.ts';
import { useHead, useSampled } from '../hooks/use-view.ts';
import { usePage } from '../page.tsx';

/** Says over the map that what is shown is not the present, or not the future that was there first, and leads back. */
export function TimeBar() {
  const recording = useHead((head) => head.recording);
  if (recording === undefined) return null;
  if (recording.end !== undefined) return <PastBar />;
  if (recording.former !== undefined) return <OtherFutureBar end={recording.former.end} />;
  return null;
}

function PastBar() {
  const page = usePage();
  const behind = useSampled(() => {
    const head = page.view.head.getState();
    return ageText(presentOf(head) - head.now);
  }, 200);
  return (
    <div className="time-bar" role="status">
      <History size={14} className="flex-none text-moving-text" />
      <span className="min-w-0 flex-1">
        <b>{behind} ago.</b>{' '}
        <span className="text-dim">Play on, or act here: that makes another future.</span>
      </span>
      <button type="button" className="btn" data-key="p" onClick={() => toPresent(page)}>
        To the present
      </button>
    </div>
  );
}

function OtherFutureBar({ end }: { readonly end: number }) {
  const page = usePage();
  return (
    <div className="time-bar" role="status">
      <GitFork size={14} className="flex-none text-moving-text" />
      <span className="min-w-0 flex-1">
        <b>Another future.</b>{' '}
        <span className="text-dim">The former one went on to {shortClockText(end)}.</span>
      </span>
      <button
        type="button"
        className="btn"
        data-tip="Leaves this future for the one that was there before"
        onClick={() => toFormer(page)}
      >
        Back to it
      </button>
      <button
        type="button"
        className="btn"
        data-tip="Gives up the former future"
        onClick={() => keepFuture(page)}
      >
        Keep this one
      </button>
    </div>
  );
}
