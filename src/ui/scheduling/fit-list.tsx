import { Copy, FlaskConical, Wrench } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { FitAnswer, FitChange, Obstacle } from '../../bridge/scheduling.ts';
import type { ThingId } from '../../view/selection.ts';
import { plural } from '../../view/words.ts';
import type { Outcome } from '../actions/action.ts';
import { answerOf } from '../actions/requests.ts';
import { runAct } from '../actions/run-action.ts';
import { Section } from '../inspector/parts.tsx';
import { type Page, usePage } from '../page.tsx';
import { IconButton } from '../parts/icon-button.tsx';
import { useSelection } from '../state/selection.ts';

/** "What would make it fit": the smallest single changes, found by trying each on a copy of the cluster. */
export function FitList({ pod, podId }: { readonly pod: string; readonly podId: ThingId }) {
  const { client } = usePage();
  const [asked, setAsked] = useState(0);
  const [answer, setAnswer] = useState<FitAnswer | 'failed'>();
  useEffect(() => {
    let current = true;
    setAnswer(undefined);
    void client.scheduling({ kind: 'what-would-fit', pod }).then((next) => {
      if (current) setAnswer(next ?? 'failed');
    });
    return () => {
      current = false;
    };
  }, [client, pod, asked]);
  return (
    <Section title="What would make it fit?">
      {answer === undefined ? (
        <p className="flex items-center gap-2 py-1 text-dim" role="status">
          <FlaskConical size={13} /> Trying changes on copies of the cluster…
        </p>
      ) : (
        <Answer answer={answer} podId={podId} />
      )}
      {answer !== undefined && (
        <button type="button" className="btn mt-2" onClick={() => setAsked(asked + 1)}>
          Try again
        </button>
      )}
    </Section>
  );
}

const OBSTACLES: Readonly<Record<Exclude<Obstacle, ''>, string>> = {
  superseded: 'Another question came in between.',
  gone: 'The Pod has gone.',
  placed: 'It has a node by now.',
  'scheduler-down': 'Nothing, while kube-scheduler is not running: start it first.',
  'api-server-down': 'Nothing, while the API server is not running: start it first.',
  'foreign-scheduler': 'Nothing here: it waits for a scheduler of another name.',
};

function Answer({
  answer,
  podId,
}: {
  readonly answer: FitAnswer | 'failed';
  readonly podId: ThingId;
}) {
  if (answer === 'failed') return <p className="text-dim">The trials could not be run.</p>;
  if (answer.obstacle !== '') return <p className="text-dim">{OBSTACLES[answer.obstacle]}</p>;
  if (answer.changes.length === 0) {
    return (
      <p className="text-dim">
        No single change that was tried is enough ({plural(answer.trials, 'trial')}).
      </p>
    );
  }
  return (
    <>
      <ol aria-label="Changes that would make it fit">
        {answer.changes.map((change) => (
          <Change key={change.what} change={change} podId={podId} pod={answer.pod} />
        ))}
      </ol>
      <p className="pt-1 text-11 text-faint">
        Each was made in a copy of the cluster, and the scheduler there placed the Pod (
        {plural(answer.trials, 'trial')}).
      </p>
    </>
  );
}

interface ChangeProps {
  readonly change: FitChange;
  readonly podId: ThingId;
  readonly pod: string;
}

function Change({ change, podId, pod }: ChangeProps) {
  const page = usePage();
  const [isDone, setDone] = useState(false);
  const { what, node, note, command, requests } = change;
  return (
    <li className="border-b border-line py-2 last:border-0" data-fit={change.kind}>
      <p className="break-words font-medium">{what}</p>
      <p className="text-11 text-dim">
        Then it goes to {node}.{note !== '' && ` ${note}`}
      </p>
      {command !== '' && (
        <div className="mt-1 flex items-start gap-1">
          <code className="machine fit-command">{command}</code>
          <IconButton
            label="Copy the command"
            className="flex-none"
            onClick={() => void navigator.clipboard.writeText(command)}
          >
            <Copy size={13} />
          </IconButton>
        </div>
      )}
      {requests.length > 0 && (
        <button
          type="button"
          className="btn mt-1"
          disabled={isDone}
          onClick={() => {
            setDone(true);
            void carryOut(page, change, { podId, pod }).then(({ ok }) => setDone(ok));
          }}
        >
          <Wrench size={13} /> {isDone ? 'Done' : 'Do it'}
        </button>
      )}
    </li>
  );
}

/** One request after the other; the first refusal ends it. */
function carryOut(
  page: Page,
  change: FitChange,
  { podId, pod }: { readonly podId: ThingId; readonly pod: string },
): Promise<Outcome> {
  return runAct(page, {
    label: change.what,
    targets: [podId],
    command: change.command,
    async run() {
      for (const request of change.requests) {
        const outcome = answerOf(await page.client.api(request), '');
        if (!outcome.ok) return outcome;
      }
      followReplacement(page, podId, pod);
      return { ok: true, message: 'the API server took it' };
    },
  });
}

const FOLLOW_MILLIS = 3000;

/** A Pod that was replaced goes on under its name: whoever looks at the old one looks at the new one then. */
function followReplacement({ view }: Page, podId: ThingId, pod: string): void {
  const release = view.onFrame(() => {
    if (view.pods.get(podId) !== undefined) return;
    if (useSelection.getState().selected !== podId) {
      release();
      return;
    }
    for (const id of view.pods.ids()) {
      const row = view.pods.get(id);
      if (row === undefined || `${row.namespace}/${row.name}` !== pod) continue;
      useSelection.getState().select(id);
      release();
      return;
    }
  });
  setTimeout(release, FOLLOW_MILLIS);
}
