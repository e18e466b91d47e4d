import type { Pod } from '../../api/generated/types.ts';
import type { MachineFacts } from '../../api/machines/questions.ts';
import { parseManifest } from '../../api/manifest/parse.ts';
import { stringifyYaml } from '../../api/manifest/stringify.ts';
import { createLocalPorts } from '../local-ports.ts';
import type { LocalPorts, ProgramContext } from '../program.ts';
import type { ProgramEntry, Shell } from '../shell/execution.ts';
import { createFileStore, type FileStore } from '../shell/files.ts';
import { addressIn, noMachines } from './asking.ts';
import { machineFiles, MANIFESTS } from './machine-files.ts';

/** Shells on the cluster's machines: what `ssh` opens. */

/** How long a client tries to reach a machine that does not answer (`ConnectTimeout` of the laptop's ssh_config). */
const CONNECT_TIMEOUT = 10_000;

/** What all shells on the machines have in common. */
export interface MachineGround {
  /** Programs that are on every machine. */
  readonly programs: readonly ProgramEntry[];
  /** Programs by what the machine is. */
  readonly programsOf: (role: MachineFacts['role']) => readonly ProgramEntry[];
}

/** Opens a machine from a shell, or says what ssh says. */
export type Connect = (from: Shell, host: string) => Promise<Shell | string>;

/** The machines of one cluster. Their files stay as they were left, however often one logs in. */
export function createMachineNetwork(ground: MachineGround): Connect {
  const opening: Opening = { ground, stores: new Map(), ports: new Map() };
  return async (from, host) => {
    try {
      return await open(from, host, opening);
    } catch (error) {
      const why = noMachines(error);
      if (why === undefined) throw error;
      return `ssh: connect to host ${host} port 22: ${why}`;
    }
  };
}

interface Opening {
  readonly ground: MachineGround;
  readonly stores: Map<string, MachineStore>;
  /** By machine. */
  readonly ports: Map<string, LocalPorts>;
}

function portsOf({ ports }: Opening, machine: string): LocalPorts {
  let own = ports.get(machine);
  if (own === undefined) {
    own = createLocalPorts();
    ports.set(machine, own);
  }
  return own;
}

async function open(from: Shell, host: string, opening: Opening): Promise<Shell | string> {
  const { context } = from;
  const { machines } = context;
  if (machines === undefined) return unknownHost(host);
  const all = await machines({ kind: 'machines' });
  const lan = all.flatMap(({ name, address }) =>
    address === undefined ? [] : [{ name, address }],
  );
  const row = all.find(
    ({ name, address }) => name === host || (address !== undefined && address === host),
  );
  if (row === undefined) {
    if (addressIn({ lan }, host) === undefined) return unknownHost(host);
    await context.sleep(CONNECT_TIMEOUT, new AbortController().signal);
    return `ssh: connect to host ${host} port 22: Connection timed out`;
  }
  if (row.role === 'laptop' || row.role === 'load-balancer')
    return `root@${host}: Permission denied (publickey).`;
  const reach = await machines({ kind: 'reach', from: context.machine, to: row.name });
  if (reach !== 'open') {
    await context.sleep(CONNECT_TIMEOUT, new AbortController().signal);
    return `ssh: connect to host ${host} port 22: Connection timed out`;
  }
  return shellOn(from, row.name, opening);
}

function unknownHost(host: string): string {
  return `ssh: Could not resolve hostname ${host}: Name or service not known`;
}

async function shellOn(from: Shell, machine: string, opening: Opening): Promise<Shell | string> {
  const facts = await from.context.machines?.({ kind: 'facts', machine });
  if (facts === undefined) return unknownHost(machine);
  const { ground, stores } = opening;
  const context: ProgramContext = {
    ...from.context,
    machine,
    ports: portsOf(opening, machine),
    now: () => from.context.now() + store.clockAheadMillis,
  };
  let store = stores.get(machine) as MachineStore; // Made below where it is not there yet.
  if (store === undefined) {
    store = createMachineStore(context);
    stores.set(machine, store);
  }
  store.take(facts);
  const programs = [...ground.programs, ...ground.programsOf(facts.role)];
  const shell: Shell = {
    ...from,
    context,
    programs: new Map(programs.map((entry) => [entry.name, entry])),
    store: store.files,
    aliases: new Map([
      ['ll', 'ls -l'],
      ['k', 'kubectl'],
    ]),
    history: [],
    sync: () => inStep(context, store, facts),
    environment: facts.role === 'control-plane' ? ETCD_ENVIRONMENT : new Map(),
    connect: (host) => open(shell, host, opening),
  };
  return shell;
}

/** Whether the connection still stands, and the files as they now are. */
async function inStep(
  context: ProgramContext,
  store: MachineStore,
  opened: MachineFacts,
): Promise<string | undefined> {
  const { machine, machines } = context;
  await store.handOn();
  const facts = await machines?.({ kind: 'facts', machine });
  if (facts === undefined || facts.power === 'off' || facts.boots !== opened.boots)
    return `Connection to ${machine} closed by remote host.`;
  const reach = await machines?.({ kind: 'reach', from: 'laptop', to: machine });
  if (reach !== 'open') return 'client_loop: send disconnect: Broken pipe';
  store.take(facts);
  return undefined;
}

/** What root's profile on a control-plane machine sets, so that etcdctl needs no flags. */
const ETCD_ENVIRONMENT: ReadonlyMap<string, string> = new Map([
  ['KUBECONFIG', '/etc/kubernetes/admin.conf'],
  ['ETCDCTL_ENDPOINTS', 'https://127.0.0.1:2379'],
  ['ETCDCTL_CACERT', '/etc/kubernetes/pki/etcd/ca.crt'],
  ['ETCDCTL_CERT', '/etc/kubernetes/pki/etcd/server.crt'],
  ['ETCDCTL_KEY', '/etc/kubernetes/pki/etcd/server.key'],
]);

/** The files of one machine, and the manifests in them, which are the kubelet's as well. */
interface MachineStore {
  readonly files: FileStore;
  clockAheadMillis: number;
  take(facts: MachineFacts): void;
  /** Hands on what the person has changed. */
  handOn(): Promise<void>;
}

function createMachineStore(context: ProgramContext): MachineStore {
  const files = createFileStore([], ['/var/lib/kubelet', '/var/log', MANIFESTS]);
  /** The manifests as kubelet and files last agreed on, by file name. */
  const agreed = new Map<string, string>();
  let generated = new Set<string>();
  let due = false;
  let handedOn: Promise<unknown> = Promise.resolve();

  function handOn(): void {
    due = false;
    const { machine, machines } = context;
    for (const [file, manifest] of changes(files, agreed))
      handedOn = machines?.({ kind: 'manifest', machine, file, manifest }) ?? handedOn;
  }

  files.onChange = () => {
    if (due) return;
    due = true;
    // A `mv` takes away and then puts: what counts is what there is afterwards.
    void Promise.resolve().then(handOn);
  };

  const store: MachineStore = {
    files,
    clockAheadMillis: 0,
    take(facts) {
      store.clockAheadMillis = facts.clockAheadMillis;
      const now = machineFiles(facts);
      for (const path of generated) if (!now.has(path)) files.files.delete(path);
      for (const [path, text] of now) files.files.set(path, text);
      generated = new Set(now.keys());
      takeManifests(files, agreed, facts);
    },
    async handOn() {
      if (due) handOn();
      await handedOn.catch(() => undefined);
    },
  };
  return store;
}

/** What differs from what was agreed on; a text that is no Pod is, for the kubelet, no file. */
function changes(
  { files }: FileStore,
  agreed: Map<string, string>,
): readonly (readonly [file: string, manifest: Pod | undefined])[] {
  const changed: (readonly [string, Pod | undefined])[] = [];
  const prefix = `${MANIFESTS}/`;
  for (const file of agreed.keys()) {
    if (files.has(prefix + file)) continue;
    agreed.delete(file);
    changed.push([file, undefined]);
  }
  for (const [path, text] of files) {
    if (!path.startsWith(prefix)) continue;
    const file = path.slice(prefix.length);
    // The kubelet reads neither folders nor hidden files.
    if (file.includes('/') || file.startsWith('.') || agreed.get(file) === text) continue;
    agreed.set(file, text);
    changed.push([file, podOf(text)]);
  }
  return changed;
}

function podOf(text: string): Pod | undefined {
  const [first] = parseManifest(text).documents;
  const value = first?.value;
  if (typeof value !== 'object' || value === null) return undefined;
  const pod = value as unknown as Pod; // Looked at right here.
  return pod.kind === 'Pod' && pod.metadata?.name !== undefined && pod.spec !== undefined
    ? pod
    : undefined;
}

/** Files that appear, change or go on the machine itself: a fault took a manifest away, or brought it back. */
function takeManifests(
  { files }: FileStore,
  agreed: Map<string, string>,
  { manifests }: MachineFacts,
): void {
  const now = new Map(manifests.map(({ file, manifest }) => [file, stringifyYaml(manifest)]));
  for (const file of agreed.keys()) {
    // What was written and is no Pod stays as a file.
    const text = files.get(`${MANIFESTS}/${file}`);
    if (now.has(file) || text === undefined || podOf(text) === undefined) continue;
    files.delete(`${MANIFESTS}/${file}`);
    agreed.delete(file);
  }
  for (const [file, text] of now) {
    if (agreed.has(file) && files.has(`${MANIFESTS}/${file}`)) continue;
    files.set(`${MANIFESTS}/${file}`, text);
    agreed.set(file, text);
  }
}
