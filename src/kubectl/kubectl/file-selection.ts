import { parseLabelSelector } from '../../api/selectors/label-parser.ts';
import { matchesRequirements } from '../../api/selectors/label-requirement.ts';
import { Failure } from './failure.ts';
import type { FileObject } from './manifests.ts';
import { fieldsAt } from './objects.ts';
import type { Session } from './session.ts';

/** Commands that ask the server for what files name before anything else: their selectors are of what it answers. */
const asksFirst =
  /^(?:annotate|certificate|get|label|rollout|set|taint|wait|apply view-last-applied)(?: |$)/;

/** Whether a command's `-l` is about objects as the server has them, and not as files say. */
export function selectsOnServer({ command }: Session): boolean {
  return asksFirst.test(command);
}

/** Tells whether `-l` lets an object of a file through; everything without it. (Upstream: FilterByLabelSelector.) */
export function labelFilter({ flags }: Session): (object: unknown) => boolean {
  const text = flags.text('selector');
  if (text === '') return () => true;
  const parsed = parseLabelSelector(text);
  if (!parsed.ok) throw new Failure(parsed.error);
  return (object) => {
    const labels = Object.entries(fieldsAt(object, 'metadata', 'labels'));
    const known = Object.fromEntries(labels.map(([key, value]) => [key, String(value)]));
    return matchesRequirements(parsed.value, known);
  };
}

/** The objects of files that `-l` lets through. */
export function selectedObjects(
  session: Session,
  objects: readonly FileObject[],
): readonly FileObject[] {
  const isSelected = labelFilter(session);
  return objects.filter(({ object }) => isSelected(object));
}
