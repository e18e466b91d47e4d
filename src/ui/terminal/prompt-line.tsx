import { useEffect, useId, useLayoutEffect, useRef, useState, type KeyboardEvent } from 'react';
import type { Completion } from '../../kubectl/shell/completion.ts';
import { commonStart, editKey } from './line-keys.ts';
import type { TerminalSession } from './session.ts';

interface PromptLineProps {
  readonly session: TerminalSession;
  /** Counts up when the line should take the focus. */
  readonly focusAsked: number;
  /** Something was typed: the end should be in sight. */
  readonly onTouch: () => void;
}

interface CompletionList {
  readonly items: readonly Completion[];
  readonly from: number;
  readonly chosen: number;
}

const LIST_MAX = 200;

/** The line that is typed: a field of the browser, with a shell's keys on top. */
export function PromptLine({ session, focusAsked, onTouch }: PromptLineProps) {
  const field = useRef<HTMLTextAreaElement>(null);
  const [text, setText] = useState('');
  const [list, setList] = useState<CompletionList>();
  const [search, setSearch] = useState<string>();
  const cut = useRef('');
  const place = useRef<number>(undefined);
  /** Where in the history, and what was typed before going there. */
  const past = useRef<{ at: number; typed: string }>(undefined);
  const listId = useId();

  useEffect(() => {
    if (focusAsked > 0) field.current?.focus();
  }, [focusAsked]);
  useLayoutEffect(() => {
    const element = field.current;
    if (element === null) return;
    element.style.height = '0';
    element.style.height = `${element.scrollHeight}px`;
    if (place.current !== undefined) element.setSelectionRange(place.current, place.current);
    place.current = undefined;
  });

  const change = (next: string, at: number): void => {
    place.current = at;
    setText(next);
    onTouch();
  };
  const submit = (): void => {
    const line = text;
    setText('');
    setList(undefined);
    setSearch(undefined);
    past.current = undefined;
    session.submit(line);
    onTouch();
  };
  const found =
    search === undefined
      ? undefined
      : session.history.findLast((line) => search !== '' && line.includes(search));

  function recall(step: -1 | 1): void {
    const { history } = session;
    const from = past.current ?? { at: history.length, typed: text };
    const at = Math.min(history.length, Math.max(0, from.at + step));
    past.current = { ...from, at };
    const next = at === history.length ? from.typed : (history[at] ?? '');
    change(next, next.length);
  }

  async function complete(): Promise<void> {
    const at = field.current?.selectionStart ?? text.length;
    const { from, items } = await session.complete(text, at);
    const [only] = items;
    if (only === undefined || field.current?.value !== text) return;
    const common = items.length === 1 ? only.text : commonStart(items.map((item) => item.text));
    const tail = items.length === 1 && only.open !== true ? ' ' : '';
    const word = text.slice(from, at);
    if (common.length > word.length || tail !== '')
      change(
        text.slice(0, from) + common + tail + text.slice(at),
        from + common.length + tail.length,
      );
    setList(items.length > 1 ? { items: items.slice(0, LIST_MAX), from, chosen: -1 } : undefined);
  }

  function choose(item: Completion): void {
    if (list === undefined) return;
    const at = field.current?.selectionStart ?? text.length;
    const end = item.open === true ? item.text : `${item.text} `;
    change(text.slice(0, list.from) + end + text.slice(at), list.from + end.length);
    setList(undefined);
    field.current?.focus();
  }

  function onKeyDown(event: KeyboardEvent<HTMLTextAreaElement>): void {
    if (event.nativeEvent.isComposing) return;
    const at = event.currentTarget.selectionStart;
    const hasSelection = event.currentTarget.selectionEnd > at;
    const key = event.key.toLowerCase();
    const control = event.ctrlKey && !event.altKey && !event.metaKey;
    const handled = (): void => {
      event.preventDefault();
      event.stopPropagation();
    };
    if (search !== undefined && searchKey(event, handled)) return;
    if (list !== undefined && listKey(event, handled)) return;
    if (control && key === 'c' && !hasSelection && window.getSelection()?.toString() === '') {
      handled();
      session.interrupt(text);
      setText('');
      setList(undefined);
      past.current = undefined;
      return;
    }
    if (control && key === 'l') {
      handled();
      session.clear();
      return;
    }
    if (control && key === 'd' && text === '') {
      handled();
      session.endInput();
      return;
    }
    if (control && key === 'r') {
      handled();
      setSearch(search ?? '');
      return;
    }
    if (event.key === 'Enter' && !event.shiftKey) {
      handled();
      submit();
      return;
    }
    if (event.key === 'Tab' && !event.shiftKey && !session.isRunning && text.trim() !== '') {
      handled();
      void complete();
      return;
    }
    if (event.key === 'PageUp' || event.key === 'PageDown') {
      handled();
      const scroller = event.currentTarget.closest('.term-scroll');
      scroller?.scrollBy({ top: (event.key === 'PageUp' ? -0.9 : 0.9) * scroller.clientHeight });
      return;
    }
    const oneLine = !text.includes('\n');
    if ((event.key === 'ArrowUp' && oneLine) || (control && key === 'p')) {
      handled();
      recall(-1);
      return;
    }
    if ((event.key === 'ArrowDown' && oneLine) || (control && key === 'n')) {
      handled();
      recall(1);
      return;
    }
    const edited = editKey(event, { text, at }, cut.current);
    if (edited === undefined) {
      // Plain letters are text, wherever on the page they would mean something else.
      if (!event.ctrlKey && !event.metaKey && !event.altKey) event.stopPropagation();
      return;
    }
    handled();
    if (edited.cut !== undefined) cut.current = edited.cut;
    change(edited.text, edited.at);
  }

  /** Keys while the history is searched. */
  function searchKey(event: KeyboardEvent, handled: () => void): boolean {
    if (event.key === 'Escape' || (event.ctrlKey && event.key === 'g')) {
      handled();
      setSearch(undefined);
      return true;
    }
    if (event.key === 'Enter' || event.key === 'Tab' || event.key.startsWith('Arrow')) {
      handled();
      setSearch(undefined);
      if (found !== undefined) change(found, found.length);
      return true;
    }
    if (event.key === 'Backspace') {
      handled();
      setSearch((search ?? '').slice(0, -1));
      return true;
    }
    if (event.key.length === 1 && !event.ctrlKey && !event.altKey && !event.metaKey) {
      handled();
      setSearch((search ?? '') + event.key);
      return true;
    }
    return false;
  }

  /** Keys while completions are listed. */
  function listKey(event: KeyboardEvent, handled: () => void): boolean {
    if (list === undefined) return false;
    const move =
      event.key === 'Tab'
        ? event.shiftKey
          ? -1
          : 1
        : event.key === 'ArrowDown'
          ? 1
          : event.key === 'ArrowUp'
            ? -1
            : 0;
    if (move !== 0) {
      handled();
      setList({ ...list, chosen: (list.chosen + move + list.items.length) % list.items.length });
      return true;
    }
    if (event.key === 'Escape') {
      handled();
      setList(undefined);
      return true;
    }
    const item = list.items[list.chosen];
    if (event.key === 'Enter' && item !== undefined) {
      handled();
      choose(item);
      return true;
    }
    setList(undefined);
    return false;
  }

  const shownPrompt = session.isRunning ? '' : session.prompt();
  return (
    <div className="term-entry">
      <span className="term-prompt" aria-hidden="true">
        {search === undefined ? shownPrompt : `(reverse-i-search)\`${search}': `}
      </span>
      <textarea
        ref={field}
        className="term-field"
        aria-label={session.isRunning ? 'Input of the running command' : 'Command line'}
        aria-describedby={list === undefined ? undefined : listId}
        rows={1}
        spellCheck={false}
        autoCapitalize="off"
        autoComplete="off"
        value={search === undefined ? text : (found ?? '')}
        onChange={(event) => {
          past.current = undefined;
          setList(undefined);
          setText(event.target.value);
          onTouch();
        }}
        onPaste={(event) => {
          const pasted = event.clipboardData.getData('text/plain').replaceAll('\r', '');
          if (!/\n[\s\S]*\S|\S\n/.test(pasted)) return;
          // Several lines are a script: they run one after the other, as they would in any terminal.
          event.preventDefault();
          const { selectionStart, selectionEnd } = event.currentTarget;
          const whole = text.slice(0, selectionStart) + pasted + text.slice(selectionEnd);
          const end = whole.endsWith('\n') ? whole.slice(0, -1) : whole;
          setText('');
          session.submit(end);
          onTouch();
        }}
        onKeyDown={onKeyDown}
      />
      {list !== undefined && (
        <ul id={listId} className="term-completions" role="listbox" aria-label="Completions">
          {list.items.map((item, i) => (
            <li
              key={item.text}
              role="option"
              aria-selected={i === list.chosen}
              ref={(element) => {
                if (i === list.chosen) element?.scrollIntoView({ block: 'nearest' });
              }}
            >
              <button
                type="button"
                tabIndex={-1}
                onMouseDown={(event) => event.preventDefault()}
                onClick={() => choose(item)}
              >
                <span>{item.text.slice(item.text.lastIndexOf('/', item.text.length - 2) + 1)}</span>
                {item.about !== undefined && <span className="text-faint">{item.about}</span>}
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
