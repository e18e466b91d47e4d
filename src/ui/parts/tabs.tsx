import { useId, type KeyboardEvent, type ReactNode } from 'react';

export interface TabItem<Id extends string> {
  readonly id: Id;
  readonly label: string;
  readonly shortcut?: string;
  readonly badge?: ReactNode;
}

interface TabsProps<Id extends string> {
  readonly label: string;
  readonly items: readonly TabItem<Id>[];
  readonly active: Id;
  readonly onChange: (id: Id) => void;
  readonly end?: ReactNode;
  readonly children: ReactNode;
}

/** Tabs as the ARIA practices want them: one stop for Tab, arrows go along. */
export function Tabs<Id extends string>(props: TabsProps<Id>) {
  const { label, items, active, onChange, end, children } = props;
  const base = useId();
  // Five do not fit into a narrow inspector at the ordinary distance.
  const isDense = items.length > 4;
  const move = (event: KeyboardEvent, by: number): void => {
    const at = items.findIndex((item) => item.id === active);
    const next = items[(at + by + items.length) % items.length];
    if (next === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    onChange(next.id);
    document.getElementById(`${base}-${next.id}`)?.focus();
  };

  return (
    <div className="flex h-full min-h-0 flex-col">
      <div
        className={`tab-bar flex items-center border-b border-line pr-1 ${isDense ? 'pl-3' : 'pl-4'}`}
      >
        <div
          role="tablist"
          aria-label={label}
          className={`flex min-w-0 flex-1 overflow-x-auto [scrollbar-width:none] ${isDense ? 'tabs-dense gap-1' : 'tabs-wide'}`}
        >
          {items.map((item) => (
            <button
              key={item.id}
              id={`${base}-${item.id}`}
              type="button"
              role="tab"
              className="tab"
              aria-selected={item.id === active}
              aria-controls={`${base}-panel`}
              tabIndex={item.id === active ? 0 : -1}
              data-tip={item.shortcut === undefined ? undefined : item.label}
              data-key={item.shortcut}
              onClick={() => onChange(item.id)}
              onKeyDown={(event) => {
                if (event.key === 'ArrowRight') move(event, 1);
                else if (event.key === 'ArrowLeft') move(event, -1);
              }}
            >
              {item.label}
              {item.badge}
            </button>
          ))}
        </div>
        {end}
      </div>
      <div
        role="tabpanel"
        id={`${base}-panel`}
        aria-labelledby={`${base}-${active}`}
        className="flex min-h-0 flex-1 flex-col"
      >
        {children}
      </div>
    </div>
  );
}
