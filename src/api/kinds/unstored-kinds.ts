import { nameColumn, textColumn } from '../printers/columns.ts';
import type { ComponentStatus } from '../generated/types.ts';
import { defineKind } from './define-kind.ts';
import type { KindDeclaration } from './kind.ts';

/** How the parts of the control plane are, asked at the moment. Deprecated since 1.19. */
export const componentStatusKind = defineKind<ComponentStatus>({
  group: '',
  version: 'v1',
  kind: 'ComponentStatus',
  plural: 'componentstatuses',
  shortNames: ['cs'],
  namespaced: false,
  verbs: ['get', 'list'],
  deprecation: 'v1 ComponentStatus is deprecated in v1.19+',
  table: {
    columns: [
      nameColumn,
      textColumn('Status', 'Status of the component conditions'),
      textColumn('Message', 'Message of the component conditions'),
      textColumn('Error', 'Error of the component conditions'),
    ],
    cells: ({ metadata, conditions = [] }) => {
      const healthy = conditions.find(({ type }) => type === 'Healthy');
      const word =
        healthy === undefined ? 'Unknown' : healthy.status === 'True' ? 'Healthy' : 'Unhealthy';
      return [metadata.name ?? '', word, healthy?.message ?? '', healthy?.error ?? ''];
    },
  },
});

const bindingKind = defineKind({
  group: '',
  version: 'v1',
  kind: 'Binding',
  plural: 'bindings',
  namespaced: true,
  verbs: ['create'],
});

/** Kinds of the core group that are served and never stored. */
export const unstoredKinds: readonly KindDeclaration[] = [bindingKind, componentStatusKind];
