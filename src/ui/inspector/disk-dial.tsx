import { useHead } from '../hooks/use-view.ts';
import { usePage } from '../page.tsx';
import { runAct } from '../actions/run-action.ts';
import { lab } from '../actions/requests.ts';
import { Section } from './parts.tsx';

const FAULT = 'disk-slow';
/** What a healthy disk does; turning to it mends. */
const HEALTHY = '2 ms';

/** The dial of a member's disk: what one flush in a hundred takes. Everything else follows. */
export function DiskDial({ machine }: { readonly machine: string }) {
  const page = usePage();
  const stops = useHead(
    (head) =>
      head.faultCatalogue
        .find(({ kind }) => kind === FAULT)
        ?.params.find(({ name }) => name === 'p99')?.choices,
  );
  const active = useHead((head) =>
    head.faults.findLast(({ kind, params }) => kind === FAULT && params['machine'] === machine),
  );
  if (stops === undefined) return null;
  const current = active === undefined ? HEALTHY : String(active.params['p99']);

  const turn = (stop: string): void => {
    if (stop === current) return;
    void runAct(page, {
      label: `Disk of ${machine}: p99 ${stop}`,
      targets: [],
      async run(context) {
        const mine = context.view.head
          .getState()
          .faults.filter(({ kind, params }) => kind === FAULT && params['machine'] === machine);
        for (const { id } of mine) {
          const refusal = await context.client.lab({ kind: 'heal-fault', id });
          if (refusal !== undefined) return { ok: false, message: refusal };
        }
        const said = `one flush in a hundred on ${machine} takes ${stop}`;
        if (stop === HEALTHY) return { ok: true, message: said };
        const params = { machine, p99: stop };
        return lab(context, { kind: 'inject-fault', fault: FAULT, params }, said);
      },
    });
  };
  return (
    <Section title="Disk: one flush in a hundred takes">
      <div
        className="segments"
        role="group"
        aria-label={`Disk of ${machine}: one flush in a hundred takes`}
        data-tip="Every write waits for this disk. At 1 s leases are lost and Pods stay Pending for want of etcd."
      >
        {stops.map((stop) => (
          <button
            key={stop}
            type="button"
            aria-pressed={stop === current}
            onClick={() => turn(stop)}
          >
            {stop}
          </button>
        ))}
      </div>
    </Section>
  );
}
