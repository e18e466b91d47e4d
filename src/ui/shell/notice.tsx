import { TriangleAlert, X } from 'lucide-react';
import { useHead } from '../hooks/use-view.ts';
import { usePage } from '../page.tsx';
import { IconButton } from '../parts/icon-button.tsx';

/** What the person must know of the engine itself: it crashed and was restored, or a snapshot was unusable. */
export function Notice() {
  const { view } = usePage();
  const crash = useHead((head) => head.crash);
  const notice = useHead((head) => head.notice);
  const phase = useHead((head) => head.phase);
  if (crash === '' && notice === '') return null;
  const words =
    phase === 'restarting'
      ? 'The engine hit a bug of ours. It is being restored from its last snapshot…'
      : crash !== ''
        ? 'The engine hit a bug of ours and was restored from its last snapshot.'
        : notice;
  return (
    <div role="alert" className="notice">
      <TriangleAlert size={15} className="flex-none text-attention-text" />
      <span className="min-w-0 flex-1">
        {words}
        {crash !== '' && <span className="machine block text-dim">{crash}</span>}
      </span>
      <IconButton label="Dismiss" onClick={() => view.head.setState({ crash: '', notice: '' })}>
        <X size={13} />
      </IconButton>
    </div>
  );
}
