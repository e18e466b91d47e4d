import { Check, Copy, LoaderCircle, X } from 'lucide-react';
import { useEffect, useState } from 'react';
import { IconButton } from '../parts/icon-button.tsx';
import { useActivity, type Activity } from '../state/activity.ts';

/** An answered act stays this long; a refused one longer, because it wants to be read. */
const DONE_MILLIS = 5000;
const FAILED_MILLIS = 12_000;
const LINES_MAX = 3;

/** What came of the last acts, in one line each. */
export function ActivityLine() {
  const activities = useActivity((state) => state.activities);
  return (
    <div className="flex flex-col-reverse items-start gap-1.5" role="log" aria-label="Activity">
      {activities.slice(0, LINES_MAX).map((activity) => (
        <Line key={activity.id} activity={activity} />
      ))}
    </div>
  );
}

function Line({ activity }: { readonly activity: Activity }) {
  const { state, label, message, command, cancel } = activity;
  const [gone, setGone] = useState(false);
  useEffect(() => {
    if (state === 'pending') return undefined;
    const due = setTimeout(() => setGone(true), state === 'done' ? DONE_MILLIS : FAILED_MILLIS);
    return () => clearTimeout(due);
  }, [state]);
  if (gone) return null;
  return (
    <div className="activity" data-state={state}>
      <StateIcon state={state} />
      <span className="min-w-0 flex-1 select-text">
        <span className="font-medium">{label}</span>
        {message !== '' && <span className="text-dim"> — {message}</span>}
      </span>
      {command !== undefined && state !== 'pending' && (
        <IconButton
          label={`Copy as a command\n${command}`}
          className="!h-5 !w-5"
          onClick={() => void navigator.clipboard.writeText(command)}
        >
          <Copy size={12} />
        </IconButton>
      )}
      {cancel !== undefined && (
        <button type="button" className="link" onClick={cancel}>
          Cancel
        </button>
      )}
      {state !== 'pending' && (
        <IconButton label="Dismiss" className="!h-5 !w-5" onClick={() => setGone(true)}>
          <X size={12} />
        </IconButton>
      )}
    </div>
  );
}

function StateIcon({ state }: { readonly state: Activity['state'] }) {
  switch (state) {
    case 'pending':
      return (
        <LoaderCircle
          size={14}
          className="flex-none animate-spin text-moving-text"
          aria-label="in progress"
        />
      );
    case 'done':
      return <Check size={14} className="flex-none text-good-text" aria-label="done" />;
    case 'failed':
      return <X size={14} className="flex-none text-failed-text" aria-label="refused" />;
  }
}
