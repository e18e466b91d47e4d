import { dns1123SubdomainErrors } from '../../../../api/names/dns.ts';
import { findResource, pathOf } from '../../discovery.ts';
import { fail, failVerbatim } from '../../failure.ts';
import { fieldsAt, isFields, textAt, type ApiObject, type Fields } from '../../objects.ts';
import type { Session } from '../../session.ts';
import { commandOf, metadataOf, nameArgument, requireFlags, runGenerator } from './create.ts';

/** kubectl create deployment. */
export async function createDeployment(session: Session): Promise<void> {
  const { flags } = session;
  const name = nameArgument(session);
  requireFlags(session, 'image');
  const images = flags.list('image');
  const command = commandOf(session);
  if (images.length > 1 && command.length > 0) {
    fail('cannot specify multiple --image options and command');
  }
  const labels = { app: name };
  const port = flags.int('port');
  const containers = images.map((image) => ({
    name: containerNameOf(image),
    image,
    ...(command.length === 0 ? {} : { command }),
    ...(flags.has('port') && port >= 0 ? { ports: [{ containerPort: port }] } : {}),
    resources: {},
  }));
  await runGenerator(
    session,
    {
      kind: 'Deployment',
      apiVersion: 'apps/v1',
      metadata: metadataOf(session, name, { labels }),
      spec: {
        replicas: flags.int('replicas'),
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers } },
        strategy: {},
      },
      status: {},
    },
    'failed to create deployment: ',
  );
}

const LETTERS = 'bcdfghjklmnpqrstvwxz2456789';

/** Five letters as Kubernetes ends generated names with; upstream draws them in kubectl, too. */
function randomEnd(): string {
  return Array.from({ length: 5 }, () => LETTERS[Math.floor(Math.random() * LETTERS.length)]).join(
    '',
  );
}

/** The last part of an image's name, without tag and digest; one that had to be changed gets an end of chance. */
function containerNameOf(image: string): string {
  const last = image.slice(image.lastIndexOf('/') + 1);
  const name = (last.split(':')[0] ?? last).split('@')[0] ?? last;
  if (!/[_.]/.test(name)) return name;
  return `${name.replace(/[_.]/g, '-')}-${randomEnd()}`;
}

/** kubectl create job. */
export async function createJob(session: Session): Promise<void> {
  const { flags } = session;
  const name = nameArgument(session);
  const [image, from] = [flags.text('image'), flags.text('from')];
  if ((image === '') === (from === '')) fail('either --image or --from must be specified');
  const command = commandOf(session);
  if (from !== '') {
    if (command.length > 0) fail('cannot specify --from and command');
    await runGenerator(
      session,
      await jobFromCronJob(session, name, from),
      'failed to create job: ',
    );
    return;
  }
  await runGenerator(
    session,
    {
      kind: 'Job',
      apiVersion: 'batch/v1',
      metadata: metadataOf(session, name),
      spec: { template: podTemplate(name, image, command, 'Never') },
      status: {},
    },
    'failed to create job: ',
  );
}

function podTemplate(
  name: string,
  image: string,
  command: readonly string[],
  restartPolicy: string,
): Fields {
  return {
    metadata: {},
    spec: {
      containers: [{ name, image, ...(command.length === 0 ? {} : { command }), resources: {} }],
      restartPolicy,
    },
  };
}

async function jobFromCronJob(session: Session, name: string, from: string): Promise<ApiObject> {
  const [type = '', source] = from.split('/');
  const resource = findResource(await session.discovery(), type);
  if (resource === undefined) {
    failVerbatim(`error: the server doesn't have a resource type ${JSON.stringify(type)}`);
  }
  if (source === undefined) fail('from must be an existing cronjob');
  if (resource.kind !== 'CronJob') {
    await session.get(pathOf(resource, session.namespace, source));
    fail(`unknown object type *${resource.version}.${resource.kind}`);
  }
  const path = `/apis/batch/v1/namespaces/${session.namespace}/cronjobs/${encodeURIComponent(source)}`;
  const cronJob = (await session.get(path)) as ApiObject;
  const template = fieldsAt(cronJob, 'spec', 'jobTemplate');
  const annotations = fieldsAt(template, 'metadata', 'annotations');
  const labels = fieldsAt(template, 'metadata', 'labels');
  return {
    kind: 'Job',
    apiVersion: 'batch/v1',
    metadata: {
      name,
      ...(Object.keys(labels).length === 0 ? {} : { labels: labels as Record<string, string> }),
      annotations: {
        'cronjob.kubernetes.io/instantiate': 'manual',
        ...(annotations as Record<string, string>),
      },
      ownerReferences: [
        {
          apiVersion: 'batch/v1',
          kind: 'CronJob',
          name: source,
          uid: textAt(cronJob, 'metadata', 'uid'),
          controller: true,
        },
      ],
    },
    spec: isFields(template['spec']) ? template['spec'] : {},
    status: {},
  };
}

/** kubectl create cronjob. */
export async function createCronJob(session: Session): Promise<void> {
  const { flags } = session;
  const name = nameArgument(session);
  requireFlags(session, 'image', 'schedule');
  if (flags.text('image') === '') fail('--image must be specified');
  const restart = flags.text('restart') === '' ? 'OnFailure' : flags.text('restart');
  await runGenerator(
    session,
    {
      kind: 'CronJob',
      apiVersion: 'batch/v1',
      metadata: metadataOf(session, name),
      spec: {
        schedule: flags.text('schedule'),
        jobTemplate: {
          metadata: { name },
          spec: { template: podTemplate(name, flags.text('image'), commandOf(session), restart) },
        },
      },
      status: {},
    },
    'failed to create cronjob: ',
  );
}

/** One port of `--tcp=80:8080`. */
function servicePort(text: string): Fields {
  const parts = text.split(':');
  const [first = '', second = first] = parts;
  if (parts.length > 2) fail(`invalid port format ${text}`);
  const port = portNumber(first);
  const isNumber = /^\d+$/.test(second);
  // Upstream reads the two with different functions.
  if (isNumber && (Number(second) < 1 || Number(second) > 65535)) {
    fail('must be between 1 and 65535, inclusive');
  }
  const targetPort = isNumber ? Number(second) : second;
  return {
    name: text.replace(':', '-'),
    protocol: 'TCP',
    port,
    targetPort,
  };
}

function portNumber(text: string): number {
  if (!/^\d+$/.test(text))
    fail(`strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`);
  if (Number(text) > 65535) {
    fail(`strconv.ParseUint: parsing ${JSON.stringify(text)}: value out of range`);
  }
  return Number(text);
}

type ServiceType = 'ClusterIP' | 'NodePort' | 'LoadBalancer' | 'ExternalName';

/** kubectl create service clusterip, nodeport, loadbalancer, externalname. */
export function createService(type: ServiceType): (session: Session) => Promise<void> {
  return async (session) => {
    const { flags } = session;
    const name = nameArgument(session);
    const clusterIP = flags.text('clusterip');
    const tcp = flags.list('tcp');
    if (type === 'ExternalName') {
      requireFlags(session, 'external-name');
      const external = flags.text('external-name');
      if (dns1123SubdomainErrors(external).length > 0)
        fail(`invalid service external name ${external}`);
    }
    if (type !== 'ExternalName' && clusterIP !== 'None' && tcp.length === 0) {
      fail('at least one tcp port specifier must be provided');
    }
    const labels = { app: name };
    const nodePort = flags.int('node-port');
    const ports = tcp.map((each) => ({
      ...servicePort(each),
      ...(nodePort > 0 ? { nodePort } : {}),
    }));
    await runGenerator(
      session,
      {
        kind: 'Service',
        apiVersion: 'v1',
        metadata: metadataOf(session, name, { labels }),
        spec: {
          ...(ports.length === 0 ? {} : { ports }),
          selector: labels,
          ...(clusterIP === '' ? {} : { clusterIP }),
          type,
          ...(type === 'ExternalName' ? { externalName: flags.text('external-name') } : {}),
        },
        status: { loadBalancer: {} },
      },
      `failed to create ${type} service: `,
    );
  };
}

/** kubectl create ingress. */
export async function createIngress(session: Session): Promise<void> {
  const { flags } = session;
  const name = nameArgument(session);
  const rules = flags.list('rule');
  const fallback = flags.text('default-backend');
  if (rules.length === 0 && fallback === '') {
    fail(
      'not enough information provided: every ingress has to either specify a default-backend (which catches all traffic) or a list of rules (which catch specific paths)',
    );
  }
  if (fallback !== '' && fallback.split(':').length !== 2) {
    fail('default-backend should be in format servicename:serviceport');
  }
  const annotations: Record<string, string> = {};
  for (const each of flags.list('annotation')) {
    const equals = each.indexOf('=');
    if (equals < 0) fail(`annotation ${each} is invalid and should be in format key=[value]`);
    annotations[each.slice(0, equals)] = each.slice(equals + 1);
  }
  const hosts = new Map<string, Fields[]>();
  const tls: { hosts: string[]; secretName?: string }[] = [];
  for (const rule of rules) {
    const match =
      /^(?<host>[\w*.-]*)(?<path>\/[^=]*?)(?<star>\*)?=(?<service>[\w.-]+):(?<port>[\w-]+)(?:,tls(?:=(?<secret>[\w.-]+))?)?$/.exec(
        rule,
      );
    if (match?.groups === undefined) {
      fail(
        `rule ${rule} is invalid and should be in format host/path=svcname:svcport[,tls[=secret]]`,
      );
    }
    const { host = '', path = '/', star, service = '', port = '', secret } = match.groups;
    const paths = hosts.get(host) ?? [];
    paths.push({
      path,
      pathType: star === undefined ? 'Exact' : 'Prefix',
      backend: backendOf(service, port),
    });
    hosts.set(host, paths);
    if (/,tls/.test(rule)) {
      const known = tls.find((each) => each.secretName === secret);
      if (known === undefined) {
        tls.push({
          hosts: host === '' ? [] : [host],
          ...(secret === undefined ? {} : { secretName: secret }),
        });
      } else if (!known.hosts.includes(host)) known.hosts.push(host);
    }
  }
  const className = flags.text('class');
  await runGenerator(
    session,
    {
      kind: 'Ingress',
      apiVersion: 'networking.k8s.io/v1',
      metadata: metadataOf(
        session,
        name,
        Object.keys(annotations).length === 0 ? {} : { annotations },
      ),
      spec: {
        ...(className === '' ? {} : { ingressClassName: className }),
        ...(fallback === ''
          ? {}
          : {
              defaultBackend: backendOf(fallback.split(':')[0] ?? '', fallback.split(':')[1] ?? ''),
            }),
        ...(tls.length === 0 ? {} : { tls }),
        ...(hosts.size === 0
          ? {}
          : {
              rules: [...hosts].map(([host, paths]) => ({
                ...(host === '' ? {} : { host }),
                http: { paths },
              })),
            }),
      },
      status: { loadBalancer: {} },
    },
    'failed to create ingress: ',
  );
}

function backendOf(service: string, port: string): Fields {
  const which = /^\d+$/.test(port) ? { number: Number(port) } : { name: port };
  return { service: { name: service, port: which } };
}
