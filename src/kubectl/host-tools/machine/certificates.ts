import type { MachineFacts } from '../../../api/machines/questions.ts';
import { formatTime } from '../../../api/time.ts';
import type { Program } from '../../program.ts';
import { formatDate } from '../../tools/date-format.ts';
import { askConnection, factsHere, OVERDUE, resolveHost } from '../asking.ts';
import { CERTIFICATE_MARK, certificateUntil } from '../machine-files.ts';

/** `openssl` and `kubeadm`, as far as they are asked about certificates. */

const VERSION = 'v1.35.0';

export const openssl: Program = async (args, io, context) => {
  const [verb, ...rest] = args;
  if (verb === 'version') {
    io.out('OpenSSL 3.5.1 1 Jul 2025 (Library: OpenSSL 3.5.1 1 Jul 2025)\n');
    return 0;
  }
  if (verb === 's_client') {
    const at = rest.indexOf('-connect');
    const [host = '', port = ''] = (rest[at + 1] ?? '').split(':');
    const ip = at < 0 ? undefined : await resolveHost(context, io, host);
    if (ip === undefined) {
      io.err('connect:errno=22\n');
      return 1;
    }
    const question = {
      kind: 'open',
      from: context.machine,
      ip,
      port: Number(port),
      protocol: 'TCP',
    } as const;
    const answer = await askConnection(context, io, question, 130_000);
    if (answer === OVERDUE || answer.kind !== 'open') {
      io.err(`connect:errno=${answer === OVERDUE ? 110 : 111}\n`);
      return 1;
    }
    const machines = (await context.machines?.({ kind: 'machines' })) ?? [];
    const name = ip.startsWith('127.')
      ? context.machine
      : machines.find(({ address }) => address === ip)?.name;
    const facts =
      name === undefined ? undefined : await context.machines?.({ kind: 'facts', machine: name });
    const until =
      facts === undefined || port !== '6443' ? undefined : certificateUntil(facts, 'apiserver');
    io.out(
      `CONNECTED(00000003)\n---\nCertificate chain\n 0 s:CN = kube-apiserver\n   i:CN = kubernetes\n---\nServer certificate\n${CERTIFICATE_MARK}\nsubject=CN = kube-apiserver\n${until === undefined ? '' : `notAfter=${formatTime(until)}\n`}-----END CERTIFICATE-----\n---\nDONE\n`,
    );
    return 0;
  }
  if (verb !== 'x509') {
    io.err(`Invalid command '${verb ?? ''}'; kubarium: x509, s_client and version are there\n`);
    return 1;
  }
  const at = rest.indexOf('-in');
  const path = rest[at + 1] ?? '';
  const text = at < 0 ? await io.readAll() : io.files.read(io.files.resolve(path));
  if (text === undefined) {
    io.err(
      `Could not open file or uri for loading certificate from ${path}: No such file or directory\nUnable to load certificate\n`,
    );
    return 1;
  }
  return showCertificate(text, rest, io.out, context.now());
};

function showCertificate(
  text: string,
  flags: readonly string[],
  out: (text: string) => void,
  now: number,
): number {
  const subject = /^subject=(.*)$/m.exec(text)?.[1];
  const until = /^notAfter=(.*)$/m.exec(text)?.[1];
  if (!text.includes(CERTIFICATE_MARK) || subject === undefined || until === undefined) {
    out('Could not find certificate from <stdin>\nUnable to load certificate\n');
    return 1;
  }
  const at = Date.parse(until);
  const written = formatDate(at, '%b %e %H:%M:%S %Y GMT');
  if (flags.includes('-subject')) out(`subject=${subject}\n`);
  if (flags.includes('-issuer')) out('issuer=CN = kubernetes\n');
  if (flags.includes('-dates') || flags.includes('-startdate'))
    out(`notBefore=${formatDate(at - 365 * 86_400_000, '%b %e %H:%M:%S %Y GMT')}\n`);
  if (flags.includes('-enddate') || flags.includes('-dates')) out(`notAfter=${written}\n`);
  if (flags.includes('-text'))
    out(
      `Certificate:\n    Data:\n        Version: 3 (0x2)\n        Issuer: CN = kubernetes\n        Validity\n            Not After : ${written}\n        Subject: ${subject}\n`,
    );
  const check = flags.indexOf('-checkend');
  if (check < 0) return 0;
  const ends = now + Number(flags[check + 1] ?? 0) * 1000 > at;
  out(`Certificate will ${ends ? '' : 'not '}expire\n`);
  return ends ? 1 : 0;
}

const CLIENTS: readonly (readonly [name: string, file: string, authority: string])[] = [
  ['admin.conf', 'admin', 'ca'],
  ['apiserver', 'apiserver', 'ca'],
  ['apiserver-etcd-client', 'apiserver-etcd-client', 'etcd-ca'],
  ['apiserver-kubelet-client', 'apiserver-kubelet-client', 'ca'],
  ['controller-manager.conf', 'controller-manager', 'ca'],
  ['etcd-healthcheck-client', 'etcd/healthcheck-client', 'etcd-ca'],
  ['etcd-peer', 'etcd/peer', 'etcd-ca'],
  ['etcd-server', 'etcd/server', 'etcd-ca'],
  ['front-proxy-client', 'front-proxy-client', 'front-proxy-ca'],
  ['scheduler.conf', 'scheduler', 'ca'],
  ['super-admin.conf', 'super-admin', 'ca'],
];

const AUTHORITIES: readonly (readonly [name: string, file: string])[] = [
  ['ca', 'ca'],
  ['etcd-ca', 'etcd/ca'],
  ['front-proxy-ca', 'front-proxy-ca'],
];

export const kubeadm: Program = async (args, io, context) => {
  const [verb, sub] = args;
  if (verb === 'version') {
    if (args.includes('short')) io.out(`${VERSION}\n`);
    else
      io.out(
        `kubeadm version: &version.Info{Major:"1", Minor:"35", EmulationMajor:"", EmulationMinor:"", MinCompatibilityMajor:"", MinCompatibilityMinor:"", GitVersion:"${VERSION}", GitTreeState:"clean", Compiler:"gc", Platform:"linux/amd64"}\n`,
      );
    return 0;
  }
  if (verb === 'certs' && sub === 'check-expiration') {
    const facts = await factsHere(context);
    if (facts.role !== 'control-plane') {
      io.err(
        'error: failed to load existing certificate: open /etc/kubernetes/pki/ca.crt: no such file or directory\n',
      );
      return 1;
    }
    io.out(expirations(facts));
    return 0;
  }
  io.err(
    `kubarium: kubeadm ${args.join(' ')} is not there: this cluster is set up already (version, certs check-expiration are)\n`,
  );
  return 1;
};

function expirations(facts: MachineFacts): string {
  const left = (until: number): string => {
    const hours = Math.floor((until - facts.nowMillis) / 3_600_000);
    if (hours < 0) return '<invalid>';
    const days = Math.floor(hours / 24);
    return days >= 730 ? `${Math.floor(days / 365)}y` : days > 0 ? `${days}d` : `${hours}h`;
  };
  const date = (until: number): string => formatDate(until, '%b %d, %Y %H:%M UTC');
  const lines = [
    '[check-expiration] Reading configuration from the "kubeadm-config" ConfigMap in namespace "kube-system"...',
    "[check-expiration] Use 'kubeadm init phase upload-config kubeadm --config your-config-file' to re-upload it.",
    '',
    `${'CERTIFICATE'.padEnd(26)} ${'EXPIRES'.padEnd(24)}${'RESIDUAL TIME'.padEnd(18)}${'CERTIFICATE AUTHORITY'.padEnd(24)}EXTERNALLY MANAGED`,
  ];
  for (const [name, file, authority] of CLIENTS) {
    const until = certificateUntil(facts, file);
    lines.push(
      `${name.padEnd(26)} ${date(until).padEnd(24)}${left(until).padEnd(18)}${authority.padEnd(24)}no`.concat(
        '      ',
      ),
    );
  }
  lines.push(
    '',
    `${'CERTIFICATE AUTHORITY'.padEnd(24)}${'EXPIRES'.padEnd(24)}${'RESIDUAL TIME'.padEnd(18)}EXTERNALLY MANAGED`,
  );
  for (const [name, file] of AUTHORITIES) {
    const until = certificateUntil(facts, file);
    lines.push(`${name.padEnd(24)}${date(until).padEnd(24)}${left(until).padEnd(18)}no      `);
  }
  return `${lines.join('\n')}\n`;
}
