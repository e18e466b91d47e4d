import { useEffect, useRef } from 'react';
import type { ManifestProblem } from '../../api/manifest/problem.ts';
import { draftStore, typeDraft } from './draft-store.ts';
import { configureKubernetes, monaco } from './monaco.ts';
import { applyMonacoTheme } from './monaco-theme.ts';
import { takeWritingPlace } from './plain-text.tsx';

interface TextEditorProps {
  readonly schema: object;
  readonly dark: boolean;
  readonly problems: readonly ManifestProblem[];
  /** A line to show, with a count so that the same line can be asked for twice. */
  readonly reveal: { readonly line: number; readonly asked: number } | undefined;
  readonly onApply: () => void;
  /** Escape: the focus goes on behind the editor. */
  readonly onLeave: () => void;
  readonly onMarkers: (count: number) => void;
}

type Editor = monaco.editor.IStandaloneCodeEditor;

/** The Monaco editor over the draft. It is made once; everything that changes reaches it by an effect. */
export default function TextEditor({
  schema,
  dark,
  problems,
  reveal,
  onApply,
  onLeave,
  onMarkers,
}: TextEditorProps) {
  const host = useRef<HTMLDivElement>(null);
  const editor = useRef<Editor>(undefined);
  const actions = useRef({ onApply, onLeave, onMarkers });
  actions.current = { onApply, onLeave, onMarkers };

  useEffect(() => {
    if (host.current === null) return;
    configureKubernetes(schema);
    const uri = monaco.Uri.parse('inmemory://kubarium/manifest.yaml');
    const model =
      monaco.editor.getModel(uri) ??
      monaco.editor.createModel(draftStore.getState().text, 'yaml', uri);
    const made = createEditor(host.current, model);
    editor.current = made;
    const place = takeWritingPlace();
    if (place !== undefined) {
      made.setPosition(model.getPositionAt(place));
      made.focus();
    }
    made.addAction({
      id: 'kubarium.apply',
      label: 'Apply the manifest',
      keybindings: [monaco.KeyMod.CtrlCmd | monaco.KeyCode.Enter],
      run: () => actions.current.onApply(),
    });
    // Tab indents, so the keyboard needs another way out; Ctrl M lets Tab leave as well.
    made.addAction({
      id: 'kubarium.leave',
      label: 'Leave the editor',
      keybindings: [monaco.KeyCode.Escape],
      precondition:
        '!suggestWidgetVisible && !findWidgetVisible && !editorHasSelection && !editorHoverVisible && !markersNavigationVisible && !inSnippetMode',
      run: () => actions.current.onLeave(),
    });
    const typed = made.onDidChangeModelContent(() => typeDraft(made.getValue()));
    const opened = draftStore.subscribe((draft, before) => {
      if (draft.opened === before.opened || draft.text === made.getValue()) return;
      // One edit, so that undo brings the person's own text back.
      made.pushUndoStop();
      made.executeEdits('open', [{ range: model.getFullModelRange(), text: draft.text }]);
      made.pushUndoStop();
      made.setScrollTop(0);
      made.setPosition({ lineNumber: 1, column: 1 });
    });
    const marked = monaco.editor.onDidChangeMarkers(() => {
      const markers = monaco.editor.getModelMarkers({ resource: uri });
      actions.current.onMarkers(new Set(markers.map((each) => each.startLineNumber)).size);
    });
    return () => {
      typed.dispose();
      opened();
      marked.dispose();
      made.dispose();
    };
  }, [schema]);

  useEffect(() => applyMonacoTheme(dark), [dark]);

  useEffect(() => {
    const model = editor.current?.getModel();
    if (model === null || model === undefined) return;
    monaco.editor.setModelMarkers(model, 'kubarium', problems.map(markerOf));
  }, [problems]);

  useEffect(() => {
    if (reveal === undefined) return;
    editor.current?.revealLineInCenterIfOutsideViewport(reveal.line);
    editor.current?.setPosition({ lineNumber: reveal.line, column: 1 });
    editor.current?.focus();
  }, [reveal]);

  return <div ref={host} className="absolute inset-0" data-testid="monaco" />;
}

function createEditor(element: HTMLElement, model: monaco.editor.ITextModel): Editor {
  return monaco.editor.create(element, {
    model,
    theme: 'kubarium',
    automaticLayout: true,
    minimap: { enabled: false },
    fontSize: 12.5,
    lineHeight: 20,
    fontFamily: getComputedStyle(document.documentElement).getPropertyValue('--mono'),
    tabSize: 2,
    insertSpaces: true,
    detectIndentation: false,
    scrollBeyondLastLine: false,
    lineNumbersMinChars: 3,
    glyphMargin: false,
    folding: true,
    renderLineHighlight: 'line',
    overviewRulerLanes: 0,
    padding: { top: 8, bottom: 8 },
    quickSuggestions: { other: true, strings: true, comments: false },
    ariaLabel: 'Manifest editor',
    fixedOverflowWidgets: true,
    wordWrap: 'off',
    scrollbar: { verticalScrollbarSize: 8, horizontalScrollbarSize: 8, useShadows: false },
  });
}

function markerOf(problem: ManifestProblem): monaco.editor.IMarkerData {
  return {
    severity:
      problem.severity === 'error' ? monaco.MarkerSeverity.Error : monaco.MarkerSeverity.Warning,
    message: problem.message,
    startLineNumber: problem.line,
    startColumn: problem.column,
    endLineNumber: problem.endLine,
    endColumn: problem.endColumn,
    source: 'kubarium',
  };
}
