import { Suspense, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { parseManifest } from '../../api/manifest/parse.ts';
import type { ManifestProblem } from '../../api/manifest/problem.ts';
import type { KubeClient } from '../../kubectl/kube-client.ts';
import { usePage } from '../page.tsx';
import { useMedia } from '../hooks/use-media.ts';
import { useTheme } from '../state/theme.ts';
import { DryRunList } from '../scheduling/dry-run-list.tsx';
import { useDryRun } from '../scheduling/use-dry-run.ts';
import { applyManifest, deleteManifest, type DocumentResult } from './apply-manifest.ts';
import { DiffList } from './diff-list.tsx';
import { diffManifest, type ObjectDiff } from './diff-manifest.ts';
import { isScenario, openScenario } from '../scenario/open-scenario.ts';
import { draftStore } from './draft-store.ts';
import { APPLY_BUTTON_ID, EditorFooter } from './editor-footer.tsx';
import { GalleryMenu } from './gallery-menu.tsx';
import { monacoDue } from './monaco-due.ts';
import { PlainText } from './plain-text.tsx';
import { ProblemList } from './problem-list.tsx';
import { ResultList } from './result-list.tsx';
import { lazyPart } from '../parts/lazy-part.ts';

/** Monaco and the schema come in one chunk, after the canvas lives. */
const LazyText = lazyPart(async () => {
  await monacoDue;
  const [{ default: TextEditor }, { loadEditorSchema }] = await Promise.all([
    import('./text-editor.tsx'),
    import('./editor-schema.ts'),
  ]);
  const schema = await loadEditorSchema();
  return {
    default: (props: Omit<Parameters<typeof TextEditor>[0], 'schema'>) => (
      <TextEditor schema={schema} {...props} />
    ),
  };
});

const TOOL =
  'rounded-md px-2 py-1 text-xs text-dim hover:bg-raise-2 hover:text-fg disabled:opacity-50';

/** How long the person must pause before the text is read. */
const READ_AFTER_MILLIS = 200;
/** Objects that name no namespace go here, as in a fresh kubeconfig. */
const NAMESPACE = 'default';

/** The manifest editor: text, problems, results, and what can be done with them. */
export default function EditorPanel() {
  const engine = usePage().client;
  const theme = useTheme((state) => state.theme);
  const systemDark = useMedia('(prefers-color-scheme: dark)');
  const dark = theme === 'dark' || (theme === 'system' && systemDark);
  const client = useMemo<KubeClient>(
    () => ({ request: (request) => engine.api(request) }),
    [engine],
  );
  const [problems, setProblems] = useState<readonly ManifestProblem[]>([]);
  const [results, setResults] = useState<readonly DocumentResult[]>([]);
  const [diffs, setDiffs] = useState<readonly ObjectDiff[]>();
  const [busy, setBusy] = useState(false);
  const [markers, setMarkers] = useState(0);
  const [reveal, setReveal] = useState<{ readonly line: number; readonly asked: number }>();
  const jump = useCallback(
    (line: number) => setReveal((before) => ({ line, asked: (before?.asked ?? 0) + 1 })),
    [],
  );

  const dropReading = useReadWhileTyping(setProblems, setResults);
  const dryRun = useDryRun(NAMESPACE);

  async function run(act: typeof applyManifest): Promise<void> {
    if (busy) return;
    // The act reads the text itself; a later reading would wipe out what the server says.
    dropReading();
    setBusy(true);
    setDiffs(undefined);
    setResults([]);
    dryRun.close();
    const ended = await act(client, draftStore.getState().text, NAMESPACE, (result) =>
      setResults((before) => [...before, result]),
    );
    setProblems(ended.problems);
    setBusy(false);
    const first = ended.problems.find((problem) => problem.severity === 'error');
    if (first !== undefined) jump(first.line);
  }

  async function showDiff(): Promise<void> {
    setBusy(true);
    setDiffs(await diffManifest(client, draftStore.getState().text, NAMESPACE));
    setBusy(false);
  }

  async function showWhere(): Promise<void> {
    setBusy(true);
    setResults([]);
    await dryRun.ask();
    setBusy(false);
  }

  const apply = (): void => {
    const { text } = draftStore.getState();
    if (isScenario(text)) openScenario(text);
    else void run(applyManifest);
  };
  return (
    <div
      className="editor-panel flex h-full min-h-0 flex-col"
      onKeyDown={(event) => {
        if (event.key === 'Escape' && diffs !== undefined) setDiffs(undefined);
      }}
    >
      <div className="flex items-center gap-1 border-b border-line px-2 py-1">
        <GalleryMenu />
        <span className="flex-1" />
        <button
          type="button"
          className={TOOL}
          disabled={busy}
          onClick={() => void showDiff()}
          title="What Apply would change: kubectl diff -f -"
        >
          Diff
        </button>
        <button
          type="button"
          className={TOOL}
          disabled={busy}
          onClick={() => void run(deleteManifest)}
          title="Delete these objects from the cluster: kubectl delete -f -"
        >
          Delete
        </button>
      </div>
      <div className="relative min-h-0 flex-1">
        <Suspense fallback={<PlainText />}>
          <LazyText
            dark={dark}
            problems={problems}
            reveal={reveal}
            onApply={apply}
            onLeave={() => document.getElementById(APPLY_BUTTON_ID)?.focus()}
            onMarkers={setMarkers}
          />
        </Suspense>
        {diffs !== undefined && <DiffList diffs={diffs} onClose={() => setDiffs(undefined)} />}
      </div>
      {problems.length > 0 && <ProblemList problems={problems} onJump={jump} />}
      {results.length > 0 && <ResultList results={results} onJump={jump} />}
      {dryRun.answer !== undefined && <DryRunList answer={dryRun.answer} onClose={dryRun.close} />}
      <EditorFooter
        busy={busy}
        problems={Math.max(markers, problems.length)}
        onApply={apply}
        onWhere={() => void showWhere()}
      />
    </div>
  );
}

/**
 * Reads the text a little after each change; old results no longer belong to it. Answers how to drop a
 * reading that is due.
 */
function useReadWhileTyping(
  setProblems: (problems: readonly ManifestProblem[]) => void,
  setResults: (results: readonly DocumentResult[]) => void,
): () => void {
  const timer = useRef(0);
  useEffect(() => {
    const read = () => setProblems(parseManifest(draftStore.getState().text).problems);
    read();
    const stop = draftStore.subscribe((draft, before) => {
      if (draft.text === before.text) return;
      setResults([]);
      window.clearTimeout(timer.current);
      timer.current = window.setTimeout(read, READ_AFTER_MILLIS);
    });
    return () => {
      stop();
      window.clearTimeout(timer.current);
    };
  }, [setProblems, setResults]);
  return useCallback(() => window.clearTimeout(timer.current), []);
}
