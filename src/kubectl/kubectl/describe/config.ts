import { base64Bytes, textOfBase64 } from '../../../api/base64.ts';
import { at, fieldsAt, listAt, sortedEntries, textAt } from '../objects.ts';
import type { Describer } from './describer.ts';
import { longTime, mapText, writeEvents, writeHead, type DescribeWriter } from './writer.ts';

export const describeConfigMap: Describer = async (configMap, context) => {
  const events = await context.events();
  return (writer) => {
    writeHead(writer, configMap);
    writer.write(0, '\nData\n====\n');
    for (const [key, value] of sortedEntries(fieldsAt(configMap, 'data'))) {
      writer.write(0, `${key}:\n----\n`);
      writer.write(0, `${String(value)}\n`);
      writer.write(0, '\n');
    }
    writer.write(0, '\nBinaryData\n====\n');
    for (const [key, value] of sortedEntries(fieldsAt(configMap, 'binaryData'))) {
      writer.write(0, `${key}: ${base64Bytes(String(value))} bytes\n`);
    }
    writer.write(0, '\n');
    writeEvents(writer, events);
  };
};

export const describeSecret: Describer = async (secret) => {
  return (writer) => {
    const type = textAt(secret, 'type');
    writeHead(writer, secret);
    writer.write(0, `\nType:\t${type}\n`);
    writer.write(0, '\nData\n====\n');
    for (const [key, value] of sortedEntries(fieldsAt(secret, 'data'))) {
      const isToken = key === 'token' && type === 'kubernetes.io/service-account-token';
      writer.field(
        0,
        key,
        isToken ? textOfBase64(String(value)) : `${base64Bytes(String(value))} bytes`,
      );
    }
  };
};

export const describeServiceAccount: Describer = async (account, context) => {
  const events = await context.events();
  return (writer) => {
    writeHead(writer, account);
    writeNames(writer, 'Image pull secrets', listAt(account, 'imagePullSecrets'));
    writeEvents(writer, events);
  };
};

function writeNames(writer: DescribeWriter, title: string, names: readonly unknown[]): void {
  if (names.length === 0) writer.field(0, title, '<none>');
  for (const [index, each] of names.entries()) {
    writer.write(0, `${index === 0 ? `${title}:` : ''}\t${textAt(each, 'name')}\n`);
  }
}

export const describeNamespace: Describer = async (namespace, context) => {
  const name = namespace.metadata.name ?? '';
  const quotas = await context.list(`/api/v1/namespaces/${name}/resourcequotas`);
  const ranges = await context.list(`/api/v1/namespaces/${name}/limitranges`);
  return (writer) => {
    writeHead(writer, namespace, { namespaced: false });
    writer.field(0, 'Status', textAt(namespace, 'status', 'phase'));
    const conditions = listAt(namespace, 'status', 'conditions');
    if (conditions.length > 0) {
      writer.write(0, 'Conditions:\n  Type\tStatus\tLastTransitionTime\tReason\tMessage\n');
      writer.write(1, '----\t------\t------------------\t------\t-------\n');
      for (const each of conditions) {
        writer.write(
          1,
          `${textAt(each, 'type')}\t${textAt(each, 'status')}\t${longTime(textAt(each, 'lastTransitionTime'))}\t${textAt(each, 'reason')}\t${textAt(each, 'message')}\n`,
        );
      }
    }
    writer.write(0, '\n');
    writeQuotas(writer, quotas);
    writer.write(0, '\n');
    writeRanges(writer, ranges);
  };
};

function writeQuotas(writer: DescribeWriter, quotas: readonly unknown[]): void {
  if (quotas.length === 0) {
    writer.write(0, 'No resource quota.\n');
    return;
  }
  const sorted = [...quotas].sort((a, b) =>
    textAt(a, 'metadata', 'name') < textAt(b, 'metadata', 'name') ? -1 : 1,
  );
  writer.write(0, 'Resource Quotas\n');
  for (const quota of sorted) {
    writer.write(1, `Name:\t${textAt(quota, 'metadata', 'name')}\n`);
    const scopes = listAt(quota, 'spec', 'scopes').map(String).sort();
    if (scopes.length > 0) {
      writer.write(1, `Scopes:\t${scopes.join(', ')}\n`);
      for (const scope of scopes) {
        const help = scopeHelp[scope];
        if (help !== undefined) writer.write(1, `* ${help}\n`);
      }
    }
    writer.write(1, 'Resource\tUsed\tHard\n');
    writer.write(1, '--------\t---\t---\n');
    for (const [name, hard] of sortedEntries(fieldsAt(quota, 'status', 'hard'))) {
      writer.write(
        1,
        `${name}\t${textAt(quota, 'status', 'used', name) || '0'}\t${String(hard)}\n`,
      );
    }
  }
}

const scopeHelp: Readonly<Record<string, string>> = {
  Terminating:
    'Matches all pods that have an active deadline. These pods have a limited lifespan on a node before being actively terminated by the system.',
  NotTerminating:
    'Matches all pods that do not have an active deadline. These pods usually include long running pods whose container command is not expected to terminate.',
  BestEffort:
    'Matches all pods that do not have resource requirements set. These pods have a best effort quality of service.',
  NotBestEffort:
    'Matches all pods that have at least one resource requirement set. These pods have a burstable or guaranteed quality of service.',
};

const rangeHeader = (pad: string): string =>
  `${pad}Type\tResource\tMin\tMax\tDefault Request\tDefault Limit\tMax Limit/Request Ratio\n${pad}----\t--------\t---\t---\t---------------\t-------------\t-----------------------\n`;

function writeRanges(writer: DescribeWriter, ranges: readonly unknown[]): void {
  if (ranges.length === 0) {
    writer.write(0, 'No LimitRange resource.\n');
    return;
  }
  writer.write(0, 'Resource Limits\n');
  writer.write(0, rangeHeader(' '));
  for (const range of ranges) writeLimits(writer, range, ' ');
}

function writeLimits(writer: DescribeWriter, range: unknown, pad: string): void {
  for (const item of listAt(range, 'spec', 'limits')) {
    const fields = ['min', 'max', 'defaultRequest', 'default', 'maxLimitRequestRatio'] as const;
    const names = new Set<string>();
    for (const field of ['max', 'min', 'default', 'defaultRequest', 'maxLimitRequestRatio']) {
      for (const name of Object.keys(fieldsAt(item, field))) names.add(name);
    }
    for (const name of names) {
      const cells = fields.map((field) => textAt(item, field, name) || '-');
      writer.write(0, `${pad}${textAt(item, 'type')}\t${name}\t${cells.join('\t')}\n`);
    }
  }
}

export const describeLimitRange: Describer = async (range) => {
  return (writer) => {
    writer.field(0, 'Name', range.metadata.name ?? '');
    writer.field(0, 'Namespace', range.metadata.namespace ?? '');
    writer.write(0, rangeHeader(''));
    writeLimits(writer, range, '');
  };
};

export const describeResourceQuota: Describer = async (quota) => {
  return (writer) => {
    writer.field(0, 'Name', quota.metadata.name ?? '');
    writer.field(0, 'Namespace', quota.metadata.namespace ?? '');
    const scopes = listAt(quota, 'spec', 'scopes').map(String).sort();
    if (scopes.length > 0) {
      writer.field(0, 'Scopes', scopes.join(', '));
      for (const scope of scopes) {
        const help = scopeHelp[scope];
        if (help !== undefined) writer.write(0, ` * ${help}\n`);
      }
    }
    writer.write(0, 'Resource\tUsed\tHard\n');
    writer.write(0, '--------\t----\t----\n');
    for (const [name, hard] of sortedEntries(fieldsAt(quota, 'status', 'hard'))) {
      writer.write(0, `${name}\t${textAt(quota, 'status', 'used', name)}\t${String(hard)}\n`);
    }
  };
};

export const describePriorityClass: Describer = async (priorityClass, context) => {
  const events = await context.events();
  return (writer) => {
    writer.field(0, 'Name', priorityClass.metadata.name ?? '');
    writer.field(0, 'Value', textAt(priorityClass, 'value') || '0');
    writer.field(0, 'GlobalDefault', at(priorityClass, 'globalDefault') === true);
    writer.field(0, 'PreemptionPolicy', textAt(priorityClass, 'preemptionPolicy'));
    writer.field(0, 'Description', textAt(priorityClass, 'description'));
    writer.field(0, 'Annotations', mapText(priorityClass.metadata.annotations));
    writeEvents(writer, events);
  };
};
