import { ageText } from '../../view/words.ts';
import { useRefusal } from '../attach/limits.ts';
import { healAll, healOne } from '../actions/heal.ts';
import { faultWords } from './fault-words.ts';
import { useHead, useSampled } from '../hooks/use-view.ts';
import { usePage } from '../page.tsx';
import { StripCell } from './strip-cell.tsx';
import { lazyPart } from '../parts/lazy-part.ts';

const FaultItems = lazyPart(() => import('./fault-items.tsx'));

/** What is broken now: each fault with its time, and a way to mend one or all. */
export function FaultsCell() {
  const page = usePage();
  const faults = useHead((head) => head.faults);
  const catalogue = useHead((head) => head.faultCatalogue);
  const ages = useSampled(
    () => faults.map((fault) => ageText(page.view.head.getState().now - fault.since)).join(' '),
    500,
  ).split(' ');
  const first = faults[0];
  const refusal = useRefusal('faults');
  if (refusal !== undefined) {
    return (
      <StripCell title="Broken now" lamp="off" tip={refusal}>
        <p className="truncate-text text-dim" data-tip={refusal}>
          not here: a real cluster
        </p>
      </StripCell>
    );
  }
  return (
    <StripCell
      title="Broken now"
      lamp={faults.length > 0 ? 'failed' : 'good'}
      tip="What is broken on purpose, and how to mend it"
      menu={<FaultItems />}
    >
      {first === undefined ? (
        <p className="truncate-text text-dim">nothing</p>
      ) : (
        <>
          <p className="truncate-text text-failed-text">{faultWords(first, catalogue)}</p>
          <p className="truncate-text">
            <button
              type="button"
              className="link"
              data-tip={faults.length > 1 ? 'Mends every fault' : 'Mends it'}
              onClick={() => void (faults.length > 1 ? healAll(page) : healOne(page, first))}
            >
              {faults.length > 1 ? `Mend all ${faults.length}` : 'Mend'}
            </button>
            <span className="text-dim"> · for {ages[0]}</span>
          </p>
        </>
      )}
    </StripCell>
  );
}
