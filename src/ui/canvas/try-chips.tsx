import { suggestionsFor } from '../actions/suggestions.ts';
import { useSampled } from '../hooks/use-view.ts';
import { usePage } from '../page.tsx';

/** Three things to try, always those that make sense now. Offered, never forced. */
export function TryChips() {
  const page = usePage();
  const suggestions = useSampled(
    () => suggestionsFor(page),
    400,
    (a, b) => a.map((each) => each.id).join() === b.map((each) => each.id).join(),
  );
  if (suggestions.length === 0) return null;
  return (
    <div role="group" aria-label="Try this" className="flex flex-wrap items-center gap-2">
      {suggestions.map(({ id, label, hint, icon: Icon, run }) => (
        <button
          key={id}
          type="button"
          className="chip"
          data-tip={hint}
          onClick={() => void run(page)}
        >
          <Icon size={14} className="text-accent" />
          {label}
        </button>
      ))}
    </div>
  );
}
