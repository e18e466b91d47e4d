import { useEffect, useRef } from 'react';
import { useSheet } from '../state/menu.ts';
import { BINDINGS, MAP_KEYS, SPACE } from './bindings.ts';
import { shownKeys } from './shown-keys.ts';

const GROUPS = ['Time', 'Selection', 'View', 'Everywhere'] as const;

/** All keys on one sheet. */
export default function KeySheet() {
  const close = useSheet((state) => state.close);
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog
      ref={dialog}
      className="sheet w-[min(680px,92vw)]"
      aria-label="Keys"
      onClose={close}
      onClick={(event) => {
        if (event.target === dialog.current) dialog.current?.close();
      }}
    >
      <div className="p-6">
        <h2 className="mb-4 text-15 font-semibold">Keys</h2>
        <div className="columns-2 gap-8">
          {GROUPS.map((group) => (
            <section key={group} className="mb-4 break-inside-avoid">
              <h3 className="mb-1.5 text-11 font-semibold text-dim">{group}</h3>
              <dl>
                {group === 'Time' && <Row keys={SPACE.keys} does={SPACE.does} />}
                {BINDINGS.filter((each) => each.group === group).map(({ keys, does }) => (
                  <Row key={keys} keys={keys} does={does} />
                ))}
              </dl>
            </section>
          ))}
          <section className="break-inside-avoid">
            <h3 className="mb-1.5 text-11 font-semibold text-dim">On the map</h3>
            <dl>
              {MAP_KEYS.map(({ keys, does }) => (
                <Row key={keys} keys={keys} does={does} />
              ))}
            </dl>
          </section>
        </div>
      </div>
    </dialog>
  );
}

function Row({ keys, does }: { readonly keys: string; readonly does: string }) {
  return (
    <div className="flex items-center justify-between gap-4 border-b border-line py-1.5">
      <dt className="order-2 flex flex-none gap-1">
        {shownKeys(keys).map((key) => (
          <kbd key={key} className="kbd">
            {key}
          </kbd>
        ))}
      </dt>
      <dd>{does}</dd>
    </div>
  );
}
