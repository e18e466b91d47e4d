import { formatLabelSelector } from '../../../api/selectors/label-selector.ts';
import type { LabelSelector } from '../../../api/generated/types.ts';
import { at, fieldsAt, listAt, numberAt, textAt } from '../objects.ts';
import { writeContainers } from './containers.ts';
import { writeVolumes } from './volumes.ts';
import { writeAnnotations, writeLabels, type DescribeWriter } from './writer.ts';

/** The Pod template of a workload. */
export function writePodTemplate(writer: DescribeWriter, template: unknown): void {
  writer.write(0, 'Pod Template:\n');
  if (template === undefined) {
    writer.write(1, '<unset>');
    return;
  }
  const spec = at(template, 'spec');
  writeLabels(writer, '  Labels', at(template, 'metadata', 'labels'));
  if (Object.keys(fieldsAt(template, 'metadata', 'annotations')).length > 0) {
    writeAnnotations(writer, '  Annotations', at(template, 'metadata', 'annotations'));
  }
  const account = textAt(spec, 'serviceAccountName');
  if (account !== '') writer.field(1, 'Service Account', account);
  const init = listAt(spec, 'initContainers');
  if (init.length > 0) writeContainers(writer, 'Init Containers', init, { indent: '  ' });
  writeContainers(writer, 'Containers', listAt(spec, 'containers'), { indent: '  ' });
  writeVolumes(writer, listAt(spec, 'volumes'), '  ');
  writeSpread(writer, listAt(spec, 'topologySpreadConstraints'), '  ');
  const priority = textAt(spec, 'priorityClassName');
  if (priority !== '') writer.field(1, 'Priority Class Name', priority);
  writeLabels(writer, '  Node-Selectors', at(spec, 'nodeSelector'));
  writeTolerations(writer, '  Tolerations', listAt(spec, 'tolerations'));
}

export function writeTolerations(
  writer: DescribeWriter,
  title: string,
  tolerations: readonly unknown[],
): void {
  writer.write(0, `${title}:\t`);
  if (tolerations.length === 0) writer.write(0, '<none>\n');
  const sorted = [...tolerations].sort((a, b) =>
    textAt(a, 'key') < textAt(b, 'key') ? -1 : textAt(a, 'key') > textAt(b, 'key') ? 1 : 0,
  );
  for (const [index, each] of sorted.entries()) {
    const [key, value, effect] = [
      textAt(each, 'key'),
      textAt(each, 'value'),
      textAt(each, 'effect'),
    ];
    let text = key;
    if (value !== '') text += `=${value}`;
    if (effect !== '') text += `:${effect}`;
    if (textAt(each, 'operator') === 'Exists' && value === '') {
      text += key !== '' || effect !== '' ? ' op=Exists' : 'op=Exists';
    }
    const seconds = at(each, 'tolerationSeconds');
    if (seconds !== undefined) text += ` for ${String(seconds)}s`;
    writer.write(0, `${index === 0 ? '' : '\t'}${text}\n`);
  }
}

export function writeSpread(
  writer: DescribeWriter,
  constraints: readonly unknown[],
  indent = '',
): void {
  if (constraints.length === 0) return;
  const sorted = [...constraints].sort((a, b) =>
    textAt(a, 'topologyKey') < textAt(b, 'topologyKey') ? -1 : 1,
  );
  writer.write(0, `${indent}Topology Spread Constraints:\t`);
  for (const [index, each] of sorted.entries()) {
    const selector = at(each, 'labelSelector');
    const whom = selector === undefined ? '' : ` for selector ${selectorText(selector)}`;
    writer.write(
      0,
      `${index === 0 ? '' : `${indent}\t`}${textAt(each, 'topologyKey')}:${textAt(each, 'whenUnsatisfiable')} when max skew ${numberAt(each, 'maxSkew')} is exceeded${whom}\n`,
    );
  }
}

/** A label selector in the short form. */
export function selectorText(selector: unknown): string {
  return formatLabelSelector(selector as LabelSelector | undefined);
}
