import { at, isFields, listAt, textAt } from '../objects.ts';
import type { Describer } from './describer.ts';
import { writeSource } from './volumes.ts';
import {
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
    writeSource(writer, spec);
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
