import { useEffect, useState } from 'react';
import type { WhyAnswer, WhyLink } from '../../bridge/protocol.ts';
import { processTitle } from '../../view/process-title.ts';
import { thingPath, type ThingId } from '../../view/selection.ts';
import { clockText, hopText } from '../../view/words.ts';
import { goToInstant } from '../actions/clock.ts';
import { useHead, useObject } from '../hooks/use-view.ts';
import { usePage } from '../page.tsx';
import { Section, TabBody } from './parts.tsx';
import { LinkedWords } from './linked-words.tsx';

/** Asking again more often than this would only shuffle the words while they are read. */
const AGAIN_MILLIS = 200;

/** Why a thing is as it is, and why it exists: chains from an act, a fault or a timer, hop by hop. */
export default function WhyTab({ id }: { readonly id: ThingId }) {
  const page = usePage();
  const path = thingPath(page.view, id);
  const answer = useWhy(path);
  if (answer === undefined) return null;
  const { chain, origin } = answer;
  return (
    <TabBody>
      {chain.length === 0 && origin.length === 0 && (
        <p className="pt-3 text-dim">Its last change has no recorded cause.</p>
      )}
      {origin.length > 0 && <Chain title="Why does it exist?" links={origin} />}
      {chain.length > 0 && (
        <Chain
          title={origin.length > 0 ? 'Why did it change last?' : 'Why is it as it is?'}
          links={chain}
        />
      )}
    </TabBody>
  );
}

function Chain({ title, links }: { readonly title: string; readonly links: readonly WhyLink[] }) {
  return (
    <Section title={title}>
      <ol>
        {links.map((link, at) => (
          <Hop key={`${link.at} ${at}`} link={link} previous={links[at - 1]} />
        ))}
      </ol>
    </Section>
  );
}

/** Asks at first and whenever the object changed. */
function useWhy(path: string | undefined): WhyAnswer | undefined {
  const { client } = usePage();
  const object = useObject(path);
  const [answer, setAnswer] = useState<WhyAnswer>();
  useEffect(() => {
    if (path === undefined) return undefined;
    let current = true;
    const ask = (): void => {
      void client.why(path).then((next) => {
        if (current) setAnswer(next);
      });
    };
    const due = setTimeout(ask, object === undefined ? 0 : AGAIN_MILLIS);
    return () => {
      current = false;
      clearTimeout(due);
    };
  }, [client, path, object]);
  return answer;
}

/** When it happened; where the clock can be set so far back, the way there. */
function Moment({ at, text }: { readonly at: number; readonly text: string }) {
  const page = usePage();
  const isRecorded = useHead(({ recording }) => recording !== undefined && recording.from <= at);
  if (!isRecorded) return <span className="machine text-faint">{text}</span>;
  return (
    <button
      type="button"
      className="machine self-start rounded text-left text-faint hover:text-fg hover:underline"
      data-tip={`Set the clock to ${clockText(at)}`}
      onClick={() => goToInstant(page, at)}
    >
      {text}
    </button>
  );
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
      <Moment
        at={link.at}
        text={
          previous === undefined ? clockText(link.at).slice(0, -1) : hopText(link.at - previous.at)
        }
      />
      <span className="min-w-0">
        <span className="block font-semibold">{processTitle(link.by)}</span>
        <span className="block break-words text-dim">
          <LinkedWords text={link.what} />
        </span>
      </span>
    </li>
  );
}
