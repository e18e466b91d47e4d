import { stringifyYaml } from '../../../api/manifest/stringify.ts';
import { fail, Failure, failUsage } from '../failure.ts';
import { currentContext, entryOf, writeKubeConfig } from '../kubeconfig.ts';
import { at, isFields, listAt, textAt, withField, type Fields } from '../objects.ts';
import { createListWriter } from '../printers/tab-writer.ts';
import { valuePrinterOf } from '../printers/values.ts';
import type { Session } from '../session.ts';
import { throwAll } from '../writing.ts';

/** kubectl config view. */
export async function configView(session: Session): Promise<void> {
  const { args, flags, config } = session;
  if (args.length > 0) {
    failUsage('kubectl config view', `unexpected arguments: [${args.join(' ')}]`);
  }
  let value: Fields = { ...config.value, preferences: undefined };
  if (flags.bool('minify')) {
    const name = currentContext(config, flags);
    const context = entryOf(config, 'contexts', name);
    if (context === undefined) fail(`cannot locate context ${name}`);
    const keep = (list: string, wanted: string): readonly unknown[] =>
      listAt(value, list).filter((each) => textAt(each, 'name') === wanted);
    value = {
      ...value,
      contexts: keep('contexts', name),
      clusters: keep('clusters', textAt(context, 'context', 'cluster')),
      users: keep('users', textAt(context, 'context', 'user')),
    };
  }
  if (!flags.bool('raw')) value = redacted(value);
  const printer = valuePrinterOf(session, { typed: true });
  session.out(
    printer === undefined
      ? stringifyYaml(value)
      : printer.print(declared(value, 'Config')) + printer.end(),
  );
}

/** The order in which client-go declares the fields of a kubeconfig, which is the order of its JSON. */
const declarations: Readonly<Record<string, readonly string[]>> = {
  Config: ['kind', 'apiVersion', 'preferences', 'clusters', 'users', 'contexts', 'current-context'],
  clusters: ['name', 'cluster'],
  users: ['name', 'user'],
  contexts: ['name', 'context'],
  cluster: [
    'server',
    'tls-server-name',
    'insecure-skip-tls-verify',
    'certificate-authority',
    'certificate-authority-data',
    'proxy-url',
  ],
  user: [
    'client-certificate',
    'client-certificate-data',
    'client-key',
    'client-key-data',
    'token',
    'username',
    'password',
  ],
  context: ['cluster', 'user', 'namespace'],
};

function declared(value: unknown, field: string): unknown {
  if (Array.isArray(value)) return value.map((each) => declared(each, field));
  if (!isFields(value)) return value;
  const order = declarations[field] ?? [];
  const keys = [
    ...order.filter((key) => value[key] !== undefined),
    ...Object.keys(value).filter((key) => !order.includes(key)),
  ];
  return Object.fromEntries(keys.map((key) => [key, declared(value[key], key)]));
}

/** Certificates and tokens are not shown. */
function redacted(value: Fields): Fields {
  const clean = (fields: Fields): Fields =>
    Object.fromEntries(
      Object.entries(fields).map(([key, each]) => {
        if (key.endsWith('-data')) return [key, 'DATA+OMITTED'];
        return [key, key === 'token' || key === 'password' ? 'REDACTED' : each];
      }),
    );
  const each = (list: string, field: string): readonly unknown[] =>
    listAt(value, list).map((entry) =>
      isFields(entry) && isFields(entry[field])
        ? { ...entry, [field]: clean(entry[field]) }
        : entry,
    );
  return { ...value, clusters: each('clusters', 'cluster'), users: each('users', 'user') };
}

/** kubectl config current-context. */
export async function configCurrentContext(session: Session): Promise<void> {
  const name = textAt(session.config.value, 'current-context');
  if (name === '') fail('current-context is not set');
  session.out(`${name}\n`);
}

/** kubectl config get-contexts. */
export async function configGetContexts(session: Session): Promise<void> {
  const { config, args, flags } = session;
  const output = flags.text('output');
  if (output !== '' && output !== 'name') {
    fail(
      `--output ${output} is not available in kubectl config get-contexts; resetting to default output format`,
    );
  }
  const current = textAt(config.value, 'current-context');
  const contexts = listAt(config.value, 'contexts').filter(
    (each) => args.length === 0 || args.includes(textAt(each, 'name')),
  );
  const names = contexts.map((each) => textAt(each, 'name')).sort();
  if (flags.text('output') === 'name') {
    session.out(names.map((name) => `${name}\n`).join(''));
    return;
  }
  const writer = createListWriter();
  if (!flags.bool('no-headers')) writer.write('CURRENT\tNAME\tCLUSTER\tAUTHINFO\tNAMESPACE\n');
  for (const name of names) {
    const context = at(entryOf(config, 'contexts', name), 'context');
    const cells = [
      name === current ? '*' : '',
      name,
      textAt(context, 'cluster'),
      textAt(context, 'user'),
      textAt(context, 'namespace'),
    ];
    writer.write(`${cells.join('\t')}\n`);
  }
  session.out(writer.flush());
  const missing = args.filter((name) => entryOf(config, 'contexts', name) === undefined);
  throwAll(missing.map((name) => new Failure(`context ${name} not found`)));
}

function namesOf(list: string, title: string): (session: Session) => Promise<void> {
  return async (session) => {
    const names = listAt(session.config.value, list)
      .map((each) => textAt(each, 'name'))
      .sort();
    session.out(`${title}\n${names.map((each) => `${each}\n`).join('')}`);
  };
}

/** kubectl config get-clusters. */
export const configGetClusters = namesOf('clusters', 'NAME');
/** kubectl config get-users. */
export const configGetUsers = namesOf('users', 'NAME');

/** Some commands print their whole help before they say what was wrong. */
async function failWithHelp({ err, command }: Session, message: string): Promise<never> {
  const { helpTexts } = await import('../generated/help.ts');
  err(helpTexts[command] ?? '');
  return fail(message);
}

/** Leaves with the help of the command where it has not just as many arguments. */
async function requireArguments(
  session: Session,
  count: number,
  word = 'Unexpected',
): Promise<void> {
  const { args } = session;
  if (args.length !== count) await failWithHelp(session, `${word} args: [${args.join(' ')}]`);
}

function save({ io, config }: Session, value: Fields): void {
  writeKubeConfig(io, config, value);
}

/** kubectl config use-context. */
export async function configUseContext(session: Session): Promise<void> {
  const [name = ''] = session.args;
  await requireArguments(session, 1);
  if (entryOf(session.config, 'contexts', name) === undefined) {
    fail(`no context exists with the name: ${JSON.stringify(name)}`);
  }
  save(session, { ...session.config.value, 'current-context': name });
  session.out(`Switched to context ${JSON.stringify(name)}.\n`);
}

function withEntry(
  value: Fields,
  list: string,
  name: string,
  field: string,
  change: Fields,
): Fields {
  const entries = listAt(value, list);
  const index = entries.findIndex((each) => textAt(each, 'name') === name);
  const old = index < 0 ? {} : at(entries[index], field);
  const entry = { name, [field]: { ...(isFields(old) ? old : {}), ...change } };
  return { ...value, [list]: index < 0 ? [...entries, entry] : entries.with(index, entry) };
}

/** kubectl config set-context. */
export async function configSetContext(session: Session): Promise<void> {
  const { flags, args, config } = session;
  const name = flags.bool('current') ? textAt(config.value, 'current-context') : args[0];
  if (name === undefined || name === '')
    fail('you must specify a non-empty context name or --current');
  const isNew = entryOf(config, 'contexts', name) === undefined;
  const change: Record<string, string> = {};
  for (const field of ['cluster', 'user', 'namespace']) {
    if (flags.has(field)) change[field] = flags.text(field);
  }
  save(session, withEntry(config.value, 'contexts', name, 'context', change));
  session.out(`Context ${JSON.stringify(name)} ${isNew ? 'created' : 'modified'}.\n`);
}

/** kubectl config set-cluster. */
export async function configSetCluster(session: Session): Promise<void> {
  const { flags, args, config } = session;
  const [name = ''] = args;
  await requireArguments(session, 1);
  const change: Record<string, unknown> = {};
  for (const field of ['server', 'certificate-authority', 'tls-server-name', 'proxy-url']) {
    if (flags.has(field)) change[field] = flags.text(field);
  }
  if (flags.has('insecure-skip-tls-verify'))
    change['insecure-skip-tls-verify'] = flags.bool('insecure-skip-tls-verify');
  save(session, withEntry(config.value, 'clusters', name, 'cluster', change));
  session.out(`Cluster ${JSON.stringify(name)} set.\n`);
}

/** kubectl config set-credentials. */
export async function configSetCredentials(session: Session): Promise<void> {
  const { flags, args, config } = session;
  const [name = ''] = args;
  await requireArguments(session, 1, 'unexpected');
  const change: Record<string, unknown> = {};
  for (const field of ['token', 'username', 'password', 'client-certificate', 'client-key']) {
    if (flags.has(field)) change[field] = flags.text(field);
  }
  save(session, withEntry(config.value, 'users', name, 'user', change));
  session.out(`User ${JSON.stringify(name)} set.\n`);
}

/** kubectl config set: one value by its path. */
export async function configSet(session: Session): Promise<void> {
  const [path = '', value = ''] = session.args;
  await requireArguments(session, 2);
  refuseUnknownField(path);
  save(session, withField(session.config.value, path.split('.'), value));
  session.out(`Property ${JSON.stringify(path)} set.\n`);
}

/** kubectl config unset. */
export async function configUnset(session: Session): Promise<void> {
  const [path = ''] = session.args;
  await requireArguments(session, 1);
  refuseUnknownField(path);
  save(session, withField(session.config.value, path.split('.'), undefined));
  session.out(`Property ${JSON.stringify(path)} unset.\n`);
}

function refuseUnknownField(path: string): void {
  const [first = ''] = path.split('.');
  if (declarations['Config']?.includes(first) === true) return;
  fail(`unable to parse ${path} after [] at api.Config`);
}

function deleting(list: string, word: string): (session: Session) => Promise<void> {
  return async (session) => {
    const [name = ''] = session.args;
    const { config } = session;
    if (entryOf(config, list, name) === undefined)
      fail(`cannot delete ${word} ${name}, not in ${config.path}`);
    const rest = listAt(config.value, list).filter((each) => textAt(each, 'name') !== name);
    if (list === 'contexts' && textAt(config.value, 'current-context') === name) {
      session.err(
        'warning: this removed your active context, use "kubectl config use-context" to select a different one\n',
      );
    }
    save(session, { ...config.value, [list]: rest });
    session.out(`deleted ${word} ${name} from ${config.path}\n`);
  };
}

/** kubectl config delete-context, delete-cluster, delete-user. */
export const configDeleteContext = deleting('contexts', 'context');
export const configDeleteCluster = deleting('clusters', 'cluster');
export const configDeleteUser = deleting('users', 'user');

/** kubectl config rename-context. */
export async function configRenameContext(session: Session): Promise<void> {
  const [from = '', to = ''] = session.args;
  await requireArguments(session, 2);
  const { config } = session;
  if (entryOf(config, 'contexts', from) === undefined) {
    fail(`cannot rename the context ${JSON.stringify(from)}, it's not in ${config.path}`);
  }
  if (entryOf(config, 'contexts', to) !== undefined) {
    fail(
      `cannot rename the context ${JSON.stringify(from)}, the context ${JSON.stringify(to)} already exists in ${config.path}`,
    );
  }
  const contexts = listAt(config.value, 'contexts').map((each) =>
    textAt(each, 'name') === from && isFields(each) ? { ...each, name: to } : each,
  );
  const current = textAt(config.value, 'current-context');
  save(session, { ...config.value, contexts, 'current-context': current === from ? to : current });
  session.out(`Context ${JSON.stringify(from)} renamed to ${JSON.stringify(to)}.\n`);
}
