import type { Protocol, ServiceRule } from './service-rules.ts';

/** The messages of the network: what opens a connection, what comes back, and what nodes are told about their network. */

/**
 * The beginning of a connection with what the client says first, from one machine to the next on its way. One that is
 * lost has no answer: the client gives up by its own patience.
 */
export interface NetConnect {
  readonly type: 'net/connect';
  /** The sender's own number for it; the answer carries it back. */
  readonly id: number;
  readonly protocol: Protocol;
  readonly sourceIp: string;
  readonly ip: string;
  readonly port: number;
  readonly payload: NetPayload;
}

export type NetPayload =
  /** Opens the connection and says nothing. */
  | { readonly kind: 'open' }
  | {
      readonly kind: 'http';
      readonly method: string;
      readonly path: string;
      readonly host: string;
      readonly said?: HttpSaid;
    }
  | { readonly kind: 'dns'; readonly name: string; readonly recordType: DnsType }
  /** An ICMP echo: no port is asked for. */
  | { readonly kind: 'echo' };

/** What an HTTP client says beside what it asks for. */
export interface HttpSaid {
  /** By their names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export type DnsType = 'A' | 'AAAA' | 'SRV' | 'PTR' | 'CNAME' | 'NS' | 'TXT' | 'SOA';

export interface NetAnswer {
  readonly type: 'net/answer';
  readonly id: number;
  readonly outcome: NetOutcome;
}

export type NetOutcome =
  /** Nobody listens there, or a rule rejects it. */
  | { readonly kind: 'refused' }
  /** No machine has the address. */
  | { readonly kind: 'unreachable' }
  /** `status`: of an HTTP answer; undefined when the server speaks something else. */
  | {
      readonly kind: 'open';
      readonly status: number | undefined;
      readonly body: string;
      /** For a program that goes on to speak to the other end itself: the process there. */
      readonly peer?: string;
    }
  | { readonly kind: 'dns'; readonly reply: DnsReply };

export interface DnsReply {
  readonly code: 'NOERROR' | 'NXDOMAIN' | 'SERVFAIL' | 'REFUSED';
  readonly records: readonly DnsRecord[];
}

export interface DnsRecord {
  readonly name: string;
  readonly type: DnsType;
  readonly ttl: number;
  /** An address, a name, or `priority weight port target`. */
  readonly data: string;
}

/** kube-proxy to its node: the rules of changed Services. No answer. */
export interface NetRules {
  readonly type: 'net/rules';
  /** Everything: what is not named goes. */
  readonly full: boolean;
  /** The zone of the node, for endpoints that are meant for it. */
  readonly zone: string;
  /** By the Service's `namespace/name`. */
  readonly set: readonly (readonly [string, readonly ServiceRule[]])[];
  readonly removed: readonly string[];
}

/** Who on the network has a Pod address? Asked of every machine by one that has no route. */
export interface NetWhoHas {
  readonly type: 'net/who-has';
  readonly ip: string;
}

/** The machine to which the range belongs says so. */
export interface NetIHave {
  readonly type: 'net/i-have';
  readonly cidr: string;
}

/** The network plugin's agent to its node: the plugin is configured, and its agent listens. No answer. */
export interface CniConfigure {
  readonly type: 'cni/configure';
  readonly podCidr: string;
}

/** A program that is a process of its own tells its container what its ports answer. No answer. */
export interface NetListen {
  readonly type: 'net/listen';
  readonly containerId: string;
  /** HTTP ports with the status and body for each path; other ports speak to the process itself. */
  readonly http: readonly {
    readonly port: number;
    readonly paths: Readonly<Record<string, { readonly status: number; readonly body: string }>>;
  }[];
  readonly ports: readonly number[];
  /** Lines for the container's log. */
  readonly log: string;
}
