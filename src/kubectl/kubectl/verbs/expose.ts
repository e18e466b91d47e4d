import { collectGiven, targetsOf, type Info } from '../builder.ts';
import { resourceByKind } from '../discovery.ts';
import { asFailure, fail, Failure } from '../failure.ts';
import { at, fieldsAt, listAt, textAt, type ApiObject, type Fields } from '../objects.ts';
import type { Session } from '../session.ts';
import { createObject, maybeSaved, report, throwAll } from '../writing.ts';
import { numberOrText } from './create/config.ts';
import { labelsOf, overridden } from './run.ts';

/** kubectl expose: a Service before the Pods that something else selects. */
export async function expose(session: Session): Promise<void> {
  const { infos, failures } = await collectGiven(
    session,
    await targetsOf(session, { takesSelectors: false }),
  );
  throwAll(failures);
  const all: Failure[] = [];
  for (const info of infos) {
    try {
      await exposeOne(session, info);
    } catch (error) {
      all.push(asFailure(error));
    }
  }
  throwAll(all);
}

async function exposeOne(session: Session, info: Info): Promise<void> {
  refuseUnexposable(info);
  const service = overridden(session, serviceFor(session, info));
  const saved = maybeSaved(session, service);
  if (session.dryRun === 'client') {
    report(session, saved, 'exposed', { typed: true });
    return;
  }
  const resource = resourceByKind(await session.discovery(), 'v1', 'Service');
  if (resource === undefined) fail('no matches for kind "Service" in version "v1"');
  const place = { resource, namespace: info.namespace };
  report(session, await createObject(session, place, saved, 'kubectl-expose'), 'exposed', {
    typed: true,
  });
}

const exposable = ['Pod', 'Service', 'ReplicationController', 'Deployment', 'ReplicaSet'];

function refuseUnexposable({ resource, object }: Info): void {
  if (exposable.includes(object.kind)) return;
  fail(`cannot expose a ${resource.kind}${resource.group === '' ? '' : `.${resource.group}`}`);
}

function serviceFor(session: Session, info: Info): ApiObject {
  const { flags } = session;
  const name = flags.text('name') === '' ? info.name : flags.text('name');
  const selector = labelsOf(flags.text('selector')) ?? selectorOf(info.object);
  const labels = labelsOf(flags.text('labels')) ?? info.object.metadata.labels;
  const ports = portsOf(session, info.object);
  const type = flags.text('type');
  const clusterIP = flags.text('cluster-ip');
  const externalIp = flags.text('external-ip');
  const affinity = flags.text('session-affinity');
  const balancer = flags.text('load-balancer-ip');
  return {
    kind: 'Service',
    apiVersion: 'v1',
    metadata: {
      name: name.slice(0, 63),
      ...(session.namespaceIsGiven ? { namespace: session.namespace } : {}),
      ...(labels === undefined ? {} : { labels }),
    },
    spec: {
      ports,
      selector,
      ...(clusterIP === '' ? {} : { clusterIP }),
      ...(type === '' ? {} : { type }),
      ...(externalIp === '' ? {} : { externalIPs: [externalIp] }),
      ...(affinity === '' ? {} : { sessionAffinity: affinity }),
      ...(balancer === '' || type !== 'LoadBalancer' ? {} : { loadBalancerIP: balancer }),
    },
    status: { loadBalancer: {} },
  };
}

/** The labels that select the Pods of an object. */
function selectorOf(object: ApiObject): Readonly<Record<string, string>> {
  switch (object.kind) {
    case 'Pod': {
      const { labels } = object.metadata;
      if (labels === undefined || Object.keys(labels).length === 0) {
        fail(
          "couldn't retrieve selectors via --selector flag or introspection: the pod has no labels and cannot be exposed",
        );
      }
      return labels;
    }
    case 'Service':
    case 'ReplicationController': {
      const selector = fieldsAt(object, 'spec', 'selector');
      if (Object.keys(selector).length === 0) {
        fail(
          object.kind === 'Service'
            ? "couldn't retrieve selectors via --selector flag or introspection: the service has no pod selector set"
            : "couldn't retrieve selectors via --selector flag or introspection: the replication controller has no labels or selectors and cannot be exposed",
        );
      }
      return selector as Record<string, string>;
    }
    case 'Deployment':
    case 'ReplicaSet':
      if (listAt(object, 'spec', 'selector', 'matchExpressions').length > 0) {
        fail(
          `couldn't retrieve selectors via --selector flag or introspection: couldn't convert expressions - "${String(at(object, 'spec', 'selector', 'matchExpressions'))}" to map-based selector format`,
        );
      }
      return fieldsAt(object, 'spec', 'selector', 'matchLabels') as Record<string, string>;
    default:
      return fail(`cannot expose a ${object.kind}`);
  }
}

function portsOf({ flags }: Session, object: ApiObject): readonly Fields[] {
  const wanted = flags.text('port');
  const found = objectPorts(object);
  const numbers = wanted === '' ? found.map(({ port }) => port) : wanted.split(',').map(portNumber);
  if (numbers.length === 0) {
    fail("couldn't find port via --port flag or introspection");
  }
  const protocol = flags.text('protocol');
  const target = flags.text('target-port');
  return numbers.map((port, index) => {
    const known = found.filter((each) => each.port === port).map((each) => each.protocol);
    return {
      ...(numbers.length > 1 ? { name: `port-${index + 1}` } : {}),
      protocol: protocol === '' ? (known[0] ?? 'TCP') : protocol,
      port,
      targetPort: target === '' ? port : numberOrText(target),
    };
  });
}

function portNumber(text: string): number {
  if (!/^[-+]?\d+$/.test(text)) {
    fail(`strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`);
  }
  return Number(text);
}

function objectPorts(object: ApiObject): readonly { port: number; protocol: string }[] {
  if (object.kind === 'Service') {
    return listAt(object, 'spec', 'ports').map((each) => ({
      port: Number(at(each, 'port')),
      protocol: textAt(each, 'protocol') || 'TCP',
    }));
  }
  const spec = object.kind === 'Pod' ? at(object, 'spec') : at(object, 'spec', 'template', 'spec');
  return listAt(spec, 'containers').flatMap((container) =>
    listAt(container, 'ports').map((each) => ({
      port: Number(at(each, 'containerPort')),
      protocol: textAt(each, 'protocol') || 'TCP',
    })),
  );
}
