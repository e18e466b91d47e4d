import { Keyboard, Monitor, Moon, Search, SquareTerminal, Sun } from 'lucide-react';
import { useHead } from '../hooks/use-view.ts';
import { shownKeys } from '../keys/shown-keys.ts';
import { IconButton } from '../parts/icon-button.tsx';
import { useSheet } from '../state/menu.ts';
import { useTerminal } from '../state/terminal.ts';
import { useTheme, type Theme } from '../state/theme.ts';
import { ClusterMenu } from './cluster-menu.tsx';
import { Transport } from './transport.tsx';

export function TopBar() {
  const open = useSheet((sheets) => sheets.open);
  return (
    <header className="top-bar">
      <div className="flex min-w-0 items-center gap-2">
        <h1 className="flex items-center gap-2 text-[14px] font-semibold tracking-tight">
          <Mark />
          <span className="max-[640px]:sr-only">Kubarium</span>
        </h1>
        <span className="min-w-0 max-[480px]:hidden">
          <ClusterMenu />
        </span>
        <SeedAndVersion />
      </div>
      <Transport />
      <div className="flex min-w-0 items-center justify-end gap-1">
        <button
          type="button"
          className="btn min-w-0 !px-2.5 text-dim"
          aria-label="Search or do anything"
          data-tip="Every object, every act"
          data-key="Ctrl K"
          onClick={() => open('palette')}
        >
          <Search size={13} className="flex-none" />
          <span className="truncate-text max-[1160px]:hidden">Search or do anything</span>
          <span className="kbd flex-none max-[640px]:hidden">{shownKeys('Ctrl K').join(' ')}</span>
        </button>
        <TerminalButton />
        <IconButton
          label="Keys"
          shortcut="?"
          className="max-[640px]:hidden"
          onClick={() => open('keys')}
        >
          <Keyboard size={15} />
        </IconButton>
        <ThemeButton />
      </div>
    </header>
  );
}

function TerminalButton() {
  const isOpen = useTerminal((state) => state.isOpen);
  const toggle = useTerminal((state) => state.toggle);
  return (
    <IconButton label="Terminal" shortcut="Ctrl `" aria-pressed={isOpen} onClick={toggle}>
      <SquareTerminal size={15} />
    </IconButton>
  );
}

function SeedAndVersion() {
  const seed = useHead((head) => (head.phase === 'starting' ? undefined : head.seed));
  const attached = useHead((head) => head.attached);
  if (attached !== undefined) {
    const isServed = attached.kind === 'served';
    return (
      <span
        className="truncate-text text-attention-text"
        data-tip={isServed ? 'This cluster runs in “npm run serve”' : attached.refusals.write}
      >
        {attached.address === '.' ? location.host : attached.address.replace(/^https?:\/\//, '')}
        {isServed ? '' : ' · only looking'}
      </span>
    );
  }
  if (seed === undefined) return null;
  return (
    <span
      className="truncate-text text-faint max-[1160px]:hidden"
      data-tip="The seed decides every chance; the behaviour is Kubernetes v1.35’s"
    >
      seed {seed} · v1.35
    </span>
  );
}

const THEMES: Readonly<Record<Theme, { readonly label: string; readonly icon: typeof Sun }>> = {
  system: { label: 'Theme: as the system', icon: Monitor },
  light: { label: 'Theme: light', icon: Sun },
  dark: { label: 'Theme: dark', icon: Moon },
};

function ThemeButton() {
  const theme = useTheme((state) => state.theme);
  const next = useTheme((state) => state.next);
  const { label, icon: Icon } = THEMES[theme];
  return (
    <IconButton label={label} shortcut="Alt Shift D" onClick={next}>
      <Icon size={15} />
    </IconButton>
  );
}

function Mark() {
  return (
    <svg width="18" height="18" viewBox="0 0 32 32" aria-hidden="true">
      <path
        d="M16 2.6 28.4 9.3v13.4L16 29.4 3.6 22.7V9.3Z"
        fill="none"
        stroke="var(--accent)"
        strokeWidth="2.4"
        strokeLinejoin="round"
      />
      <path d="M16 9.6 21.8 16 16 22.4 10.2 16Z" fill="var(--accent)" />
    </svg>
  );
}
