import {
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
  useSyncExternalStore,
  type MouseEvent,
} from 'react';
import { usePage } from '../page.tsx';
import { useSelection } from '../state/selection.ts';
import { objectNamed, wordAt } from './object-link.ts';
import { PromptLine } from './prompt-line.tsx';
import { BlockView, Lines } from './screen-view.tsx';
import type { TerminalSession } from './session.ts';

interface TerminalViewProps {
  readonly session: TerminalSession;
  readonly fontSize: number;
  readonly focusAsked: number;
}

/** A screen reader hears the output in pieces no closer together than this. */
const SPEAK_EVERY_MILLIS = 700;
/** This near to the end the view follows the output. */
const NEAR_END = 24;

/** One session: its text, and the line that is typed. It is real text: selectable, searchable, copied as it is. */
export function TerminalView({ session, fontSize, focusAsked }: TerminalViewProps) {
  useSyncExternalStore(session.subscribe, () => session.version);
  const { view } = usePage();
  const scroller = useRef<HTMLDivElement>(null);
  const ruler = useRef<HTMLSpanElement>(null);
  const follows = useRef(true);
  const [clicks, setClicks] = useState(0);
  const { blocks, tail, isAlternate } = session.screen.picture();

  useLayoutEffect(() => {
    const element = scroller.current;
    if (element !== null && follows.current) element.scrollTop = element.scrollHeight;
  });
  useEffect(() => {
    const element = scroller.current;
    if (element === null) return undefined;
    const measure = (): void => {
      const glyph = (ruler.current?.getBoundingClientRect().width ?? 72) / 10;
      const columns = Math.floor((element.clientWidth - 28) / glyph);
      if (columns > 20) session.setColumns(columns);
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [session, fontSize]);

  function onClick(event: MouseEvent): void {
    if (window.getSelection()?.toString() !== '') return;
    const word = wordAt(event.clientX, event.clientY);
    const id = word === undefined ? undefined : objectNamed(view, word);
    if (id !== undefined) useSelection.getState().select(id);
    setClicks(clicks + 1);
  }

  // The last line is empty after a line break: the prompt takes its place.
  const open = tail.at(-1)?.length === 0 ? tail.slice(0, -1) : tail;
  return (
    // A click anywhere goes to the line; the keyboard is there already.
    // oxlint-disable-next-line click-events-have-key-events, no-static-element-interactions
    <div
      ref={scroller}
      className="term-scroll"
      style={{ fontSize, lineHeight: `${Math.round(fontSize * 1.42)}px` }}
      onScroll={(event) => {
        const { scrollTop, scrollHeight, clientHeight } = event.currentTarget;
        follows.current = scrollHeight - scrollTop - clientHeight < NEAR_END;
      }}
      onClick={onClick}
    >
      <span ref={ruler} className="term-ruler" aria-hidden="true">
        0000000000
      </span>
      {blocks.map((block) => (
        <BlockView key={block.id} block={block} />
      ))}
      {open.length > 0 && (
        <pre className="term-tail">
          <Lines lines={open} />
        </pre>
      )}
      {!isAlternate && session.isEnded ? null : (
        <PromptLine
          session={session}
          focusAsked={focusAsked + clicks}
          onTouch={() => {
            follows.current = true;
          }}
        />
      )}
      <Spoken session={session} />
    </div>
  );
}

/** What was printed lately, for who listens. */
function Spoken({ session }: { readonly session: TerminalSession }) {
  const [text, setText] = useState('');
  useEffect(() => {
    let due: ReturnType<typeof setTimeout> | undefined;
    const release = session.subscribe(() => {
      due ??= setTimeout(() => {
        due = undefined;
        const said = session.takeSpoken();
        if (said.trim() !== '') setText(said);
      }, SPEAK_EVERY_MILLIS);
    });
    return () => {
      release();
      clearTimeout(due);
    };
  }, [session]);
  return (
    <div className="sr-only" role="log" aria-live="polite" aria-label="Terminal output">
      {text}
    </div>
  );
}
