import { listPages, missingNamespace, selectorQuery, targetsOf, type Target } from '../builder.ts';
import { pathOf, type Resource } from '../discovery.ts';
import { asFailure, fail, failUsage, failVerbatim, Failure } from '../failure.ts';
import { labelFilter } from '../file-selection.ts';
import { klogHead } from '../klog.ts';
import { namesFiles } from '../manifests.ts';
import { isFields, textAt } from '../objects.ts';
import { sortedBy } from '../printers/sorter.ts';
import {
  createTablePrinter,
  kindPrefixOf,
  TABLE_ACCEPT,
  tableOf,
  type Table,
  type TablePrinter,
  type TableRow,
} from '../printers/table.ts';
import { createListWriter } from '../printers/tab-writer.ts';
import { valuePrinterOf, type ValuePrinter } from '../printers/values.ts';
import { queryText, watch, type Session } from '../session.ts';

/** kubectl get: prints one or many objects, as tables of the server or in the forms of `-o`. */
export async function get(session: Session): Promise<void> {
  const { flags, args } = session;
  if (flags.text('raw') !== '') {
    if (args.length > 0) fail('arguments may not be passed when --raw is specified');
    if (flags.text('output') !== '') fail('--raw and --output are mutually exclusive');
    refuseWrongPath(flags.text('raw'));
    return printRaw(session);
  }
  if (args.length === 0 && !namesFiles(session)) refuseNothing(session);
  if (flags.bool('watch') || flags.bool('watch-only')) return watchObjects(session);
  const unread = new Map<number, Failure>();
  const onFailure = (failure: Failure, position: number): void =>
    void unread.set(position, failure);
  const targets = await targetsOf(session, { typeAlone: true, onFailure });
  const printer = valuePrinterOf(session);
  if (printer === undefined) await printTables(session, { targets, unread });
  else await printValues(session, { targets, unread }, printer);
}

function refuseNothing(session: Session): never {
  session.err(
    'You must specify the type of resource to get. Use "kubectl api-resources" for a complete list of supported resources.\n\n',
  );
  return failUsage(
    'kubectl get',
    'Required resource not specified.\nUse "kubectl explain <resource>" for a detailed description of that resource (e.g. kubectl explain pods).',
  );
}

/** What no server could be asked for. */
function refuseWrongPath(path: string): void {
  if (path.startsWith('/') || /^[a-z]+:/.test(path)) return;
  fail(`--raw must be a valid URL path: parse ${JSON.stringify(path)}: invalid URI for request`);
}

async function printRaw(session: Session): Promise<void> {
  const body = await session.ask({ method: 'GET', path: session.flags.text('raw') });
  session.out(rawText(body, session.flags.text('raw')));
}

/** An answer as the server sent it: two documents it always indents. */
export function rawText(body: unknown, path: string): string {
  if (typeof body === 'string') return body;
  const isPretty = path === '/' || path === '/version';
  return isPretty ? `${JSON.stringify(body, undefined, 2)}\n` : `${JSON.stringify(body)}\n`;
}

interface Fetched {
  readonly target: Target;
  readonly body: unknown;
}

/** What is asked for, and the files that could not be read, by the number of the target after them. */
interface Wanted {
  readonly targets: readonly Target[];
  readonly unread: ReadonlyMap<number, Failure>;
}

async function fetchAll(
  session: Session,
  { targets, unread }: Wanted,
  accept: string | undefined,
  query: Readonly<Record<string, string>>,
): Promise<{ readonly fetched: Fetched[]; readonly failures: Failure[] }> {
  const fetched: Fetched[] = [];
  const failures: Failure[] = [];
  const subresource = session.flags.text('subresource');
  const noteUnread = (position: number): void => {
    const failure = unread.get(position);
    if (failure !== undefined) failures.push(failure);
  };
  for (const [index, target] of targets.entries()) {
    const { resource, namespace, name } = target;
    noteUnread(index);
    try {
      if (name === undefined) {
        const path = pathOf(resource, namespace);
        const options = {
          query,
          resource,
          // What is sorted is wanted whole.
          ...(session.flags.text('sort-by') === '' ? {} : { size: 0 }),
          ...(accept === undefined ? {} : { accept }),
        };
        for await (const { body } of listPages(session, path, options)) {
          fetched.push({ target, body });
        }
      } else {
        const suffix = subresource === '' ? '' : `/${subresource}`;
        const body = await session
          .ask({
            method: 'GET',
            path: `${pathOf(resource, namespace, name)}${suffix}${queryText(query)}`,
            ...(accept === undefined ? {} : { accept }),
          })
          .catch((error: unknown) => missingNamespace(session, target, error));
        fetched.push({ target, body });
      }
    } catch (error) {
      const failure = asFailure(error);
      const isIgnored =
        session.flags.bool('ignore-not-found') && failure.status?.reason === 'NotFound';
      if (!isIgnored) failures.push(failure);
    }
  }
  noteUnread(targets.length);
  // A selector is of what came, which may be a Table that has no labels.
  const isSelected = namesFiles(session) ? labelFilter(session) : () => true;
  return {
    fetched: fetched.filter(({ target, body }) => target.source === '' || isSelected(body)),
    failures,
  };
}

/** Failures come after everything that could be had. */
function throwAll(failures: readonly Failure[]): void {
  if (failures.length === 1) throw failures[0];
  if (failures.length > 1) throw new Failure('', { many: failures });
}

async function printTables(session: Session, wanted: Wanted): Promise<void> {
  const { flags } = session;
  const { targets } = wanted;
  const sortPath = flags.text('sort-by');
  const { fetched, failures } = await fetchAll(
    session,
    wanted,
    flags.bool('server-print') ? TABLE_ACCEPT : undefined,
    sortPath === '' ? {} : { includeObject: 'Object' },
  );
  // The tables themselves are sorted first, by a path that mostly leads nowhere in them.
  if (sortPath !== '' && fetched.length > 1) sortedBy(fetched, sortPath, ({ body }) => body);
  // What the server has not, or does not show, makes no second kind.
  const kinds = new Set(
    fetched.map(({ target: { resource } }) => `${resource.group}/${resource.kind}`),
  );
  const showsKind = flags.bool('show-kind') || kinds.size > 1;
  const writer = createListWriter();
  let printer: TablePrinter | undefined;
  let last: Resource | undefined;
  let hasPrinted = false;
  // Once a column of namespaces has been printed, it stays for all types.
  let withNamespace = false;
  let rows = 0;
  for (const { resource, tables } of groupsOf(session, fetched, sortPath)) {
    if (tables.every((table) => table.rows.length === 0)) continue;
    if (printer === undefined || last !== resource) {
      const text = writer.flush();
      writer.forget();
      if (text !== '') {
        session.out(text);
        hasPrinted = true;
      }
      if (hasPrinted && !flags.bool('no-headers')) session.out('\n');
      const options = tableOptions(session, resource, showsKind);
      withNamespace ||= options.withNamespace;
      printer = createTablePrinter(writer, { ...options, withNamespace });
      last = resource;
    }
    for (const table of tables) {
      printer.print(table);
      rows += table.rows.length;
    }
  }
  session.out(writer.flush());
  if (
    rows === 0 &&
    failures.length === 0 &&
    !(flags.bool('ignore-not-found') && fetched.length === 0)
  ) {
    const isScoped =
      targets.some(({ resource }) => resource.namespaced) && !flags.bool('all-namespaces');
    session.err(
      isScoped ? `No resources found in ${session.namespace} namespace.\n` : 'No resources found\n',
    );
  }
  // Several at once, even when there is one, are printed without `error: `.
  if (failures.length > 0) throw new Failure('', { many: failures });
}

interface Group {
  readonly resource: Resource;
  readonly tables: readonly Table[];
}

/** Neighbouring answers of one type are one table. */
function groupsOf(
  session: Session,
  fetched: readonly Fetched[],
  sortPath: string,
): readonly Group[] {
  const now = session.context.now();
  const groups: { resource: Resource; tables: Table[] }[] = [];
  for (const { target, body } of fetched) {
    const last = groups[groups.length - 1];
    const table = tableOf(body, now);
    if (last?.resource === target.resource) last.tables.push(table);
    else groups.push({ resource: target.resource, tables: [table] });
  }
  if (sortPath === '') return groups;
  return groups.map(({ resource, tables }) => {
    const [first] = tables;
    const rows: readonly TableRow[] = tables.flatMap((table) => table.rows);
    const sorted = sortedRows(session, rows, sortPath);
    return { resource, tables: [{ columns: first?.columns ?? [], rows: sorted }] };
  });
}

/** A path that is none, or leads nowhere in all rows, leaves nothing to print, as upstream has it. */
function sortedRows(
  { context }: Session,
  rows: readonly TableRow[],
  path: string,
): readonly TableRow[] {
  const leave = (message: string): never =>
    failVerbatim(`${klogHead('F', context.now())} sorter.go:375] ${message}`);
  try {
    return sortedBy(rows, path, (row) => row.object, leave);
  } catch (error) {
    if (asFailure(error).isVerbatim) throw error;
    return [];
  }
}

function tableOptions(
  { flags }: Session,
  resource: Resource,
  showsKind: boolean,
): Parameters<typeof createTablePrinter>[1] {
  return {
    wide: flags.text('output') === 'wide',
    noHeaders: flags.bool('no-headers'),
    withNamespace: flags.bool('all-namespaces') && resource.namespaced,
    kindPrefix: showsKind ? kindPrefixOf(resource) : '',
    showLabels: flags.bool('show-labels'),
    labelColumns: flags.list('label-columns'),
  };
}

async function printValues(session: Session, wanted: Wanted, printer: ValuePrinter): Promise<void> {
  const { targets } = wanted;
  const { fetched, failures } = await fetchAll(session, wanted, undefined, {});
  const sortPath = session.flags.text('sort-by');
  let objects: readonly unknown[] = fetched.flatMap(({ body }) => itemsOf(body));
  if (sortPath !== '') objects = sortedBy(objects, sortPath, (each) => each);
  const isSingle = targets.length === 1 && targets[0]?.name !== undefined;
  // One file counts as one item, and then a failure is all there is.
  if ((isSingle || namesOneFile(session)) && failures.length > 0) throwAll(failures);
  const names = session.flags.text('output') === 'name';
  if (printer.takesLists) {
    if (isSingle) {
      for (const object of objects) session.out(printer.print(object));
    } else if (objects.length > 0 || failures.length === 0)
      session.out(printer.print(listOf(objects)));
  } else {
    for (const object of objects) session.out(printer.print(object));
    if (objects.length > 0 || !names) session.out(printer.end());
  }
  throwAll(failures);
}

function namesOneFile({ flags, io }: Session): boolean {
  const [name = '', ...others] = flags.list('filename');
  return (
    name !== '' && name !== '-' && others.length === 0 && !io.files.isFolder(io.files.resolve(name))
  );
}

/** The items of a list with their kind, or the object itself. */
function itemsOf(body: unknown): readonly unknown[] {
  if (!isFields(body) || !Array.isArray(body['items'])) return [body];
  const kind = textAt(body, 'kind').replace(/List$/, '');
  const apiVersion = textAt(body, 'apiVersion');
  return (body['items'] as readonly unknown[]).map((item) =>
    isFields(item) ? { apiVersion, kind, ...item } : item,
  );
}

function listOf(items: readonly unknown[]): unknown {
  return { apiVersion: 'v1', items, kind: 'List', metadata: { resourceVersion: '' } };
}

/**
 * kubectl get -w: first what is there, then every change of it, until Ctrl-C or until the server ends the watch, which it
 * does after half an hour or so: upstream does not list again either, and leaves with status 0.
 */
async function watchObjects(session: Session): Promise<void> {
  const { flags } = session;
  const targets = await targetsOf(session, { typeAlone: true });
  if (
    targets.length !== 1 &&
    !targets.every((each) => each.resource === targets[0]?.resource && each.name !== undefined)
  ) {
    fail('you may only specify a single resource type');
  }
  const [target] = targets;
  if (target === undefined) return;
  if (targets.length > 1)
    fail(
      'watch is only supported on individual resources and resource collections - more than 1 resource was found',
    );
  const { resource, namespace, name } = target;
  const values = valuePrinterOf(session);
  const accept = values === undefined ? TABLE_ACCEPT : undefined;
  const writer = createListWriter();
  const withEvents = flags.bool('output-watch-events');
  const tables = createTablePrinter(
    writer,
    tableOptions(session, resource, flags.bool('show-kind')),
    withEvents,
  );
  const collection = pathOf(resource, namespace);
  const selector = selectorQuery(session);
  const fieldSelector = name === undefined ? selector['fieldSelector'] : `metadata.name=${name}`;
  let query: Readonly<Record<string, string | undefined>> = { ...selector, fieldSelector };
  let seen: unknown;
  if (name !== undefined) {
    seen = await session.ask({
      method: 'GET',
      path: pathOf(resource, namespace, name),
      ...(accept === undefined ? {} : { accept }),
    });
  } else {
    seen = await session.ask({
      method: 'GET',
      path: `${collection}${queryText({ ...query, limit: 500 })}`,
      ...(accept === undefined ? {} : { accept }),
    });
  }
  const now = (): number => session.context.now();
  const show = (body: unknown, eventType: string): void => {
    if (values === undefined) {
      tables.print(tableOf(body, now()), eventType);
      session.out(writer.flush());
      return;
    }
    for (const item of itemsOf(body)) {
      session.out(values.print(withEvents ? { object: item, type: eventType } : item));
      session.out(values.end());
    }
  };
  // What the server says before it ends a watch is printed like an object, with headers of its own.
  const showStatus = (status: unknown): void => {
    if (values !== undefined) return show(status, 'ERROR');
    const event = withEvents ? ['EVENT', 'ERROR'] : [];
    const [heads, cells] = [
      [...event.slice(0, 1), 'STATUS', 'REASON', 'MESSAGE'],
      [...event.slice(1), ...['status', 'reason', 'message'].map((field) => textAt(status, field))],
    ];
    if (!flags.bool('no-headers')) writer.write(`${heads.join('\t')}\n`);
    writer.write(`${cells.join('\t')}\n`);
    session.out(writer.flush());
  };
  const isEmpty =
    values === undefined ? tableOf(seen, now()).rows.length === 0 : itemsOf(seen).length === 0;
  if (!flags.bool('watch-only') && !isEmpty) show(seen, 'ADDED');
  const version = versionOf(seen);
  query = { ...query, resourceVersion: version, watch: 'true' };
  const timeout = requestTimeoutOf(session);
  await watch(
    session,
    { path: `${collection}${queryText(query)}`, ...(accept === undefined ? {} : { accept }) },
    ({ type, object }) => {
      if (type === 'BOOKMARK') return false;
      if (type === 'ERROR') {
        showStatus(object);
        return false;
      }
      show(object, type);
      return false;
    },
    timeout,
  );
}

function versionOf(body: unknown): string {
  const own = textAt(body, 'metadata', 'resourceVersion');
  return own;
}

/** `--request-timeout` in milliseconds; 0 for none. */
export function requestTimeoutOf({ flags }: Session): number {
  const text = flags.text('request-timeout');
  if (text === '' || text === '0') return 0;
  return /^\d+$/.test(text) ? Number(text) * 1000 : flags.duration('request-timeout');
}
