import { X, Zap } from 'lucide-react';
import { useEffect, useMemo, useRef, useState, type KeyboardEvent } from 'react';
import type { FaultDeclaration } from '../../bridge/protocol.ts';
import { processTitle } from '../../view/process-title.ts';
import { thingName, thingOf, type Thing } from '../../view/selection.ts';
import { subjectOf } from '../actions/fault-actions.ts';
import { useRefusal } from '../attach/limits.ts';
import { runAct } from '../actions/run-action.ts';
import { useHead } from '../hooks/use-view.ts';
import { usePage } from '../page.tsx';
import { IconButton } from '../parts/icon-button.tsx';
import { closeFaults, useFaultSheet } from '../state/fault-sheet.ts';
import { FaultForm } from './fault-form.tsx';
import type { Values } from './fault-fields.tsx';
import { ActiveFaults } from './active-faults.tsx';

/** Every fault there is: what it breaks, how long, what to expect, and how an operator would find and mend it. */
export default function FaultSheet() {
  const page = usePage();
  const { target, kind } = useFaultSheet.getState();
  const catalogue = useHead((head) => head.faultCatalogue);
  const impossible = useRefusal('faults');
  const dialog = useRef<HTMLDialogElement>(null);
  const search = useRef<HTMLInputElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
    // The dialog would give the focus to its button to close it.
    search.current?.focus();
  }, []);
  const thing = target === undefined ? undefined : thingOf(page.view, target);
  const fitting = useMemo(
    () => (thing === undefined ? catalogue : catalogue.filter((each) => fits(each, thing))),
    // The thing of a target is the same thing however its row changes.
    [catalogue, target],
  );
  const [wanted, setWanted] = useState('');
  const [all, setAll] = useState(thing === undefined || fitting.length === 0);
  const offered = (all ? catalogue : fitting).filter(({ title, verb, symptoms }) =>
    `${title} ${verb} ${symptoms}`.toLowerCase().includes(wanted.trim().toLowerCase()),
  );
  const [chosen, setChosen] = useState(kind ?? fitting[0]?.kind ?? catalogue[0]?.kind ?? '');
  const declaration = catalogue.find((each) => each.kind === chosen);
  const [refusal, setRefusal] = useState('');

  async function inject(
    fault: FaultDeclaration,
    params: Values,
    timing: { readonly forMicros?: number; readonly everyMicros?: number; readonly times?: number },
  ): Promise<void> {
    const outcome = await runAct(page, {
      label: `${fault.verb}: ${fault.title}`,
      targets: target === undefined ? [] : [target],
      async run(context) {
        const refused = await context.client.lab({
          kind: 'inject-fault',
          fault: fault.kind,
          params,
          ...timing,
        });
        return refused === undefined
          ? { ok: true, message: `broken: ${fault.title}` }
          : { ok: false, message: refused };
      },
    });
    if (outcome.ok) dialog.current?.close();
    else setRefusal(outcome.message);
  }

  return (
    <dialog
      ref={dialog}
      className="sheet fault-sheet"
      aria-label="Break something"
      onClose={closeFaults}
      // Keys belong to the sheet while it is open: Escape closes it, and no more.
      onKeyDown={(event) => event.stopPropagation()}
      onClick={(event) => {
        if (event.target === dialog.current) dialog.current?.close();
      }}
    >
      <header className="flex items-center gap-3 border-b border-line px-5 py-3">
        <Zap size={15} className="text-failed-text" />
        <h2 className="text-15 font-semibold">
          Break something{thing === undefined ? '' : `: ${nameOf(thing)}`}
        </h2>
        <span className="flex-1" />
        <IconButton label="Close" shortcut="Esc" onClick={() => dialog.current?.close()}>
          <X size={15} />
        </IconButton>
      </header>
      <div className="fault-body">
        <nav aria-label="Faults" className="fault-list" onKeyDown={moveAmongItems}>
          <input
            ref={search}
            className="field mb-2"
            placeholder="Find a fault…"
            aria-label="Find a fault"
            value={wanted}
            onChange={(event) => setWanted(event.target.value)}
          />
          {thing !== undefined && fitting.length > 0 && (
            <button type="button" className="link mb-1 px-2 text-11" onClick={() => setAll(!all)}>
              {all ? `Only what fits ${nameOf(thing)}` : 'Show every fault'}
            </button>
          )}
          {groupsOf(offered).map(([group, faults]) => (
            <section key={group} aria-label={group}>
              <h3 className="menu-label">{titled(group)}</h3>
              {faults.map((each) => (
                <button
                  key={each.kind}
                  type="button"
                  className="fault-item"
                  aria-pressed={each.kind === chosen}
                  onClick={() => {
                    setChosen(each.kind);
                    setRefusal('');
                  }}
                >
                  {each.title}
                </button>
              ))}
            </section>
          ))}
          {offered.length === 0 && (
            <p className="p-2 text-dim">{impossible ?? 'No fault by that name.'}</p>
          )}
        </nav>
        {declaration !== undefined && (
          <FaultForm
            key={declaration.kind}
            declaration={declaration}
            subject={thing === undefined ? {} : (subjectOf(declaration, thing) ?? {})}
            refusal={refusal}
            onInject={(params, timing) => void inject(declaration, params, timing)}
          />
        )}
      </div>
      <ActiveFaults />
    </dialog>
  );
}

function nameOf(thing: Thing): string {
  return thing.kind === 'component' ? processTitle(thing.row.process) : thingName(thing);
}

function fits(declaration: FaultDeclaration, thing: Thing): boolean {
  return subjectOf(declaration, thing) !== undefined;
}

function groupsOf(
  faults: readonly FaultDeclaration[],
): readonly (readonly [string, readonly FaultDeclaration[]])[] {
  const groups = new Map<string, FaultDeclaration[]>();
  for (const fault of faults) {
    const group = groups.get(fault.group) ?? [];
    groups.set(fault.group, group);
    group.push(fault);
  }
  return [...groups];
}

function titled(group: string): string {
  // etcd is never written with a capital.
  return group === 'etcd' ? group : group.charAt(0).toUpperCase() + group.slice(1);
}

/** Arrow keys go from fault to fault, as in any list. */
function moveAmongItems(event: KeyboardEvent<HTMLElement>): void {
  const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
  if (step === 0) return;
  const items = [...event.currentTarget.querySelectorAll<HTMLElement>('.fault-item')];
  const focused = document.activeElement;
  const at = items.findIndex((item) => item === focused);
  const next = items[at < 0 ? 0 : Math.min(items.length - 1, Math.max(0, at + step))];
  event.preventDefault();
  next?.focus();
  next?.click();
}
