import { useEffect, useRef } from 'react';
import { monaco } from '../editor/monaco.ts';
import { applyMonacoTheme } from '../editor/monaco-theme.ts';
import { useEditRequest } from './edit-request.ts';

/** The editor that a program of the terminal opened: Save goes on with the text, Abandon without. */
export default function EditSheet() {
  const request = useEditRequest((state) => state.open);
  const dialog = useRef<HTMLDialogElement>(null);
  const host = useRef<HTMLDivElement>(null);
  const editor = useRef<monaco.editor.IStandaloneCodeEditor>(undefined);

  useEffect(() => {
    dialog.current?.showModal();
    if (host.current === null || request === undefined) return undefined;
    applyMonacoTheme(getComputedStyle(document.documentElement).colorScheme === 'dark' || isDark());
    const model = monaco.editor.createModel(
      request.text,
      /\.(?:ya?ml)$|edit/i.test(request.title) || /^(?:#|apiVersion:)/m.test(request.text)
        ? 'yaml'
        : 'plaintext',
      monaco.Uri.parse(`inmemory://kubarium/terminal-${Date.now()}`),
    );
    const made = monaco.editor.create(host.current, {
      model,
      minimap: { enabled: false },
      automaticLayout: true,
      fontSize: 12,
      scrollBeyondLastLine: false,
      tabSize: 2,
    });
    editor.current = made;
    made.addAction({
      id: 'kubarium.save',
      label: 'Save and go on',
      keybindings: [
        monaco.KeyMod.CtrlCmd | monaco.KeyCode.KeyS,
        monaco.KeyMod.CtrlCmd | monaco.KeyCode.Enter,
      ],
      run: () => request.finish(made.getValue()),
    });
    made.focus();
    return () => {
      made.dispose();
      model.dispose();
    };
  }, [request]);

  if (request === undefined) return null;
  return (
    <dialog
      ref={dialog}
      className="sheet h-[min(640px,84vh)] w-[min(900px,92vw)]"
      aria-label={`Edit ${request.title}`}
      onCancel={() => request.finish(undefined)}
    >
      <div className="flex h-full flex-col">
        <h2 className="border-b border-line px-4 py-2.5 text-13 font-semibold">{request.title}</h2>
        {/* `nokey`: the map takes the space bar elsewhere, for panning. */}
        <div ref={host} className="nokey min-h-0 flex-1" />
        <div className="flex items-center gap-2 border-t border-line px-4 py-2.5">
          <button
            type="button"
            className="btn btn-primary"
            data-key="Ctrl S"
            data-tip="Saves, and lets the command go on"
            onClick={() => request.finish(editor.current?.getValue())}
          >
            Save
          </button>
          <button
            type="button"
            className="btn"
            data-key="Esc"
            data-tip="The command goes on without a change"
            onClick={() => request.finish(undefined)}
          >
            Abandon
          </button>
        </div>
      </div>
    </dialog>
  );
}

function isDark(): boolean {
  const { theme } = document.documentElement.dataset;
  return (
    theme === 'dark' || (theme !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches)
  );
}
