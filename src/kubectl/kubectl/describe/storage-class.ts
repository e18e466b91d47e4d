import { at, listAt, textAt } from '../objects.ts';
import type { Describer } from './describer.ts';
import { mapText, writeEvents, type DescribeWriter } from './writer.ts';

export const describeStorageClass: Describer = async (storageClass, context) => {
  const events = await context.events();
  return (writer) => {
    writer.field(0, 'Name', storageClass.metadata.name ?? '');
    const isDefault =
      textAt(
        storageClass,
        'metadata',
        'annotations',
        'storageclass.kubernetes.io/is-default-class',
      ) === 'true';
    writer.field(0, 'IsDefaultClass', isDefault ? 'Yes' : 'No');
    writer.field(0, 'Annotations', mapText(storageClass.metadata.annotations));
    writer.field(0, 'Provisioner', textAt(storageClass, 'provisioner'));
    writer.field(0, 'Parameters', mapText(at(storageClass, 'parameters')));
    const expansion = at(storageClass, 'allowVolumeExpansion');
    writer.field(
      0,
      'AllowVolumeExpansion',
      expansion === undefined ? '<unset>' : expansion === true ? 'True' : 'False',
    );
    const options = listAt(storageClass, 'mountOptions');
    if (options.length === 0) writer.field(0, 'MountOptions', '<none>');
    else {
      writer.write(0, 'MountOptions:\n');
      for (const option of options) writer.write(1, `${String(option)}\n`);
    }
    writer.field(0, 'ReclaimPolicy', textAt(storageClass, 'reclaimPolicy'));
    writer.field(0, 'VolumeBindingMode', textAt(storageClass, 'volumeBindingMode'));
    writeTopologies(writer, listAt(storageClass, 'allowedTopologies'));
    writeEvents(writer, events);
  };
};

/** Where volumes of a class may lie. */
function writeTopologies(writer: DescribeWriter, terms: readonly unknown[]): void {
  if (terms.length === 0) return;
  writer.write(0, 'AllowedTopologies:\t\n');
  for (const [index, term] of terms.entries()) {
    const expressions = listAt(term, 'matchLabelExpressions');
    writer.write(1, `Term ${index}:\t`);
    if (expressions.length === 0) writer.write(0, '<none>\n');
    for (const [number, each] of expressions.entries()) {
      if (number > 0) writer.write(1, '\t');
      writer.write(
        0,
        `${textAt(each, 'key')} in [${listAt(each, 'values').map(String).join(', ')}]\n`,
      );
    }
  }
}

export const describeVolumeAttributesClass: Describer = async (attributesClass, context) => {
  const events = await context.events();
  return (writer) => {
    writer.field(0, 'Name', attributesClass.metadata.name ?? '');
    writer.field(0, 'Annotations', mapText(attributesClass.metadata.annotations));
    writer.field(0, 'DriverName', textAt(attributesClass, 'driverName'));
    writer.field(0, 'Parameters', mapText(at(attributesClass, 'parameters')));
    writeEvents(writer, events);
  };
};
