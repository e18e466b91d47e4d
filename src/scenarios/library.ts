/** A scenario that comes with the page: its file, read when it is wanted. */
export interface LibraryEntry {
  readonly id: string;
  readonly title: string;
  /** One line on what is learnt. */
  readonly hint: string;
  readonly group: 'What fails, and what one sees';
  load(): Promise<string>;
}

const files = import.meta.glob<string>('./truth-table/*.yaml', {
  query: '?raw',
  import: 'default',
});

function row(id: string, title: string, hint: string): LibraryEntry {
  const load = files[`./truth-table/${id}.yaml`];
  return {
    id,
    title,
    hint,
    group: 'What fails, and what one sees',
    // A test looks that every entry has its file.
    load: () => load?.() ?? Promise.resolve(''),
  };
}

/** The scenarios to choose from, in the order in which they are shown. */
export const LIBRARY: readonly LibraryEntry[] = [
  row('scheduler-stopped', 'The scheduler stops', 'New Pods stay Pending without a single Event.'),
  row(
    'controller-manager-stopped',
    'The controller-manager stops',
    'Desired state is written down, and nobody acts on it.',
  ),
  row(
    'api-server-stopped',
    'The only API server stops',
    'Nothing can change, everything runs on, and nothing is evicted afterwards.',
  ),
  row(
    'kubelet-stopped',
    'The kubelet of one node stops',
    'NotReady after 40 s, evicted 300 s later, while its containers run on.',
  ),
  row(
    'kube-proxy-stopped',
    'kube-proxy of one node cannot start',
    'Its rules grow stale: old backends, no new Services; the rest of the cluster notices nothing.',
  ),
  row('coredns-stopped', 'CoreDNS is gone', 'Names do not resolve, addresses go on.'),
  row(
    'cni-agent-stopped',
    'The network agent of one node cannot start',
    'New Pods there wait in ContainerCreating, deleted ones stay Terminating; the node is Ready.',
  ),
  row(
    'control-plane-lost',
    'The one control-plane machine is lost',
    'The workers run on, and nothing can change.',
  ),
  row(
    'one-of-three-lost',
    'One of three control-plane machines is lost, then two',
    'One is hardly noticed; two are the majority.',
  ),
  row('etcd-slow', 'etcd’s disk slows down', 'Pods are Pending for want of a disk, not of CPU.'),
  row(
    'etcd-quorum-lost',
    'etcd loses its quorum',
    'Nothing can be written or truly read; a snapshot begins a new cluster.',
  ),
  row(
    'etcd-quota',
    'etcd’s database reaches its quota',
    'Writes are refused, reads go on; compact, defragment, disarm.',
  ),
];
