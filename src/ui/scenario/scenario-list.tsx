import { FileUp, Play } from 'lucide-react';
import { useRef } from 'react';
import { LIBRARY, type LibraryEntry } from '../../scenarios/library.ts';
import { useOpenScenario } from './open-scenario.ts';

/** What is longer than this is no scenario. */
const FILE_BYTES_MAX = 512 * 1024;

/** The scenarios that come with the page, and the way to one's own. */
export function ScenarioList() {
  const show = useOpenScenario((state) => state.show);
  const file = useRef<HTMLInputElement>(null);
  const groups = [...new Set(LIBRARY.map(({ group }) => group))];
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <div
        className="min-h-0 flex-1 overflow-y-auto px-2 pb-4"
        tabIndex={0}
        role="group"
        aria-label="Scenarios"
      >
        <p className="px-2 pt-3 pb-1 text-dim">
          A scenario builds its own cluster, breaks something, and says what to look at.
        </p>
        {groups.map((group) => (
          <section key={group} className="pt-2">
            <h3 className="px-2 pb-1 text-11 font-semibold text-dim">{group}</h3>
            <ul>
              {LIBRARY.filter((entry) => entry.group === group).map((entry) => (
                <li key={entry.id}>
                  <Entry entry={entry} onOpen={show} />
                </li>
              ))}
            </ul>
          </section>
        ))}
      </div>
      <div className="flex items-center gap-2 border-t border-line px-3 py-2.5">
        <button
          type="button"
          className="btn"
          data-tip="A scenario file from your computer"
          onClick={() => file.current?.click()}
        >
          <FileUp size={13} /> Open a file
        </button>
        <input
          ref={file}
          type="file"
          accept=".yaml,.yml"
          className="hidden"
          aria-label="A scenario file"
          onChange={(event) => {
            const [chosen] = event.target.files ?? [];
            event.target.value = '';
            if (chosen === undefined) return;
            if (chosen.size > FILE_BYTES_MAX) show('');
            else void chosen.text().then(show);
          }}
        />
      </div>
    </div>
  );
}

function Entry({
  entry,
  onOpen,
}: {
  readonly entry: LibraryEntry;
  readonly onOpen: (text: string) => void;
}) {
  return (
    <button
      type="button"
      className="flex w-full items-start gap-2.5 rounded-md px-2 py-2 text-left hover:bg-raise-2"
      onClick={() => void entry.load().then(onOpen)}
    >
      <Play size={13} className="mt-0.5 flex-none text-dim" />
      <span className="min-w-0">
        <span className="block font-medium">{entry.title}</span>
        <span className="block text-dim">{entry.hint}</span>
      </span>
    </button>
  );
}
