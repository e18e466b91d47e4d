import { at, fieldsAt, isFields, listAt, sortedEntries, textAt } from '../objects.ts';
import { volumeSources, type VolumeSources } from './volume-sources.ts';
import { writeAnnotations, writeLabels, type DescribeWriter } from './writer.ts';

/** The volumes of a Pod. */
export function writeVolumes(
  writer: DescribeWriter,
  volumes: readonly unknown[],
  indent = '',
): void {
  if (volumes.length === 0) {
    writer.write(0, `${indent}Volumes:\t<none>\n`);
    return;
  }
  writer.write(0, `${indent}Volumes:\n`);
  for (const volume of volumes) {
    writer.write(1, `${indent === '' ? '' : ' '}${textAt(volume, 'name')}:\n`);
    writeSource(writer, volume);
  }
}

/** Where a volume's content comes from; `sources` are those of a Pod's volumes, or of a PersistentVolume. */
export function writeSource(
  writer: DescribeWriter,
  volume: unknown,
  sources: VolumeSources = volumeSources,
): void {
  for (const [field, describe] of Object.entries(sources)) {
    const source = at(volume, field);
    if (!isFields(source)) continue;
    for (const [label, value] of describe(source)) {
      // Upstream forgot the colon of one label, and set a blank after that of another.
      if (label === 'ISCSIInterface') writer.write(2, `${label}\t${String(value)}\n`);
      else if (field === 'azureDisk' && label === 'Kind')
        writer.write(2, `${label}: \t${String(value)}\n`);
      else writer.field(2, label, value);
    }
    if (field === 'downwardAPI') writeItems(writer, source);
    if (field === 'csi') writeAttributes(writer, source);
    if (field === 'ephemeral') writeTemplate(writer, source);
    return;
  }
  writer.write(1, '<unknown>\n');
}

/** Every piece is indented by itself, as upstream's writer does. */
function writeAttributes(writer: DescribeWriter, source: unknown): void {
  const entries = sortedEntries(fieldsAt(source, 'volumeAttributes'));
  writer.write(2, 'VolumeAttributes:\t');
  if (entries.length === 0) writer.write(0, '<none>\n');
  for (const [index, [key, value]] of entries.entries()) {
    if (index > 0) writer.write(2, '\t');
    writer.write(2, `${key}=${String(value)}\n`);
  }
}

/** The claim that comes and goes with the Pod. */
function writeTemplate(writer: DescribeWriter, source: unknown): void {
  const template = at(source, 'volumeClaimTemplate');
  writer.field(2, 'StorageClass', textAt(template, 'spec', 'storageClassName'));
  writer.field(2, 'Volume', textAt(template, 'spec', 'volumeName'));
  const nested: DescribeWriter = { ...writer, write: (_level, text) => writer.write(2, text) };
  writeLabels(nested, 'Labels', at(template, 'metadata', 'labels'));
  writeAnnotations(nested, 'Annotations', at(template, 'metadata', 'annotations'));
  writer.field(2, 'Capacity', '');
  writer.field(2, 'Access Modes', '');
  writer.field(2, 'VolumeMode', textAt(template, 'spec', 'volumeMode') || 'Filesystem');
  writeDataSource(writer, at(template, 'spec'), 2);
}

/** What a claim's volume is filled with, where something is said of that. */
export function writeDataSource(writer: DescribeWriter, claimSpec: unknown, level: number): void {
  const source = at(claimSpec, 'dataSource');
  if (source === undefined) return;
  writer.write(level, 'DataSource:\n');
  const group = at(source, 'apiGroup');
  if (group !== undefined) writer.field(level + 1, 'APIGroup', String(group));
  writer.field(level + 1, 'Kind', textAt(source, 'kind'));
  writer.field(level + 1, 'Name', textAt(source, 'name'));
}

function writeItems(writer: DescribeWriter, source: unknown): void {
  writer.write(2, 'Items:\n');
  for (const item of listAt(source, 'items')) {
    const from =
      textAt(item, 'fieldRef', 'fieldPath') || textAt(item, 'resourceFieldRef', 'resource');
    writer.write(3, `${from} -> ${textAt(item, 'path')}\n`);
  }
}
