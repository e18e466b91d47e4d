import { asFailure, fail } from '../failure.ts';
import { listAt, textAt, type Fields } from '../objects.ts';
import { asGoPrints } from '../printers/go-object.ts';
import { valuePrinterOf } from '../printers/values.ts';
import type { Session } from '../session.ts';

/** What is dumped of a namespace: the file's name, and where the objects are. */
const dumped: readonly (readonly [file: string, collection: string])[] = [
  ['events', 'api/v1/events'],
  ['replication-controllers', 'api/v1/replicationcontrollers'],
  ['services', 'api/v1/services'],
  ['daemonsets', 'apis/apps/v1/daemonsets'],
  ['deployments', 'apis/apps/v1/deployments'],
  ['replicasets', 'apis/apps/v1/replicasets'],
  ['pods', 'api/v1/pods'],
];

/** kubectl cluster-info dump: the objects that matter, and what the containers have logged. */
export async function clusterInfoDump(session: Session): Promise<void> {
  const { flags, io } = session;
  const printer = valuePrinterOf(session, { typed: true });
  if (printer === undefined) fail(`unable to match a printer for ${flags.text('output')}`);
  if (flags.text('output') === 'name') {
    fail('list types are not supported by name printing: *v1.NodeList');
  }
  const folder = flags.text('output-directory');
  const isFolder = folder !== '' && folder !== '-';
  const extension = { json: '.json', yaml: '.yaml' }[flags.text('output')] ?? '.txt';
  const write = (name: string, text: string): void => {
    if (!isFolder) session.out(text);
    else io.files.write(io.files.resolve(`${folder}/${name}`), text);
  };
  const dump = async (name: string, path: string): Promise<unknown> => {
    const list = (await session.get(path)) as Fields; // The API answers lists here.
    write(`${name}${extension}`, printer.print(asTyped(list)));
    return list;
  };
  await dump('nodes', '/api/v1/nodes');
  for (const namespace of await namespacesOf(session)) {
    let pods: unknown;
    for (const [file, collection] of dumped) {
      const at = collection.lastIndexOf('/');
      const path = `/${collection.slice(0, at)}/namespaces/${namespace}${collection.slice(at)}`;
      pods = await dump(`${namespace}/${file}`, path);
    }
    for (const pod of listAt(pods, 'items')) {
      const name = textAt(pod, 'metadata', 'name');
      const text = await logsOf(session, pod, { namespace, name });
      write(`${namespace}/${name}/logs.txt`, text);
    }
  }
  if (isFolder) session.out(`Cluster info dumped to ${folder}\n`);
}

async function namespacesOf(session: Session): Promise<readonly string[]> {
  if (session.flags.bool('all-namespaces')) {
    const all = listAt(await session.get('/api/v1/namespaces'), 'items');
    return all.map((each) => textAt(each, 'metadata', 'name'));
  }
  const named = session.flags.list('namespaces');
  return named.length > 0 ? named : ['kube-system', session.namespace];
}

/** A list as Go prints it, which says once what its items are. */
function asTyped(list: Fields): unknown {
  const { kind, apiVersion } = list;
  const items = listAt(list, 'items').map((item) => {
    const whole = { ...(item as Fields), kind: String(kind).replace(/List$/, ''), apiVersion };
    const { kind: _kind, apiVersion: _version, ...rest } = asGoPrints(whole);
    return rest;
  });
  return { ...asGoPrints({ ...list, items: [] }), items };
}

/** The logs of a Pod's containers, those that ran first before the others; what cannot be had is told in its place. */
async function logsOf(
  session: Session,
  pod: unknown,
  { namespace, name }: { readonly namespace: string; readonly name: string },
): Promise<string> {
  let text = '';
  const containers = [
    ...listAt(pod, 'spec', 'initContainers'),
    ...listAt(pod, 'spec', 'containers'),
  ];
  for (const container of containers) {
    const own = textAt(container, 'name');
    const which = `logs for container ${own} of pod ${namespace}/${name}`;
    text += `==== START ${which} ====\n`;
    const path = `/api/v1/namespaces/${namespace}/pods/${name}/log`;
    try {
      text += String(
        await session.ask({ method: 'GET', path: `${path}?container=${own}`, accept: '*/*' }),
      );
    } catch (error) {
      text += `Request log error: ${asFailure(error).message}\n`;
    }
    text += `==== END ${which} ====\n`;
  }
  return text;
}
