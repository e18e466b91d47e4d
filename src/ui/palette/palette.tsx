import { Command } from 'cmdk';
import {
  CircleDot,
  Clapperboard,
  CornerDownLeft,
  FileDown,
  Palette as PaletteIcon,
  Rocket,
  Zap,
} from 'lucide-react';
import { useEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import { idOfComponent } from '../../view/components.ts';
import { componentTitle, processTitle } from '../../view/process-title.ts';
import { thingName, thingOf } from '../../view/selection.ts';
import type { View } from '../../view/view.ts';
import { GALLERY } from '../../scenarios/gallery.ts';
import { LIBRARY } from '../../scenarios/library.ts';
import { deployTemplate } from '../actions/deploy.ts';
import { EXPORTS, exportCluster } from '../actions/export-cluster.ts';
import { healAll } from '../actions/heal.ts';
import { actionsFor } from '../actions/index.ts';
import { runAction } from '../actions/run-action.ts';
import { suggestionsFor } from '../actions/suggestions.ts';
import { BINDINGS, SPACE } from '../keys/bindings.ts';
import { shownKeys } from '../keys/shown-keys.ts';
import { usePage, type Page } from '../page.tsx';
import { openScenario } from '../scenario/open-scenario.ts';
import { openFaults } from '../state/fault-sheet.ts';
import { useSheet } from '../state/menu.ts';
import { useSelection } from '../state/selection.ts';

interface Entry {
  readonly id: string;
  readonly group: string;
  readonly label: string;
  readonly note?: string | undefined;
  readonly keys?: string | undefined;
  readonly icon: ReactNode;
  readonly run: () => void;
}

/** Objects are thousands and acts are few: as many objects as anyone would read. */
const OBJECTS_MAX = 40;

/** Every object and every act, by a few letters. */
export default function Palette() {
  const page = usePage();
  const { close, query: first } = useSheet.getState();
  const [query, setQuery] = useState(first);
  const dialog = useRef<HTMLDialogElement>(null);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
    // The dialog gives the focus to its first box that can have it, which is not the field.
    input.current?.focus();
  }, []);
  const entries = useMemo(() => entriesFor(page, query), [page, query]);
  // The best match is chosen anew with every letter; cmdk would keep the one chosen before.
  const [chosen, setChosen] = useState('');
  useEffect(() => setChosen(entries[0]?.id ?? ''), [entries]);
  const groups = [...new Set(entries.map((entry) => entry.group))];
  return (
    <dialog
      ref={dialog}
      className="sheet mt-[12vh] w-[min(600px,92vw)]"
      aria-label="Search or do anything"
      onClose={close}
      onClick={(event) => {
        if (event.target === dialog.current) dialog.current?.close();
      }}
    >
      <Command
        shouldFilter={false}
        label="Search or do anything"
        value={chosen}
        onValueChange={setChosen}
      >
        <Command.Input
          ref={input}
          value={query}
          onValueChange={setQuery}
          placeholder="An object, an act, a template…   :po for Pods"
          className="h-12 w-full border-b border-line bg-transparent px-4 text-[14px] outline-none placeholder:text-faint"
        />
        <Command.List className="max-h-[min(440px,56vh)] overflow-y-auto p-1.5">
          <Command.Empty className="p-6 text-center text-dim">Nothing by that name.</Command.Empty>
          {groups.map((group) => (
            <Command.Group key={group} heading={<span className="menu-label block">{group}</span>}>
              {entries
                .filter((entry) => entry.group === group)
                .map((entry) => (
                  <Command.Item
                    key={entry.id}
                    value={entry.id}
                    className="menu-item"
                    onSelect={() => {
                      dialog.current?.close();
                      entry.run();
                    }}
                  >
                    <span className="flex-none text-dim">{entry.icon}</span>
                    <span className="truncate-text flex-1">{entry.label}</span>
                    {entry.note !== undefined && (
                      <span className="truncate-text max-w-[45%] text-dim">{entry.note}</span>
                    )}
                    {entry.keys !== undefined && (
                      <span className="kbd">{shownKeys(entry.keys).join(' ')}</span>
                    )}
                  </Command.Item>
                ))}
            </Command.Group>
          ))}
        </Command.List>
        <p className="flex items-center gap-1.5 border-t border-line px-4 py-2 text-11 text-dim">
          <CornerDownLeft size={12} /> chooses · arrows move · Esc closes
        </p>
      </Command>
    </dialog>
  );
}

function entriesFor(page: Page, query: string): readonly Entry[] {
  const goTo = query.startsWith(':');
  const words = query
    .replace(/^:/, '')
    .trim()
    .toLowerCase()
    .split(/\s+/)
    .filter((each) => each !== '');
  const hits = (text: string): boolean => {
    const lower = text.toLowerCase();
    return words.every((word) => lower.includes(word));
  };
  const objects = objectEntries(page, words);
  if (goTo) return objects;
  const acts = [
    ...suggestionEntries(page),
    ...selectionEntries(page),
    ...pageEntries(page),
    ...faultEntries(page),
    ...templateEntries(page),
    ...scenarioEntries(),
  ].filter((entry) => hits(`${entry.label} ${entry.note ?? ''} ${entry.group}`));
  return words.length === 0 ? [...acts, ...objects.slice(0, 8)] : [...acts, ...objects];
}

function suggestionEntries(page: Page): Entry[] {
  return suggestionsFor(page).map(({ id, label, hint, icon: Icon, run }) => ({
    id: `try ${id}`,
    group: 'Try this',
    label,
    note: hint,
    icon: <Icon size={14} />,
    run: () => void run(page),
  }));
}

function selectionEntries(page: Page): Entry[] {
  const { selected } = useSelection.getState();
  const thing = selected === undefined ? undefined : thingOf(page.view, selected);
  if (thing === undefined) return [];
  return actionsFor(thing, page).map((action) => ({
    id: `act ${action.id}`,
    group: thingName(thing),
    label: action.label(thing),
    note: action.kubectl?.(thing) ?? action.hint,
    keys: action.shortcut,
    icon: <action.icon size={14} />,
    run: () => void runAction(action, thing, page),
  }));
}

function pageEntries(page: Page): Entry[] {
  const keys = [SPACE, ...BINDINGS].filter(
    ({ group, keys: each }) => group !== 'Selection' && each !== 'Ctrl K' && each !== ':',
  );
  const entries: Entry[] = keys.map((binding) => ({
    id: `key ${binding.keys}`,
    group: 'Page',
    label: binding.does,
    keys: binding.keys,
    icon: <PaletteIcon size={14} />,
    run: () => binding.run(page),
  }));
  for (const each of EXPORTS) {
    entries.push({
      id: `export ${each.id}`,
      group: 'Page',
      label: each.label,
      note: each.file,
      icon: <FileDown size={14} />,
      run: () => void exportCluster(page, each),
    });
  }
  if (page.view.head.getState().faults.length > 0) {
    entries.unshift({
      id: 'heal all',
      group: 'Page',
      label: 'Mend everything',
      icon: <PaletteIcon size={14} />,
      run: () => void healAll(page),
    });
  }
  return entries;
}

/** Every fault that can be declared, opened with its settings. */
function faultEntries({ view }: Page): Entry[] {
  return view.head.getState().faultCatalogue.map(({ kind, title, verb, group }) => ({
    id: `fault ${kind}`,
    group: 'Break something',
    label: title,
    note: `${verb} · ${group}`,
    icon: <Zap size={14} />,
    run: () => openFaults(useSelection.getState().selected, kind),
  }));
}

function templateEntries(page: Page): Entry[] {
  return GALLERY.map((template) => ({
    id: `template ${template.id}`,
    group: 'Deploy a template',
    label: template.title,
    note: template.notice,
    icon: <Rocket size={14} />,
    run: () => void deployTemplate(page, template.id),
  }));
}

function scenarioEntries(): Entry[] {
  return LIBRARY.map((entry) => ({
    id: `scenario ${entry.id}`,
    group: 'Open a scenario',
    label: entry.title,
    note: entry.hint,
    icon: <Clapperboard size={14} />,
    run: () => void entry.load().then(openScenario),
  }));
}

/** Short names that people type, beside the kinds' own. */
const SHORT: Readonly<Record<string, string>> = {
  po: 'pods',
  no: 'nodes',
  deploy: 'deployments',
  rs: 'replicasets',
  svc: 'services',
  cm: 'configmaps',
  ns: 'namespaces',
  sa: 'serviceaccounts',
  ep: 'endpoints',
};

function objectEntries({ view }: Page, words: readonly string[]): Entry[] {
  const wanted = words.map((word) => (Object.hasOwn(SHORT, word) ? (SHORT[word] ?? word) : word));
  const entries: Entry[] = componentEntries(view, wanted);
  for (const row of view.objects.rows()) {
    if (entries.length >= OBJECTS_MAX) break;
    const text = `${row.kind} ${row.resource} ${row.namespace}/${row.name}`.toLowerCase();
    if (!wanted.every((word) => text.includes(word))) continue;
    entries.push({
      id: `object ${row.id}`,
      group: 'Objects',
      label: row.name,
      note: row.namespace === '' ? row.kind : `${row.kind} in ${row.namespace}`,
      icon: <CircleDot size={14} />,
      run: () => useSelection.getState().select(row.id),
    });
  }
  return entries;
}

function componentEntries(view: View, words: readonly string[]): Entry[] {
  const { health } = view.head.getState();
  return health.components
    .filter(({ component, machine }) => {
      const where = machine.startsWith('cp-') ? machine : '';
      const text = `${component} ${componentTitle(component)} component ${where}`.toLowerCase();
      return words.length > 0 && words.every((word) => text.includes(word));
    })
    .map((row) => ({
      id: `component ${row.process}`,
      group: 'Objects',
      label: processTitle(row.process),
      note: `${row.component} on ${row.machine}`,
      icon: <CircleDot size={14} />,
      run: () => useSelection.getState().select(idOfComponent(health, row)),
    }));
}
