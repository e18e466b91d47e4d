import type { Deployment } from '../../api/generated/types.ts';
import type { WorkloadCard } from '../../bridge/cards.ts';
import { thingPath, type ThingId } from '../../view/selection.ts';
import { plural } from '../../view/words.ts';
import { useGroup, useObject, useWorkload } from '../hooks/use-view.ts';
import { usePage } from '../page.tsx';
import {
  Age,
  Conditions,
  Facts,
  PodList,
  Section,
  TabBody,
  ThingLink,
  type Condition,
} from './parts.tsx';
import { MetadataSections } from './metadata-sections.tsx';

/** A Deployment or ReplicaSet: how far it is, what it is made of. */
export function WorkloadSummary({ id }: { readonly id: ThingId }) {
  const { view } = usePage();
  const row = useWorkload(id);
  // Deployment and ReplicaSet agree in the fields that are read here.
  const object = useObject(thingPath(view, id)) as Deployment | null | undefined;
  if (row === undefined) return null;
  const spec = object?.spec;
  const rolling = spec?.strategy?.rollingUpdate;
  return (
    <TabBody>
      <Section title="Replicas">
        <Progress row={row} />
      </Section>
      <Facts
        facts={[
          ['Owner', row.ownerId !== '' && <ThingLink key="owner" id={row.ownerId} />],
          ['Revision', row.revision],
          ['Strategy', spec?.strategy?.type],
          [
            'Limits',
            rolling !== undefined &&
              `at most ${String(rolling.maxSurge ?? '25%')} more, ${String(rolling.maxUnavailable ?? '25%')} unavailable`,
          ],
          ['Paused', row.paused && 'yes'],
          ['Age', <Age key="age" since={object?.metadata.creationTimestamp} />],
        ]}
      />
      {row.kind === 'Deployment' && <ReplicaSets id={id} />}
      {object !== undefined && object !== null && row.kind === 'Deployment' && (
        <Section title="Conditions">
          {/* The generated type has the same fields. */}
          <Conditions
            conditions={object.status?.conditions as readonly Condition[] | undefined}
            bad={['ReplicaFailure']}
          />
        </Section>
      )}
      <OwnedPods row={row} />
      <MetadataSections object={object} />
    </TabBody>
  );
}

/** Wanted, there, new, ready: four bars on one scale, so that floor and ceiling of a rollout are seen. */
function Progress({ row }: { readonly row: WorkloadCard }) {
  const most = Math.max(row.desired, row.current, 1);
  const lines: readonly (readonly [string, number])[] =
    row.kind === 'Deployment'
      ? [
          ['wanted', row.desired],
          ['there', row.current],
          ['up to date', row.updated],
          ['ready', row.readyCount],
          ['available', row.available],
        ]
      : [
          ['wanted', row.desired],
          ['there', row.current],
          ['ready', row.readyCount],
        ];
  return (
    <dl className="space-y-1">
      {lines.map(([name, count]) => (
        <div key={name} className="grid grid-cols-[72px_1fr_32px] items-center gap-2">
          <dt className="text-dim">{name}</dt>
          <dd className="bar !mt-0" aria-hidden="true">
            <span
              className={name === 'wanted' ? 'bar-requested' : 'bar-used'}
              style={{ width: `${(100 * count) / most}%` }}
            />
          </dd>
          <dd className="text-right">{count}</dd>
        </div>
      ))}
    </dl>
  );
}

function ReplicaSets({ id }: { readonly id: ThingId }) {
  const { view } = usePage();
  const ids = useGroup(view.index.workloadsOfOwner, id);
  if (ids.length === 0) return null;
  return (
    <Section title="ReplicaSets, new to old">
      <ul>
        {[...ids]
          .sort((a, b) => revisionOf(view.workloads.get(b)) - revisionOf(view.workloads.get(a)))
          .map((each) => (
            <ReplicaSetLine key={each} id={each} />
          ))}
      </ul>
    </Section>
  );
}

function revisionOf(row: WorkloadCard | undefined): number {
  return Number(row?.revision ?? 0);
}

function ReplicaSetLine({ id }: { readonly id: ThingId }) {
  const row = useWorkload(id);
  if (row === undefined) return null;
  return (
    <li className="flex items-baseline gap-2 border-b border-line py-1 last:border-0">
      <span className="w-6 text-dim">#{row.revision}</span>
      <span className="min-w-0 flex-1">
        <ThingLink id={id}>{row.name}</ThingLink>
      </span>
      <span className={row.desired === 0 ? 'text-dim' : undefined}>
        {row.readyCount}/{row.desired}
      </span>
    </li>
  );
}

function OwnedPods({ row }: { readonly row: WorkloadCard }) {
  const { view } = usePage();
  const key = `${row.namespace}/${row.name}`;
  const byWorkload = useGroup(view.index.podsOfWorkload, key);
  const byOwner = useGroup(view.index.podsOfOwner, row.id);
  const pods = row.kind === 'Deployment' ? byWorkload : byOwner;
  return (
    <Section title={plural(pods.length, 'Pod')}>
      <PodList ids={pods} workload={key} />
    </Section>
  );
}
