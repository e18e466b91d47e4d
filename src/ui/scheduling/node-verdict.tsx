import { Check, CircleSlash, PackagePlus, Star } from 'lucide-react';
import { currentLens, type NodeVerdict as Verdict, useLens } from './lens.ts';

const NAMES_MAX = 4;
const GHOSTS_MAX = 8;

/** On a node's card: why it cannot take the Pod in question, or how good it is. Nothing while nobody asks. */
export function NodeVerdict({ node }: { readonly node: string }) {
  const verdict = useLens((state) => currentLens(state)?.verdicts.get(node));
  if (verdict === undefined) return null;
  return (
    <div className="node-verdict" data-verdict={verdict.kind} data-tip={tipOf(verdict)}>
      <Glyph kind={verdict.kind} />
      <span className="line-clamp-3 min-w-0 break-words">{verdict.words}</span>
      {verdict.kind === 'arrivals' && <Ghosts pods={verdict.pods} />}
      {(verdict.kind === 'feasible' || verdict.kind === 'chosen') && (
        <span className="node-verdict-bar" style={{ width: `${verdict.share * 100}%` }} />
      )}
    </div>
  );
}

function Glyph({ kind }: { readonly kind: Verdict['kind'] }) {
  const look = { size: 13, className: 'mt-px flex-none', 'aria-hidden': true } as const;
  switch (kind) {
    case 'refused':
      return <CircleSlash {...look} />;
    case 'feasible':
      return <Check {...look} />;
    case 'chosen':
      return <Star {...look} />;
    case 'arrivals':
      return <PackagePlus {...look} />;
  }
}

/** Pods that are not there yet. */
function Ghosts({ pods }: { readonly pods: readonly string[] }) {
  return (
    <span className="flex min-w-0 flex-1 flex-wrap justify-end gap-1">
      {pods.slice(0, GHOSTS_MAX).map((pod) => (
        <span key={pod} className="ghost-chip" data-tip={pod} />
      ))}
      {pods.length > GHOSTS_MAX && <span>+{pods.length - GHOSTS_MAX}</span>}
    </span>
  );
}

function tipOf(verdict: Verdict): string {
  if (verdict.kind === 'refused') {
    return verdict.plugin === '' ? verdict.words : `${verdict.plugin}\n${verdict.words}`;
  }
  if (verdict.kind !== 'arrivals') return verdict.words;
  const more = verdict.pods.length - NAMES_MAX;
  const names = verdict.pods.slice(0, NAMES_MAX).join('\n');
  return more > 0 ? `${names}\nand ${more} more` : names;
}
