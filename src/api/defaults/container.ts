import type {
  Container,
  ContainerPort,
  EnvVar,
  HTTPGetAction,
  Lifecycle,
  LifecycleHandler,
  ObjectFieldSelector,
  Probe,
  ResourceRequirements,
} from '../generated/types.ts';
import { roundQuantityUp } from '../quantity/arithmetic.ts';
import { formatQuantity } from '../quantity/format.ts';
import { parseQuantity } from '../quantity/parse.ts';
import { changeField, fill, mapSame } from './fill.ts';

/** The defaults of containers of all kinds (upstream: core/v1 SetDefaults_Container and what it contains). */

const plain = {
  terminationMessagePath: '/dev/termination-log',
  terminationMessagePolicy: 'File',
} as const;

export function defaultContainer(container: Container): Container {
  let result = fill(container, plain);
  if (!result.imagePullPolicy) {
    result = { ...result, imagePullPolicy: pullPolicyOf(result.image ?? '') };
  }
  // The API server prints `resources: {}`, since the field is no pointer upstream.
  if (result.resources === undefined) result = { ...result, resources: noResources };
  else result = changeField(result, 'resources', roundResources);
  result = changeField(result, 'ports', (ports) => mapSame(ports, defaultPort));
  result = changeField(result, 'env', (env) => mapSame(env, defaultEnvVar));
  result = changeField(result, 'livenessProbe', defaultProbe);
  result = changeField(result, 'readinessProbe', defaultProbe);
  result = changeField(result, 'startupProbe', defaultProbe);
  return changeField(result, 'lifecycle', defaultLifecycle);
}

const noResources: ResourceRequirements = Object.freeze({});

// host[:port]/path[:tag][@digest]; what does not look like that has no tag that could be `latest`.
const imageName =
  /^(?:[a-zA-Z0-9.-]+(?::\d+)?\/)?[a-z0-9]+(?:[._/-]+[a-z0-9]+)*(?::([\w][\w.-]{0,127}))?(@[A-Za-z][A-Za-z0-9]*:[0-9a-fA-F]{32,})?$/;

/** `Always` for the tag latest and for no tag at all, else `IfNotPresent`. */
export function pullPolicyOf(image: string): 'Always' | 'IfNotPresent' {
  const match = imageName.exec(image);
  if (match === null) return 'IfNotPresent';
  const [, tag, digest] = match;
  return tag === 'latest' || (tag === undefined && digest === undefined)
    ? 'Always'
    : 'IfNotPresent';
}

function defaultPort(port: ContainerPort): ContainerPort {
  return port.protocol ? port : { ...port, protocol: 'TCP' };
}

function defaultEnvVar(variable: EnvVar): EnvVar {
  const fieldRef = variable.valueFrom?.fieldRef;
  if (fieldRef === undefined || fieldRef.apiVersion) return variable;
  return { ...variable, valueFrom: { ...variable.valueFrom, fieldRef: defaultFieldRef(fieldRef) } };
}

/** A path into the pod is one into version v1 of it. */
export function defaultFieldRef(reference: ObjectFieldSelector): ObjectFieldSelector {
  return reference.apiVersion ? reference : { ...reference, apiVersion: 'v1' };
}

const probeDefaults = {
  timeoutSeconds: 1,
  periodSeconds: 10,
  successThreshold: 1,
  failureThreshold: 3,
} as const;

function defaultProbe(probe: Probe): Probe {
  let result = probe;
  // Zero, too, is "not given" for these numbers, which are no pointers upstream.
  for (const field of [
    'timeoutSeconds',
    'periodSeconds',
    'successThreshold',
    'failureThreshold',
  ] as const) {
    if ((result[field] ?? 0) === 0) result = { ...result, [field]: probeDefaults[field] };
  }
  result = changeField(result, 'grpc', (grpc) => fill(grpc, { service: '' }));
  return changeField(result, 'httpGet', defaultHttpGet);
}

function defaultHttpGet(action: HTTPGetAction): HTTPGetAction {
  if (action.path && action.scheme) return action;
  return { ...action, path: action.path || '/', scheme: action.scheme || 'HTTP' };
}

function defaultLifecycle(lifecycle: Lifecycle): Lifecycle {
  const changed = changeField(lifecycle, 'postStart', defaultHandler);
  return changeField(changed, 'preStop', defaultHandler);
}

function defaultHandler(handler: LifecycleHandler): LifecycleHandler {
  return changeField(handler, 'httpGet', defaultHttpGet);
}

/** Amounts below a thousandth are rounded up to one. */
function roundResources(resources: ResourceRequirements): ResourceRequirements {
  const changed = changeField(resources, 'limits', roundList);
  return changeField(changed, 'requests', roundList);
}

function roundList(list: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  for (const name in list) {
    const last = list[name]?.at(-1);
    if (last === 'n' || last === 'u') {
      return Object.fromEntries(
        Object.entries(list).map(([key, amount]) => [key, roundToMilli(amount)]),
      );
    }
  }
  return list;
}

function roundToMilli(amount: string): string {
  const parsed = parseQuantity(amount);
  return parsed.ok ? formatQuantity(roundQuantityUp(parsed.value, -3).rounded) : amount;
}
