import { findResource } from '../discovery.ts';
import { fail, failVerbatim } from '../failure.ts';
import { eventAge } from '../describe/writer.ts';
import { listAt, textAt } from '../objects.ts';
import { goSorted } from '../printers/go-sort.ts';
import { createListWriter } from '../printers/tab-writer.ts';
import { valuePrinterOf } from '../printers/values.ts';
import { queryText, watch, type Session } from '../session.ts';

/** How many events are asked for at once. */
const CHUNK_SIZE = 500;

const valueFormats =
  'go-template,go-template-file,json,jsonpath,jsonpath-as-json,jsonpath-file,kyaml,name,template,templatefile,yaml';

/** kubectl events: a table of events, the latest last. */
export async function events(session: Session): Promise<void> {
  const { flags } = session;
  const everywhere = flags.bool('all-namespaces');
  const types = flags.list('types').map((each) => each.toLowerCase());
  for (const type of types) {
    if (type !== 'normal' && type !== 'warning') fail(`valid --types are Normal or Warning`);
  }
  const path = everywhere ? '/api/v1/events' : `/api/v1/namespaces/${session.namespace}/events`;
  const fieldSelector = await selectorFor(session);
  const isWanted = (event: unknown): boolean =>
    types.length === 0 || types.includes(textAt(event, 'type').toLowerCase());
  if (flags.bool('watch')) return follow(session, { path, fieldSelector, isWanted, everywhere });
  const { items, version } = await eventsAt(session, path, fieldSelector, isWanted);
  if (flags.text('output') === 'wide') {
    fail(
      `unable to match a printer suitable for the output format "wide", allowed formats are: ${valueFormats}`,
    );
  }
  const printer = valuePrinterOf(session);
  // Upstream's name printer finds no names in the list that it is given.
  if (flags.text('output') === 'name') return;
  if (printer !== undefined) {
    const full = items.map((each) => ({ apiVersion: 'v1', kind: 'Event', ...(each as object) }));
    if (printer.takesLists) {
      session.out(
        printer.print({
          apiVersion: 'v1',
          items: full,
          kind: 'List',
          metadata: { resourceVersion: version },
        }),
      );
    } else for (const each of full) session.out(printer.print(each));
    session.out(printer.end());
    return;
  }
  if (items.length === 0) {
    session.err(
      everywhere ? 'No events found.\n' : `No events found in ${session.namespace} namespace.\n`,
    );
    return;
  }
  const sorted = goSorted(items, (a, b) => isEarlier(lastSeen(a), lastSeen(b)));
  const writer = createListWriter();
  if (!flags.bool('no-headers')) writer.write(headers(everywhere));
  for (const event of sorted) writer.write(rowOf(session, event, everywhere));
  session.out(writer.flush());
}

function headers(everywhere: boolean): string {
  return `${everywhere ? 'NAMESPACE\t' : ''}LAST SEEN\tTYPE\tREASON\tOBJECT\tMESSAGE\n`;
}

/** `--watch`: upstream lists nothing, and lets the watch begin with what there is, as the server sends it. */
async function follow(
  session: Session,
  {
    path,
    fieldSelector,
    isWanted,
    everywhere,
  }: {
    readonly path: string;
    readonly fieldSelector: string;
    readonly isWanted: (event: unknown) => boolean;
    readonly everywhere: boolean;
  },
): Promise<void> {
  const printer = valuePrinterOf(session);
  const writer = createListWriter();
  let isFirst = !session.flags.bool('no-headers');
  const query = queryText({ fieldSelector, limit: CHUNK_SIZE, watch: 'true' });
  await watch(session, { path: `${path}${query}` }, ({ type, object }) => {
    if ((type !== 'ADDED' && type !== 'MODIFIED') || !isWanted(object)) return false;
    if (printer !== undefined) {
      const full = { apiVersion: 'v1', kind: 'Event', ...(object as object) };
      session.out(printer.print(full) + printer.end());
      return false;
    }
    if (isFirst) writer.write(headers(everywhere));
    isFirst = false;
    writer.write(rowOf(session, object, everywhere));
    session.out(writer.flush());
    return false;
  });
}

/** All events of a path, part by part, as far as they are wanted. */
async function eventsAt(
  session: Session,
  path: string,
  fieldSelector: string,
  isWanted: (event: unknown) => boolean,
): Promise<{ readonly items: readonly unknown[]; readonly version: string }> {
  const items: unknown[] = [];
  let version = '';
  let next: string | undefined;
  do {
    const page = await session.get(path, { fieldSelector, limit: CHUNK_SIZE, continue: next });
    for (const event of listAt(page, 'items')) if (isWanted(event)) items.push(event);
    if (version === '') version = textAt(page, 'metadata', 'resourceVersion');
    next = textAt(page, 'metadata', 'continue') || undefined;
  } while (next !== undefined);
  return { items, version };
}

/** Times with and without a fraction of a second; none is before all. */
function isEarlier(a: string, b: string): boolean {
  const [left, right] = [a.replace('Z', ''), b.replace('Z', '')];
  return left.slice(0, 19) === right.slice(0, 19) ? fraction(left) < fraction(right) : left < right;
}

function fraction(text: string): number {
  return Number(`0${text.slice(19)}`);
}

function lastSeen(event: unknown): string {
  return (
    textAt(event, 'series', 'lastObservedTime') ||
    textAt(event, 'lastTimestamp') ||
    textAt(event, 'eventTime')
  );
}

function rowOf({ context }: Session, event: unknown, everywhere: boolean): string {
  const cells = [
    eventAge({ now: context.now() }, event),
    textAt(event, 'type'),
    textAt(event, 'reason'),
    `${textAt(event, 'involvedObject', 'kind')}/${textAt(event, 'involvedObject', 'name')}`,
    textAt(event, 'message').trim(),
  ];
  if (everywhere) cells.unshift(textAt(event, 'metadata', 'namespace'));
  return `${cells.join('\t')}\n`;
}

async function selectorFor(session: Session): Promise<string> {
  const about = session.flags.text('for');
  if (about === '') return '';
  const [type = '', name = ''] = about.split('/');
  if (name === '') fail('--for must be in resource/name form');
  const resource = findResource(await session.discovery(), type);
  if (resource === undefined)
    failVerbatim(`the server doesn't have a resource type ${JSON.stringify(type)}`);
  const group = resource.group === '' ? resource.version : `${resource.group}/${resource.version}`;
  return `involvedObject.apiVersion=${group},involvedObject.kind=${resource.kind},involvedObject.name=${name}`;
}
