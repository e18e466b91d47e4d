import { HeartPulse } from 'lucide-react';
import { ageText } from '../../view/words.ts';
import { healAll, healOne } from '../actions/heal.ts';
import { useHead, useSampled } from '../hooks/use-view.ts';
import { usePage } from '../page.tsx';
import { faultWords, scheduleWords } from '../shell/fault-words.ts';

/** What is broken now, with its settings and since when; each is mended by one click. */
export function ActiveFaults() {
  const page = usePage();
  const faults = useHead((head) => head.faults);
  const schedules = useHead((head) => head.faultSchedules);
  const catalogue = useHead((head) => head.faultCatalogue);
  const now = useSampled(() => page.view.head.getState().now, 500);
  if (faults.length + schedules.length === 0) return null;
  return (
    <section className="fault-active" aria-label="Broken now">
      <h3 className="font-semibold">Broken now</h3>
      <ul>
        {faults.map((fault) => (
          <li key={fault.id} className="flex items-center gap-2 py-0.5">
            <span className="truncate-text flex-1">{faultWords(fault, catalogue)}</span>
            <span className="flex-none text-11 text-dim">
              for {ageText(now - fault.since)}
              {fault.until !== undefined && `, ${ageText(fault.until - now)} to go`}
            </span>
            <button
              type="button"
              className="btn !h-6"
              aria-label={`Mend ${faultWords(fault, catalogue)}`}
              onClick={() => void healOne(page, fault)}
            >
              <HeartPulse size={12} className="text-good-text" /> Mend
            </button>
          </li>
        ))}
        {schedules.map((schedule) => (
          <li key={schedule.id} className="flex items-center gap-2 py-0.5">
            <span className="truncate-text flex-1">{scheduleWords(schedule, catalogue)}</span>
            <span className="flex-none text-11 text-dim">
              next in {ageText(schedule.nextAt - now)}
            </span>
            <button
              type="button"
              className="btn !h-6"
              aria-label={`Call off ${scheduleWords(schedule, catalogue)}`}
              onClick={() => void healOne(page, schedule)}
            >
              Call off
            </button>
          </li>
        ))}
      </ul>
      {faults.length + schedules.length > 1 && (
        <button type="button" className="link mt-1" onClick={() => void healAll(page)}>
          Mend everything
        </button>
      )}
    </section>
  );
}
