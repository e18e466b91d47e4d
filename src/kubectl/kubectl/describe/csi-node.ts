import { at, listAt, numberAt, textAt } from '../objects.ts';
import type { Describer } from './describer.ts';
import { longTime, writeAnnotations, writeEvents, writeLabels } from './writer.ts';

/** The storage drivers of a node. */
export const describeCsiNode: Describer = async (node, context) => {
  const events = await context.events();
  return (writer) => {
    writer.field(0, 'Name', node.metadata.name ?? '');
    writeLabels(writer, 'Labels', node.metadata.labels);
    writeAnnotations(writer, 'Annotations', node.metadata.annotations);
    writer.field(0, 'CreationTimestamp', longTime(textAt(node, 'metadata', 'creationTimestamp')));
    writer.write(0, 'Spec:\n');
    if (Array.isArray(at(node, 'spec', 'drivers'))) writer.write(1, 'Drivers:\n');
    for (const driver of listAt(node, 'spec', 'drivers')) {
      writer.write(2, `${textAt(driver, 'name')}:\n`);
      writer.field(3, 'Node ID', textAt(driver, 'nodeID'));
      if (at(driver, 'allocatable', 'count') !== undefined) {
        writer.write(3, 'Allocatables:\n');
        writer.field(4, 'Count', numberAt(driver, 'allocatable', 'count'));
      }
      if (Array.isArray(at(driver, 'topologyKeys'))) {
        const keys = listAt(driver, 'topologyKeys').map(String);
        writer.field(3, 'Topology Keys', `[${keys.join(' ')}]`);
      }
    }
    writeEvents(writer, events);
  };
};
