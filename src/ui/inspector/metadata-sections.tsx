import type { KubernetesObject } from '../../api/generated/types.ts';
import { Pairs, Section } from './parts.tsx';

/** Labels and annotations, which every kind has. */
export function MetadataSections({
  object,
}: {
  readonly object: KubernetesObject | null | undefined;
}) {
  if (object === undefined || object === null) return null;
  return (
    <>
      <Section title="Labels">
        <Pairs pairs={object.metadata.labels} />
      </Section>
      {object.metadata.annotations !== undefined && (
        <Section title="Annotations">
          <Pairs pairs={object.metadata.annotations} />
        </Section>
      )}
    </>
  );
}
