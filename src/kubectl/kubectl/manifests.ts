import { parseManifest } from '../../api/manifest/parse.ts';
import { asFailure, Failure } from './failure.ts';
import { isFields, type ApiObject, type Fields } from './objects.ts';
import type { Session } from './session.ts';
import { buildKustomization } from './kustomize/kustomize.ts';
import { yamlMessage } from './yaml-message.ts';

/** An object of a file, not yet known to the server. */
export interface FileObject {
  readonly object: ApiObject;
  /** The file as it was named, `STDIN` for standard input. */
  readonly source: string;
}

export interface ReadOptions {
  readonly validates?: boolean;
  /**
   * Hears of a file that cannot be read, and before which object that was; what stands before the mistake is read, and the
   * other files are. Without it the failure is thrown.
   */
  readonly onFailure?: (failure: Failure, position: number) => void;
}

/** The objects of all files that `-f` and `-k` name, in order; Lists are flattened. */
export async function readObjects(
  session: Session,
  { validates = false, onFailure }: ReadOptions = {},
): Promise<readonly FileObject[]> {
  const { flags } = session;
  const kustomization = flags.text('kustomize');
  if (kustomization !== '') {
    return buildKustomization(session, kustomization, true).map((object) => ({
      object,
      source: kustomization,
    }));
  }
  const objects: FileObject[] = [];
  for (const name of flags.list('filename')) {
    for (const { text, source } of await textsOf(session, name)) {
      const failure = readText(objects, { text, source, validates });
      if (failure === undefined) continue;
      if (onFailure === undefined) throw failure;
      onFailure(failure, objects.length);
    }
  }
  return objects;
}

/** Whether the command line names files at all. */
export function namesFiles({ flags }: Session): boolean {
  return flags.list('filename').length > 0 || flags.text('kustomize') !== '';
}

async function textsOf(
  session: Session,
  name: string,
): Promise<readonly { readonly text: string; readonly source: string }[]> {
  const { files } = session.io;
  if (name === '-') return [{ text: await session.io.readAll(), source: 'STDIN' }];
  if (/^https?:\/\//.test(name)) {
    throw new Failure(
      `unable to read URL ${JSON.stringify(name)}: this playground reaches no network but its own`,
    );
  }
  const path = files.resolve(name);
  const text = files.read(path);
  if (text !== undefined) return [{ text, source: name }];
  if (!files.isFolder(path)) throw new Failure(`the path ${JSON.stringify(name)} does not exist`);
  const folder = path.endsWith('/') ? path : `${path}/`;
  const isRecursive = session.flags.bool('recursive');
  // As Go joins paths: without dots.
  const shown = name.replace(/^(?:\.\/+)+/, '').replace(/\/+$/, '');
  const prefix = shown === '.' || shown === '' ? '' : `${shown}/`;
  return files
    .list(path)
    .filter((each) => /\.(?:json|yaml|yml)$/.test(each))
    .filter((each) => isRecursive || !each.slice(folder.length).includes('/'))
    .sort()
    .map((each) => ({
      text: files.read(each) ?? '',
      source: `${prefix}${each.slice(folder.length)}`,
    }));
}

/** The objects of one text. */
export function parseObjects(text: string, source: string, validates = false): FileObject[] {
  const objects: FileObject[] = [];
  const failure = readText(objects, { text, source, validates });
  if (failure !== undefined) throw failure;
  return objects;
}

/** Adds the objects of a text, up to its first mistake, which is the answer. */
function readText(
  objects: FileObject[],
  { text, source, validates }: { text: string; source: string; validates: boolean },
): Failure | undefined {
  const values: unknown[] = [];
  const { documents, problems } = parseManifest(text);
  for (const document of documents) {
    if (document.value === undefined) break;
    values.push(document.value);
  }
  const broken = documents.some(({ value }) => value === undefined);
  try {
    for (const value of values) objects.push(...objectsOf(value, source, validates));
  } catch (error) {
    return asFailure(error);
  }
  if (!broken && (values.length > 0 || problems.length === 0)) return undefined;
  const problem = problems[0];
  return new Failure(
    `error parsing ${source}: error converting YAML to JSON: yaml: ${yamlMessage(problem?.message ?? '', problem?.line ?? 1)}`,
  );
}

function objectsOf(value: unknown, source: string, validates: boolean): FileObject[] {
  if (value === null) return [];
  if (!isFields(value) && validates) {
    throw new Failure(
      `error validating ${JSON.stringify(source)}: error validating data: invalid object to validate; if you choose to ignore these errors, turn validation off with --validate=false`,
    );
  }
  if (!isFields(value)) {
    throw new Failure(
      `unable to decode ${JSON.stringify(source)}: json: cannot unmarshal ${goTypeOf(value)} into Go value of type unstructured.detector`,
    );
  }
  checkType(value, source, validates);
  if (
    value['kind'] === 'List' ||
    (String(value['kind']).endsWith('List') && Array.isArray(value['items']))
  ) {
    const items = Array.isArray(value['items']) ? (value['items'] as readonly unknown[]) : [];
    return items.flatMap((item) => objectsOf(item, source, validates));
  }
  checkMetadata(value, source);
  const metadata = isFields(value['metadata']) ? value['metadata'] : {};
  // Checked just above: it has a kind, a version and metadata of the right shape.
  return [{ object: { ...value, metadata } as unknown as ApiObject, source }];
}

function checkType(value: Fields, source: string, validates: boolean): void {
  const missing = ['apiVersion', 'kind'].filter(
    (each) => typeof value[each] !== 'string' || value[each] === '',
  );
  if (missing.length === 0) return;
  if (validates) {
    const sentences = missing.map((each) => `${each} not set`);
    const what = sentences.length === 1 ? sentences[0] : `[${sentences.join(', ')}]`;
    throw new Failure(
      `error validating ${JSON.stringify(source)}: error validating data: ${what}; if you choose to ignore these errors, turn validation off with --validate=false`,
    );
  }
  const what = missing.includes('kind') ? 'Kind' : 'apiVersion';
  throw new Failure(
    `unable to decode ${JSON.stringify(source)}: Object '${what}' is missing in '${JSON.stringify(value)}'`,
  );
}

function checkMetadata(value: Fields, source: string): void {
  const { metadata } = value;
  if (!isFields(metadata)) return;
  for (const field of ['labels', 'annotations']) {
    const map = metadata[field];
    if (!isFields(map)) continue;
    const wrong = Object.values(map).find((each) => typeof each !== 'string' && each !== null);
    if (wrong === undefined) continue;
    throw new Failure(
      `unable to decode ${JSON.stringify(source)}: json: cannot unmarshal ${goTypeOf(wrong)} into Go struct field ObjectMeta.metadata.${field} of type string`,
    );
  }
}

function goTypeOf(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  switch (typeof value) {
    case 'boolean':
      return 'bool';
    case 'number':
      return 'number';
    case 'string':
      return 'string';
    default:
      return 'object';
  }
}
