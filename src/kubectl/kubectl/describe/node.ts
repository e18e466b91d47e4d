import {
  addQuantities,
  compareQuantities,
  isZeroQuantity,
  scaledValue,
} from '../../../api/quantity/arithmetic.ts';
import { formatQuantity } from '../../../api/quantity/format.ts';
import { parseQuantity } from '../../../api/quantity/parse.ts';
import { zeroQuantity, type Quantity } from '../../../api/quantity/quantity.ts';
import { at, fieldsAt, listAt, sortedEntries, textAt } from '../objects.ts';
import type { Describer } from './describer.ts';
import {
  longTime,
  since,
  writeAnnotations,
  writeEvents,
  writeLabels,
  type DescribeWriter,
} from './writer.ts';

type Amounts = ReadonlyMap<string, Quantity>;

export const describeNode: Describer = async (node, context) => {
  const name = node.metadata.name ?? '';
  const pods = await context.list('/api/v1/pods', {
    fieldSelector: `spec.nodeName=${name},status.phase!=Succeeded,status.phase!=Failed`,
    limit: context.chunkSize,
  });
  const lease = await context.ask(
    `/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/${name}`,
  );
  const byUid = await context.events({ namespace: '' });
  const byName = await context.events({ uid: name, namespace: '' });
  const events = byUid === undefined ? undefined : [...byUid, ...(byName ?? [])];
  return (writer) => {
    writeTop(writer, node, lease);
    writeAddresses(writer, node);
    for (const [title, field] of [
      ['Capacity', 'capacity'],
      ['Allocatable', 'allocatable'],
    ] as const) {
      const amounts = sortedEntries(fieldsAt(node, 'status', field));
      if (amounts.length === 0) continue;
      writer.write(0, `${title}:\n`);
      for (const [key, amount] of amounts) writer.field(1, key, formatQuantity(quantityOf(amount)));
    }
    writeSystem(writer, node);
    const range = textAt(node, 'spec', 'podCIDR');
    if (range !== '') writer.field(0, 'PodCIDR', range);
    const ranges = listAt(node, 'spec', 'podCIDRs').map(String).join(',');
    if (ranges !== '') writer.field(0, 'PodCIDRs', ranges);
    const provider = textAt(node, 'spec', 'providerID');
    if (provider !== '') writer.field(0, 'ProviderID', provider);
    writePods(writer, node, pods);
    writeEvents(writer, events);
  };
};

function writeTop(
  writer: DescribeWriter,
  node: unknown,
  lease: { readonly object: unknown; readonly refusal: string },
): void {
  const labels = fieldsAt(node, 'metadata', 'labels');
  const roles = Object.entries(labels)
    .flatMap(([key, value]) => {
      if (key.startsWith('node-role.kubernetes.io/')) {
        const role = key.slice('node-role.kubernetes.io/'.length);
        return role === '' ? [] : [role];
      }
      return key === 'kubernetes.io/role' && value !== '' ? [String(value)] : [];
    })
    .sort();
  writer.field(0, 'Name', textAt(node, 'metadata', 'name'));
  writer.field(0, 'Roles', roles.length === 0 ? '<none>' : roles.join(','));
  writeLabels(writer, 'Labels', labels);
  writeAnnotations(writer, 'Annotations', at(node, 'metadata', 'annotations'));
  writer.field(0, 'CreationTimestamp', longTime(textAt(node, 'metadata', 'creationTimestamp')));
  writeTaints(writer, listAt(node, 'spec', 'taints'));
  writer.field(0, 'Unschedulable', at(node, 'spec', 'unschedulable') === true);
  const spec = at(lease.object, 'spec');
  const time = (field: string): string => {
    const text = textAt(spec, field);
    return text === '' ? '<unset>' : longTime(text);
  };
  if (lease.object === undefined) {
    writer.field(0, 'Lease', `Failed to get lease: ${lease.refusal}`);
  } else {
    writer.write(0, 'Lease:\n');
    writer.field(1, 'HolderIdentity', textAt(spec, 'holderIdentity') || '<unset>');
    writer.field(1, 'AcquireTime', time('acquireTime'));
    writer.field(1, 'RenewTime', time('renewTime'));
  }
  const conditions = listAt(node, 'status', 'conditions');
  if (conditions.length === 0) return;
  writer.write(
    0,
    'Conditions:\n  Type\tStatus\tLastHeartbeatTime\tLastTransitionTime\tReason\tMessage\n',
  );
  writer.write(1, '----\t------\t-----------------\t------------------\t------\t-------\n');
  for (const each of conditions) {
    const heartbeat = longTime(textAt(each, 'lastHeartbeatTime'));
    const changed = longTime(textAt(each, 'lastTransitionTime'));
    writer.write(
      1,
      `${textAt(each, 'type')} \t${textAt(each, 'status')} \t${heartbeat} \t${changed} \t${textAt(each, 'reason')} \t${textAt(each, 'message')}\n`,
    );
  }
}

function writeTaints(writer: DescribeWriter, taints: readonly unknown[]): void {
  writer.write(0, 'Taints:\t');
  if (taints.length === 0) writer.write(0, '<none>\n');
  const texts = taints.map((each) => {
    const value = textAt(each, 'value');
    return `${textAt(each, 'key')}${value === '' ? '' : `=${value}`}:${textAt(each, 'effect')}`;
  });
  // By effect, then by key.
  const sorted = taints
    .map((each, index) => ({
      text: texts[index] ?? '',
      effect: textAt(each, 'effect'),
      key: textAt(each, 'key'),
    }))
    .sort((a, b) => (a.effect < b.effect ? -1 : a.effect > b.effect ? 1 : a.key < b.key ? -1 : 1));
  for (const [index, { text }] of sorted.entries())
    writer.write(0, `${index === 0 ? '' : '\t'}${text}\n`);
}

function writeAddresses(writer: DescribeWriter, node: unknown): void {
  writer.write(0, 'Addresses:\n');
  for (const each of listAt(node, 'status', 'addresses')) {
    writer.field(1, textAt(each, 'type'), textAt(each, 'address'));
  }
}

function writeSystem(writer: DescribeWriter, node: unknown): void {
  writer.write(0, 'System Info:\n');
  for (const [label, field] of [
    ['Machine ID', 'machineID'],
    ['System UUID', 'systemUUID'],
    ['Boot ID', 'bootID'],
    ['Kernel Version', 'kernelVersion'],
    ['OS Image', 'osImage'],
    ['Operating System', 'operatingSystem'],
    ['Architecture', 'architecture'],
    ['Container Runtime Version', 'containerRuntimeVersion'],
    ['Kubelet Version', 'kubeletVersion'],
    ['Kube-Proxy Version', 'kubeProxyVersion'],
  ] as const) {
    writer.field(1, label, textAt(node, 'status', 'nodeInfo', field));
  }
}

function quantityOf(text: unknown): Quantity {
  const parsed = parseQuantity(String(text ?? '0'));
  return parsed.ok ? parsed.value : zeroQuantity;
}

/** What a Pod asks for: its containers together, or more where an init container needs more. */
function amountsOf(pod: unknown, field: 'requests' | 'limits'): Amounts {
  const total = new Map<string, Quantity>();
  const add = (map: Map<string, Quantity>, amounts: unknown): void => {
    for (const [name, text] of Object.entries(fieldsAt(amounts))) {
      const own = map.get(name);
      map.set(name, own === undefined ? quantityOf(text) : addQuantities(own, quantityOf(text)));
    }
  };
  for (const each of listAt(pod, 'spec', 'containers')) add(total, at(each, 'resources', field));
  const restartable = new Map<string, Quantity>();
  const peak = new Map<string, Quantity>();
  for (const each of listAt(pod, 'spec', 'initContainers')) {
    const amounts = at(each, 'resources', field);
    if (textAt(each, 'restartPolicy') === 'Always') {
      add(total, amounts);
      add(restartable, amounts);
      raise(peak, restartable);
    } else {
      const own = new Map(restartable);
      add(own, amounts);
      raise(peak, own);
    }
  }
  raise(total, peak);
  if (field === 'requests') add(total, at(pod, 'spec', 'overhead'));
  else {
    for (const [name, amount] of Object.entries(fieldsAt(pod, 'spec', 'overhead'))) {
      const own = total.get(name);
      if (own !== undefined && !isZeroQuantity(own))
        total.set(name, addQuantities(own, quantityOf(amount)));
    }
  }
  return total;
}

function raise(map: Map<string, Quantity>, by: Amounts): void {
  for (const [name, amount] of by) {
    const own = map.get(name);
    if (own === undefined || compareQuantities(amount, own) > 0) map.set(name, amount);
  }
}

/** `100m (2%)`. */
function share(amount: Quantity | undefined, of: unknown, milli: boolean): string {
  const quantity = amount ?? zeroQuantity;
  const whole = quantityOf(of);
  const scale = milli ? -3 : 0;
  const [part, all] = [scaledValue(quantity, scale), scaledValue(whole, scale)];
  const percent = all === 0n ? 0n : (part * 100n) / all;
  return `${formatQuantity(quantity)} (${percent}%)`;
}

function writePods(writer: DescribeWriter, node: unknown, pods: readonly unknown[]): void {
  let allocatable = fieldsAt(node, 'status', 'allocatable');
  if (Object.keys(allocatable).length === 0) allocatable = fieldsAt(node, 'status', 'capacity');
  writer.field(0, 'Non-terminated Pods', `(${pods.length} in total)`);
  writer.write(
    1,
    'Namespace\tName\t\tCPU Requests\tCPU Limits\tMemory Requests\tMemory Limits\tAge\n',
  );
  writer.write(
    1,
    '---------\t----\t\t------------\t----------\t---------------\t-------------\t---\n',
  );
  const requests = new Map<string, Quantity>();
  const limits = new Map<string, Quantity>();
  for (const pod of pods) {
    const [asked, capped] = [amountsOf(pod, 'requests'), amountsOf(pod, 'limits')];
    sum(requests, asked);
    sum(limits, capped);
    const cells = [
      textAt(pod, 'metadata', 'namespace'),
      textAt(pod, 'metadata', 'name'),
      '',
      share(asked.get('cpu'), allocatable['cpu'], true),
      share(capped.get('cpu'), allocatable['cpu'], true),
      share(asked.get('memory'), allocatable['memory'], false),
      share(capped.get('memory'), allocatable['memory'], false),
      since(writer, textAt(pod, 'metadata', 'creationTimestamp')),
    ];
    writer.write(1, `${cells.join('\t')}\n`);
  }
  writer.write(
    0,
    'Allocated resources:\n  (Total limits may be over 100 percent, i.e., overcommitted.)\n',
  );
  writer.write(1, 'Resource\tRequests\tLimits\n');
  writer.write(1, '--------\t--------\t------\n');
  for (const name of ['cpu', 'memory', 'ephemeral-storage']) {
    const isMilli = name === 'cpu';
    writer.write(
      1,
      `${name}\t${share(requests.get(name), allocatable[name], isMilli)}\t${share(limits.get(name), allocatable[name], isMilli)}\n`,
    );
  }
  const others = Object.keys(allocatable).filter(
    (name) => !['cpu', 'memory', 'ephemeral-storage', 'pods'].includes(name),
  );
  for (const name of others.sort()) {
    const isHuge = name.startsWith('hugepages-');
    const text = (map: Amounts): string =>
      isHuge
        ? share(map.get(name), allocatable[name], false)
        : formatQuantity(map.get(name) ?? zeroQuantity);
    writer.write(1, `${name}\t${text(requests)}\t${text(limits)}\n`);
  }
}

function sum(total: Map<string, Quantity>, more: Amounts): void {
  for (const [name, amount] of more) {
    const own = total.get(name);
    total.set(name, own === undefined ? amount : addQuantities(own, amount));
  }
}
