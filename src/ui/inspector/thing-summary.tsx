import type { KubernetesObject } from '../../api/generated/types.ts';
import { thingOf, thingPath, type ThingId } from '../../view/selection.ts';
import { useObject, useObjectRow } from '../hooks/use-view.ts';
import { usePage } from '../page.tsx';
import { ComponentSummary } from './component-summary.tsx';
import { NodeSummary } from './node-summary.tsx';
import { MetadataSections } from './metadata-sections.tsx';
import { Age, Facts, TabBody } from './parts.tsx';
import { PodSummary } from './pod-summary.tsx';
import { ServiceSummary } from './service-summary.tsx';
import { WorkloadSummary } from './workload-summary.tsx';

/** What matters of a thing, by its kind. */
export function ThingSummary({ id }: { readonly id: ThingId }) {
  const { view } = usePage();
  const thing = thingOf(view, id);
  switch (thing?.kind) {
    case 'pod':
      return <PodSummary id={id} />;
    case 'node':
      return <NodeSummary id={id} />;
    case 'workload':
      return <WorkloadSummary id={id} />;
    case 'service':
      return <ServiceSummary id={id} />;
    case 'component':
      return <ComponentSummary id={id} />;
    case 'object':
      return <ObjectSummary id={id} />;
    case undefined:
      return null;
  }
}

/** Any other object: its metadata; the rest is in its YAML. */
function ObjectSummary({ id }: { readonly id: ThingId }) {
  const row = useObjectRow(id);
  const { view } = usePage();
  // The API server sends an object of this path's kind.
  const object = useObject(thingPath(view, id)) as KubernetesObject | null | undefined;
  if (row === undefined) return null;
  return (
    <TabBody>
      <Facts
        facts={[
          ['API version', row.apiVersion],
          ['Age', <Age key="age" since={row.createdAt} />],
          [
            'uid',
            <span key="uid" className="machine break-all">
              {row.id}
            </span>,
          ],
        ]}
      />
      <MetadataSections object={object} />
    </TabBody>
  );
}
