import { Copy, FilePen } from 'lucide-react';
import { useEffect, useMemo, useRef, useState } from 'react';
import { stringifyYaml } from '../../api/manifest/stringify.ts';
import { thingPath, type ThingId } from '../../view/selection.ts';
import { openInEditor } from '../actions/open-in-editor.ts';
import { useObject } from '../hooks/use-view.ts';
import { usePage } from '../page.tsx';
import { IconButton } from '../parts/icon-button.tsx';
import { YamlLine } from './yaml-line.tsx';

/** The object as the API server has it, live and read-only. Lines that changed light up for a moment. */
export default function YamlTab({ id }: { readonly id: ThingId }) {
  const { view } = usePage();
  const object = useObject(thingPath(view, id));
  const [managed, setManaged] = useState(false);
  const text = useMemo(() => yamlOf(object, managed), [object, managed]);
  const lines = useMemo(() => text.split('\n'), [text]);
  const changed = useChangedLines(lines);
  if (object === undefined) return null;
  if (object === null)
    return <p className="p-4 text-dim">The API server no longer has this object.</p>;
  return (
    <>
      <div className="flex h-9 items-center gap-1 border-b border-line pl-4 pr-2">
        <label className="flex flex-1 items-center gap-1.5 text-dim">
          <input
            type="checkbox"
            checked={managed}
            onChange={(event) => setManaged(event.target.checked)}
          />
          managedFields
        </label>
        <IconButton label="Copy" onClick={() => void navigator.clipboard.writeText(text)}>
          <Copy size={13} />
        </IconButton>
        <IconButton label="Open in the editor" onClick={() => void openInEditor(editable(object))}>
          <FilePen size={14} />
        </IconButton>
      </div>
      <pre className="yaml" tabIndex={0} aria-label="Live YAML, read-only">
        {lines.map((line, at) => (
          // A line is its place: so the scroll position and the flash survive changes.
          <YamlLine key={at} text={line} changed={changed.get(at)} />
        ))}
      </pre>
    </>
  );
}

interface Metadata {
  readonly metadata?: Readonly<Record<string, unknown>>;
}

function yamlOf(object: unknown, managed: boolean): string {
  if (object === undefined || object === null) return '';
  if (managed) return stringifyYaml(object).trimEnd();
  // Every object of the API has metadata; `undefined` fields are left out of the text.
  const { metadata } = object as Metadata;
  return stringifyYaml({
    ...object,
    metadata: { ...metadata, managedFields: undefined },
  }).trimEnd();
}

/** What a person would write to get this object: no status, nothing that the server fills in. */
function editable(object: unknown): string {
  const { metadata, ...rest } = object as Metadata & Readonly<Record<string, unknown>>;
  const { annotations } = (metadata ?? {}) as { annotations?: Readonly<Record<string, string>> };
  const own = Object.entries(annotations ?? {}).filter(
    ([key]) => key !== 'kubectl.kubernetes.io/last-applied-configuration',
  );
  return stringifyYaml({
    ...rest,
    status: undefined,
    metadata: {
      ...metadata,
      annotations: own.length > 0 ? Object.fromEntries(own) : undefined,
      managedFields: undefined,
      resourceVersion: undefined,
      uid: undefined,
      generation: undefined,
      creationTimestamp: undefined,
    },
  });
}

/** Lines that differ from the last version, with a number that restarts their flash. */
function useChangedLines(lines: readonly string[]): ReadonlyMap<number, number> {
  const last = useRef<readonly string[]>(lines);
  const version = useRef(0);
  const [changed, setChanged] = useState<ReadonlyMap<number, number>>(new Map());
  useEffect(() => {
    const before = last.current;
    last.current = lines;
    // Lines that moved because others came are no news.
    const known = new Set(before);
    if (before === lines || before.length <= 1) return;
    version.current += 1;
    const found = new Map<number, number>();
    for (const [at, line] of lines.entries()) {
      if (line !== before[at] && !known.has(line)) found.set(at, version.current);
    }
    setChanged(found);
  }, [lines]);
  return changed;
}
