import { at, isFields, listAt, textAt, type ApiObject } from '../objects.ts';
import type { Describer } from './describer.ts';
import { persistentVolumeSources } from './volume-sources.ts';
import { writeDataSource, writeSource } from './volumes.ts';
import {
  longTime,
  since,
  writeAnnotations,
  writeEvents,
  writeLabels,
  type DescribeWriter,
} from './writer.ts';

const modes: Readonly<Record<string, string>> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
};

/** Access modes in short, each once, in upstream's order. */
export function accessModes(list: readonly unknown[]): string {
  return Object.entries(modes)
    .filter(([mode]) => list.includes(mode))
    .map(([, short]) => short)
    .join(',');
}

export const describeVolume: Describer = async (volume, context) => {
  const events = await context.events();
  return (writer) => {
    const spec = at(volume, 'spec');
    writer.field(0, 'Name', volume.metadata.name ?? '');
    writeLabels(writer, 'Labels', volume.metadata.labels);
    writeAnnotations(writer, 'Annotations', volume.metadata.annotations);
    writer.field(0, 'Finalizers', `[${(volume.metadata.finalizers ?? []).join(' ')}]`);
    writer.field(0, 'StorageClass', textAt(spec, 'storageClassName'));
    const deleted = textAt(volume, 'metadata', 'deletionTimestamp');
    const phase = textAt(volume, 'status', 'phase');
    writer.field(
      0,
      'Status',
      deleted === '' ? phase : `Terminating (lasts ${since(writer, deleted)})`,
    );
    const claim = at(spec, 'claimRef');
    writer.field(
      0,
      'Claim',
      isFields(claim) ? `${textAt(claim, 'namespace')}/${textAt(claim, 'name')}` : '',
    );
    writer.field(0, 'Reclaim Policy', textAt(spec, 'persistentVolumeReclaimPolicy'));
    writer.field(0, 'Access Modes', accessModes(listAt(spec, 'accessModes')));
    writer.field(0, 'VolumeMode', textAt(spec, 'volumeMode') || 'Filesystem');
    writer.field(0, 'Capacity', textAt(spec, 'capacity', 'storage'));
    writeAffinity(writer, at(spec, 'nodeAffinity'));
    writer.field(0, 'Message', textAt(volume, 'status', 'message'));
    writer.write(0, 'Source:\n');
    writeSource(writer, spec, persistentVolumeSources);
    writeEvents(writer, events);
  };
};

function writeAffinity(writer: DescribeWriter, affinity: unknown): void {
  writer.write(0, 'Node Affinity:\t');
  if (!isFields(affinity)) {
    writer.write(0, '<none>\n');
    return;
  }
  writer.write(0, '\n');
  const terms = listAt(affinity, 'required', 'nodeSelectorTerms');
  if (at(affinity, 'required') === undefined) {
    writer.write(1, 'Required Terms:\t<none>\n');
    return;
  }
  writer.write(1, 'Required Terms:\t');
  if (terms.length === 0) writer.write(0, '<none>\n');
  else writer.write(0, '\n');
  for (const [index, term] of terms.entries()) {
    const expressions = listAt(term, 'matchExpressions');
    writer.write(2, `Term ${index}:\t`);
    if (expressions.length === 0) writer.write(0, '<none>\n');
    for (const [number, each] of expressions.entries()) {
      const values = listAt(each, 'values').map(String);
      const shown = values.length === 0 ? '' : ` [${values.join(', ')}]`;
      const text = `${textAt(each, 'key')} ${textAt(each, 'operator').toLowerCase()}${shown}\n`;
      writer.write(0, number === 0 ? text : `      \t${text}`);
    }
  }
}

export const describeClaim: Describer = async (claim, context) => {
  const namespace = claim.metadata.namespace ?? '';
  const name = claim.metadata.name ?? '';
  const pods = usersOf(claim, await context.list(`/api/v1/namespaces/${namespace}/pods`));
  const events = await context.events();
  return (writer) => {
    const spec = at(claim, 'spec');
    const status = at(claim, 'status');
    const isBound = textAt(spec, 'volumeName') !== '';
    writer.field(0, 'Name', name);
    writer.field(0, 'Namespace', namespace);
    writer.field(0, 'StorageClass', textAt(spec, 'storageClassName'));
    const phase = textAt(status, 'phase');
    const deleted = textAt(claim, 'metadata', 'deletionTimestamp');
    writer.field(
      0,
      'Status',
      deleted === '' ? phase : `Terminating (lasts ${since(writer, deleted)})`,
    );
    writer.field(0, 'Volume', textAt(spec, 'volumeName'));
    writeLabels(writer, 'Labels', claim.metadata.labels);
    writeAnnotations(writer, 'Annotations', claim.metadata.annotations);
    writer.field(0, 'Finalizers', `[${(claim.metadata.finalizers ?? []).join(' ')}]`);
    writer.field(0, 'Capacity', isBound ? textAt(status, 'capacity', 'storage') || '0' : '');
    writer.field(0, 'Access Modes', isBound ? accessModes(listAt(status, 'accessModes')) : '');
    writer.field(0, 'VolumeMode', textAt(spec, 'volumeMode') || 'Filesystem');
    writeDataSource(writer, spec, 0);
    writeUsers(writer, pods);
    writeConditions(writer, listAt(status, 'conditions'));
    writeEvents(writer, events);
  };
};

/** The Pods that name the claim, once for each volume, and behind them those that it was made for. */
function usersOf(claim: ApiObject, pods: readonly unknown[]): readonly unknown[] {
  const users = pods.flatMap((pod) =>
    listAt(pod, 'spec', 'volumes')
      .filter((each) => textAt(each, 'persistentVolumeClaim', 'claimName') === claim.metadata.name)
      .map(() => pod),
  );
  for (const { kind, uid } of claim.metadata.ownerReferences ?? []) {
    const owner =
      kind === 'Pod' ? pods.find((pod) => textAt(pod, 'metadata', 'uid') === uid) : undefined;
    if (owner !== undefined && !users.includes(owner)) users.push(owner);
  }
  return users;
}

function writeUsers(writer: DescribeWriter, pods: readonly unknown[]): void {
  if (pods.length === 0) writer.field(0, 'Used By', '<none>');
  for (const [index, pod] of pods.entries()) {
    writer.write(0, `${index === 0 ? 'Used By:' : ''}\t${textAt(pod, 'metadata', 'name')}\n`);
  }
}

function writeConditions(writer: DescribeWriter, conditions: readonly unknown[]): void {
  if (conditions.length === 0) return;
  writer.write(0, 'Conditions:\n');
  writer.write(1, 'Type\tStatus\tLastProbeTime\tLastTransitionTime\tReason\tMessage\n');
  writer.write(1, '----\t------\t-----------------\t------------------\t------\t-------\n');
  for (const each of conditions) {
    const [probed, changed] = [
      longTime(textAt(each, 'lastProbeTime')),
      longTime(textAt(each, 'lastTransitionTime')),
    ];
    writer.write(
      1,
      `${textAt(each, 'type')} \t${textAt(each, 'status')} \t${probed} \t${changed} \t${textAt(each, 'reason')} \t${textAt(each, 'message')}\n`,
    );
  }
}
