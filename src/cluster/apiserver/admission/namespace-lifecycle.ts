import { forbiddenError, notFoundError } from '../../../api/status-error.ts';
import type { VerbCall } from '../verb.ts';
import { namespaceNamed } from './cached.ts';
import { admitted, forbid, notAdmitted, type AdmissionPlugin } from './plugin.ts';

/** Namespaces that the cluster cannot do without. */
const immortal = ['default', 'kube-system', 'kube-public'];

/** Nothing is created in a namespace that is not there or is being emptied. */
export const namespaceLifecycle: AdmissionPlugin = {
  name: 'NamespaceLifecycle',

  // An update meets an object that is there, and then its namespace is as well.
  concerns: ({ isCreation }) => isCreation,

  admit(call, change) {
    const { namespace } = call.target;
    if (namespace === '') return admitted(change.next);
    const found = namespaceNamed(call.server, namespace);
    if (found === undefined) {
      const status = notFoundError({ group: '', resource: 'namespaces' }, namespace);
      return notAdmitted({ status });
    }
    if (found.status?.phase !== 'Terminating') return admitted(change.next);
    const { status } = forbid(
      call,
      change,
      `unable to create new content in namespace ${namespace} because it is being terminated`,
    );
    const cause = {
      reason: 'NamespaceTerminating',
      message: `namespace ${namespace} is being terminated`,
      field: 'metadata.namespace',
    };
    return notAdmitted({
      status: { ...status, details: { ...status.details, causes: [cause] } },
    });
  },

  admitDeletion({ target }: VerbCall) {
    if (target.kind.kind !== 'Namespace' || !immortal.includes(target.name)) return undefined;
    return forbiddenError(
      { group: '', resource: 'namespaces' },
      target.name,
      'this namespace may not be deleted',
    );
  },
};
