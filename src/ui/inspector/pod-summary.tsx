import type {
  Container,
  ContainerState,
  ContainerStatus,
  Pod,
  Probe,
} from '../../api/generated/types.ts';
import { bytesText, cpuText } from '../../view/words.ts';
import { thingPath, type ThingId } from '../../view/selection.ts';
import { useGroup, useObject, usePod } from '../hooks/use-view.ts';
import { usePage } from '../page.tsx';
import {
  Age,
  Conditions,
  Facts,
  NodeLink,
  Section,
  TabBody,
  ThingLink,
  type Condition,
} from './parts.tsx';
import { amountsWords } from './container-amounts.ts';
import { MetadataSections } from './metadata-sections.tsx';

export function PodSummary({ id }: { readonly id: ThingId }) {
  const { view } = usePage();
  const row = usePod(id);
  // The path is a Pod's, so the object is one.
  const pod = useObject(thingPath(view, id)) as Pod | null | undefined;
  const services = useGroup(view.index.servicesOfPod, id);
  if (row === undefined) return null;
  return (
    <TabBody>
      {row.node === '' && row.message !== '' && (
        <p className="mt-3 rounded-lg bg-attention-soft p-2.5 break-words">{row.message}</p>
      )}
      <Section title="Where and whose">
        <Facts
          facts={[
            [
              'Node',
              row.node === '' ? (
                <span key="none" className="text-dim">
                  none yet
                </span>
              ) : (
                <NodeLink key="node" name={row.node} />
              ),
            ],
            [
              'Address',
              row.ip !== '' && (
                <span key="ip" className="machine">
                  {row.ip}
                </span>
              ),
            ],
            [
              'Owner',
              row.ownerName !== '' && (
                <ThingLink
                  key="owner"
                  id={row.ownerId}
                >{`${row.ownerKind} ${row.ownerName}`}</ThingLink>
              ),
            ],
            [
              'Behind',
              services.length > 0 && (
                <span key="services" className="flex flex-wrap gap-2">
                  {services.map((service) => (
                    <ThingLink key={service} id={service} />
                  ))}
                </span>
              ),
            ],
            ['Age', <Age key="age" since={row.createdAt} />],
            [
              'Requests',
              `${cpuText(row.cpuRequestMilli)} CPU, ${bytesText(row.memoryRequestBytes)}`,
            ],
            ['QoS class', pod?.status?.qosClass],
          ]}
        />
      </Section>
      {pod !== undefined && pod !== null && (
        <>
          {(pod.spec.initContainers ?? []).length > 0 && (
            <Section title="Init containers">
              <Containers
                containers={pod.spec.initContainers ?? []}
                statuses={pod.status?.initContainerStatuses}
              />
            </Section>
          )}
          <Section title="Containers">
            <Containers containers={pod.spec.containers} statuses={pod.status?.containerStatuses} />
          </Section>
          {(pod.spec.ephemeralContainers ?? []).length > 0 && (
            <Section title="Containers for debugging">
              <Containers
                containers={pod.spec.ephemeralContainers ?? []}
                statuses={pod.status?.ephemeralContainerStatuses}
              />
            </Section>
          )}
          <Section title="Conditions">
            {/* The generated type has the same fields. */}
            <Conditions
              conditions={pod.status?.conditions as readonly Condition[] | undefined}
              attention={['PodResizePending', 'PodResizeInProgress']}
            />
          </Section>
          <MetadataSections object={pod} />
        </>
      )}
    </TabBody>
  );
}

interface ContainersProps {
  readonly containers: readonly Container[];
  readonly statuses: readonly ContainerStatus[] | undefined;
}

function Containers({ containers, statuses }: ContainersProps) {
  return (
    <ul className="space-y-2">
      {containers.map((container) => {
        const status = statuses?.find((each) => each.name === container.name);
        const state = stateWords(status?.state);
        const last = stateWords(status?.lastState);
        return (
          <li key={container.name} className="rounded-lg border border-line p-2.5">
            <div className="flex items-baseline justify-between gap-2">
              <span className="truncate-text font-semibold">{container.name}</span>
              <span className="state-text flex-none" data-class={state.tone}>
                {state.words}
              </span>
            </div>
            <p className="machine break-all text-dim">{container.image}</p>
            <Facts
              facts={[
                ['Ready', status === undefined ? undefined : status.ready ? 'yes' : 'no'],
                [
                  'Restarts',
                  status !== undefined && status.restartCount > 0 && String(status.restartCount),
                ],
                ['Why', state.detail],
                ['Requests', amountsWords('requests', container, status)],
                ['Limits', amountsWords('limits', container, status)],
                [
                  'Before',
                  last.words !== 'waiting' &&
                    last.words !== '' &&
                    `${last.words}${last.detail === '' ? '' : ` (${last.detail})`}`,
                ],
                ['Startup probe', probeWords(container.startupProbe)],
                ['Readiness', probeWords(container.readinessProbe)],
                ['Liveness', probeWords(container.livenessProbe)],
              ]}
            />
          </li>
        );
      })}
    </ul>
  );
}

interface StateWords {
  readonly words: string;
  readonly detail: string;
  readonly tone: 'good' | 'moving' | 'failed' | 'inert';
}

function stateWords(state: ContainerState | undefined): StateWords {
  if (state?.running !== undefined) return { words: 'running', detail: '', tone: 'good' };
  if (state?.terminated !== undefined) {
    const { reason, exitCode, message } = state.terminated;
    const tone = exitCode === 0 ? 'good' : 'failed';
    return {
      words: reason ?? 'terminated',
      detail: `exit code ${exitCode}${message === undefined ? '' : `, ${message}`}`,
      tone,
    };
  }
  if (state?.waiting !== undefined) {
    const { reason = 'waiting', message = '' } = state.waiting;
    const failed = /BackOff|Err|Error/.test(reason);
    return { words: reason, detail: message, tone: failed ? 'failed' : 'moving' };
  }
  return { words: 'waiting', detail: '', tone: 'inert' };
}

/** `GET :80/ every 5s, 3 failures allowed`. */
function probeWords(probe: Probe | undefined): string | undefined {
  if (probe === undefined) return undefined;
  const every = `every ${probe.periodSeconds ?? 10}s`;
  const allowed = `${probe.failureThreshold ?? 3} failures allowed`;
  return `${probeTarget(probe)} ${every}, ${allowed}`;
}

function probeTarget({ httpGet, tcpSocket, exec, grpc }: Probe): string {
  if (httpGet !== undefined) return `GET :${httpGet.port}${httpGet.path ?? '/'}`;
  if (tcpSocket !== undefined) return `connect to :${tcpSocket.port}`;
  if (exec !== undefined) return (exec.command ?? []).join(' ');
  return grpc === undefined ? '' : `gRPC :${grpc.port}`;
}
