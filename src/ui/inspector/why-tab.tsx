import { useEffect, useState } from 'react';
import type { WhyLink } from '../../bridge/protocol.ts';
import { processTitle } from '../../view/process-title.ts';
import { thingPath, type ThingId } from '../../view/selection.ts';
import { clockText, hopText } from '../../view/words.ts';
import { useObject } from '../hooks/use-view.ts';
import { usePage } from '../page.tsx';
import { TabBody } from './parts.tsx';
import { LinkedWords } from './linked-words.tsx';

/** Asking again more often than this would only shuffle the words while they are read. */
const AGAIN_MILLIS = 700;

/** Why a thing is as it is: the chain from an act or a fault to its last change, hop by hop. */
export default function WhyTab({ id }: { readonly id: ThingId }) {
  const page = usePage();
  const path = thingPath(page.view, id);
  const chain = useWhy(path);
  if (chain === undefined) return null;
  const first = chain[0];
  return (
    <TabBody>
      <p className="pb-1 pt-3 text-dim">Why is it as it is, and why now?</p>
      {first === undefined ? (
        <p>Its last change has no recorded cause.</p>
      ) : (
        <ol>
          {chain.map((link, at) => (
            <Hop key={`${link.at} ${at}`} link={link} previous={chain[at - 1]} />
          ))}
        </ol>
      )}
    </TabBody>
  );
}

/** Asks at first and whenever the object changed. */
function useWhy(path: string | undefined): readonly WhyLink[] | undefined {
  const { client } = usePage();
  const object = useObject(path);
  const [chain, setChain] = useState<readonly WhyLink[]>();
  useEffect(() => {
    if (path === undefined) return undefined;
    let current = true;
    const ask = (): void => {
      void client.why(path).then((answer) => {
        if (current) setChain(answer);
      });
    };
    const due = setTimeout(ask, object === undefined ? 0 : AGAIN_MILLIS / 4);
    return () => {
      current = false;
      clearTimeout(due);
    };
  }, [client, path, object]);
  return chain;
}

function Hop({
  link,
  previous,
}: {
  readonly link: WhyLink;
  readonly previous: WhyLink | undefined;
}) {
  return (
    <li className="grid grid-cols-[56px_minmax(0,1fr)] gap-2.5 border-b border-line py-2 last:border-0">
      <span className="machine text-faint">
        {previous === undefined ? clockText(link.at).slice(0, -1) : hopText(link.at - previous.at)}
      </span>
      <span className="min-w-0">
        <span className="block font-semibold">{processTitle(link.by)}</span>
        <span className="block break-words text-dim">
          <LinkedWords text={link.what} />
        </span>
      </span>
    </li>
  );
}
