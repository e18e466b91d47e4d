/**
 * Copies of objects of the API and the like, for the paths that every write takes. They say what a spread says, in the
 * same order of keys, but V8 (as Node 20 has it) gives a copy that a spread began a hidden class of its very own as
 * soon as a field is added to it or it is frozen. Thousands of pods with a class each take several times the memory
 * and make every access to them slow; `Object.assign` leads equal forms to one class.
 *
 * Only for objects whose fields a type names: a key called `__proto__` would be lost.
 */

/**
 * Makes a plain object with room for the fields of most objects of the API. `{}` has room for four: an engine keeps the
 * others in a list beside the object, which it makes anew as it grows, and every such object is two.
 */
const Roomy = function Roomy() {} as unknown as new () => object;
Roomy.prototype = Object.prototype;

/** The object with these fields in place of, or besides, its own. */
export function copyWith<T extends object>(object: T, fields: Partial<T>): T {
  return Object.assign(new Roomy(), object, fields);
}

/** What its maker may still change. */
export type Draft<T> = { -readonly [Key in keyof T]: T[Key] };

/** A copy that is still to be changed by whoever made it. */
export function draftOf<T extends object>(object: T): Draft<T> {
  return Object.assign(new Roomy(), object);
}

/** V8 decides by the first few objects of one maker how much room all of them get. */
const SAMPLE = { a: 1, b: 2, c: 3, d: 4, e: 5, f: 6, g: 7, h: 8, i: 9, j: 10 };
for (let made = 0; made < 8; made++) draftOf(SAMPLE);
