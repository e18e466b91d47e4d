import type { ThingId } from '../../view/selection.ts';
import type { View } from '../../view/view.ts';
import { usePage } from '../page.tsx';
import { ThingLink } from './parts.tsx';

/** A sentence of the engine's in which the names of nodes and Pods lead to them. */
export function LinkedWords({ text }: { readonly text: string }) {
  const { view } = usePage();
  return text.split(/([a-z0-9][a-z0-9./-]*[a-z0-9])/).map((word, at) => {
    const id = at % 2 === 1 ? thingNamed(view, word) : undefined;
    // The pieces of one text never change places.
    return id === undefined ? (
      word
    ) : (
      <ThingLink key={at} id={id}>
        {word}
      </ThingLink>
    );
  });
}

function thingNamed(view: View, word: string): ThingId | undefined {
  if (!word.includes('-')) return undefined;
  const node = view.nodeByName(word)?.id;
  if (node !== undefined) return node;
  return view.index.podsByName.ids(word.includes('/') ? word : `default/${word}`)[0];
}
