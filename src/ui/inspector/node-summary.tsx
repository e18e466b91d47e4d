import type { Node } from '../../api/generated/types.ts';
import { thingPath, type ThingId } from '../../view/selection.ts';
import { ageText, bytesText, cpuText, plural } from '../../view/words.ts';
import { useGroup, useNode, useObject, useSampled } from '../hooks/use-view.ts';
import { usePage } from '../page.tsx';
import { Age, Conditions, Facts, PodList, Section, TabBody, type Condition } from './parts.tsx';
import { MetadataSections } from './metadata-sections.tsx';

export function NodeSummary({ id }: { readonly id: ThingId }) {
  const { view } = usePage();
  const row = useNode(id);
  // The path is a node's, so the object is one.
  const node = useObject(thingPath(view, id)) as Node | null | undefined;
  const pods = useGroup(view.index.podsOnNode, row?.name ?? '');
  const heartbeat = useSampled(() => {
    const at = view.nodeOf(id)?.heartbeatAt ?? 0;
    return at === 0 ? 'none yet' : `${ageText(view.head.getState().now - at)} ago`;
  }, 500);
  if (row === undefined) return null;
  return (
    <TabBody>
      <Section title="The machine, seen from outside">
        <Facts
          facts={[
            ['Power', <Truth key="power" well={row.power === 'on'} words={row.power} />],
            [
              'Network',
              <Truth key="net" well={!row.cut} words={row.cut ? 'cut off' : 'connected'} />,
            ],
            ['kubelet', <Truth key="kubelet" well={row.kubelet === 'up'} words={row.kubelet} />],
            [
              'containerd',
              <Truth key="containerd" well={row.containerd === 'up'} words={row.containerd} />,
            ],
            [
              'kube-proxy',
              row.kubeProxy !== 'none' && (
                <Truth key="proxy" well={row.kubeProxy === 'up'} words={row.kubeProxy} />
              ),
            ],
            [
              'CNI agent',
              row.cniAgent !== 'none' && (
                <Truth key="cni" well={row.cniAgent === 'up'} words={row.cniAgent} />
              ),
            ],
          ]}
        />
      </Section>
      <Section title="What the cluster believes">
        <Facts
          facts={[
            ['Status', row.status],
            ['Last heartbeat', heartbeat],
            [
              'Taints',
              row.taints.length > 0 && (
                <span key="taints" className="machine break-all">
                  {row.taints.join('\n')}
                </span>
              ),
            ],
            ['Zone', row.zone],
            ['Age', <Age key="age" since={node?.metadata.creationTimestamp} />],
          ]}
        />
      </Section>
      <Section title="Capacity">
        <Facts
          facts={[
            [
              'CPU',
              `${cpuText(row.cpuRequestedMilli)} requested, ${cpuText(row.cpuUsedMilli)} used, of ${cpuText(row.cpuAllocatableMilli)}`,
            ],
            [
              'Memory',
              `${bytesText(row.memoryRequestedBytes)} requested, ${bytesText(row.memoryUsedBytes)} used, of ${bytesText(row.memoryAllocatableBytes)}`,
            ],
            ['Pods', `${row.pods} of ${row.podsMax}`],
          ]}
        />
      </Section>
      {node !== undefined && node !== null && (
        <Section title="Conditions">
          {/* The generated type has the same fields. */}
          <Conditions
            conditions={node.status?.conditions as readonly Condition[] | undefined}
            bad={['NetworkUnavailable']}
          />
        </Section>
      )}
      <Section title={plural(pods.length, 'Pod')}>
        <PodList ids={pods} />
      </Section>
      <MetadataSections object={node} />
    </TabBody>
  );
}

function Truth({ well, words }: { readonly well: boolean; readonly words: string }) {
  const state = well ? 'good' : 'failed';
  return (
    <span className="flex items-center gap-1.5" data-class={state}>
      <span className="lamp" data-class={state} aria-hidden="true" />
      <span className={well ? undefined : 'state-text'}>{words}</span>
    </span>
  );
}
