import { PlugZap } from 'lucide-react';
import { useState, type FormEvent } from 'react';
import { useHead } from '../hooks/use-view.ts';
import { usePage } from '../page.tsx';
import { keepToken, pageOfItsOwn } from './cluster-link.ts';
import './attach.css';

/** Why the cluster that the address names is not seen, and what to do about it. */
export default function AttachNotice() {
  const { client, view } = usePage();
  const problem = useHead((head) => head.attachProblem);
  const [token, setToken] = useState('');
  if (problem === undefined) return null;
  const again = (): void => {
    view.head.setState({ attachProblem: undefined });
    client.open({ kind: 'resume' });
  };
  const send = (event: FormEvent): void => {
    event.preventDefault();
    keepToken(problem.address, token.trim());
    setToken('');
    again();
  };
  return (
    <div role="alert" className="attach-notice" aria-label="Attached cluster">
      <h2 className="flex items-center gap-2 font-semibold">
        <PlugZap size={16} className="flex-none text-attention-text" />
        {problem.what}
      </h2>
      <p className="machine break-all text-dim">
        {problem.address === '.' ? location.host : problem.address}
      </p>
      <p>{problem.remedy}</p>
      {problem.kind === 'unauthorized' && (
        <form className="flex gap-1.5" onSubmit={send}>
          <input
            className="field min-w-0 flex-1"
            type="password"
            autoComplete="off"
            aria-label="Token"
            placeholder="Token"
            value={token}
            onChange={(event) => setToken(event.target.value)}
          />
          <button type="submit" className="btn btn-primary" disabled={token.trim() === ''}>
            Attach
          </button>
        </form>
      )}
      <div className="flex flex-wrap items-center gap-1.5">
        {problem.isRetried ? (
          <span className="text-dim">It is tried again by itself …</span>
        ) : (
          <button type="button" className="btn" onClick={again}>
            Try again
          </button>
        )}
        <a className="btn" href={pageOfItsOwn()}>
          A cluster of this page’s own
        </a>
      </div>
    </div>
  );
}
