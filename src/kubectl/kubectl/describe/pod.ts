import { at, isFields, listAt, numberAt, textAt } from '../objects.ts';
import { writeContainers, writeResources } from './containers.ts';
import type { Describer } from './describer.ts';
import { writeSpread, writeTolerations } from './pod-template.ts';
import { writeVolumes } from './volumes.ts';
import {
  longTime,
  since,
  writeAnnotations,
  writeController,
  writeEvents,
  writeLabels,
  type DescribeWriter,
} from './writer.ts';

export const describePod: Describer = async (pod, { events }) => {
  // What happens to a static Pod is told of the Pod in its file, whose hash its mirror carries.
  const mirrored = pod.metadata.annotations?.['kubernetes.io/config.mirror'];
  const found = await events(mirrored === undefined ? {} : { uid: mirrored });
  return (writer) => {
    writeTop(writer, pod);
    const spec = at(pod, 'spec');
    const status = at(pod, 'status');
    const parts = [
      ['Init Containers', 'initContainers', 'initContainerStatuses'],
      ['Containers', 'containers', 'containerStatuses'],
      ['Ephemeral Containers', 'ephemeralContainers', 'ephemeralContainerStatuses'],
    ] as const;
    for (const [title, field, statuses] of parts) {
      const containers = listAt(spec, field);
      if (containers.length === 0 && field !== 'containers') continue;
      writeContainers(writer, title, containers, { statuses: listAt(status, statuses), pod });
    }
    const conditions = listAt(status, 'conditions');
    const gates = listAt(spec, 'readinessGates');
    if (gates.length > 0) {
      writer.write(0, 'Readiness Gates:\n  Type\tStatus\n');
      for (const gate of gates) {
        const type = textAt(gate, 'conditionType');
        const condition = conditions.find((each) => textAt(each, 'type') === type);
        writer.write(1, `${type} \t${textAt(condition, 'status') || '<none>'} \n`);
      }
    }
    if (conditions.length > 0) {
      writer.write(0, 'Conditions:\n  Type\tStatus\n');
      for (const each of conditions) {
        writer.write(1, `${textAt(each, 'type')} \t${textAt(each, 'status')} \n`);
      }
    }
    writeVolumes(writer, listAt(spec, 'volumes'));
    writer.field(0, 'QoS Class', textAt(status, 'qosClass'));
    writeLabels(writer, 'Node-Selectors', at(spec, 'nodeSelector'));
    writeTolerations(writer, 'Tolerations', listAt(spec, 'tolerations'));
    writeSpread(writer, listAt(spec, 'topologySpreadConstraints'));
    writeEvents(writer, found);
  };
};

function writeTop(writer: DescribeWriter, pod: unknown): void {
  const spec = at(pod, 'spec');
  const status = at(pod, 'status');
  writer.field(0, 'Name', textAt(pod, 'metadata', 'name'));
  writer.field(0, 'Namespace', textAt(pod, 'metadata', 'namespace'));
  if (at(spec, 'priority') !== undefined) writer.field(0, 'Priority', numberAt(spec, 'priority'));
  for (const [label, field] of [
    ['Priority Class Name', 'priorityClassName'],
    ['Runtime Class Name', 'runtimeClassName'],
    ['Service Account', 'serviceAccountName'],
  ] as const) {
    const text = textAt(spec, field);
    if (text !== '') writer.field(0, label, text);
  }
  const node = textAt(spec, 'nodeName');
  writer.field(0, 'Node', node === '' ? '<none>' : `${node}/${textAt(status, 'hostIP')}`);
  const started = textAt(status, 'startTime');
  if (started !== '') writer.field(0, 'Start Time', longTime(started));
  writeLabels(writer, 'Labels', at(pod, 'metadata', 'labels'));
  writeAnnotations(writer, 'Annotations', at(pod, 'metadata', 'annotations'));
  const phase = textAt(status, 'phase');
  const deleted = textAt(pod, 'metadata', 'deletionTimestamp');
  if (deleted !== '' && phase !== 'Failed' && phase !== 'Succeeded') {
    writer.field(0, 'Status', `Terminating (lasts ${since(writer, deleted)})`);
    writer.field(
      0,
      'Termination Grace Period',
      `${numberAt(pod, 'metadata', 'deletionGracePeriodSeconds')}s`,
    );
  } else writer.field(0, 'Status', phase);
  for (const [label, field] of [
    ['Reason', 'reason'],
    ['Message', 'message'],
  ] as const) {
    const text = textAt(status, field);
    if (text !== '') writer.field(0, label, text);
  }
  const seccomp = at(spec, 'securityContext', 'seccompProfile');
  if (isFields(seccomp)) {
    writer.field(0, 'SeccompProfile', textAt(seccomp, 'type'));
    if (textAt(seccomp, 'type') === 'Localhost') {
      writer.field(0, 'LocalhostProfile', textAt(seccomp, 'localhostProfile'));
    }
  }
  writer.field(0, 'IP', textAt(status, 'podIP'));
  const addresses = listAt(status, 'podIPs');
  if (addresses.length === 0) writer.field(0, 'IPs', '<none>');
  else {
    writer.write(0, 'IPs:\n');
    for (const each of addresses) writer.field(1, 'IP', textAt(each, 'ip'));
  }
  writeController(writer, pod);
  const nominated = textAt(status, 'nominatedNodeName');
  if (nominated !== '') writer.field(0, 'NominatedNodeName', nominated);
  if (isFields(at(spec, 'resources'))) {
    writer.write(0, 'Resources:\n');
    writeResources(writer, 1, at(spec, 'resources'));
  }
}
