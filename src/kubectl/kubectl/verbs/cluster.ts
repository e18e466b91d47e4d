import { KUSTOMIZE_VERSION } from '../kustomize/kustomize.ts';
import { stringifyYaml } from '../../../api/manifest/stringify.ts';
import { groupVersionOf, preferredResources, type Resource } from '../discovery.ts';
import { asFailure, fail, failUsage } from '../failure.ts';
import { serverAddress } from '../kubeconfig.ts';
import { listAt, textAt } from '../objects.ts';
import { createListWriter } from '../printers/tab-writer.ts';
import { jsonText, valuePrinterOf } from '../printers/values.ts';
import type { Session } from '../session.ts';

const CLIENT_VERSION = {
  major: '1',
  minor: '35',
  gitVersion: 'v1.35.2',
  gitCommit: 'fdc9d74cbf2da6754ebf81d56f80ae2948cd6425',
  gitTreeState: 'clean',
  buildDate: '2026-02-26T20:05:34Z',
  goVersion: 'go1.25.7',
  compiler: 'gc',
  platform: 'linux/amd64',
};

/** kubectl version. */
export async function version(session: Session): Promise<void> {
  const { flags, args } = session;
  if (args.length > 0) fail(`extra arguments: [${args.join(' ')}]`);
  const output = flags.text('output');
  if (output === '') {
    session.out(
      `Client Version: ${CLIENT_VERSION.gitVersion}\nKustomize Version: ${KUSTOMIZE_VERSION}\n`,
    );
  }
  const server = flags.bool('client') ? undefined : await session.get('/version');
  if (output === '') {
    if (server !== undefined) session.out(`Server Version: ${textAt(server, 'gitVersion')}\n`);
    return;
  }
  const value = {
    clientVersion: CLIENT_VERSION,
    kustomizeVersion: KUSTOMIZE_VERSION,
    ...(server === undefined ? {} : { serverVersion: server }),
  };
  if (output === 'json') session.out(`${jsonText(value, true, 2)}\n`);
  else if (output === 'yaml') session.out(`${stringifyYaml(value)}\n`);
  else fail(`--output must be 'yaml' or 'json'`);
}

/** kubectl api-versions. */
export async function apiVersions(session: Session): Promise<void> {
  refuseArguments(session);
  const { groups } = await session.discovery();
  const all = groups.flatMap(({ name, versions }) =>
    versions.map((each) => (name === '' ? each.version : `${name}/${each.version}`)),
  );
  session.out(
    all
      .sort()
      .map((each) => `${each}\n`)
      .join(''),
  );
}

/** kubectl api-resources. */
export async function apiResources(session: Session): Promise<void> {
  const { flags } = session;
  const sortBy = flags.text('sort-by');
  if (sortBy !== '' && sortBy !== 'name' && sortBy !== 'kind') {
    fail('--sort-by accepts only name or kind');
  }
  const output = flags.text('output');
  if (!['', 'wide', 'name', 'json', 'yaml', 'kyaml'].includes(output)) {
    fail(
      `unable to match a printer suitable for the output format ${JSON.stringify(output)}, allowed formats are: json,kyaml,name,wide,yaml`,
    );
  }
  refuseArguments(session);
  const verbs = flags.list('verbs');
  const categories = flags.list('categories');
  const found = preferredResources(await session.discovery()).filter(
    (each) =>
      each.verbs.length > 0 &&
      (!flags.has('api-group') || each.group === flags.text('api-group')) &&
      (!flags.has('namespaced') || each.namespaced === flags.bool('namespaced')) &&
      verbs.every((verb) => each.verbs.includes(verb)) &&
      categories.every((category) => each.categories.includes(category)),
  );
  const keyOf = (each: Resource): string =>
    sortBy === 'name' ? each.name : sortBy === 'kind' ? each.kind : each.group;
  const sorted = [...found].sort((a, b) => compare(keyOf(a), keyOf(b)) || compare(a.name, b.name));
  if (output === 'name') {
    for (const { name, group } of sorted)
      session.out(`${name}${group === '' ? '' : `.${group}`}\n`);
    return;
  }
  const printer = valuePrinterOf(session, { typed: true });
  if (printer !== undefined) {
    session.out(printer.print(resourceList(sorted)) + printer.end());
    return;
  }
  const writer = createListWriter();
  const isWide = output === 'wide';
  if (!flags.bool('no-headers')) {
    writer.write(
      `NAME\tSHORTNAMES\tAPIVERSION\tNAMESPACED\tKIND${isWide ? '\tVERBS\tCATEGORIES' : ''}\n`,
    );
  }
  for (const each of sorted) {
    const cells = [
      each.name,
      each.shortNames.join(','),
      groupVersionOf(each),
      String(each.namespaced),
      each.kind,
    ];
    if (isWide) cells.push([...each.verbs].sort().join(','), each.categories.join(','));
    writer.write(`${cells.join('\t')}\n`);
  }
  session.out(writer.flush());
}

function refuseArguments({ args, command }: Session): void {
  if (args.length > 0) failUsage(`kubectl ${command}`, `unexpected arguments: [${args.join(' ')}]`);
}

/** What `-o json` prints. */
function resourceList(resources: readonly Resource[]): unknown {
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: '',
    resources: resources.map((each) => ({
      name: each.name,
      singularName: each.singular,
      namespaced: each.namespaced,
      ...(each.group === '' ? {} : { group: each.group }),
      version: each.version,
      kind: each.kind,
      verbs: each.verbs,
      ...(each.shortNames.length === 0 ? {} : { shortNames: each.shortNames }),
      ...(each.categories.length === 0 ? {} : { categories: each.categories }),
    })),
  };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

const GREEN = '\u001b[0;32m';
const YELLOW = '\u001b[0;33m';
const PLAIN = '\u001b[0m';

/** kubectl cluster-info: where the control plane and the cluster's services answer. */
export async function clusterInfo(session: Session): Promise<void> {
  const server = serverAddress(session.config, session.flags);
  const further =
    "\nTo further debug and diagnose cluster problems, use 'kubectl cluster-info dump'.\n";
  const services = await session
    .get('/api/v1/namespaces/kube-system/services', {
      labelSelector: 'kubernetes.io/cluster-service=true',
    })
    .catch((error: unknown) => {
      if (asFailure(error).status?.code !== 0) session.out(further);
      throw error;
    });
  const color = session.io.stdoutIsTerminal;
  const line = (what: string, where: string): void => {
    session.out(
      color
        ? `${GREEN}${what}${PLAIN} is running at ${YELLOW}${where}${PLAIN}\n`
        : `${what} is running at ${where}\n`,
    );
  };
  line('Kubernetes control plane', server);
  for (const service of listAt(services, 'items')) {
    const name = textAt(service, 'metadata', 'name');
    const title = textAt(service, 'metadata', 'labels', 'kubernetes.io/name') || name;
    const port = textAt(listAt(service, 'spec', 'ports')[0], 'name');
    const link = `${server}/api/v1/namespaces/kube-system/services/${name}${port === '' ? '' : `:${port}`}/proxy`;
    line(title, link);
  }
  session.out(further);
}
