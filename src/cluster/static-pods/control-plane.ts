import type { Container, Pod, Probe, Volume, VolumeMount } from '../../api/generated/types.ts';

/** The machine a manifest is written for, and what its components are told of the cluster. */
export interface ControlPlaneFacts {
  readonly machine: string;
  readonly address: string;
  /** Name and address of every etcd member at the beginning. */
  readonly members: readonly { readonly name: string; readonly address: string }[];
  readonly serviceCidr: string;
  readonly clusterCidr: string;
  readonly nodeCidrMaskSize: number;
}

const VERSION = 'v1.35.0';
const ETCD_VERSION = '3.6.6-0';

/** Images that are on a control-plane machine before anything runs there (`kubeadm config images pull`). */
export const CONTROL_PLANE_IMAGES: readonly string[] = Object.freeze([
  `registry.k8s.io/kube-apiserver:${VERSION}`,
  `registry.k8s.io/kube-controller-manager:${VERSION}`,
  `registry.k8s.io/kube-scheduler:${VERSION}`,
  `registry.k8s.io/etcd:${ETCD_VERSION}`,
]);

/**
 * The manifests that kubeadm puts into `/etc/kubernetes/manifests` of a control-plane machine, by file name: the same
 * names, labels, flags, probes, requests and volumes.
 */
export function controlPlaneManifests(facts: ControlPlaneFacts): ReadonlyMap<string, Pod> {
  return new Map([
    ['etcd.yaml', etcd(facts)],
    ['kube-apiserver.yaml', apiServer(facts)],
    ['kube-controller-manager.yaml', controllerManager(facts)],
    ['kube-scheduler.yaml', scheduler(facts)],
  ]);
}

interface Component {
  readonly name: string;
  readonly image: string;
  readonly flags: readonly string[];
  readonly cpu: string;
  readonly memory?: string;
  readonly ports: Container['ports'];
  readonly liveness: Probe;
  readonly readiness?: Probe;
  readonly startup: Probe;
  /** Directory or file of the machine → name of the volume, in kubeadm's order. */
  readonly paths: readonly HostPath[];
  readonly annotations?: Readonly<Record<string, string>>;
}

interface HostPath {
  readonly name: string;
  readonly path: string;
  readonly type: 'DirectoryOrCreate' | 'FileOrCreate';
  readonly writable?: boolean;
}

function podOf(component: Component): Pod {
  const { name, paths, annotations } = component;
  const mounts: VolumeMount[] = paths.map((each) => ({
    mountPath: each.path,
    name: each.name,
    ...(each.writable === true ? undefined : { readOnly: true }),
  }));
  const volumes: Volume[] = paths.map((each) => ({
    hostPath: { path: each.path, type: each.type },
    name: each.name,
  }));
  const { cpu, memory } = component;
  return deepFreeze({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'kube-system',
      labels: { component: name, tier: 'control-plane' },
      ...(annotations === undefined ? undefined : { annotations }),
    },
    spec: {
      containers: [
        {
          name,
          image: component.image,
          imagePullPolicy: 'IfNotPresent',
          command: [name, ...component.flags.map((flag) => `--${flag}`)],
          ports: component.ports,
          livenessProbe: component.liveness,
          ...(component.readiness === undefined
            ? undefined
            : { readinessProbe: component.readiness }),
          startupProbe: component.startup,
          resources: { requests: { cpu, ...(memory === undefined ? undefined : { memory }) } },
          volumeMounts: mounts,
        },
      ],
      hostNetwork: true,
      priority: 2000001000,
      priorityClassName: 'system-node-critical',
      securityContext: { seccompProfile: { type: 'RuntimeDefault' } },
      volumes,
    },
  } as Pod);
}

// ── Probes, with kubeadm's numbers ──────────────────────────────────────────────────────────────

interface Endpoint {
  readonly host: string;
  readonly port: number | string;
  readonly scheme: 'HTTP' | 'HTTPS';
}

/** Eight failures, ten seconds apart, and the container is restarted. */
function liveness({ host, port, scheme }: Endpoint, path: string): Probe {
  return {
    failureThreshold: 8,
    httpGet: { host, path, port, scheme },
    initialDelaySeconds: 10,
    periodSeconds: 10,
    timeoutSeconds: 15,
  };
}

function readiness({ host, port, scheme }: Endpoint, path: string): Probe {
  return {
    failureThreshold: 3,
    httpGet: { host, path, port, scheme },
    periodSeconds: 1,
    timeoutSeconds: 15,
  };
}

/** The four minutes that kubeadm waits for a control plane. */
function startup(endpoint: Endpoint, path: string): Probe {
  return { ...liveness(endpoint, path), failureThreshold: 24 };
}

// ── The four components ─────────────────────────────────────────────────────────────────────────

const CERTIFICATES: HostPath = {
  name: 'ca-certs',
  path: '/etc/ssl/certs',
  type: 'DirectoryOrCreate',
};
const PKI: HostPath = {
  name: 'k8s-certs',
  path: '/etc/kubernetes/pki',
  type: 'DirectoryOrCreate',
};
const OTHER_CERTIFICATES: readonly HostPath[] = [
  {
    name: 'etc-ca-certificates',
    path: '/etc/ca-certificates',
    type: 'DirectoryOrCreate',
  },
  {
    name: 'usr-local-share-ca-certificates',
    path: '/usr/local/share/ca-certificates',
    type: 'DirectoryOrCreate',
  },
  {
    name: 'usr-share-ca-certificates',
    path: '/usr/share/ca-certificates',
    type: 'DirectoryOrCreate',
  },
];

function etcd({ machine, address, members }: ControlPlaneFacts): Pod {
  const pki = '/etc/kubernetes/pki/etcd';
  const endpoint: Endpoint = { host: '127.0.0.1', port: 'probe-port', scheme: 'HTTP' };
  const cluster = members.map((each) => `${each.name}=https://${each.address}:2380`).join(',');
  return podOf({
    name: 'etcd',
    image: `registry.k8s.io/etcd:${ETCD_VERSION}`,
    annotations: {
      'kubeadm.kubernetes.io/etcd.advertise-client-urls': `https://${address}:2379`,
    },
    flags: [
      `advertise-client-urls=https://${address}:2379`,
      `cert-file=${pki}/server.crt`,
      'client-cert-auth=true',
      'data-dir=/var/lib/etcd',
      'feature-gates=InitialCorruptCheck=true',
      `initial-advertise-peer-urls=https://${address}:2380`,
      `initial-cluster=${cluster}`,
      `key-file=${pki}/server.key`,
      `listen-client-urls=https://127.0.0.1:2379,https://${address}:2379`,
      'listen-metrics-urls=http://127.0.0.1:2381',
      `listen-peer-urls=https://${address}:2380`,
      `name=${machine}`,
      `peer-cert-file=${pki}/peer.crt`,
      'peer-client-cert-auth=true',
      `peer-key-file=${pki}/peer.key`,
      `peer-trusted-ca-file=${pki}/ca.crt`,
      'snapshot-count=10000',
      `trusted-ca-file=${pki}/ca.crt`,
      'watch-progress-notify-interval=5s',
    ],
    cpu: '100m',
    memory: '100Mi',
    ports: [{ containerPort: 2381, name: 'probe-port', protocol: 'TCP' }],
    liveness: liveness(endpoint, '/livez'),
    readiness: readiness(endpoint, '/readyz'),
    startup: startup(endpoint, '/readyz'),
    paths: [
      { name: 'etcd-data', path: '/var/lib/etcd', type: 'DirectoryOrCreate', writable: true },
      { name: 'etcd-certs', path: pki, type: 'DirectoryOrCreate', writable: true },
    ],
  });
}

function apiServer({ address, serviceCidr }: ControlPlaneFacts): Pod {
  const pki = '/etc/kubernetes/pki';
  const endpoint: Endpoint = { host: address, port: 'probe-port', scheme: 'HTTPS' };
  return podOf({
    name: 'kube-apiserver',
    image: `registry.k8s.io/kube-apiserver:${VERSION}`,
    annotations: {
      'kubeadm.kubernetes.io/kube-apiserver.advertise-address.endpoint': `${address}:6443`,
    },
    flags: [
      `advertise-address=${address}`,
      'allow-privileged=true',
      'authorization-mode=Node,RBAC',
      `client-ca-file=${pki}/ca.crt`,
      'enable-admission-plugins=NodeRestriction',
      'enable-bootstrap-token-auth=true',
      `etcd-cafile=${pki}/etcd/ca.crt`,
      `etcd-certfile=${pki}/apiserver-etcd-client.crt`,
      `etcd-keyfile=${pki}/apiserver-etcd-client.key`,
      'etcd-servers=https://127.0.0.1:2379',
      `kubelet-client-certificate=${pki}/apiserver-kubelet-client.crt`,
      `kubelet-client-key=${pki}/apiserver-kubelet-client.key`,
      'kubelet-preferred-address-types=InternalIP,ExternalIP,Hostname',
      `proxy-client-cert-file=${pki}/front-proxy-client.crt`,
      `proxy-client-key-file=${pki}/front-proxy-client.key`,
      'requestheader-allowed-names=front-proxy-client',
      `requestheader-client-ca-file=${pki}/front-proxy-ca.crt`,
      'requestheader-extra-headers-prefix=X-Remote-Extra-',
      'requestheader-group-headers=X-Remote-Group',
      'requestheader-username-headers=X-Remote-User',
      'secure-port=6443',
      'service-account-issuer=https://kubernetes.default.svc.cluster.local',
      `service-account-key-file=${pki}/sa.pub`,
      `service-account-signing-key-file=${pki}/sa.key`,
      `service-cluster-ip-range=${serviceCidr}`,
      `tls-cert-file=${pki}/apiserver.crt`,
      `tls-private-key-file=${pki}/apiserver.key`,
    ],
    cpu: '250m',
    ports: [{ containerPort: 6443, name: 'probe-port', protocol: 'TCP' }],
    liveness: liveness(endpoint, '/livez'),
    readiness: readiness(endpoint, '/readyz'),
    startup: startup(endpoint, '/livez'),
    paths: [CERTIFICATES, ...OTHER_CERTIFICATES.slice(0, 1), PKI, ...OTHER_CERTIFICATES.slice(1)],
  });
}

function controllerManager(facts: ControlPlaneFacts): Pod {
  const pki = '/etc/kubernetes/pki';
  const config = '/etc/kubernetes/controller-manager.conf';
  const endpoint: Endpoint = { host: '127.0.0.1', port: 'probe-port', scheme: 'HTTPS' };
  return podOf({
    name: 'kube-controller-manager',
    image: `registry.k8s.io/kube-controller-manager:${VERSION}`,
    flags: [
      'allocate-node-cidrs=true',
      `authentication-kubeconfig=${config}`,
      `authorization-kubeconfig=${config}`,
      'bind-address=127.0.0.1',
      `client-ca-file=${pki}/ca.crt`,
      `cluster-cidr=${facts.clusterCidr}`,
      'cluster-name=kubernetes',
      `cluster-signing-cert-file=${pki}/ca.crt`,
      `cluster-signing-key-file=${pki}/ca.key`,
      'controllers=*,bootstrapsigner,tokencleaner',
      `kubeconfig=${config}`,
      'leader-elect=true',
      `node-cidr-mask-size=${facts.nodeCidrMaskSize}`,
      `requestheader-client-ca-file=${pki}/front-proxy-ca.crt`,
      `root-ca-file=${pki}/ca.crt`,
      `service-account-private-key-file=${pki}/sa.key`,
      `service-cluster-ip-range=${facts.serviceCidr}`,
      'use-service-account-credentials=true',
    ],
    cpu: '200m',
    ports: [{ containerPort: 10257, name: 'probe-port', protocol: 'TCP' }],
    liveness: liveness(endpoint, '/healthz'),
    startup: startup(endpoint, '/healthz'),
    paths: [
      CERTIFICATES,
      ...OTHER_CERTIFICATES.slice(0, 1),
      {
        name: 'flexvolume-dir',
        path: '/usr/libexec/kubernetes/kubelet-plugins/volume/exec',
        type: 'DirectoryOrCreate',
        writable: true,
      },
      PKI,
      { name: 'kubeconfig', path: config, type: 'FileOrCreate' },
      ...OTHER_CERTIFICATES.slice(1),
    ],
  });
}

function scheduler(_facts: ControlPlaneFacts): Pod {
  const config = '/etc/kubernetes/scheduler.conf';
  const endpoint: Endpoint = { host: '127.0.0.1', port: 'probe-port', scheme: 'HTTPS' };
  return podOf({
    name: 'kube-scheduler',
    image: `registry.k8s.io/kube-scheduler:${VERSION}`,
    flags: [
      `authentication-kubeconfig=${config}`,
      `authorization-kubeconfig=${config}`,
      'bind-address=127.0.0.1',
      `kubeconfig=${config}`,
      'leader-elect=true',
    ],
    cpu: '100m',
    ports: [{ containerPort: 10259, name: 'probe-port', protocol: 'TCP' }],
    liveness: liveness(endpoint, '/livez'),
    readiness: readiness(endpoint, '/readyz'),
    startup: startup(endpoint, '/livez'),
    paths: [{ name: 'kubeconfig', path: config, type: 'FileOrCreate' }],
  });
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    for (const item of Object.values(value)) deepFreeze(item);
    Object.freeze(value);
  }
  return value;
}
