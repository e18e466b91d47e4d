import { invalid, notSupported, required } from '../field-errors.ts';
import type {
  EnvFromSource,
  EnvVar,
  EnvVarSource,
  ObjectFieldSelector,
  ResourceFieldSelector,
} from '../generated/types.ts';
import { dns1123SubdomainErrors } from '../names/dns.ts';
import { qualifiedNameErrors } from '../names/qualified-name.ts';
import { configMapKeyErrors, relaxedEnvVarNameErrors } from '../names/words.ts';
import { addMessages, type Errors } from './fields.ts';

/** Environment variables and where their values come from, the downward API included. */

export function checkEnv(env: readonly EnvVar[], path: string, errors: Errors): void {
  for (let index = 0; index < env.length; index += 1) {
    const variable = env[index] as EnvVar; // In range by the loop.
    const at = `${path}[${index}]`;
    const name = variable.name ?? '';
    if (name === '') errors.push(required(`${at}.name`));
    else addMessages(relaxedEnvVarNameErrors(name), name, `${at}.name`, errors);
    if (variable.valueFrom !== undefined) {
      checkValueFrom(variable.valueFrom, variable.value ?? '', `${at}.valueFrom`, errors);
    }
  }
}

function checkValueFrom(source: EnvVarSource, value: string, path: string, errors: Errors): void {
  let sources = 0;
  if (source.fieldRef !== undefined) {
    sources += 1;
    checkFieldRef(source.fieldRef, environmentFields, `${path}.fieldRef`, errors);
  }
  if (source.resourceFieldRef !== undefined) {
    sources += 1;
    checkResourceFieldRef(source.resourceFieldRef, false, `${path}.resourceFieldRef`, errors);
  }
  for (const field of ['configMapKeyRef', 'secretKeyRef'] as const) {
    const reference = source[field];
    if (reference === undefined) continue;
    sources += 1;
    checkKeyReference(reference, `${path}.${field}`, errors);
  }
  if (source.fileKeyRef !== undefined) sources += 1;
  if (sources === 0) {
    errors.push(
      invalid(
        path,
        '',
        'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`',
      ),
    );
  } else if (value !== '') {
    errors.push(invalid(path, '', 'may not be specified when `value` is not empty'));
  } else if (sources > 1) {
    errors.push(invalid(path, '', 'may not have more than one field specified at a time'));
  }
}

function checkKeyReference(
  { name = '', key = '' }: { readonly name?: string; readonly key?: string },
  path: string,
  errors: Errors,
): void {
  addMessages(dns1123SubdomainErrors(name), name, `${path}.name`, errors);
  if (key === '') errors.push(required(`${path}.key`));
  else addMessages(configMapKeyErrors(key), key, `${path}.key`, errors);
}

export function checkEnvFrom(
  sources: readonly EnvFromSource[],
  path: string,
  errors: Errors,
): void {
  for (const [index, { prefix = '', configMapRef, secretRef }] of sources.entries()) {
    const at = `${path}[${index}]`;
    if (prefix !== '') addMessages(relaxedEnvVarNameErrors(prefix), prefix, `${at}.prefix`, errors);
    if (configMapRef !== undefined) checkName(configMapRef.name, `${at}.configMapRef.name`, errors);
    if (secretRef !== undefined) checkName(secretRef.name, `${at}.secretRef.name`, errors);
    if (configMapRef === undefined && secretRef === undefined) {
      errors.push(invalid(path, '', 'must specify one of: `configMapRef` or `secretRef`'));
    } else if (configMapRef !== undefined && secretRef !== undefined) {
      errors.push(invalid(path, '', 'may not have more than one field specified at a time'));
    }
  }
}

function checkName(name: string | undefined, path: string, errors: Errors): void {
  if (name === undefined || name === '') errors.push(required(path));
  else addMessages(dns1123SubdomainErrors(name), name, path, errors);
}

/** What a container may learn about its pod by variables. */
export const environmentFields: readonly string[] = [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
];

/** The same by files. */
export const volumeFields: readonly string[] = [
  'metadata.annotations',
  'metadata.labels',
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
];

// All that the conversion of paths knows; others are refused before it is asked where they may be used.
const knownFields = new Set([
  ...environmentFields,
  ...volumeFields,
  'spec.restartPolicy',
  'spec.schedulerName',
  'spec.host',
  'status.phase',
]);

/** A path into the pod (`metadata.labels['app']`), as variables and downward files name them. */
export function checkFieldRef(
  { apiVersion = '', fieldPath = '' }: ObjectFieldSelector,
  supported: readonly string[],
  path: string,
  errors: Errors,
): void {
  if (apiVersion === '') {
    errors.push(required(`${path}.apiVersion`));
    return;
  }
  if (fieldPath === '') {
    errors.push(required(`${path}.fieldPath`));
    return;
  }
  const subscripted = /^([^[]*)\['([^']*)'\]$/.exec(fieldPath);
  const [, field = fieldPath, key] = subscripted ?? [];
  if (apiVersion !== 'v1') {
    const why = `unsupported pod version: ${apiVersion}`;
    errors.push(invalid(`${path}.fieldPath`, fieldPath, `error converting fieldPath: ${why}`));
  } else if (key !== undefined) {
    checkSubscript(field, key, fieldPath, path, errors);
  } else if (!knownFields.has(field)) {
    const why = `field label not supported: ${field}`;
    errors.push(invalid(`${path}.fieldPath`, fieldPath, `error converting fieldPath: ${why}`));
  } else if (!supported.includes(field)) {
    errors.push(notSupported(`${path}.fieldPath`, field, supported));
  }
}

function checkSubscript(
  field: string,
  key: string,
  fieldPath: string,
  path: string,
  errors: Errors,
): void {
  if (field === 'metadata.annotations') {
    addMessages(qualifiedNameErrors(key.toLowerCase()), key.toLowerCase(), path, errors);
  } else if (field === 'metadata.labels') {
    addMessages(qualifiedNameErrors(key), key, path, errors);
  } else {
    const why = `field label does not support subscript: ${field}`;
    errors.push(invalid(`${path}.fieldPath`, fieldPath, `error converting fieldPath: ${why}`));
  }
}

const resourceFields: readonly string[] = [
  'limits.cpu',
  'limits.ephemeral-storage',
  'limits.memory',
  'requests.cpu',
  'requests.ephemeral-storage',
  'requests.memory',
];
const byteDivisors = '1, 1k, 1M, 1G, 1T, 1P, 1E, 1Ki, 1Mi, 1Gi, 1Ti, 1Pi, 1Ei';
const byteDivisorSet = new Set(byteDivisors.split(', '));

/** A container's request or limit, in units of a divisor. */
export function checkResourceFieldRef(
  { containerName = '', resource = '', divisor = '0' }: ResourceFieldSelector,
  inVolume: boolean,
  path: string,
  errors: Errors,
): void {
  const isHugePages = /^(?:requests|limits)\.hugepages-/.test(resource);
  if (inVolume && containerName === '') errors.push(required(`${path}.containerName`));
  else if (resource === '') errors.push(required(`${path}.resource`));
  else if (!resourceFields.includes(resource) && !isHugePages) {
    errors.push(notSupported(`${path}.resource`, resource, resourceFields));
  }
  if (divisor === '0' || divisor === '') return;
  const refuse = (values: string, what: string): void => {
    errors.push(
      invalid(
        `${path}.divisor`,
        resource,
        `only divisor's values ${values} are supported with the ${what} resource`,
      ),
    );
  };
  if (resource.endsWith('.cpu')) {
    if (divisor !== '1m' && divisor !== '1') refuse('1m and 1', 'cpu');
  } else if (!byteDivisorSet.has(divisor)) {
    if (resource.endsWith('.memory')) refuse(byteDivisors, 'memory');
    else if (resource.endsWith('.ephemeral-storage'))
      refuse(byteDivisors, 'local ephemeral storage');
    else if (isHugePages) refuse(byteDivisors, 'hugepages');
  }
}
