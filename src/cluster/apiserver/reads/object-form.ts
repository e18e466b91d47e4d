import type {
  KubernetesObject,
  PartialObjectMetadata,
  Table,
  TableRow,
} from '../../../api/generated/types.ts';
import type { KindDeclaration } from '../../../api/kinds/kind.ts';
import type { ApiRequest } from '../../messages.ts';
import type { ObjectForm } from '../storage/served-watches.ts';

/** How a request wants objects, from its Accept header and `includeObject`. The first form that is served wins. */
export function formOf(request: ApiRequest): ObjectForm {
  const { accept } = request;
  if (accept === undefined || !accept.includes('as=')) return 'object';
  for (const part of accept.split(',')) {
    if (part.includes('as=Table')) {
      const include = request.query['includeObject'];
      return include === 'Object'
        ? 'table-object'
        : include === 'None'
          ? 'table-none'
          : 'table-metadata';
    }
    if (part.includes('as=PartialObjectMetadata')) return 'metadata';
    if (!part.includes('as=')) return 'object';
  }
  return 'object';
}

/** An object from the store in the form a client wants. `now` in milliseconds since 1970, for ages. */
export function present(
  stored: KubernetesObject,
  { kind, form, now }: { kind: KindDeclaration; form: ObjectForm; now: number },
): unknown {
  const object = kind.fromStored === undefined ? stored : kind.fromStored(stored);
  switch (form) {
    case 'object':
      return object;
    case 'metadata':
      return metadataOf(object);
    default:
      return tableOf([object], {
        kind,
        form,
        now,
        metadata: { resourceVersion: object.metadata.resourceVersion ?? '' },
      });
  }
}

/** A list of objects from the store in the form a client wants. */
export function presentList(
  stored: readonly KubernetesObject[],
  as: {
    readonly kind: KindDeclaration;
    readonly form: ObjectForm;
    readonly now: number;
    readonly metadata: Table['metadata'];
  },
): unknown {
  const { kind, form, metadata } = as;
  const { fromStored } = kind;
  const objects = fromStored === undefined ? stored : stored.map((each) => fromStored(each));
  switch (form) {
    case 'object':
      return {
        kind: kind.listKind,
        apiVersion: kind.group === '' ? kind.version : `${kind.group}/${kind.version}`,
        metadata,
        items: objects,
      };
    case 'metadata':
      return {
        kind: 'PartialObjectMetadataList',
        apiVersion: 'meta.k8s.io/v1',
        metadata,
        items: objects.map(metadataOf),
      };
    default:
      return tableOf(objects, { ...as, form });
  }
}

function metadataOf(object: KubernetesObject): PartialObjectMetadata {
  return {
    kind: 'PartialObjectMetadata',
    apiVersion: 'meta.k8s.io/v1',
    metadata: object.metadata,
  };
}

function tableOf(
  objects: readonly KubernetesObject[],
  {
    kind,
    form,
    now,
    metadata,
  }: {
    readonly kind: KindDeclaration;
    readonly form: 'table-metadata' | 'table-object' | 'table-none';
    readonly now: number;
    readonly metadata: Table['metadata'];
  },
): Table {
  const rows = objects.map((object): TableRow => {
    const conditions = kind.table.rowConditions?.(object);
    return {
      cells: kind.table.cells(object, now),
      ...(conditions === undefined || conditions.length === 0 ? undefined : { conditions }),
      ...(form === 'table-none'
        ? undefined
        : { object: form === 'table-object' ? object : metadataOf(object) }),
    };
  });
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata,
    columnDefinitions: kind.table.columns,
    rows,
  };
}
