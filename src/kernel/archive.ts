import { tableImage, type Checkpoint } from './checkpoint.ts';
import type { Micros } from './time.ts';
import type { World } from './world.ts';

/**
 * A world as text-safe data (JSON without loss): what is saved in the browser, shared as a file, and read back
 * elsewhere. Values that are shared by reference are written once and shared again when read, and what was frozen is
 * frozen again, so that a restored world costs and behaves like the original.
 *
 * Nearly all of it is one list of numbers: a large world has millions of values, and what is said once (a text, the
 * keys of a form of objects) is only counted after that.
 */
export interface Archive {
  /** Raised whenever an older archive, or the world in it, can no longer be read. */
  readonly format: typeof ARCHIVE_FORMAT;
  /** When in the world's own time: for who looks at the file. */
  readonly now: Micros;
  /** Every text that is a value, once. */
  readonly texts: readonly string[];
  /** Every number that is not a small whole one. */
  readonly numbers: readonly number[];
  /** The keys of each form of objects, in their order. */
  readonly forms: readonly (readonly string[])[];
  /** The world, depth first. A cell is a value: its payload × 8 and its tag. */
  readonly cells: readonly number[];
}

/**
 * 1: the first release. 2: compact; set-up, agenda and processes have other parts. 3: recorders of events and kubelets
 * remember otherwise. 4: indexes of copies hold keys, the controller manager knows its loops that are awake,
 * the agenda's near part is in order. 5: what processes keep has other shapes. 6: the controller manager has one loop more.
 */
export const ARCHIVE_FORMAT = 6;

const TAGS = 8;
const WHOLE = 0;
const TEXT = 1;
const NUMBER = 2;
const CONSTANT = 3;
/** An object that has been written before: its number in the order of appearance. */
const KNOWN = 4;
/** An object that follows: what it is, then its parts. */
const OBJECT = 5;

/** Payloads of `OBJECT`, to which 1 is added for frozen ones. All but those with a form are followed by their size. */
const LIST = 0;
const MAP = 2;
const SET = 4;
const FORM = 6;

const CONSTANTS: readonly unknown[] = [null, undefined, false, true];
const WHOLE_MAX = 2 ** 49;

/** Writes a world as an archive. */
export function encodeWorld(world: World): Archive {
  return finish(createArchiver(world));
}

/** Writes a checkpoint as an archive. */
export function encodeCheckpoint(kept: Checkpoint): Archive {
  return finish(createArchiver(kept.image as World));
}

function finish(archiver: Archiver): Archive {
  while (!archiver.write(Infinity)) continue;
  return archiver.archive;
}

/** Writes an archive piece by piece, from something that does not change meanwhile: a checkpoint. */
export interface Archiver {
  /** Writes about as many values more; true when that was all. */
  write(values: number): boolean;
  /** Complete when `write` has said so. */
  readonly archive: Archive;
}

/** Begins to write a checkpoint. */
export function archiverOf(kept: Checkpoint): Archiver {
  return createArchiver(kept.image as World);
}

function createArchiver(world: World): Archiver {
  const texts: string[] = [];
  const numbers: number[] = [];
  const cells: number[] = [];
  const forms = createForms();
  const textIndexes = new Map<string, number>();
  const objectIndexes = new Map<object, number>();
  // What is open: the parts of each object on the way down, and how many of them are written.
  const open: (readonly unknown[])[] = [[world]];
  const written: number[] = [0];

  const put = (tag: number, payload: number): void => {
    cells.push(payload * TAGS + tag);
  };
  const putText = (text: string): void => {
    let index = textIndexes.get(text);
    if (index === undefined) {
      index = texts.length;
      textIndexes.set(text, index);
      texts.push(text);
    }
    put(TEXT, index);
  };
  const putNumber = (value: number): void => {
    if (value >= 0 && value <= WHOLE_MAX && Number.isInteger(value)) {
      put(WHOLE, value);
      return;
    }
    if (!Number.isFinite(value)) throw new TypeError('a world holds no infinite numbers');
    put(NUMBER, numbers.length);
    numbers.push(value);
  };
  const putTable = (kind: number, size: number, parts: readonly unknown[]): void => {
    put(OBJECT, kind);
    cells.push(size);
    open.push(parts);
    written.push(0);
  };
  const putObject = (value: object): void => {
    const known = objectIndexes.get(value);
    if (known !== undefined) {
      put(KNOWN, known);
      return;
    }
    // The number is taken first, so that a table that is reached twice is written once.
    objectIndexes.set(value, objectIndexes.size);
    const frozen = Object.isFrozen(value) ? 1 : 0;
    if (Array.isArray(value)) putTable(LIST + frozen, value.length, value);
    else if (value instanceof Map) putTable(MAP + frozen, value.size, [...value].flat());
    else if (value instanceof Set) putTable(SET + frozen, value.size, [...value]);
    else {
      const image = tableImage(value);
      if (image?.kind === 'map') putTable(MAP, image.size, image.parts);
      else if (image?.kind === 'set') putTable(SET, image.size, image.parts);
      else {
        put(OBJECT, FORM + forms.of(value) * 2 + frozen);
        open.push(Object.values(value));
        written.push(0);
      }
    }
  };
  const putValue = (value: unknown): void => {
    switch (typeof value) {
      case 'string':
        putText(value);
        return;
      case 'number':
        putNumber(value);
        return;
      case 'boolean':
        put(CONSTANT, value ? 3 : 2);
        return;
      case 'undefined':
        put(CONSTANT, 1);
        return;
      case 'object':
        if (value === null) put(CONSTANT, 0);
        else putObject(value);
        return;
      default:
        throw new TypeError(`a world holds plain data only, not a ${typeof value}`);
    }
  };
  const { now } = world;
  return {
    archive: { format: ARCHIVE_FORMAT, now, texts, numbers, forms: forms.all, cells },
    write(values) {
      for (let left = values; left > 0; left--) {
        const depth = open.length - 1;
        const parts = open[depth];
        if (parts === undefined) return true;
        const index = written[depth] as number; // As long as `open`.
        if (index === parts.length) {
          open.pop();
          written.pop();
          continue;
        }
        written[depth] = index + 1;
        putValue(parts[index]);
      }
      return open.length === 0;
    },
  };
}

/** Where the keys of an object lead, one after the other. */
interface FormNode {
  /** The number of the form that ends here; -1: none yet. */
  form: number;
  readonly keys: readonly string[];
  readonly next: Map<string, FormNode>;
}

/** Numbers the forms of objects as they come. */
function createForms(): { readonly all: (readonly string[])[]; of(object: object): number } {
  const all: (readonly string[])[] = [];
  const root: FormNode = { form: -1, keys: [], next: new Map() };
  return {
    all,
    of(object) {
      let node = root;
      for (const key in object) {
        let next = node.next.get(key);
        if (next === undefined) {
          next = { form: -1, keys: [...node.keys, key], next: new Map() };
          node.next.set(key, next);
        }
        node = next;
      }
      if (node.form < 0) {
        node.form = all.length;
        all.push(node.keys);
      }
      return node.form;
    },
  };
}

const OWN = { writable: true, enumerable: true, configurable: true } as const;

/** Reads an archive back. Throws a TypeError with a sentence when it is not one, or is one of another version. */
export function decodeWorld(archive: Archive): World {
  const { format, texts, numbers, forms, cells } = archive;
  if (format !== ARCHIVE_FORMAT || !Array.isArray(cells)) {
    throw new TypeError('this is not a saved world of a version that can be read');
  }
  const objects: object[] = [];
  let at = 0;

  const take = (): number => {
    const cell = cells[at++];
    if (cell === undefined) throw damaged();
    return cell;
  };
  const decode = (): unknown => {
    const cell = take();
    const tag = cell % TAGS;
    const payload = (cell - tag) / TAGS;
    switch (tag) {
      case WHOLE:
        return payload;
      case TEXT:
        return known(texts, payload);
      case NUMBER:
        return known(numbers, payload);
      case CONSTANT:
        return CONSTANTS[payload];
      case KNOWN:
        return known(objects, payload);
      case OBJECT:
        return payload < FORM ? decodeTable(payload) : decodeFields(payload - FORM);
      default:
        throw damaged();
    }
  };
  const decodeTable = (payload: number): object => {
    const kind = payload & ~1;
    const size = take();
    let table: object;
    if (kind === LIST) {
      const list: unknown[] = [];
      objects.push(list);
      for (let index = 0; index < size; index++) list.push(decode());
      table = list;
    } else if (kind === MAP) {
      const map = new Map<unknown, unknown>();
      objects.push(map);
      for (let index = 0; index < size; index++) {
        const key = decode();
        map.set(key, decode());
      }
      table = map;
    } else {
      const set = new Set<unknown>();
      objects.push(set);
      for (let index = 0; index < size; index++) set.add(decode());
      table = set;
    }
    return (payload & 1) === 1 ? Object.freeze(table) : table;
  };
  const decodeFields = (payload: number): object => {
    const fields: Record<string, unknown> = {};
    objects.push(fields);
    for (const key of known(forms, payload >> 1)) {
      const value = decode();
      // A user's key may be `__proto__`; a plain assignment would set the prototype.
      if (key === '__proto__') Object.defineProperty(fields, key, { ...OWN, value });
      else fields[key] = value;
    }
    return (payload & 1) === 1 ? Object.freeze(fields) : fields;
  };
  return decode() as World;
}

function known<T>(list: readonly T[], index: number): T {
  const found = list[index];
  if (found === undefined) throw damaged();
  return found;
}

function damaged(): TypeError {
  return new TypeError('this saved world is damaged');
}
