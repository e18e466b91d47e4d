import { milliValue, value } from '../../../api/quantity/numbers.ts';
import { fail, failUsage } from '../failure.ts';
import { at, listAt, textAt } from '../objects.ts';
import { createListWriter } from '../printers/tab-writer.ts';
import type { Session } from '../session.ts';

function milli(text: string): number {
  return text === '' ? 0 : milliValue(text);
}

function bytes(text: string): number {
  return text === '' ? 0 : value(text);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** kubectl top node. */
export async function topNode(session: Session): Promise<void> {
  const { flags } = session;
  const [name] = session.args;
  if (session.args.length > 1) failUsage('kubectl top node', 'node [NAME | -l label]');
  if (name !== undefined && flags.text('selector') !== '') {
    fail('only one of NAME or --selector can be provided');
  }
  await requireMetrics(session);
  const base = '/apis/metrics.k8s.io/v1beta1/nodes';
  const items =
    name === undefined
      ? listAt(await session.get(base, { labelSelector: flags.text('selector') }), 'items')
      : [await session.get(`${base}/${encodeURIComponent(name)}`)];
  const nodes = new Map(
    listAt(await session.get('/api/v1/nodes'), 'items').map((each) => [
      textAt(each, 'metadata', 'name'),
      each,
    ]),
  );
  const field = flags.bool('show-capacity') ? 'capacity' : 'allocatable';
  const rows = items.map((each) => {
    const own = textAt(each, 'metadata', 'name');
    const amounts = at(nodes.get(own), 'status', field);
    return {
      name: own,
      cpu: milli(textAt(each, 'usage', 'cpu')),
      memory: bytes(textAt(each, 'usage', 'memory')),
      cpuOf: milli(textAt(amounts, 'cpu')),
      memoryOf: bytes(textAt(amounts, 'memory')),
    };
  });
  sortRows(rows, flags.text('sort-by'));
  const writer = createListWriter();
  if (!flags.bool('no-headers'))
    writer.write('NAME\tCPU(cores)\tCPU(%)\tMEMORY(bytes)\tMEMORY(%)\t\n');
  for (const each of rows) {
    writer.write(
      `${each.name}\t${each.cpu}m\t${percent(each.cpu, each.cpuOf)}\t${Math.trunc(each.memory / 1048576)}Mi\t${percent(each.memory, each.memoryOf)}\t\n`,
    );
  }
  session.out(writer.flush());
}

function percent(part: number, whole: number): string {
  return whole === 0 ? '<unknown>' : `${Math.trunc((part / whole) * 100)}%`;
}

/** kubectl top pod. */
export async function topPod(session: Session): Promise<void> {
  const { flags } = session;
  const [name] = session.args;
  if (session.args.length > 1) failUsage('kubectl top pod', 'pod [NAME | -l label]');
  if (name !== undefined && flags.text('selector') !== '') {
    fail('only one of NAME or selector can be provided');
  }
  await requireMetrics(session);
  const everywhere = flags.bool('all-namespaces');
  const base = everywhere
    ? '/apis/metrics.k8s.io/v1beta1/pods'
    : `/apis/metrics.k8s.io/v1beta1/namespaces/${session.namespace}/pods`;
  const items =
    name === undefined
      ? listAt(
          await session.get(base, {
            labelSelector: flags.text('selector'),
            fieldSelector: flags.text('field-selector'),
          }),
          'items',
        )
      : [await session.get(`${base}/${encodeURIComponent(name)}`)];
  if (items.length === 0) {
    session.err(
      everywhere
        ? 'No resources found\n'
        : `No resources found in ${session.namespace} namespace.\n`,
    );
    return;
  }
  const perContainer = flags.bool('containers');
  const rows = items.flatMap((each) => {
    const containers = listAt(each, 'containers');
    const head = {
      namespace: textAt(each, 'metadata', 'namespace'),
      name: textAt(each, 'metadata', 'name'),
    };
    const amount = (list: readonly unknown[]) => ({
      cpu: list.reduce<number>((sum, one) => sum + milli(textAt(one, 'usage', 'cpu')), 0),
      memory: list.reduce<number>((sum, one) => sum + bytes(textAt(one, 'usage', 'memory')), 0),
    });
    return perContainer
      ? containers.map((one) => ({ ...head, container: textAt(one, 'name'), ...amount([one]) }))
      : [{ ...head, container: '', ...amount(containers) }];
  });
  rows.sort(
    (a, b) =>
      compare(a.namespace, b.namespace) ||
      compare(a.name, b.name) ||
      compare(a.container, b.container),
  );
  sortRows(rows, flags.text('sort-by'));
  const writer = createListWriter();
  const headers = [
    ...(everywhere ? ['NAMESPACE'] : []),
    ...(perContainer ? ['POD'] : []),
    'NAME',
    'CPU(cores)',
    'MEMORY(bytes)',
  ];
  if (!flags.bool('no-headers')) writer.write(`${headers.join('\t')}\t\n`);
  for (const each of rows) {
    const cells = [
      ...(everywhere ? [each.namespace] : []),
      each.name,
      ...(perContainer ? [each.container] : []),
      `${each.cpu}m`,
      `${Math.trunc(each.memory / 1048576)}Mi`,
    ];
    writer.write(`${cells.join('\t')}\t\n`);
  }
  if (flags.bool('sum')) {
    const blanks = headers.length - 3;
    writer.write(`${'\t'.repeat(blanks)}\t________\t________\t\n`);
    const total = (pick: (row: (typeof rows)[number]) => number): number =>
      rows.reduce((sum, each) => sum + pick(each), 0);
    writer.write(
      `${'\t'.repeat(blanks)}\t${total((each) => each.cpu)}m\t${Math.trunc(total((each) => each.memory) / 1048576)}Mi\t\n`,
    );
  }
  session.out(writer.flush());
}

function sortRows(rows: { cpu: number; memory: number }[], by: string): void {
  if (by === 'cpu' || by === 'memory') rows.sort((a, b) => b[by] - a[by]);
}

async function requireMetrics(session: Session): Promise<void> {
  const by = session.flags.text('sort-by');
  if (!['', 'cpu', 'memory'].includes(by)) fail('--sort-by accepts only cpu or memory');
  const { groups } = await session.discovery();
  if (!groups.some(({ name }) => name === 'metrics.k8s.io')) fail('Metrics API not available');
}
