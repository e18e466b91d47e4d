import type { Pod } from '../generated/types.ts';

/**
 * What a tool on a machine (`etcdctl`, `crictl`, `systemctl`, `curl`) asks of the machines of a cluster, or does to them.
 * Kubernetes' own API knows nothing of this; everything is plain data, so that it can cross to an engine elsewhere.
 */
export type MachineQuestion =
  /** Every machine there is. */
  | { readonly kind: 'machines' }
  /** Everything that can be read on a machine by whoever is logged in there. */
  | { readonly kind: 'facts'; readonly machine: string }
  /** Whether packets get from one machine to another and back. */
  | { readonly kind: 'reach'; readonly from: string; readonly to: string }
  /** A message to a process in its own protocol; it gets a number, and the answer comes back as it is. */
  | {
      readonly kind: 'process';
      readonly from: string;
      readonly process: string;
      readonly message: { readonly type: string };
    }
  /** An HTTP request to an address and port. */
  | {
      readonly kind: 'http';
      readonly from: string;
      readonly ip: string;
      readonly port: number;
      readonly method: string;
      readonly path: string;
      /** The Host header. */
      readonly host: string;
      /** Whom the API server takes the client for; undefined: nobody. */
      readonly user?: string;
      /** A bearer token, from which the server reads who it is. */
      readonly token?: string;
      readonly body?: unknown;
      readonly contentType?: string;
    }
  /** Opens a connection without saying anything. */
  | {
      readonly kind: 'open';
      readonly from: string;
      readonly ip: string;
      readonly port: number;
      readonly protocol: 'TCP' | 'UDP';
    }
  | { readonly kind: 'echo'; readonly from: string; readonly ip: string }
  /** Asks a name server; without one the resolver of the machine. */
  | {
      readonly kind: 'dns';
      readonly from: string;
      readonly server: string | undefined;
      readonly name: string;
      readonly recordType: DnsRecordType;
    }
  /** The node's rules, as `iptables-save` prints them. */
  | { readonly kind: 'rules'; readonly machine: string }
  /** The file that a container's output is written to. */
  | { readonly kind: 'container-log'; readonly machine: string; readonly containerId: string }
  /** What a unit has written to the journal, as far as it is kept. */
  | { readonly kind: 'journal'; readonly machine: string; readonly unit: string }
  | {
      readonly kind: 'unit';
      readonly machine: string;
      readonly unit: string;
      /** `suspend` and `resume`: SIGSTOP and SIGCONT. */
      readonly act: 'start' | 'stop' | 'restart' | 'kill' | 'suspend' | 'resume';
    }
  | { readonly kind: 'power'; readonly machine: string; readonly act: 'reboot' | 'off' }
  /** A file of the kubelet's manifest folder as it now is; undefined: it is not there any more. */
  | {
      readonly kind: 'manifest';
      readonly machine: string;
      readonly file: string;
      readonly manifest: Pod | undefined;
    }
  /** Saves an etcd member's database. */
  | { readonly kind: 'snapshot'; readonly from: string; readonly process: string }
  /** Restores one that was saved, on every member. */
  | { readonly kind: 'restore'; readonly snapshot: string; readonly bumpRevision: number };

export type DnsRecordType = 'A' | 'AAAA' | 'SRV' | 'PTR' | 'CNAME' | 'NS' | 'TXT' | 'SOA';

/** What each question is answered with. */
export interface MachineAnswers {
  readonly machines: readonly MachineRow[];
  readonly facts: MachineFacts | undefined;
  readonly reach: Reach;
  readonly process: ProcessAnswer;
  readonly http: ConnectionAnswer;
  readonly open: ConnectionAnswer;
  readonly echo: ConnectionAnswer;
  readonly dns: ConnectionAnswer;
  readonly rules: string;
  readonly 'container-log': readonly LogLine[] | undefined;
  readonly journal: readonly LogLine[] | undefined;
  /** Each act: a sentence when it could not be done. */
  readonly unit: string | undefined;
  readonly power: string | undefined;
  readonly manifest: string | undefined;
  readonly snapshot: SnapshotAnswer;
  readonly restore: string | undefined;
}

/** `silent`: packets are lost, and nobody says so. */
export type Reach = 'open' | 'silent' | 'unknown';

export interface MachineRow {
  readonly name: string;
  /** Undefined for the person's own computer. */
  readonly address: string | undefined;
  readonly role: MachineRole;
  readonly power: 'on' | 'off';
}

export type MachineRole = 'laptop' | 'load-balancer' | 'control-plane' | 'worker';

export interface MachineFacts extends MachineRow {
  /** The machine's own clock, in milliseconds since 1970. */
  readonly nowMillis: number;
  /** How far that is ahead of the true time. */
  readonly clockAheadMillis: number;
  /** Since the cluster began. */
  readonly worldMicros: number;
  readonly boots: number;
  readonly upMicros: number;
  readonly cpuMilli: number;
  readonly memoryBytes: number;
  readonly podCidr: string;
  readonly clusterDns: string;
  readonly diskIsFull: boolean;
  /** How long a flushed write takes, on average and for one in a hundred. */
  readonly fsyncMicros: { readonly mean: number; readonly p99: number };
  /** Shares that something takes which is none of the cluster's programs: 0 to 1. */
  readonly taken: Readonly<Record<string, number>>;
  readonly processes: readonly ProcessFacts[];
  /** The files in the kubelet's manifest folder. */
  readonly manifests: readonly ManifestFile[];
  /** Those that were moved out of it. */
  readonly manifestsAside: readonly ManifestFile[];
  /** Ranges of Pod addresses on other machines to which a route is known. */
  readonly routes: readonly { readonly cidr: string; readonly machine: string }[];
  /** Addresses of the Pods here that have a network of their own. */
  readonly podAddresses: readonly string[];
  /** All machines with an address, for `/etc/hosts`. */
  readonly lan: readonly { readonly name: string; readonly address: string }[];
  /** `kubeadm certs check-expiration`: when the API server's certificate runs out; undefined: a year from the beginning. */
  readonly servingCertificateUntilMillis: number;
  readonly containers: readonly ContainerFacts[];
}

/** What the folder of container logs shows. */
export interface ContainerFacts {
  readonly id: string;
  readonly pod: string;
  readonly namespace: string;
  readonly name: string;
  /** The process of the machine that it is, where it is one. */
  readonly process: string | undefined;
  readonly isRunning: boolean;
}

export interface ManifestFile {
  readonly file: string;
  readonly manifest: Pod;
}

export interface ProcessFacts {
  /** `kubelet-node-1`. */
  readonly name: string;
  /** `kubelet`. */
  readonly program: string;
  readonly pid: number;
  readonly state: 'running' | 'hung' | 'ended';
  /** How long it has been so; undefined where nobody knows. */
  readonly sinceMicros: number | undefined;
  /** Whether it is meant to run. */
  readonly enabled: boolean;
  /** A unit of systemd's, or a container of a static Pod. */
  readonly runsAs: 'unit' | 'container';
  readonly starts: number;
}

export type ProcessAnswer =
  | { readonly kind: 'answered'; readonly message: unknown; readonly tookMicros: number }
  /** Nothing listens there, or it went away while it was asked. */
  | { readonly kind: 'refused' }
  /** Nothing comes back, ever. */
  | { readonly kind: 'silent' }
  | { readonly kind: 'no-such-process' };

export type ConnectionAnswer =
  | {
      readonly kind: 'open';
      /** Of an HTTP answer; undefined where the server speaks something else. */
      readonly status: number | undefined;
      readonly body: string;
      readonly contentType?: string;
    }
  | { readonly kind: 'refused' }
  | { readonly kind: 'unreachable' }
  | { readonly kind: 'silent' }
  | {
      readonly kind: 'dns';
      readonly code: string;
      /** Who was asked. */
      readonly server: string;
      readonly records: readonly {
        readonly name: string;
        readonly type: string;
        readonly ttl: number;
        readonly data: string;
      }[];
    };

export interface LogLine {
  /** Calendar time by the machine's clock, in milliseconds since 1970. */
  readonly atMillis: number;
  readonly stream: 'stdout' | 'stderr';
  readonly text: string;
}

export type SnapshotAnswer =
  | {
      readonly kind: 'saved';
      /** The engine keeps the data under this name. */
      readonly id: string;
      readonly hash: string;
      readonly revision: number;
      readonly totalKeys: number;
      readonly totalSize: number;
      readonly version: string;
    }
  | { readonly kind: 'refused' }
  | { readonly kind: 'silent' }
  | { readonly kind: 'error'; readonly message: string };
