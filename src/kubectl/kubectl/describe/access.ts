import { at, listAt, textAt } from '../objects.ts';
import type { Describer } from './describer.ts';
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

/** Rules broken into one resource each, sorted; for `auth can-i --list` too. */
export function writeRules(writer: DescribeWriter, rules: readonly unknown[], level: number): void {
  const rows = new Map<
    string,
    { resources: string; urls: string[]; names: string[]; verbs: string[] }
  >();
  for (const rule of rules) {
    const names = listAt(rule, 'resourceNames').map(String);
    const urls = listAt(rule, 'nonResourceURLs').map(String);
    const verbs = listAt(rule, 'verbs').map(String);
    const groups = listAt(rule, 'apiGroups').map(String);
    const resources = listAt(rule, 'resources').flatMap((each) =>
      groups.map((group) => combined(String(each), group)),
    );
    for (const resource of resources.length === 0 ? [''] : resources) {
      for (const name of names.length === 0 ? [''] : names) {
        const key = `${resource}\n${name}\n${urls.join(' ')}`;
        const row = rows.get(key) ?? {
          resources: resource,
          urls,
          names: name === '' ? [] : [name],
          verbs: [],
        };
        for (const verb of verbs) if (!row.verbs.includes(verb)) row.verbs.push(verb);
        rows.set(key, row);
      }
    }
  }
  const sorted = [...rows.values()].sort((a, b) => compareRows(a, b));
  for (const { resources, urls, names, verbs } of sorted) {
    writer.write(
      level,
      `${resources}\t[${urls.join(' ')}]\t[${names.join(' ')}]\t[${verbs.join(' ')}]\n`,
    );
  }
}

function compareRows(
  a: { resources: string; urls: string[]; names: string[]; verbs: string[] },
  b: { resources: string; urls: string[]; names: string[]; verbs: string[] },
): number {
  // Upstream sorts by the text of the rule's protobuf, in which resources that name no group come last in the same order.
  const [left, right] = [a, b].map(
    (each) => `${each.resources === '' ? '\uffff' : each.resources}\n${each.names.join()}`,
  );
  return (left ?? '') < (right ?? '') ? -1 : 1;
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
    writeEvents(writer, events);
  };
};

function mapText(map: Readonly<Record<string, string>> | undefined): string {
  const entries = Object.entries(map ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.length === 0
    ? '<none>'
    : entries.map(([key, value]) => `${key}=${value}`).join(',');
}
