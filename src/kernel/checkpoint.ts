import { copyAgenda } from './agenda.ts';
import type { ProcessRecord } from './process.ts';
import type { Micros } from './time.ts';
import type { World } from './world.ts';

/**
 * A world as it was at an instant, from which it can go on as often as one likes. Tables (Maps, Sets, arrays, plain
 * objects) are copied; frozen values (Kubernetes objects, causes, configuration) and messages under way are immutable
 * and shared, so the cost grows with the number of table entries and not with what they hold. A Map is kept as the
 * lists of its keys and values: to fill another Map takes ten times as long, and most checkpoints are never restored.
 */
export interface Checkpoint {
  readonly now: Micros;
  readonly steps: number;
  /** Images of the world's parts; nobody but `restore` looks into them. */
  readonly image: Image;
}

/** A value of a world. Objects and arrays are copies whose parts are images again, or frozen and shared. */
type Image = unknown;

/** Marks images, so that they cannot be taken for objects of a world: those hold no symbols. */
const MARK: unique symbol = Symbol('image of a table');

interface MapImage {
  readonly [MARK]: 'map';
  readonly keys: readonly unknown[];
  readonly values: readonly Image[];
}

interface SetImage {
  readonly [MARK]: 'set';
  readonly items: readonly unknown[];
}

/** Keeps a world as it is now: later steps do not touch what was kept. */
export function checkpoint(world: World): Checkpoint {
  const { processes } = world;
  // The order of the fields is part of a hash: the image keeps it.
  const image: { processes: Image } = mapWorld({ ...world, processes: new Map() }, imageOf);
  const keys = [...processes.keys()];
  image.processes = {
    [MARK]: 'map',
    keys,
    values: Array.from(processes.values(), processImage),
  } satisfies MapImage;
  return { now: world.now, steps: world.steps, image };
}

/** Images of what a process had after a number of steps. A memo only. */
interface ProcessImages {
  readonly steps: number;
  readonly disk: unknown;
  readonly memory: unknown;
  readonly images: { readonly disk: Image; readonly memory: Image };
}

const lastProcesses = new WeakMap<ProcessRecord, ProcessImages>();

/** A process that has not taken a step since its last image still has the same disk and memory: most have not. */
function processImage(process: ProcessRecord): Image {
  const { steps, disk, memory } = process;
  let last = lastProcesses.get(process);
  if (last?.steps !== steps || last.disk !== disk || last.memory !== memory) {
    last = { steps, disk, memory, images: { disk: imageOf(disk), memory: imageOf(memory) } };
    lastProcesses.set(process, last);
  }
  // Links change when others send, so they are looked at each time.
  const image = imageOf({
    ...process,
    disk: undefined,
    memory: undefined,
  }) as ProcessImages['images'];
  return Object.assign(image, last.images);
}

/** A world that goes on from a checkpoint; the checkpoint can be used again. */
export function restore({ image }: Checkpoint): World {
  return mapWorld(image as World, tableOf);
}

/** An independent future of a world. */
export function fork(world: World): World {
  return mapWorld(world, copyOf);
}

function mapWorld(world: World, change: (value: unknown) => unknown): World {
  // Appointments are immutable, so of the agenda the heaps alone are copied. The order of the fields is part of a hash.
  const { agenda } = world;
  const copy = mapFields({ ...world, agenda: undefined }, change) as { agenda: unknown };
  copy.agenda = copyAgenda(agenda);
  return copy as World;
}

/** Whether a value is shared as it is. */
function isShared(value: unknown): boolean {
  return typeof value !== 'object' || value === null || Object.isFrozen(value);
}

function imageOf(value: unknown): Image {
  if (isShared(value)) return value;
  if (value instanceof Map) return value.size < MEMO_MIN ? mapImage(value) : imageWithMemo(value);
  if (Array.isArray(value)) return imagesOf(value.slice());
  if (value instanceof Set) return { [MARK]: 'set', items: [...value] } satisfies SetImage;
  if (ArrayBuffer.isView(value)) return (value as Uint8Array).slice();
  // A clone costs less than the same object built field by field; nobody works on images, so their form does not matter.
  const image: Record<string, unknown> = { ...(value as object) };
  for (const key in image) {
    const field = image[key];
    if (!isShared(field)) image[key] = imageOf(field);
  }
  return image;
}

function mapImage(map: ReadonlyMap<unknown, unknown>): MapImage {
  return { [MARK]: 'map', keys: [...map.keys()], values: imagesOf([...map.values()]) };
}

/** From this size on a Map is compared with its last image. */
const MEMO_MIN = 16;

/** The last image of each larger Map: between two checkpoints most entries stay. A memo only. */
const lastImages = new WeakMap<object, MapImage>();

/**
 * The image of a Map of which little has changed since the last one. A value that stands there itself, and not as an
 * image, was found frozen then and is not looked at again; when nothing has changed, the whole image is shared.
 */
function imageWithMemo(map: ReadonlyMap<unknown, unknown>): MapImage {
  const last = lastImages.get(map);
  const keys = [...map.keys()];
  const values: unknown[] = [...map.values()];
  let isSame = last?.keys.length === keys.length;
  // How many entries have left before the one under comparison.
  let gone = 0;
  for (let index = 0; index < values.length; index++) {
    const value = values[index];
    if (last !== undefined && value === last.values[index + gone]) {
      isSame &&= keys[index] === last.keys[index + gone];
      continue;
    }
    isSame = false;
    if (!isShared(value)) values[index] = imageOf(value);
    else if (last !== undefined) gone = realign(last, keys[index], index + gone) - index;
  }
  if (isSame && last !== undefined) return last;
  const image: MapImage = { [MARK]: 'map', keys, values };
  lastImages.set(map, image);
  return image;
}

/** Where a key stands in an earlier image, not far behind where it stood; otherwise where it was expected. */
function realign({ keys }: MapImage, key: unknown, expected: number): number {
  for (let index = expected; index < expected + 8 && index < keys.length; index++)
    if (keys[index] === key) return index;
  return expected;
}

/** Puts images in the place of what is not shared, in a list of its own. */
function imagesOf(list: unknown[]): Image[] {
  for (let index = 0; index < list.length; index++) {
    const item = list[index];
    if (!isShared(item)) list[index] = imageOf(item);
  }
  return list;
}

function tableOf(image: Image): unknown {
  if (isShared(image)) return image;
  if (Array.isArray(image)) return image.map(tableOf);
  if (ArrayBuffer.isView(image)) return (image as Uint8Array).slice();
  const kind = (image as Partial<MapImage | SetImage>)[MARK];
  if (kind === 'set') return new Set((image as SetImage).items);
  if (kind !== 'map') return mapFields(image as object, tableOf);
  const { keys, values } = image as MapImage;
  const map = new Map<unknown, unknown>();
  for (let index = 0; index < keys.length; index++) map.set(keys[index], tableOf(values[index]));
  return map;
}

/** The parts of a Map's or Set's image, a Map's keys and values in turn; undefined for everything else. */
export function tableImage(
  image: object,
):
  | { readonly kind: 'map' | 'set'; readonly size: number; readonly parts: readonly unknown[] }
  | undefined {
  const kind = (image as Partial<MapImage | SetImage>)[MARK];
  if (kind === undefined) return undefined;
  if (kind === 'set') {
    const { items } = image as SetImage;
    return { kind, size: items.length, parts: items };
  }
  const { keys, values } = image as MapImage;
  const parts: unknown[] = [];
  for (let index = 0; index < keys.length; index++) parts.push(keys[index], values[index]);
  return { kind, size: keys.length, parts };
}

function copyOf(value: unknown): unknown {
  if (isShared(value)) return value;
  if (value instanceof Map) {
    const copy = new Map<unknown, unknown>();
    for (const [key, item] of value) copy.set(key, isShared(item) ? item : copyOf(item));
    return copy;
  }
  if (Array.isArray(value)) return value.map(copyOf);
  if (value instanceof Set) return new Set(value);
  if (ArrayBuffer.isView(value)) return (value as Uint8Array).slice();
  return mapFields(value as object, copyOf);
}

/** The same fields in the same order, each with another value. */
function mapFields(source: object, change: (value: unknown) => unknown): object {
  const copy: Record<string, unknown> = {};
  for (const key in source) {
    const field = (source as Record<string, unknown>)[key];
    copy[key] = isShared(field) ? field : change(field);
  }
  return copy;
}
