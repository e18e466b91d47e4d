import { useEffect, useMemo, useRef, useState } from 'react';
import type { ConfigurationAnswer } from '../../bridge/scheduling.ts';
import { runAct } from '../actions/run-action.ts';
import { usePage } from '../page.tsx';
import { withOwnPlugin } from './own-plugin.ts';
import { componentId } from '../../view/selection.ts';

const LINE_HEIGHT = 18;

/** The scheduler's configuration file: read, changed, and taken by starting the scheduler anew. */
export default function ConfigurationTab() {
  const page = usePage();
  const area = useRef<HTMLTextAreaElement>(null);
  const [text, setText] = useState<string>();
  const [stored, setStored] = useState('');
  const [problems, setProblems] = useState<ConfigurationAnswer['problems']>([]);
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    let current = true;
    void page.client.scheduling({ kind: 'configuration' }).then((answer) => {
      if (!current || answer === undefined) return;
      setText(answer.text);
      setStored(answer.text);
    });
    return () => {
      current = false;
    };
  }, [page]);
  // Once the new text is there, its script is what the person will want to write.
  const jumpTo = useRef(0);
  useEffect(() => {
    if (jumpTo.current > 0 && text !== undefined) select(area.current, text, jumpTo.current);
    jumpTo.current = 0;
  });
  if (text === undefined) return null;

  async function apply(): Promise<void> {
    if (text === undefined || busy) return;
    setBusy(true);
    await runAct(page, {
      label: 'Start kube-scheduler with another configuration',
      targets: [componentId('kube-scheduler')],
      async run() {
        const answer = await page.client.scheduling({ kind: 'configure', text });
        setProblems(answer?.problems ?? []);
        if (answer === undefined) return { ok: false, message: 'the engine could not answer' };
        const [first] = answer.problems;
        if (first !== undefined) return { ok: false, message: first.message };
        setStored(text);
        return { ok: true, message: 'kube-scheduler has started with the new configuration' };
      },
    });
    setBusy(false);
  }

  const jump = (line: number): void => select(area.current, text, line);
  const wrong = new Set(problems.map(({ line }) => line));
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <p className="px-4 py-2 text-11 text-dim">
        KubeSchedulerConfiguration: profiles, plugins, weights and their args. Taking it starts
        kube-scheduler anew; its queue and its records begin afresh.
      </p>
      <ConfigurationText
        area={area}
        text={text}
        wrong={wrong}
        onChange={(next) => {
          setText(next);
          setProblems([]);
        }}
        onApply={() => void apply()}
      />
      {problems.length > 0 && (
        <ul
          role="alert"
          aria-label="Problems of the configuration"
          className="max-h-40 overflow-auto border-t border-line px-4 py-1.5 text-12"
        >
          {problems.map(({ line, message }) => (
            <li key={`${line} ${message}`} className="py-0.5">
              <button
                type="button"
                className="text-left [overflow-wrap:anywhere]"
                onClick={() => jump(line)}
              >
                <span className="text-failed-text">line {line}</span> {message}
              </button>
            </li>
          ))}
        </ul>
      )}
      <footer className="flex items-center gap-2 border-t border-line px-4 py-2.5">
        <button
          type="button"
          className="btn btn-primary"
          disabled={busy || text === stored}
          onClick={() => void apply()}
        >
          Take it
        </button>
        <button
          type="button"
          className="btn"
          disabled={text === stored}
          onClick={() => {
            setText(stored);
            setProblems([]);
          }}
        >
          Discard
        </button>
        <OwnPluginButton
          text={text}
          onChange={(next) => {
            setText(next);
            setProblems([]);
            jumpTo.current = next.slice(0, next.indexOf('source: |')).split('\n').length + 1;
          }}
        />
      </footer>
    </div>
  );
}

/** Puts the caret on a line, and the line into view. */
function select(field: HTMLTextAreaElement | null, text: string, line: number): void {
  if (field === null) return;
  const lines = text.split('\n');
  const from = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0);
  field.focus();
  field.setSelectionRange(from, from + (lines[line - 1]?.length ?? 0));
  field.scrollTop = Math.max(0, (line - 4) * LINE_HEIGHT);
}

/** Writes a plugin of one's own into the text, enabled, with a script to begin with. */
function OwnPluginButton({
  text,
  onChange,
}: {
  readonly text: string;
  readonly onChange: (text: string) => void;
}) {
  const next = useMemo(() => withOwnPlugin(text), [text]);
  return (
    <button
      type="button"
      className="btn"
      disabled={next === undefined}
      data-tip={
        next === undefined
          ? 'Name it under plugins.multiPoint.enabled, and give its script under pluginConfig as args.source'
          : 'Filter and score in JavaScript, run in the engine with a limit of steps'
      }
      onClick={() => next !== undefined && onChange(next)}
    >
      Own plugin
    </button>
  );
}

interface ConfigurationTextProps {
  readonly area: React.RefObject<HTMLTextAreaElement | null>;
  readonly text: string;
  readonly wrong: ReadonlySet<number>;
  readonly onChange: (text: string) => void;
  readonly onApply: () => void;
}

/** Plain text with its line numbers; those of wrong lines are marked. */
function ConfigurationText({ area, text, wrong, onChange, onApply }: ConfigurationTextProps) {
  const numbers = useRef<HTMLDivElement>(null);
  return (
    <div className="flex min-h-0 flex-1 border-t border-line bg-sink">
      <div ref={numbers} className="configuration-lines" aria-hidden="true">
        {text.split('\n').map((_, at) => (
          // Lines have no identity but their number.
          <div key={at} data-wrong={wrong.has(at + 1)}>
            {at + 1}
          </div>
        ))}
      </div>
      <textarea
        ref={area}
        className="configuration-text"
        aria-label="KubeSchedulerConfiguration"
        spellCheck={false}
        value={text}
        onChange={(event) => onChange(event.target.value)}
        onScroll={(event) => {
          if (numbers.current !== null) numbers.current.scrollTop = event.currentTarget.scrollTop;
        }}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
          event.preventDefault();
          onApply();
        }}
      />
    </div>
  );
}
