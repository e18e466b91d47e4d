import { humanDuration } from '../../../api/human-duration.ts';
import { at, listAt, numberAt, sortedEntries, textAt, type Fields } from '../objects.ts';
import { goSorted } from '../printers/go-sort.ts';
import { createTabWriter } from '../printers/tab-writer.ts';

/** Writes a description: lines of cells parted by tabs, indented by two spaces a level. */
export interface DescribeWriter {
  /** Text at a level; line breaks are the caller's. */
  write(level: number, text: string): void;
  /** A line `Label:<tab>value`. */
  field(level: number, label: string, value: string | number | boolean): void;
  /** The cluster's time now, in milliseconds. */
  readonly now: number;
}

/** The description that `describe` writes, with its columns aligned. */
export function described(now: number, describe: (writer: DescribeWriter) => void): string {
  const tabs = createTabWriter({ minWidth: 0, padding: 2 });
  const writer: DescribeWriter = {
    now,
    write: (level, text) => tabs.write(`${'  '.repeat(level)}${text}`),
    field: (level, label, value) =>
      tabs.write(`${'  '.repeat(level)}${label}:\t${String(value)}\n`),
  };
  describe(writer);
  return tabs.flush();
}

/** A description as it is written, with tabs where columns would be. */
export function undecorated(now: number, describe: (writer: DescribeWriter) => void): string {
  let text = '';
  describe({
    now,
    write: (level, piece) => void (text += `${'  '.repeat(level)}${piece}`),
    field: (level, label, value) =>
      void (text += `${'  '.repeat(level)}${label}:\t${String(value)}\n`),
  });
  return text;
}

export function orNone(text: string): string {
  return text === '' ? '<none>' : text;
}

export function trueOrFalse(value: boolean): string {
  return value ? 'True' : 'False';
}

/** Name, namespace, labels and annotations, with which most descriptions begin. */
export function writeHead(
  writer: DescribeWriter,
  object: unknown,
  { namespaced = true } = {},
): void {
  writer.field(0, 'Name', textAt(object, 'metadata', 'name'));
  if (namespaced) writer.field(0, 'Namespace', textAt(object, 'metadata', 'namespace'));
  writeLabels(writer, 'Labels', at(object, 'metadata', 'labels'));
  writeAnnotations(writer, 'Annotations', at(object, 'metadata', 'annotations'));
}

/** A map as `key=value`, one a line. */
export function writeLabels(writer: DescribeWriter, title: string, labels: unknown): void {
  const entries = sortedEntries((labels ?? {}) as Fields);
  writer.write(0, `${title}:\t`);
  if (entries.length === 0) writer.write(0, '<none>\n');
  for (const [index, [key, value]] of entries.entries()) {
    writer.write(0, `${index === 0 ? '' : '\t'}${key}=${String(value)}\n`);
  }
}

const ANNOTATION_LENGTH_MAX = 140;

export function writeAnnotations(
  writer: DescribeWriter,
  title: string,
  annotations: unknown,
): void {
  const entries = sortedEntries((annotations ?? {}) as Fields).filter(
    ([key]) => key !== 'kubectl.kubernetes.io/last-applied-configuration',
  );
  writer.write(0, `${title}:\t`);
  if (entries.length === 0) writer.write(0, '<none>\n');
  for (const [index, [key, raw]] of entries.entries()) {
    if (index > 0) writer.write(0, '\t');
    const value = String(raw).replace(/\n$/, '');
    if (value.length + key.length + 2 <= ANNOTATION_LENGTH_MAX && !value.includes('\n')) {
      writer.write(0, `${key}: ${value}\n`);
      continue;
    }
    writer.write(0, `${key}:\n`);
    for (const line of value.split('\n')) {
      const max = ANNOTATION_LENGTH_MAX - 2;
      writer.write(0, `\t  ${line.length > max ? `${line.slice(0, max)}...` : line}\n`);
    }
  }
}

/** A map in one line, `a=b,c=d`; `<none>` for an empty one. (Upstream: labels.FormatLabels.) */
export function mapText(map: unknown): string {
  const entries = sortedEntries((map ?? {}) as Fields);
  return orNone(entries.map(([key, value]) => `${key}=${String(value)}`).join(','));
}

const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** A time as Go's RFC1123Z writes it: `Mon, 02 Jan 2006 15:04:05 +0000`. */
export function longTime(text: string): string {
  const millis = Date.parse(text);
  if (Number.isNaN(millis)) return 'Mon, 01 Jan 0001 00:00:00 +0000';
  const date = new Date(millis);
  const two = (value: number): string => String(value).padStart(2, '0');
  const clock = `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`;
  return `${days[date.getUTCDay()]}, ${two(date.getUTCDate())} ${months[date.getUTCMonth()]} ${date.getUTCFullYear()} ${clock} +0000`;
}

/** How long ago a time was. */
export function since(writer: { readonly now: number }, time: string): string {
  return time === '' ? '<unknown>' : humanDuration(writer.now - Date.parse(time));
}

/** The events of an object, oldest last seen first. */
export function writeEvents(writer: DescribeWriter, events: readonly unknown[] | undefined): void {
  if (events === undefined) return;
  if (events.length === 0) {
    writer.write(0, 'Events:\t<none>\n');
    return;
  }
  // What stood before is aligned on its own.
  writer.write(0, 'Events:\n  Type\tReason\tAge\tFrom\tMessage\n');
  writer.write(1, '----\t------\t----\t----\t-------\n');
  const lastSeen = (event: unknown): number => Date.parse(textAt(event, 'lastTimestamp')) || 0;
  const sorted = goSorted(events, (a, b) => lastSeen(a) < lastSeen(b));
  for (const event of sorted) {
    const source = textAt(event, 'source', 'component') || textAt(event, 'reportingComponent');
    const field = textAt(event, 'involvedObject', 'fieldPath');
    const message = textAt(event, 'message').trim();
    writer.write(
      1,
      `${textAt(event, 'type')}\t${textAt(event, 'reason')}\t${eventAge(writer, event)}\t${source}\t${field === '' ? '' : `${field}: `}${message}\n`,
    );
  }
}

/** `5s`, or `5s (x3 over 2m)` for an event that came again. */
export function eventAge(writer: { readonly now: number }, event: unknown): string {
  const first = since(writer, textAt(event, 'eventTime') || textAt(event, 'firstTimestamp'));
  if (at(event, 'series') !== undefined && at(event, 'series') !== null) {
    const last = since(writer, textAt(event, 'series', 'lastObservedTime'));
    return `${last} (x${numberAt(event, 'series', 'count')} over ${first})`;
  }
  const count = numberAt(event, 'count');
  return count > 1
    ? `${since(writer, textAt(event, 'lastTimestamp'))} (x${count} over ${first})`
    : first;
}

/** `Deployment/web`: what controls an object; empty for nothing. */
export function controllerOf(object: unknown): string {
  const owner = listAt(object, 'metadata', 'ownerReferences').find(
    (each) => at(each, 'controller') === true,
  );
  return owner === undefined ? '' : `${textAt(owner, 'kind')}/${textAt(owner, 'name')}`;
}

export function writeController(writer: DescribeWriter, object: unknown): void {
  const controller = controllerOf(object);
  if (controller !== '') writer.field(0, 'Controlled By', controller);
}
