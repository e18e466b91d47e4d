import { BookOpen } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import { GALLERY, type Template } from '../../scenarios/gallery.ts';
import { openDraft } from './draft-store.ts';

const GROUPS: readonly Template['group'][] = [
  'First steps',
  'The life of a Pod',
  'Scheduling',
  'Things that go wrong',
];

/** The template gallery: a menu of manifests with what to watch for in each. */
export function GalleryMenu() {
  return (
    <DropdownMenu.Root>
      <DropdownMenu.Trigger asChild>
        <button
          type="button"
          className="flex items-center gap-1.5 rounded-md px-2 py-1 text-xs text-dim hover:bg-raise-2 hover:text-fg"
          title="Open a template"
        >
          <BookOpen aria-hidden size={14} />
          Templates
        </button>
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          align="start"
          sideOffset={4}
          className="z-50 max-h-[70vh] w-80 overflow-auto rounded-lg border border-line-2 bg-raise p-1 text-xs shadow-lg"
        >
          {GROUPS.map((group) => (
            <DropdownMenu.Group key={group}>
              <DropdownMenu.Label className="px-2 pt-2 pb-1 text-[11px] text-faint">
                {group}
              </DropdownMenu.Label>
              {GALLERY.filter((template) => template.group === group).map((template) => (
                <DropdownMenu.Item
                  key={template.id}
                  className="cursor-pointer rounded-md px-2 py-1.5 outline-none data-[highlighted]:bg-raise-2"
                  onSelect={() => openDraft(template.manifest)}
                >
                  <span className="block font-medium">{template.title}</span>
                  <span className="block text-dim">{template.notice}</span>
                </DropdownMenu.Item>
              ))}
            </DropdownMenu.Group>
          ))}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
