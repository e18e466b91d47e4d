import { AArrowDown, AArrowUp, Plus, X } from 'lucide-react';
import { Suspense, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { usePage } from '../page.tsx';
import { IconButton } from '../parts/icon-button.tsx';
import { writeStored } from '../state/stored.ts';
import { useTerminal } from '../state/terminal.ts';
import { useEditRequest } from './edit-request.ts';
import { createTerminalSession, type TerminalSession } from './session.ts';
import { storedFontSize, terminalGround } from './surroundings.ts';
import { TerminalView } from './terminal-view.tsx';
import './terminal.css';
import { lazyPart } from '../parts/lazy-part.ts';

const EditSheet = lazyPart(() => import('./edit-sheet.tsx'));

/** The sessions outlive a closed drawer: what runs in them goes on. */
let sessions: readonly TerminalSession[] = [];
let nextId = 1;
const FONT = { min: 9, max: 24 };

/** The terminal's drawer: tabs of shells. */
export default function TerminalPanel() {
  const page = usePage();
  const [all, setAll] = useState(() => {
    if (sessions.length === 0) sessions = [createTerminalSession(nextId++, terminalGround(page))];
    return sessions;
  });
  const [active, setActive] = useState(all[0]?.id ?? 0);
  const [fontSize, setFontSize] = useState(storedFontSize);
  const asked = useTerminal((state) => state.asked);
  const close = useTerminal((state) => state.close);
  const [focusAsked, setFocusAsked] = useState(0);
  const isEditing = useEditRequest((state) => state.open !== undefined);
  const wasEditing = useRef(false);
  useEffect(() => setFocusAsked((count) => count + asked), [asked]);
  useEffect(() => {
    if (wasEditing.current && !isEditing) setFocusAsked((count) => count + 1);
    wasEditing.current = isEditing;
  }, [isEditing]);

  const change = (next: readonly TerminalSession[], shown: number | undefined): void => {
    sessions = next;
    setAll(next);
    if (shown === undefined) close();
    else setActive(shown);
    setFocusAsked((count) => count + 1);
  };
  const add = (): void => {
    const made = createTerminalSession(nextId++, terminalGround(page));
    change([...all, made], made.id);
  };
  const remove = (session: TerminalSession): void => {
    session.close();
    const rest = all.filter((each) => each !== session);
    const next = session.id === active ? rest.at(-1)?.id : active;
    change(rest, next);
  };
  const resizeFont = (by: number): void => {
    const size = Math.min(FONT.max, Math.max(FONT.min, fontSize + by));
    setFontSize(size);
    writeStored('terminal', JSON.stringify({ fontSize: size }));
  };
  const shown = all.find((session) => session.id === active) ?? all[0];

  return (
    <>
      <div className="term-bar">
        <div
          role="group"
          aria-label="Terminals"
          className="flex min-w-0 flex-1 overflow-x-auto [scrollbar-width:none]"
        >
          {all.map((session, i) => (
            <SessionTab
              key={session.id}
              session={session}
              number={i + 1}
              isActive={session === shown}
              onChoose={() => {
                setActive(session.id);
                setFocusAsked((count) => count + 1);
              }}
              onClose={() => remove(session)}
              onEnded={() => remove(session)}
            />
          ))}
          <IconButton label="New terminal" onClick={add}>
            <Plus size={14} />
          </IconButton>
        </div>
        <IconButton label="Smaller text" onClick={() => resizeFont(-1)}>
          <AArrowDown size={15} />
        </IconButton>
        <IconButton label="Larger text" onClick={() => resizeFont(1)}>
          <AArrowUp size={15} />
        </IconButton>
        <IconButton label="Close the terminal" shortcut="Ctrl `" onClick={close}>
          <X size={14} />
        </IconButton>
      </div>
      {shown !== undefined && (
        <div
          role="group"
          aria-label={`Terminal ${all.indexOf(shown) + 1}`}
          className="flex min-h-0 flex-1 flex-col"
        >
          <TerminalView
            key={shown.id}
            session={shown}
            fontSize={fontSize}
            focusAsked={focusAsked}
          />
        </div>
      )}
      {isEditing && (
        <Suspense fallback={null}>
          <EditSheet />
        </Suspense>
      )}
    </>
  );
}

interface SessionTabProps {
  readonly session: TerminalSession;
  readonly number: number;
  readonly isActive: boolean;
  readonly onChoose: () => void;
  readonly onClose: () => void;
  readonly onEnded: () => void;
}

function SessionTab({ session, number, isActive, onChoose, onClose, onEnded }: SessionTabProps) {
  useSyncExternalStore(session.subscribe, () => session.version);
  const { isEnded } = session;
  const ended = useRef(onEnded);
  ended.current = onEnded;
  useEffect(() => {
    if (isEnded) ended.current();
  }, [isEnded]);
  const label = session.prompt().replace(/:.*$/s, '');
  return (
    <span className="term-tab" data-active={isActive}>
      <button
        type="button"
        className="term-tab-name"
        aria-pressed={isActive}
        data-tip={session.isRunning ? 'A command is running' : 'A shell'}
        onClick={onChoose}
      >
        {label === '> ' ? 'shell' : label} {number}
        {session.isRunning && <span className="term-busy" aria-label="running" role="img" />}
      </button>
      <button
        type="button"
        className="term-tab-close"
        aria-label={`Close terminal ${number}`}
        data-tip="Close"
        onClick={onClose}
      >
        <X size={11} />
      </button>
    </span>
  );
}
