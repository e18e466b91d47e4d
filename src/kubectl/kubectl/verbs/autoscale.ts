import { parseQuantity } from '../../../api/quantity/parse.ts';
import { collectGiven, targetsOf, type Info } from '../builder.ts';
import { groupVersionOf, resourceByKind } from '../discovery.ts';
import { asFailure, fail, type Failure } from '../failure.ts';
import type { ApiObject, Fields } from '../objects.ts';
import type { Session } from '../session.ts';
import { createObject, maybeSaved, report, throwAll } from '../writing.ts';

/** kubectl autoscale: a HorizontalPodAutoscaler for something that can be scaled. */
export async function autoscale(session: Session): Promise<void> {
  const { flags } = session;
  const max = flags.int('max');
  if (!flags.has('max')) fail('required flag(s) "max" not set');
  if (max < 1) fail(`--max=MAXPODS is required and must be at least 1, max: ${max}`);
  if (max < flags.int('min')) {
    fail(
      `--max=MAXPODS must be larger or equal to --min=MINPODS, max: ${max}, min: ${flags.int('min')}`,
    );
  }
  const percent = flags.int('cpu-percent');
  if (flags.has('cpu-percent')) {
    session.err(
      "Flag --cpu-percent has been deprecated, Use --cpu with percentage or resource quantity format (e.g., '70%' for utilization or '500m' for milliCPU).\n",
    );
  }
  if (percent > 0 && flags.text('cpu') !== '') {
    fail('--cpu-percent and --cpu are mutually exclusive');
  }
  for (const each of ['cpu', 'memory']) refuseWrongAmount(each, flags.text(each));
  const { infos, failures } = await collectGiven(session, await targetsOf(session));
  const all: Failure[] = [...failures];
  for (const info of infos) {
    try {
      await autoscaleOne(session, info);
    } catch (error) {
      all.push(asFailure(error));
    }
  }
  throwAll(all);
}

async function autoscaleOne(session: Session, info: Info): Promise<void> {
  const { resource } = info;
  if (!resource.subresources.some(({ name }) => name === 'scale')) {
    fail(
      `cannot autoscale a ${resource.kind}: could not find scale subresource for ${resource.group}/${resource.version}, Resource=${resource.name} in discovery information`,
    );
  }
  const object = maybeSaved(session, autoscalerFor(session, info), { typed: true });
  if (session.dryRun === 'client') {
    report(session, object, 'created', { typed: true });
    return;
  }
  const created = await createOne(session, info, object).catch((error: unknown) => {
    asFailure(error);
    return createOne(session, info, olderFormOf(session, info));
  });
  report(session, created, 'autoscaled', { typed: true });
}

/** A percentage, or a quantity. */
function refuseWrongAmount(resource: string, text: string): void {
  if (text === '' || /^\d+%$/.test(text) || parseQuantity(text).ok) return;
  fail(`invalid resource ${resource} value: ${text}`);
}

async function createOne(session: Session, info: Info, object: ApiObject): Promise<ApiObject> {
  const resource = resourceByKind(await session.discovery(), object.apiVersion, object.kind);
  if (resource === undefined) fail('no matches for kind "HorizontalPodAutoscaler"');
  const place = { resource, namespace: info.namespace };
  return createObject(session, place, object, 'kubectl-autoscale');
}

/** What the server refuses in the newer form is tried in the older one, which knows the use of CPU alone. */
function olderFormOf(session: Session, info: Info): ApiObject {
  const { flags } = session;
  const cpu = flags.text('cpu');
  const why =
    'failed to create autoscaling/v2 HPA and the configuration is incompatible with autoscaling/v1: ';
  if (cpu === '') fail(`${why}empty input`);
  if (flags.text('memory') !== '' || !cpu.endsWith('%')) fail(`${why}%!w(<nil>)`);
  const { kind, metadata } = autoscalerFor(session, info);
  const min = flags.int('min');
  return maybeSaved(session, {
    kind,
    apiVersion: 'autoscaling/v1',
    metadata,
    spec: {
      scaleTargetRef: {
        kind: info.object.kind,
        name: info.name,
        apiVersion: groupVersionOf(info.resource),
      },
      ...(min > 0 ? { minReplicas: min } : {}),
      maxReplicas: flags.int('max'),
      targetCPUUtilizationPercentage: Number(cpu.slice(0, -1)),
    },
    status: { currentReplicas: 0, desiredReplicas: 0 },
  });
}

function autoscalerFor(session: Session, { object, name, resource }: Info): ApiObject {
  const { flags } = session;
  const metrics: Fields[] = [];
  const percent = flags.int('cpu-percent');
  if (flags.has('cpu-percent') && percent >= 0) metrics.push(utilization('cpu', percent));
  for (const each of ['cpu', 'memory']) {
    const text = flags.text(each);
    if (text === '') continue;
    metrics.push(
      text.endsWith('%')
        ? utilization(each, Number(text.slice(0, -1)))
        : {
            type: 'Resource',
            resource: { name: each, target: { type: 'AverageValue', averageValue: text } },
          },
    );
  }
  const min = flags.int('min');
  return {
    kind: 'HorizontalPodAutoscaler',
    apiVersion: 'autoscaling/v2',
    metadata: {
      name: flags.text('name') === '' ? name : flags.text('name'),
      ...(session.namespaceIsGiven ? { namespace: session.namespace } : {}),
    },
    spec: {
      scaleTargetRef: { kind: object.kind, name, apiVersion: groupVersionOf(resource) },
      ...(min > 0 ? { minReplicas: min } : {}),
      maxReplicas: flags.int('max'),
      ...(metrics.length === 0 ? {} : { metrics }),
    },
    status: { desiredReplicas: 0, currentMetrics: null },
  };
}

function utilization(name: string, averageUtilization: number): Fields {
  return {
    type: 'Resource',
    resource: { name, target: { type: 'Utilization', averageUtilization } },
  };
}
