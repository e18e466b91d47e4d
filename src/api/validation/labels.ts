import { forbidden, invalid, required, tooLong } from '../field-errors.ts';
import type { LabelSelector } from '../generated/types.ts';
import { utf8Length } from '../names/messages.ts';
import { labelValueErrors, qualifiedNameErrors } from '../names/qualified-name.ts';
import { addMessages, type Errors } from './fields.ts';

/** Labels, annotations and selectors of labels, wherever they occur. */

type TextMap = Readonly<Record<string, string>>;

/** A key such as `app` or `example.com/app`. */
export function checkLabelKey(key: string, path: string, errors: Errors): void {
  addMessages(qualifiedNameErrors(key), key, path, errors);
}

/** A map of labels; errors are on the map, with the key or value in the message. */
export function checkLabels(labels: TextMap | undefined, path: string, errors: Errors): void {
  if (labels === undefined || labels === lastValidLabels) return;
  const count = errors.length;
  for (const key of Object.keys(labels)) {
    checkLabelKey(key, path, errors);
    const value = labels[key] ?? '';
    addMessages(labelValueErrors(value), value, path, errors);
  }
  if (errors.length === count) lastValidLabels = labels;
}

// The Pods of one template have its labels. A memo only.
let lastValidLabels: TextMap | undefined;

const annotationsBytesMax = 256 * 1024;

/** Annotations: keys as those of labels but in any case, and a limit on all of them together. */
export function checkAnnotations(
  annotations: TextMap | undefined,
  path: string,
  errors: Errors,
): void {
  if (annotations === undefined) return;
  let characters = 0;
  for (const key of Object.keys(annotations)) {
    addMessages(qualifiedNameErrors(key.toLowerCase()), key, path, errors);
    characters += key.length + (annotations[key]?.length ?? 0);
  }
  // Bytes are counted only where there can be enough of them: a character takes three bytes at most.
  if (characters * 3 > annotationsBytesMax && bytesOf(annotations) > annotationsBytesMax) {
    errors.push(tooLong(path, annotationsBytesMax));
  }
}

function bytesOf(map: TextMap): number {
  let bytes = 0;
  for (const [key, value] of Object.entries(map)) bytes += utf8Length(key) + utf8Length(value);
  return bytes;
}

const validSelectors = new WeakSet<LabelSelector>();

/** A selector of labels; what was found valid once is not looked at again. */
export function checkLabelSelector(
  selector: LabelSelector | undefined,
  path: string,
  errors: Errors,
): void {
  if (selector === undefined || validSelectors.has(selector)) return;
  const before = errors.length;
  checkLabels(selector.matchLabels, `${path}.matchLabels`, errors);
  for (const [index, requirement] of (selector.matchExpressions ?? []).entries()) {
    const at = `${path}.matchExpressions[${index}]`;
    const values = requirement.values ?? [];
    switch (requirement.operator) {
      case 'In':
      case 'NotIn':
        if (values.length === 0) {
          errors.push(
            required(`${at}.values`, "must be specified when `operator` is 'In' or 'NotIn'"),
          );
        }
        break;
      case 'Exists':
      case 'DoesNotExist':
        if (values.length > 0) {
          errors.push(
            forbidden(
              `${at}.values`,
              "may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
            ),
          );
        }
        break;
      default:
        errors.push(
          invalid(`${at}.operator`, requirement.operator, 'not a valid selector operator'),
        );
    }
    checkLabelKey(requirement.key ?? '', `${at}.key`, errors);
    for (const [valueIndex, value] of values.entries()) {
      addMessages(labelValueErrors(value), value, `${at}.values[${valueIndex}]`, errors);
    }
  }
  if (errors.length === before) validSelectors.add(selector);
}

/** True when the selector selects everything. */
export function isEmptySelector(selector: LabelSelector): boolean {
  return (
    Object.keys(selector.matchLabels ?? {}).length + (selector.matchExpressions ?? []).length === 0
  );
}
