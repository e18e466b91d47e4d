import { assert } from '../../base/assert.ts';
import { messageTexts } from './generated/messages.ts';

/** What a message's fields are called and how they are read; made on first use from `generated/messages.ts`. */
export interface MessageShape {
  readonly fields: ReadonlyMap<number, MessageField>;
}

export interface MessageField {
  /** JSON's name; `^` for a struct whose fields stand among its parent's. */
  readonly name: string;
  readonly type: FieldType;
  /** Only sent when set, so that a zero value means something. */
  readonly isPointer: boolean;
}

export type FieldType =
  | { readonly kind: 'scalar'; readonly scalar: ScalarLetter }
  | { readonly kind: 'message'; readonly name: string }
  | { readonly kind: 'list'; readonly element: FieldType; readonly isWrapped: boolean }
  | { readonly kind: 'map'; readonly value: FieldType };

/** The letters of the table, explained at its top. */
export type ScalarLetter = 's' | 'b' | 'i' | 'd' | 'y' | 't' | 'u' | 'D' | 'q' | 'x' | 'j';

const shapes = new Map<string, MessageShape>();
const byKind = new Map<string, string>();
const letters = 'sbidytuDqxj';

/** The shape of a message by its name in the table, which must hold it. */
export function shapeOf(name: string): MessageShape {
  const known = shapes.get(name);
  if (known !== undefined) return known;
  const text = Object.hasOwn(messageTexts, name) ? messageTexts[name] : undefined;
  assert(text !== undefined, `no protobuf message called ${name}`);
  const fields = new Map<number, MessageField>();
  for (const fieldText of text.split(' ')) {
    if (fieldText === '') continue;
    const [number = '', fieldName = '', type = ''] = fieldText.split(':');
    const isPointer = type.startsWith('?');
    fields.set(Number(number), {
      name: fieldName,
      type: parseType(isPointer ? type.slice(1) : type),
      isPointer,
    });
  }
  const shape = { fields };
  shapes.set(name, shape);
  return shape;
}

function parseType(text: string): FieldType {
  const inner = text.slice(1, -1);
  switch (text[0]) {
    case '?':
      return parseType(text.slice(1));
    case '[':
      return { kind: 'list', element: parseType(inner), isWrapped: false };
    case '<':
      return { kind: 'list', element: parseType(inner), isWrapped: true };
    case '{':
      return { kind: 'map', value: parseType(inner) };
    default:
      return text.length === 1 && letters.includes(text)
        ? { kind: 'scalar', scalar: text as ScalarLetter } // It is one of the letters.
        : { kind: 'message', name: text };
  }
}

/** Go's packages are called after the first word of the group, with these exceptions. */
const packageOfGroup: Readonly<Record<string, string>> = { '': 'core' };

/** The name of the message that a kind's objects are sent as; undefined for kinds without one. */
export function messageOfKind(apiVersion: string, kind: string): string | undefined {
  const key = `${apiVersion}/${kind}`;
  const known = byKind.get(key);
  if (known !== undefined) return known;
  const slash = apiVersion.indexOf('/');
  const group = slash < 0 ? '' : apiVersion.slice(0, slash);
  const own = `${packageOfGroup[group] ?? group.split('.')[0] ?? group}/${apiVersion.slice(slash + 1)}.${kind}`;
  // Options are sent under the group of the resource that they are for.
  const name = [own, `meta/v1.${kind}`].find((each) => Object.hasOwn(messageTexts, each));
  if (name !== undefined) byKind.set(key, name);
  return name;
}
