import { at, isFields, listAt, numberAt, textAt } from '../objects.ts';
import type { Describer } from './describer.ts';
import { longTime, writeEvents, writeHead, type DescribeWriter } from './writer.ts';

export const describeAutoscaler: Describer = async (autoscaler, context) => {
  const events = await context.events();
  return (writer) => {
    const spec = at(autoscaler, 'spec');
    const status = at(autoscaler, 'status');
    writeHead(writer, autoscaler);
    writer.field(
      0,
      'CreationTimestamp',
      longTime(textAt(autoscaler, 'metadata', 'creationTimestamp')),
    );
    const kind = textAt(spec, 'scaleTargetRef', 'kind');
    writer.field(0, 'Reference', `${kind}/${textAt(spec, 'scaleTargetRef', 'name')}`);
    writer.write(0, 'Metrics:\t( current / target )\n');
    const current = listAt(status, 'currentMetrics');
    for (const [index, metric] of listAt(spec, 'metrics').entries())
      writeMetric(writer, metric, current[index]);
    writer.field(0, 'Min replicas', textAt(spec, 'minReplicas') || '<unset>');
    writer.field(0, 'Max replicas', numberAt(spec, 'maxReplicas'));
    writeBehavior(writer, at(spec, 'behavior'));
    writer.write(
      0,
      `${kind} pods:\t${numberAt(status, 'currentReplicas')} current / ${numberAt(status, 'desiredReplicas')} desired\n`,
    );
    const conditions = listAt(status, 'conditions');
    if (conditions.length > 0) {
      writer.write(0, 'Conditions:\n  Type\tStatus\tReason\tMessage\n');
      writer.write(1, '----\t------\t------\t-------\n');
      for (const each of conditions) {
        writer.write(
          1,
          `${textAt(each, 'type')}\t${textAt(each, 'status')}\t${textAt(each, 'reason')}\t${textAt(each, 'message')}\n`,
        );
      }
    }
    writeEvents(writer, events);
  };
};

function writeMetric(writer: DescribeWriter, metric: unknown, current: unknown): void {
  const type = textAt(metric, 'type');
  const field = `${type.charAt(0).toLowerCase()}${type.slice(1)}`;
  const source = at(metric, field);
  const target = at(source, 'target');
  const now = at(current, field, 'current');
  const average = textAt(target, 'averageValue');
  switch (type) {
    case 'Resource':
    case 'ContainerResource': {
      const subject =
        type === 'Resource'
          ? `resource ${textAt(source, 'name')} on pods`
          : `resource ${textAt(source, 'name')} of container "${textAt(source, 'container')}" on pods`;
      if (average !== '') {
        writer.field(1, subject, `${textAt(now, 'averageValue') || '<unknown>'} / ${average}`);
        return;
      }
      const used = at(now, 'averageUtilization');
      const shown =
        used === undefined ? '<unknown>' : `${String(used)}% (${textAt(now, 'averageValue')})`;
      const wanted = at(target, 'averageUtilization');
      writer.field(
        1,
        `${subject}  (as a percentage of request)`,
        `${shown} / ${wanted === undefined ? '<auto>' : `${String(wanted)}%`}`,
      );
      return;
    }
    case 'Pods':
      writer.field(
        1,
        `"${textAt(source, 'metric', 'name')}" on pods`,
        `${textAt(now, 'averageValue') || '<unknown>'} / ${average}`,
      );
      return;
    case 'External':
    case 'Object': {
      const name = textAt(source, 'metric', 'name');
      const object = `${textAt(source, 'describedObject', 'kind')}/${textAt(source, 'describedObject', 'name')}`;
      const isAverage = average !== '';
      const label =
        type === 'Object'
          ? `"${name}" on ${object} (target ${isAverage ? 'average value' : 'value'})`
          : `"${name}" (target ${isAverage ? 'average value' : 'value'})`;
      const part = isAverage ? 'averageValue' : 'value';
      writer.field(1, label, `${textAt(now, part) || '<unknown>'} / ${textAt(target, part)}`);
      return;
    }
    default:
      writer.write(1, `<unknown metric type ${JSON.stringify(type)}>\n`);
  }
}

function writeBehavior(writer: DescribeWriter, behavior: unknown): void {
  if (!isFields(behavior)) return;
  writer.write(0, 'Behavior:\n');
  for (const [title, field] of [
    ['Scale Up', 'scaleUp'],
    ['Scale Down', 'scaleDown'],
  ] as const) {
    const rules = at(behavior, field);
    if (!isFields(rules)) continue;
    writer.write(1, `${title}:\n`);
    if (at(rules, 'stabilizationWindowSeconds') !== undefined) {
      writer.write(
        2,
        `Stabilization Window: ${numberAt(rules, 'stabilizationWindowSeconds')} seconds\n`,
      );
    }
    const policies = listAt(rules, 'policies');
    if (policies.length > 0) {
      writer.write(2, `Select Policy: ${textAt(rules, 'selectPolicy') || 'Max'}\n`);
      writer.write(2, 'Policies:\n');
      for (const each of policies) {
        writer.write(
          3,
          `- Type: ${textAt(each, 'type')}\tValue: ${numberAt(each, 'value')}\tPeriod: ${numberAt(each, 'periodSeconds')} seconds\n`,
        );
      }
    }
  }
}
