import type { ThingId } from '../../view/selection.ts';
import type { View } from '../../view/view.ts';

/** The word under a point of the page; undefined between words. */
export function wordAt(x: number, y: number): string | undefined {
  const place = document.caretPositionFromPoint?.(x, y);
  const text =
    place?.offsetNode.nodeType === Node.TEXT_NODE ? (place.offsetNode.textContent ?? '') : '';
  const at = place?.offset ?? 0;
  const before = /[\w./-]*$/.exec(text.slice(0, at))?.[0] ?? '';
  const after = /^[\w./-]*/.exec(text.slice(at))?.[0] ?? '';
  const word = before + after;
  return word === '' ? undefined : word;
}

/** The object of this name, `name` or `kind/name`; of several the one that a person most likely means. */
export function objectNamed(view: View, word: string): ThingId | undefined {
  const slash = word.lastIndexOf('/');
  const name = word.slice(slash + 1);
  const kind =
    slash < 0 ? undefined : word.slice(0, slash).split('.')[0]?.toLowerCase().replace(/s$/, '');
  const matching = view.objects
    .ids()
    .map((id) => view.objects.get(id))
    .filter((row) => row?.name === name && (kind === undefined || row.kind.toLowerCase() === kind));
  const order = ['Pod', 'Node', 'Deployment', 'Service', 'ReplicaSet'];
  const rank = (each: string): number =>
    order.indexOf(each) < 0 ? order.length : order.indexOf(each);
  const [best] = matching.toSorted((a, b) => rank(a?.kind ?? '') - rank(b?.kind ?? ''));
  return best?.id;
}
