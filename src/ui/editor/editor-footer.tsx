import { useRefusal } from '../attach/limits.ts';
import { shownKeys } from '../keys/shown-keys.ts';

interface EditorFooterProps {
  readonly busy: boolean;
  readonly problems: number;
  readonly onApply: () => void;
  readonly onWhere: () => void;
}

/** Where the focus goes when the keyboard leaves the editor. */
export const APPLY_BUTTON_ID = 'apply-manifest';

const APPLY_KEYS = shownKeys('Ctrl ↵').join(' ');

const SECONDARY =
  'truncate-text min-w-0 rounded-md border border-line-2 px-2 py-1.5 text-xs font-medium hover:bg-raise-2 disabled:opacity-50';

/** What can be done with the text. */
export function EditorFooter({ busy, problems, onApply, onWhere }: EditorFooterProps) {
  const refusal = useRefusal('write');
  const noTrials = useRefusal('scheduling');
  return (
    <div className="editor-footer flex items-center gap-1.5 whitespace-nowrap border-t border-line px-3 py-2.5">
      <button
        id={APPLY_BUTTON_ID}
        type="button"
        className="flex-none rounded-md bg-accent px-2.5 py-1.5 text-xs font-medium text-on-accent hover:opacity-90 disabled:opacity-50"
        disabled={busy || refusal !== undefined}
        onClick={onApply}
        title={refusal ?? `kubectl apply -f - (${APPLY_KEYS})`}
      >
        Apply <kbd className="font-sans opacity-80">{APPLY_KEYS}</kbd>
      </button>
      <button
        type="button"
        className={SECONDARY}
        disabled={busy || noTrials !== undefined}
        onClick={onWhere}
        title={noTrials ?? 'Applies it to a copy of the cluster, and shows where its Pods go there'}
      >
        Where would it go?
      </button>
      <span
        role="status"
        className={`ml-auto flex-none text-xs ${problems > 0 ? 'text-failed-text' : 'text-dim'}`}
      >
        {busy ? 'working …' : `${problems} ${problems === 1 ? 'problem' : 'problems'}`}
      </span>
    </div>
  );
}
