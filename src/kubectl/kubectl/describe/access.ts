import { at, listAt, textAt } from '../objects.ts';
import type { Describer } from './describer.ts';
import { readRequest } from './certificate-request.ts';
import {
  longTime,
  since,
  writeAnnotations,
  writeEvents,
  writeLabels,
  type DescribeWriter,
} from './writer.ts';

/** Roles and ClusterRoles. */
export const describeRole: Describer = async (role) => {
  return (writer) => {
    writer.field(0, 'Name', role.metadata.name ?? '');
    writeLabels(writer, 'Labels', role.metadata.labels);
    writeAnnotations(writer, 'Annotations', role.metadata.annotations);
    writer.write(0, 'PolicyRule:\n');
    writer.write(1, 'Resources\tNon-Resource URLs\tResource Names\tVerbs\n');
    writer.write(1, '---------\t-----------------\t--------------\t-----\n');
    writeRules(writer, listAt(role, 'rules'), 1);
  };
};

/** A rule broken down: one resource and one name at most, or one path. */
interface SimpleRule {
  readonly verbs: string[];
  readonly group: string | undefined;
  readonly resource: string;
  readonly names: readonly string[];
  readonly urls: readonly string[];
}

/** Rules broken down and put together again as upstream's `util/rbac` does, sorted; for `auth can-i --list` too. */
export function writeRules(writer: DescribeWriter, rules: readonly unknown[], level: number): void {
  const rows = compacted(rules.flatMap(brokenDown)).map((rule) => ({ rule, text: textOf(rule) }));
  rows.sort((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : 0));
  for (const { rule } of rows) {
    const { group, resource, names, urls, verbs } = rule;
    const what = group === undefined ? '' : combined(resource, group);
    writer.write(
      level,
      `${what}\t[${urls.join(' ')}]\t[${names.join(' ')}]\t[${verbs.join(' ')}]\n`,
    );
  }
}

function brokenDown(rule: unknown): SimpleRule[] {
  const texts = (field: string): string[] => listAt(rule, field).map(String);
  const verbs = texts('verbs');
  const names = texts('resourceNames');
  const simple: SimpleRule[] = [];
  for (const group of texts('apiGroups')) {
    for (const resource of texts('resources')) {
      const common = { group, resource, urls: [] };
      if (names.length === 0) simple.push({ ...common, verbs: [...verbs], names: [] });
      for (const name of names) simple.push({ ...common, verbs: [...verbs], names: [name] });
    }
  }
  // Paths are not put together again: each verb of each has a row of its own.
  for (const url of texts('nonResourceURLs')) {
    for (const verb of verbs)
      simple.push({ verbs: [verb], group: undefined, resource: '', names: [], urls: [url] });
  }
  return simple;
}

/** Rules for the same resource become one. */
function compacted(rules: readonly SimpleRule[]): readonly SimpleRule[] {
  const found = new Map<string, SimpleRule>();
  const result: SimpleRule[] = [];
  for (const rule of rules) {
    const key = `${rule.group}\n${rule.resource}\n${rule.names.join()}`;
    const before = rule.group === undefined ? undefined : found.get(key);
    if (before !== undefined) {
      for (const verb of rule.verbs) if (!before.verbs.includes(verb)) before.verbs.push(verb);
      continue;
    }
    result.push(rule);
    found.set(key, rule);
  }
  return result;
}

/** What upstream sorts by: the rule as protobuf's generated code writes it. */
function textOf({ verbs, group, resource, names, urls }: SimpleRule): string {
  const list = (items: readonly string[]): string => `[${items.join(' ')}]`;
  return `Verbs:${list(verbs)},APIGroups:[${group ?? ''}],Resources:[${resource}],ResourceNames:${list(names)},NonResourceURLs:${list(urls)},`;
}

function combined(resource: string, group: string): string {
  const [name = '', subresource] = resource.split('/');
  const full = group === '' ? name : `${name}.${group}`;
  return subresource === undefined ? full : `${full}/${subresource}`;
}

/** RoleBindings and ClusterRoleBindings. */
export const describeBinding: Describer = async (binding) => {
  return (writer) => {
    writer.field(0, 'Name', binding.metadata.name ?? '');
    writeLabels(writer, 'Labels', binding.metadata.labels);
    writeAnnotations(writer, 'Annotations', binding.metadata.annotations);
    writer.write(0, 'Role:\n');
    writer.field(1, 'Kind', textAt(binding, 'roleRef', 'kind'));
    writer.field(1, 'Name', textAt(binding, 'roleRef', 'name'));
    writer.write(0, 'Subjects:\n');
    writer.write(1, 'Kind\tName\tNamespace\n');
    writer.write(1, '----\t----\t---------\n');
    for (const each of listAt(binding, 'subjects')) {
      writer.write(
        1,
        `${textAt(each, 'kind')}\t${textAt(each, 'name')}\t${textAt(each, 'namespace')}\n`,
      );
    }
  };
};

export const describeSigningRequest: Describer = async (request, context) => {
  const events = await context.events();
  return (writer) => {
    writer.field(0, 'Name', request.metadata.name ?? '');
    writer.field(0, 'Labels', mapText(request.metadata.labels));
    writer.field(0, 'Annotations', mapText(request.metadata.annotations));
    writer.field(
      0,
      'CreationTimestamp',
      longTime(textAt(request, 'metadata', 'creationTimestamp')),
    );
    writer.field(0, 'Requesting User', textAt(request, 'spec', 'username'));
    const signer = textAt(request, 'spec', 'signerName');
    if (signer !== '') writer.field(0, 'Signer', signer);
    writer.field(
      0,
      'Requested Duration',
      textAt(request, 'spec', 'expirationSeconds') === ''
        ? '<none>'
        : since(
            { now: Number(at(request, 'spec', 'expirationSeconds')) * 1000 },
            new Date(0).toISOString(),
          ),
    );
    const conditions = listAt(request, 'status', 'conditions').map((each) => textAt(each, 'type'));
    let text = conditions.includes('Denied')
      ? 'Denied'
      : conditions.includes('Approved')
        ? 'Approved'
        : 'Pending';
    if (conditions.includes('Failed')) text += ',Failed';
    if (textAt(request, 'status', 'certificate') !== '') text += ',Issued';
    writer.field(0, 'Status', text);
    writeRequest(writer, textAt(request, 'spec', 'request'));
    writeEvents(writer, events);
  };
};

function writeRequest(writer: DescribeWriter, text: string): void {
  const read = readRequest(text);
  if (read === undefined) return;
  const line = (title: string, values: readonly string[]): void => {
    if (values.length > 0) writer.write(0, `\t${title}:\t${values.join('\n\t\t')}\n`);
  };
  writer.write(0, 'Subject:\n');
  line('Common Name', [read.subject.get('Common Name')?.[0] ?? '']);
  line('Serial Number', [read.subject.get('Serial Number')?.[0] ?? '']);
  for (const [title, values] of read.subject) {
    if (title !== 'Common Name' && title !== 'Serial Number') line(title, values);
  }
  if (read.names.size > 0) writer.write(0, 'Subject Alternative Names:\n');
  for (const [title, values] of read.names) line(title, values);
}

function mapText(map: Readonly<Record<string, string>> | undefined): string {
  const entries = Object.entries(map ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.length === 0
    ? '<none>'
    : entries.map(([key, value]) => `${key}=${value}`).join(',');
}
