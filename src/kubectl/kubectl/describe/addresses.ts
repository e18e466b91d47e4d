import { at, isFields, listAt, textAt } from '../objects.ts';
import type { Describer } from './describer.ts';
import { longTime, writeAnnotations, writeEvents, writeLabels } from './writer.ts';

/** An address that the cluster has given away, and what it belongs to. */
export const describeIpAddress: Describer = async (address, context) => {
  const events = await context.events();
  return (writer) => {
    writer.field(0, 'Name', address.metadata.name ?? '');
    writeLabels(writer, 'Labels', address.metadata.labels);
    writeAnnotations(writer, 'Annotations', address.metadata.annotations);
    const parent = at(address, 'spec', 'parentRef');
    if (isFields(parent)) {
      writer.write(0, 'Parent Reference:\n');
      for (const [label, field] of [
        ['Group', 'group'],
        ['Resource', 'resource'],
        ['Namespace', 'namespace'],
        ['Name', 'name'],
      ] as const) {
        writer.field(1, label, textAt(parent, field));
      }
    }
    writeEvents(writer, events);
  };
};

/** A range of addresses for Services. */
export const describeServiceCidr: Describer = async (range, context) => {
  const events = await context.events();
  return (writer) => {
    writer.field(0, 'Name', range.metadata.name ?? '');
    writeLabels(writer, 'Labels', range.metadata.labels);
    writeAnnotations(writer, 'Annotations', range.metadata.annotations);
    writer.field(0, 'CIDRs', listAt(range, 'spec', 'cidrs').map(String).join(', '));
    const conditions = listAt(range, 'status', 'conditions');
    if (conditions.length > 0) {
      writer.write(0, 'Status:\n');
      writer.write(0, 'Conditions:\n');
      writer.write(1, 'Type\tStatus\tLastTransitionTime\tReason\tMessage\n');
      writer.write(1, '----\t------\t------------------\t------\t-------\n');
      for (const each of conditions) {
        writer.write(
          1,
          `${textAt(each, 'type')}\t${textAt(each, 'status')}\t${longTime(textAt(each, 'lastTransitionTime'))}\t${textAt(each, 'reason')}\t${textAt(each, 'message')}\n`,
        );
      }
    }
    writeEvents(writer, events);
  };
};
