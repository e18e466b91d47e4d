import { ArrowLeft, Link2, Play } from 'lucide-react';
import { useState } from 'react';
import type { Scenario } from '../../scenarios/format/scenario.ts';
import { plural } from '../../view/words.ts';
import { useRefusal } from '../attach/limits.ts';
import { usePage } from '../page.tsx';
import { IconButton } from '../parts/icon-button.tsx';
import { playScenario, useOpenScenario } from './open-scenario.ts';
import { linkOf } from './scenario-link.ts';

interface OpenedScenarioProps {
  readonly text: string;
  readonly scenario: Scenario | undefined;
  readonly problems: readonly string[];
}

/** A scenario before it is played: its words, its steps, and what playing it means. */
export function OpenedScenario({ text, scenario, problems }: OpenedScenarioProps) {
  const page = usePage();
  const close = useOpenScenario((state) => state.close);
  const refusal = useRefusal('new-cluster');
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <header className="flex items-center gap-1 border-b border-line px-2 py-1.5">
        <IconButton label="All scenarios" onClick={close}>
          <ArrowLeft size={14} />
        </IconButton>
        <h2 className="truncate-text font-semibold">{scenario?.title ?? 'Not a scenario'}</h2>
      </header>
      <div
        className="min-h-0 flex-1 select-text overflow-y-auto px-4 pb-4"
        tabIndex={0}
        role="group"
        aria-label="The scenario"
      >
        {scenario === undefined ? (
          <ul className="pt-3">
            {problems.map((problem, at) => (
              <li key={at} className="pb-1.5 text-failed-text">
                {problem}
              </li>
            ))}
          </ul>
        ) : (
          <Words scenario={scenario} />
        )}
      </div>
      {scenario !== undefined && (
        <footer className="border-t border-line px-3 py-2.5">
          <div className="flex items-center gap-2">
            <button
              type="button"
              className="btn btn-primary"
              data-tip={refusal ?? 'A new cluster of the scenario’s shape replaces this one'}
              disabled={refusal !== undefined}
              onClick={() => playScenario(page, scenario)}
            >
              <Play size={13} /> Play
            </button>
            <CopyLink text={text} />
          </div>
          <p className="pt-1.5 text-11 text-dim">
            Its own cluster of {plural(scenario.cluster.nodes.length, 'worker')} replaces the one
            you have.
          </p>
        </footer>
      )}
    </div>
  );
}

function Words({ scenario }: { readonly scenario: Scenario }) {
  return (
    <>
      {scenario.description
        .split(/\n\s*\n/)
        .filter((paragraph) => paragraph.trim() !== '')
        .map((paragraph, at) => (
          <p key={at} className="pt-3">
            {paragraph.trim()}
          </p>
        ))}
      <h3 className="pt-4 pb-1 text-11 font-semibold text-dim">What happens</h3>
      <ol className="list-decimal pl-5">
        {scenario.steps.map((step) => (
          <li key={step.name} className="py-0.5 marker:text-faint">
            {step.name}
          </li>
        ))}
      </ol>
    </>
  );
}

function CopyLink({ text }: { readonly text: string }) {
  const [said, setSaid] = useState('Copy a link');
  const copy = async (): Promise<void> => {
    const link = await linkOf(text, location.href);
    if (link === undefined) {
      setSaid('Too long for a link');
      return;
    }
    try {
      await navigator.clipboard.writeText(link);
      setSaid('Copied');
    } catch {
      // The clipboard may be forbidden; the address bar never is.
      history.replaceState(null, '', link);
      setSaid('It is in the address bar');
    }
  };
  return (
    <button
      type="button"
      className="btn"
      data-tip="Whoever opens the link sees this scenario; the file is in the address itself"
      onClick={() => void copy()}
    >
      <Link2 size={13} /> <span aria-live="polite">{said}</span>
    </button>
  );
}
