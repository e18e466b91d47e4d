import { canonicalQuantity } from '../../../api/quantity/format.ts';
import { milliValue, value as quantityValue } from '../../../api/quantity/numbers.ts';
import { at, fieldsAt, isFields, listAt, numberAt, sortedEntries, textAt } from '../objects.ts';
import { longTime, orNone, trueOrFalse, type DescribeWriter } from './writer.ts';

/** Where the values of environment variables come from, for a Pod that is known. */
export interface ContainerSurroundings {
  readonly pod: unknown;
}

/** A list of containers below its title; `indent` is that of Pod templates. */
export function writeContainers(
  writer: DescribeWriter,
  title: string,
  containers: readonly unknown[],
  {
    statuses = [],
    indent = '',
    pod,
  }: {
    readonly statuses?: readonly unknown[];
    readonly indent?: string;
    readonly pod?: unknown;
  } = {},
): void {
  writer.write(0, `${indent}${title}:${containers.length === 0 ? ' <none>' : ''}\n`);
  for (const container of containers) {
    const name = textAt(container, 'name');
    const status = statuses.find((each) => textAt(each, 'name') === name);
    writeBasics(writer, container, status, indent);
    writeWords(writer, 'Command', listAt(container, 'command'));
    writeWords(writer, 'Args', listAt(container, 'args'));
    if (status !== undefined) writeState(writer, status);
    writeResources(writer, 2, at(container, 'resources'));
    writeProbes(writer, container);
    writeEnvironmentFrom(writer, container);
    writeEnvironment(writer, container, pod);
    writeMounts(writer, container);
  }
}

function writeBasics(
  writer: DescribeWriter,
  container: unknown,
  status: unknown,
  indent: string,
): void {
  writer.write(1, `${indent === '' ? '' : ' '}${textAt(container, 'name')}:\n`);
  if (status !== undefined) writer.field(2, 'Container ID', textAt(status, 'containerID'));
  writer.field(2, 'Image', textAt(container, 'image'));
  if (status !== undefined) writer.field(2, 'Image ID', textAt(status, 'imageID'));
  const ports = listAt(container, 'ports');
  const text = (field: string): string =>
    ports
      .map((port) => {
        const name = textAt(port, 'name');
        return `${numberAt(port, field)}/${textAt(port, 'protocol')}${name === '' ? '' : ` (${name})`}`;
      })
      .join(', ');
  writer.field(2, ports.length > 1 ? 'Ports' : 'Port', orNone(text('containerPort')));
  writer.field(2, ports.length > 1 ? 'Host Ports' : 'Host Port', orNone(text('hostPort')));
  const seccomp = at(container, 'securityContext', 'seccompProfile');
  if (isFields(seccomp)) {
    writer.field(2, 'SeccompProfile', textAt(seccomp, 'type'));
    if (textAt(seccomp, 'type') === 'Localhost') {
      writer.field(3, 'LocalhostProfile', textAt(seccomp, 'localhostProfile'));
    }
  }
}

function writeWords(writer: DescribeWriter, title: string, words: readonly unknown[]): void {
  if (words.length === 0) return;
  writer.write(2, `${title}:\n`);
  for (const word of words) {
    for (const line of String(word).split('\n')) writer.write(3, `${line}\n`);
  }
}

function writeState(writer: DescribeWriter, status: unknown): void {
  writeOneState(writer, 'State', at(status, 'state'));
  if (at(status, 'lastState', 'terminated') !== undefined) {
    writeOneState(writer, 'Last State', at(status, 'lastState'));
  }
  writer.field(2, 'Ready', trueOrFalse(at(status, 'ready') === true));
  writer.field(2, 'Restart Count', numberAt(status, 'restartCount'));
}

function writeOneState(writer: DescribeWriter, title: string, state: unknown): void {
  const running = at(state, 'running');
  const terminated = at(state, 'terminated');
  if (running !== undefined) {
    writer.field(2, title, 'Running');
    writer.field(3, 'Started', longTime(textAt(running, 'startedAt')));
    return;
  }
  if (terminated === undefined) {
    writer.field(2, title, 'Waiting');
    const reason = textAt(state, 'waiting', 'reason');
    if (reason !== '') writer.field(3, 'Reason', reason);
    return;
  }
  writer.field(2, title, 'Terminated');
  for (const [label, field] of [
    ['Reason', 'reason'],
    ['Message', 'message'],
  ] as const) {
    const text = textAt(terminated, field);
    if (text !== '') writer.field(3, label, text);
  }
  writer.field(3, 'Exit Code', numberAt(terminated, 'exitCode'));
  if (numberAt(terminated, 'signal') > 0) writer.field(3, 'Signal', numberAt(terminated, 'signal'));
  writer.field(3, 'Started', longTime(textAt(terminated, 'startedAt')));
  writer.field(3, 'Finished', longTime(textAt(terminated, 'finishedAt')));
}

/** Limits and requests. */
export function writeResources(writer: DescribeWriter, level: number, resources: unknown): void {
  for (const [title, field] of [
    ['Limits', 'limits'],
    ['Requests', 'requests'],
  ] as const) {
    const entries = sortedEntries(fieldsAt(resources, field));
    if (entries.length === 0) continue;
    writer.write(level, `${title}:\n`);
    for (const [name, quantity] of entries) {
      const canonical = canonicalQuantity(String(quantity));
      writer.field(level + 1, name, canonical.ok ? canonical.value : String(quantity));
    }
  }
}

function writeProbes(writer: DescribeWriter, container: unknown): void {
  for (const title of ['Liveness', 'Readiness', 'Startup']) {
    const probe = at(container, `${title.toLowerCase()}Probe`);
    if (isFields(probe)) writer.field(2, title, probeText(probe));
  }
}

function probeText(probe: unknown): string {
  const attributes = `delay=${numberAt(probe, 'initialDelaySeconds')}s timeout=${numberAt(probe, 'timeoutSeconds')}s period=${numberAt(probe, 'periodSeconds')}s #success=${numberAt(probe, 'successThreshold')} #failure=${numberAt(probe, 'failureThreshold')}`;
  const exec = at(probe, 'exec');
  if (exec !== undefined)
    return `exec [${listAt(exec, 'command').map(String).join(' ')}] ${attributes}`;
  const http = at(probe, 'httpGet');
  if (http !== undefined) {
    const port = textAt(http, 'port');
    const host = textAt(http, 'host');
    const authority = port === '' ? host : `${host}:${port}`;
    const path = textAt(http, 'path');
    return `http-get ${textAt(http, 'scheme').toLowerCase()}://${authority}${path !== '' && !path.startsWith('/') ? '/' : ''}${path} ${attributes}`;
  }
  const tcp = at(probe, 'tcpSocket');
  if (tcp !== undefined)
    return `tcp-socket ${textAt(tcp, 'host')}:${textAt(tcp, 'port')} ${attributes}`;
  const grpc = at(probe, 'grpc');
  if (grpc !== undefined)
    return `grpc <pod>:${numberAt(grpc, 'port')} ${textAt(grpc, 'service')} ${attributes}`;
  return `unknown ${attributes}`;
}

function writeEnvironmentFrom(writer: DescribeWriter, container: unknown): void {
  const sources = listAt(container, 'envFrom');
  if (sources.length === 0) return;
  writer.write(2, 'Environment Variables from:\n');
  for (const each of sources) {
    const isConfigMap = at(each, 'configMapRef') !== undefined;
    const reference = at(each, isConfigMap ? 'configMapRef' : 'secretRef');
    const prefix = textAt(each, 'prefix');
    const from = `${isConfigMap ? 'ConfigMap' : 'Secret'}${prefix === '' ? '' : ` with prefix '${prefix}'`}`;
    writer.write(
      3,
      `${textAt(reference, 'name')}\t${from}\tOptional: ${at(reference, 'optional') === true}\n`,
    );
  }
}

function writeEnvironment(writer: DescribeWriter, container: unknown, pod: unknown): void {
  const variables = listAt(container, 'env');
  writer.write(2, `Environment:${variables.length === 0 ? '\t<none>' : ''}\n`);
  for (const each of variables) {
    const name = textAt(each, 'name');
    const from = at(each, 'valueFrom');
    if (!isFields(from)) {
      for (const [index, line] of textAt(each, 'value').split('\n').entries()) {
        writer.write(3, index === 0 ? `${name}:\t${line}\n` : `\t${line}\n`);
      }
      continue;
    }
    const { fieldRef, resourceFieldRef, secretKeyRef, configMapKeyRef } = from;
    if (fieldRef !== undefined) {
      const path = textAt(fieldRef, 'fieldPath');
      writer.field(3, name, `${fieldValue(pod, path)} (${textAt(fieldRef, 'apiVersion')}:${path})`);
    } else if (resourceFieldRef !== undefined) {
      const resource = textAt(resourceFieldRef, 'resource');
      let value = resourceValue(container, resourceFieldRef);
      if (value === '0' && ['limits.cpu', 'limits.memory'].includes(resource)) {
        value = 'node allocatable';
      }
      writer.field(3, name, `${value} (${resource})`);
    } else if (secretKeyRef !== undefined) {
      writer.field(
        3,
        name,
        `<set to the key '${textAt(secretKeyRef, 'key')}' in secret '${textAt(secretKeyRef, 'name')}'>\tOptional: ${at(secretKeyRef, 'optional') === true}`,
      );
    } else if (configMapKeyRef !== undefined) {
      writer.field(
        3,
        name,
        `<set to the key '${textAt(configMapKeyRef, 'key')}' of config map '${textAt(configMapKeyRef, 'name')}'>\tOptional: ${at(configMapKeyRef, 'optional') === true}`,
      );
    }
  }
}

function fieldValue(pod: unknown, path: string): string {
  if (pod === undefined) return '';
  // Upstream looks up metadata alone here, and of it not one label or annotation.
  if (!path.startsWith('metadata.') || path.includes('[')) return '';
  return textAt(pod, ...path.split('.'));
}

/** What a `resourceFieldRef` of a container stands for. */
export function resourceValue(container: unknown, reference: unknown): string {
  const resource = textAt(reference, 'resource');
  const quantity = textAt(container, 'resources', ...resource.split('.'));
  if (quantity === '') return '0';
  const divisorText = textAt(reference, 'divisor');
  const divisor = divisorText === '' || divisorText === '0' ? '1' : divisorText;
  if (resource.endsWith('cpu'))
    return String(Math.ceil(milliValue(quantity) / milliValue(divisor)));
  return String(Math.ceil(quantityValue(quantity) / quantityValue(divisor)));
}

function writeMounts(writer: DescribeWriter, container: unknown): void {
  const mounts = [...listAt(container, 'volumeMounts')].sort((a, b) =>
    textAt(a, 'mountPath') < textAt(b, 'mountPath') ? -1 : 1,
  );
  writer.write(2, `Mounts:${mounts.length === 0 ? '\t<none>' : ''}\n`);
  for (const mount of mounts) {
    const flags = [at(mount, 'readOnly') === true ? 'ro' : 'rw'];
    const path = textAt(mount, 'subPath');
    if (path !== '') flags.push(`path=${JSON.stringify(path)}`);
    writer.write(
      3,
      `${textAt(mount, 'mountPath')} from ${textAt(mount, 'name')} (${flags.join(',')})\n`,
    );
  }
  const devices = listAt(container, 'volumeDevices');
  if (devices.length === 0) return;
  writer.write(2, 'Devices:\n');
  for (const device of devices) {
    writer.write(3, `${textAt(device, 'devicePath')} from ${textAt(device, 'name')}\n`);
  }
}
