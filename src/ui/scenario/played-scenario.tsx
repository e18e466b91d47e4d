import { RotateCcw, Square } from 'lucide-react';
import { useEffect, useRef } from 'react';
import type { StatusClass } from '../../bridge/cards.ts';
import type {
  ExpectationReport,
  InvariantReport,
  ScenarioReport,
  StepReport,
} from '../../bridge/scenario-report.ts';
import { useHead } from '../hooks/use-view.ts';
import { usePage } from '../page.tsx';
import { IconButton } from '../parts/icon-button.tsx';
import { Lamp } from '../parts/lamp.tsx';
import { playScenario, useOpenScenario } from './open-scenario.ts';

/** A scenario as it is played: each step, what is told, and what has come true. */
export function PlayedScenario({ report }: { readonly report: ScenarioReport }) {
  const page = usePage();
  const scenario = useOpenScenario((state) => state.open?.scenario);
  const paused = useHead((head) => head.paused);
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <header className="flex items-center gap-2 border-b border-line py-1.5 pr-2 pl-4">
        <Lamp state={OUTCOME_LAMP[report.outcome]} />
        <h2 className="truncate-text min-w-0 flex-1 font-semibold">{report.title}</h2>
        {scenario !== undefined && (
          <IconButton label="Play it again" onClick={() => playScenario(page, scenario)}>
            <RotateCcw size={14} />
          </IconButton>
        )}
        <IconButton
          label="End the scenario; the cluster stays"
          onClick={() => page.client.send({ type: 'end-scenario' })}
        >
          <Square size={13} />
        </IconButton>
      </header>
      <p className="border-b border-line px-4 py-2 text-dim" role="status">
        {report.outcome === 'running' && report.began === undefined
          ? 'Its cluster gets ready.'
          : OUTCOME_WORDS[report.outcome]}
        {report.outcome === 'running' && paused ? ' The clock stands still.' : ''}
      </p>
      <div
        className="min-h-0 flex-1 select-text overflow-y-auto px-4 pb-6"
        tabIndex={0}
        role="group"
        aria-label="Steps"
      >
        <ol>
          {report.steps.map((step) => (
            <Step key={step.name} step={step} />
          ))}
        </ol>
        {report.always.length > 0 && (
          <>
            <h3 className="pt-4 pb-1 text-11 font-semibold text-dim">All the time</h3>
            <ul>
              {report.always.map((each) => (
                <Invariant key={each.name} invariant={each} />
              ))}
            </ul>
          </>
        )}
      </div>
    </div>
  );
}

const OUTCOME_LAMP: Readonly<Record<ScenarioReport['outcome'], StatusClass>> = {
  running: 'moving',
  passed: 'good',
  failed: 'failed',
};

const OUTCOME_WORDS: Readonly<Record<ScenarioReport['outcome'], string>> = {
  running: 'Playing: set the speed above, or do something yourself.',
  passed: 'Everything came as it was foretold. The cluster is yours.',
  failed: 'Something came otherwise than foretold. The cluster is yours.',
};

const STEP_LAMP: Readonly<Record<StepReport['state'], StatusClass>> = {
  waiting: 'inert',
  running: 'moving',
  passed: 'good',
  failed: 'failed',
  skipped: 'inert',
};

function Step({ step }: { readonly step: StepReport }) {
  const { name, say, state, beganAt, problem, expectations } = step;
  const line = useRef<HTMLLIElement>(null);
  // The step that is played is the one to read.
  useEffect(() => {
    if (state === 'running') line.current?.scrollIntoView({ block: 'nearest' });
  }, [state]);
  return (
    <li ref={line} className="border-b border-line py-2.5 last:border-0" data-state={state}>
      <div className="flex items-baseline gap-2">
        <span className="self-center">
          <Lamp state={STEP_LAMP[state]} />
        </span>
        <span className={`min-w-0 flex-1 ${state === 'waiting' ? 'text-dim' : 'font-medium'}`}>
          {name}
          <span className="sr-only"> ({state})</span>
        </span>
        {beganAt !== undefined && <span className="machine text-faint">{inSeconds(beganAt)}</span>}
      </div>
      {say !== '' && state !== 'waiting' && <p className="pt-1 pl-4 text-dim">{say}</p>}
      {problem !== undefined && <p className="pt-1 pl-4 text-failed-text">{problem}</p>}
      {state !== 'waiting' && state !== 'skipped' && expectations.length > 0 && (
        <ul className="pt-1 pl-4">
          {expectations.map((each, at) => (
            <Expected key={at} expectation={each} />
          ))}
        </ul>
      )}
    </li>
  );
}

const EXPECTATION_LAMP: Readonly<Record<ExpectationReport['state'], StatusClass>> = {
  waiting: 'moving',
  holding: 'moving',
  passed: 'good',
  failed: 'failed',
};

function Expected({ expectation }: { readonly expectation: ExpectationReport }) {
  const { what, state, metAfter, detail } = expectation;
  return (
    <li className="flex items-baseline gap-2 py-0.5">
      <span className="relative -top-px">
        <Lamp state={EXPECTATION_LAMP[state]} />
      </span>
      <span className="min-w-0 flex-1 break-words">
        {what}
        <span className="sr-only"> ({state})</span>
        {detail !== undefined && <span className="block text-failed-text">{detail}</span>}
      </span>
      {metAfter !== undefined && state === 'passed' && (
        <span className="machine flex-none text-faint">{inSeconds(metAfter)}</span>
      )}
    </li>
  );
}

const INVARIANT_LAMP: Readonly<Record<InvariantReport['state'], StatusClass>> = {
  waiting: 'inert',
  watching: 'moving',
  held: 'good',
  broken: 'failed',
};

function Invariant({ invariant }: { readonly invariant: InvariantReport }) {
  const { name, state, detail } = invariant;
  return (
    <li className="flex items-baseline gap-2 py-0.5">
      <span className="relative -top-px">
        <Lamp state={INVARIANT_LAMP[state]} />
      </span>
      <span className="min-w-0 flex-1">
        {name}
        <span className="sr-only"> ({state})</span>
        {detail !== undefined && <span className="block text-failed-text">{detail}</span>}
      </span>
    </li>
  );
}

function inSeconds(micros: number): string {
  return `${Math.round(micros / 100_000) / 10} s`;
}
