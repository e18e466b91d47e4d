import type { ServingCertificate } from './serving-certificate.ts';

/** Flags of kube-apiserver and what it must know of its world. Frozen. */
export interface ApiServerConfig {
  /** `--etcd-servers`: the name of the etcd process. */
  readonly etcd: string;
  /** Calendar time of the world's beginning, milliseconds since 1970. */
  readonly epochMillis: number;
  /** `--service-cluster-ip-range`. */
  readonly serviceCidr: string;
  /** `--advertise-address`: where the Service `kubernetes` leads. */
  readonly advertiseAddress: string;
  /** How many API servers the cluster is meant to have. */
  readonly servers: number;
  /** Processors that the server may use. */
  readonly cpuCores: number;
  /** `--max-requests-inflight` and `--max-mutating-requests-inflight`: their sum is what priority levels share. */
  readonly maxRequestsInflight: number;
  readonly maxMutatingRequestsInflight: number;
  /** `--event-ttl`. */
  readonly eventTtlSeconds: number;
  /** Set when `--tls-cert-file` is one that clients no longer take. */
  readonly servingCertificate?: ServingCertificate;
  /**
   * Stores the default roles and bindings, and since when tokens are tracked. Without them rights hold all the same; tests of
   * other things do without.
   */
  readonly bootstrapPolicy: boolean;
}

/** kubeadm's values for what a set-up does not say. */
export function apiServerConfig(
  given: Pick<ApiServerConfig, 'etcd' | 'epochMillis' | 'serviceCidr'> & Partial<ApiServerConfig>,
): ApiServerConfig {
  return Object.freeze({
    advertiseAddress: '192.168.0.10',
    servers: 1,
    cpuCores: 4,
    maxRequestsInflight: 400,
    maxMutatingRequestsInflight: 200,
    eventTtlSeconds: 3600,
    bootstrapPolicy: true,
    ...given,
  });
}
