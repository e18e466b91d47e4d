import type {
  Container,
  PodSecurityContext,
  PodSpec,
  PodTemplateSpec,
} from '../generated/types.ts';
import { defaultContainer } from './container.ts';
import { changeField, fill, mapSame } from './fill.ts';
import { defaultVolume } from './volume.ts';

/** The defaults of pods and pod templates (upstream: core/v1 SetDefaults_PodSpec and SetDefaults_Pod). */

// The pods of a ReplicaSet come with the spec object of its template, so the work is done once for all of them.
const templateSpecs = new WeakMap<PodSpec, PodSpec>();
const podSpecs = new WeakMap<PodSpec, PodSpec>();

const noSecurity: PodSecurityContext = Object.freeze({});
const specDefaults = {
  restartPolicy: 'Always',
  terminationGracePeriodSeconds: 30,
  dnsPolicy: 'ClusterFirst',
  securityContext: noSecurity,
  schedulerName: 'default-scheduler',
} as const;

/** What templates get, and pods too. */
export function defaultTemplateSpec(spec: PodSpec): PodSpec {
  return remembered(templateSpecs, spec, withTemplateDefaults);
}

/** The result for a spec that was seen before, else a new one, which is its own result. */
function remembered(
  known: WeakMap<PodSpec, PodSpec>,
  spec: PodSpec,
  change: (spec: PodSpec) => PodSpec,
): PodSpec {
  const before = known.get(spec);
  if (before !== undefined) return before;
  const result = change(spec);
  known.set(spec, result);
  if (result !== spec) known.set(result, result);
  return result;
}

function withTemplateDefaults(spec: PodSpec): PodSpec {
  let result = fill(spec, specDefaults);
  if (result.containers === undefined) result = { ...result, containers: [] };
  if (result.serviceAccountName === undefined && result.serviceAccount !== undefined) {
    result = { ...result, serviceAccountName: result.serviceAccount };
  } else if (
    result.serviceAccountName !== undefined &&
    result.serviceAccount !== result.serviceAccountName
  ) {
    // The old name of the field is kept in step with the new one.
    result = { ...result, serviceAccount: result.serviceAccountName };
  }
  result = changeField(result, 'containers', (list) => mapSame(list, defaultContainer));
  result = changeField(result, 'initContainers', (list) => mapSame(list, defaultContainer));
  result = changeField(result, 'ephemeralContainers', (list) =>
    // They have the fields of containers, and one more.
    mapSame(list, (each) => defaultContainer(each as Container) as typeof each),
  );
  return changeField(result, 'volumes', (list) => mapSame(list, defaultVolume));
}

/** What pods get on top: requests from limits, the node's ports on the node's network, service variables. */
export function defaultPodSpec(spec: PodSpec): PodSpec {
  return remembered(podSpecs, spec, withPodDefaults);
}

function withPodDefaults(spec: PodSpec): PodSpec {
  let result = fill(withTemplateDefaults(spec), { enableServiceLinks: true });
  const change = (list: readonly Container[]): readonly Container[] => {
    const requested = mapSame(list, requestsFromLimits);
    return result.hostNetwork === true ? mapSame(requested, hostPorts) : requested;
  };
  result = changeField(result, 'containers', change);
  result = changeField(result, 'initContainers', change);
  return changeField(result, 'resources', (resources) => {
    const limits = resources.limits ?? {};
    return withMissingRequests(resources, podLevelLimits(result, limits));
  });
}

function requestsFromLimits(container: Container): Container {
  return changeField(container, 'resources', (resources) =>
    withMissingRequests(resources, resources.limits ?? {}),
  );
}

type Resources = NonNullable<Container['resources']>;
type Amounts = Readonly<Record<string, string>>;

function withMissingRequests(resources: Resources, amounts: Amounts): Resources {
  const requests = resources.requests ?? {};
  const missing = Object.keys(amounts).some((name) => !Object.hasOwn(requests, name));
  return missing ? { ...resources, requests: { ...amounts, ...requests } } : resources;
}

/** Limits of the whole pod become requests where no container asks for that resource itself. */
function podLevelLimits(spec: PodSpec, limits: Amounts): Amounts {
  const all = [...(spec.containers ?? []), ...(spec.initContainers ?? [])];
  return Object.fromEntries(
    Object.entries(limits).filter(
      ([name]) => !all.some((each) => each.resources?.requests?.[name] !== undefined),
    ),
  );
}

function hostPorts(container: Container): Container {
  return changeField(container, 'ports', (ports) =>
    mapSame(ports, (port) =>
      (port.hostPort ?? 0) === 0 ? { ...port, hostPort: port.containerPort } : port,
    ),
  );
}

const emptyTemplate: PodTemplateSpec = { spec: { containers: [] } };

/** A whole template; one that is absent becomes an empty one, which validation then refuses. */
export function defaultTemplate(template: PodTemplateSpec | undefined): PodTemplateSpec {
  const given = template ?? emptyTemplate;
  const spec = given.spec ?? emptyTemplate.spec;
  const changed = defaultTemplateSpec(spec);
  return changed === given.spec ? given : { ...given, spec: changed };
}
