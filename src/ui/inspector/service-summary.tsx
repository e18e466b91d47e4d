import type { Service } from '../../api/generated/types.ts';
import { thingPath, type ThingId } from '../../view/selection.ts';
import { useObject, useService, useServiceLinks } from '../hooks/use-view.ts';
import { usePage } from '../page.tsx';
import { Age, Facts, NodeLink, PodList, Section, TabBody } from './parts.tsx';
import { MetadataSections } from './metadata-sections.tsx';

export function ServiceSummary({ id }: { readonly id: ThingId }) {
  const { view } = usePage();
  const row = useService(id);
  const links = useServiceLinks(id);
  // The path is a Service's, so the object is one.
  const service = useObject(thingPath(view, id)) as Service | null | undefined;
  if (row === undefined) return null;
  const selector = Object.entries(row.selector);
  return (
    <TabBody>
      <Section title="Address">
        <Facts
          facts={[
            ['Type', row.type],
            [
              'Cluster IP',
              <span key="ip" className="machine">
                {row.clusterIP}
              </span>,
            ],
            ['Ports', row.ports.join(', ')],
            [
              'Selector',
              selector.length > 0 && (
                <span key="selector" className="machine break-all">
                  {selector.map(([key, value]) => `${key}=${value}`).join(', ')}
                </span>
              ),
            ],
            ['Age', <Age key="age" since={service?.metadata.creationTimestamp} />],
          ]}
        />
      </Section>
      <Section title="Ready endpoints">
        <PodList ids={row.ready} />
      </Section>
      {row.notReady.length > 0 && (
        <Section title="Not ready: no traffic goes there">
          <PodList ids={row.notReady} />
        </Section>
      )}
      {links.length > 0 && (
        <Section title="By node">
          <ul>
            {links.map((link) => (
              <li
                key={link.node}
                className="flex justify-between border-b border-line py-1 last:border-0"
              >
                <NodeLink name={link.node} />
                <span className="text-dim">
                  {link.ready} ready{link.notReady > 0 && `, ${link.notReady} not`}
                </span>
              </li>
            ))}
          </ul>
        </Section>
      )}
      <MetadataSections object={service} />
    </TabBody>
  );
}
