import type { Container, EnvVar, EnvVarSource, Pod } from '../../api/generated/types.ts';
import { refusal, success, type Result } from '../../base/result.ts';
import { fieldText, resourceText, type PodFacts } from './fields.ts';
import { configMapOf, secretOf, secretText } from './references.ts';
import type { References, ServiceVariables } from './state.ts';

export interface Variable {
  readonly name: string;
  readonly value: string;
}

/**
 * A container's environment: what `envFrom` brings, then `env` with `$(NAME)` filled in, then the variables of
 * Services, which replace nothing. Refused with the kubelet's complaint when something it refers to is not there.
 */
export function environmentOf(
  pod: Pod,
  container: Container,
  references: References,
  facts: PodFacts,
  kubernetesIp: string,
): Result<readonly Variable[], string> {
  const services = serviceVariables(references.services, kubernetesIp);
  return container.env === undefined && container.envFrom === undefined
    ? success(services)
    : declaredAnd(services, pod, container, references, facts);
}

/** What a container declares, and those of Services that it does not declare itself. */
function declaredAnd(
  services: readonly Variable[],
  pod: Pod,
  container: Container,
  references: References,
  facts: PodFacts,
): Result<readonly Variable[], string> {
  const values = new Map<string, string>();
  for (const source of container.envFrom ?? []) {
    const problem = addFrom(
      values,
      source.configMapRef,
      source.secretRef,
      source.prefix ?? '',
      references,
    );
    if (problem !== undefined) return refusal(problem);
  }
  const byService = new Map(services.map(({ name, value }) => [name, value]));
  for (const variable of container.env ?? []) {
    const value = valueOf(
      variable,
      pod,
      container,
      references,
      facts,
      (name) => values.get(name) ?? byService.get(name),
    );
    if (!value.ok) return refusal(value.error);
    if (value.value !== undefined) values.set(variable.name, value.value);
  }
  for (const { name, value } of services) if (!values.has(name)) values.set(name, value);
  return success(Object.freeze([...values].map(([name, value]) => Object.freeze({ name, value }))));
}

function addFrom(
  values: Map<string, string>,
  configMapRef: { readonly name?: string; readonly optional?: boolean } | undefined,
  secretRef: { readonly name?: string; readonly optional?: boolean } | undefined,
  prefix: string,
  references: References,
): string | undefined {
  if (configMapRef !== undefined) {
    const object = configMapOf(references, configMapRef.name);
    if (object === null && configMapRef.optional !== true)
      return `configmap "${configMapRef.name ?? ''}" not found`;
    for (const key of Object.keys(object?.data ?? {}))
      values.set(`${prefix}${key}`, object?.data?.[key] ?? '');
  }
  if (secretRef !== undefined) {
    const object = secretOf(references, secretRef.name);
    if (object === null && secretRef.optional !== true)
      return `secret "${secretRef.name ?? ''}" not found`;
    for (const key of Object.keys(object?.data ?? {}))
      values.set(`${prefix}${key}`, secretText(object?.data?.[key] ?? ''));
  }
  return undefined;
}

function valueOf(
  variable: EnvVar,
  pod: Pod,
  container: Container,
  references: References,
  facts: PodFacts,
  find: (name: string) => string | undefined,
): Result<string | undefined, string> {
  const { valueFrom } = variable;
  if (valueFrom === undefined) return success(expandVariables(variable.value ?? '', find));
  if (valueFrom.fieldRef !== undefined) {
    const field = fieldText(pod, valueFrom.fieldRef, facts);
    return 'text' in field ? success(field.text) : refusal(field.error);
  }
  if (valueFrom.resourceFieldRef !== undefined) {
    return success(resourceText(pod, container, valueFrom.resourceFieldRef, facts));
  }
  return keyValue(valueFrom, pod.metadata.namespace ?? '', references);
}

function keyValue(
  source: EnvVarSource,
  namespace: string,
  references: References,
): Result<string | undefined, string> {
  const { configMapKeyRef, secretKeyRef } = source;
  const selector = configMapKeyRef ?? secretKeyRef;
  if (selector === undefined) return success(undefined);
  const { name = '', key, optional } = selector;
  const isSecret = configMapKeyRef === undefined;
  const data = isSecret ? secretOf(references, name)?.data : configMapOf(references, name)?.data;
  const isThere = isSecret
    ? secretOf(references, name) !== null
    : configMapOf(references, name) !== null;
  if (data !== undefined && Object.hasOwn(data, key)) {
    const text = data[key] ?? '';
    return success(isSecret ? secretText(text) : text);
  }
  if (optional === true) return success(undefined);
  if (!isThere) return refusal(`${isSecret ? 'secret' : 'configmap'} "${name}" not found`);
  return refusal(
    `couldn't find key ${key} in ${isSecret ? 'Secret' : 'ConfigMap'} ${namespace}/${name}`,
  );
}

/** `$(NAME)` in a value, a command or an argument; `$$(NAME)` stands for itself, and so does an unknown name. */
export function expandVariables(text: string, find: (name: string) => string | undefined): string {
  if (!text.includes('$(') && !text.includes('$$')) return text;
  return text.replace(/\$\$|\$\(([^)]*)\)/g, (all, name: string | undefined) =>
    name === undefined ? '$' : (find(name) ?? all),
  );
}

const known = new Map<string, readonly Variable[]>();

/** The variables of the Service `kubernetes`, the same for every container of a cluster. */
function kubernetesVariables(ip: string): readonly Variable[] {
  let variables = known.get(ip);
  if (variables === undefined) {
    variables = Object.freeze(
      variablesOf({
        name: 'kubernetes',
        clusterIP: ip,
        ports: [{ name: 'https', port: 443, protocol: 'TCP' }],
      }).map((each) => Object.freeze(each)),
    );
    known.set(ip, variables);
  }
  return variables;
}

function serviceVariables(
  services: readonly ServiceVariables[] | undefined,
  kubernetesIp: string,
): readonly Variable[] {
  const kubernetes = kubernetesVariables(kubernetesIp);
  if (services === undefined || services.length === 0) return kubernetes;
  return [
    ...kubernetes,
    ...services.flatMap((service) => (service.name === 'kubernetes' ? [] : variablesOf(service))),
  ];
}

/** Kubernetes documentation: "Service", environment variables. */
function variablesOf(service: ServiceVariables): Variable[] {
  const { clusterIP: ip, ports } = service;
  const first = ports[0];
  if (first === undefined) return [];
  const name = service.name.toUpperCase().replaceAll('-', '_');
  const variables: Variable[] = [
    { name: `${name}_SERVICE_HOST`, value: ip },
    { name: `${name}_SERVICE_PORT`, value: String(first.port) },
  ];
  for (const port of ports) {
    if (port.name === undefined) continue;
    variables.push({
      name: `${name}_SERVICE_PORT_${port.name.toUpperCase().replaceAll('-', '_')}`,
      value: String(port.port),
    });
  }
  const url = (port: (typeof ports)[number]) =>
    `${port.protocol.toLowerCase()}://${ip}:${port.port}`;
  variables.push({ name: `${name}_PORT`, value: url(first) });
  for (const port of ports) {
    const prefix = `${name}_PORT_${port.port}_${port.protocol}`;
    variables.push(
      { name: prefix, value: url(port) },
      { name: `${prefix}_PROTO`, value: port.protocol.toLowerCase() },
      { name: `${prefix}_PORT`, value: String(port.port) },
      { name: `${prefix}_ADDR`, value: ip },
    );
  }
  return variables;
}
