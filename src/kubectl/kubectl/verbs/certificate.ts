import { formatTime } from '../../../api/time.ts';
import { collect, targetsOf } from '../builder.ts';
import { pathOf } from '../discovery.ts';
import { fail } from '../failure.ts';
import { namesFiles } from '../manifests.ts';
import { fieldsAt, listAt, textAt } from '../objects.ts';
import type { Session } from '../session.ts';
import { report, throwAll } from '../writing.ts';

function deciding(type: 'Approved' | 'Denied'): (session: Session) => Promise<void> {
  const verb = type === 'Approved' ? 'approve' : 'deny';
  return async (session) => {
    const { args, flags } = session;
    if (args.length === 0 && !namesFiles(session))
      fail('one or more CSRs must be specified as <name> or -f <filename>');
    const names = args.map((each) =>
      each.includes('/') ? each : `certificatesigningrequests.certificates.k8s.io/${each}`,
    );
    const { infos, failures } = await collect(session, await targetsOf(session, { args: names }));
    throwAll(failures);
    for (const { object, resource, name } of infos) {
      const conditions = listAt(object, 'status', 'conditions');
      const already = conditions.some((each) => textAt(each, 'type') === type);
      let result: unknown = object;
      if (!already || flags.bool('force')) {
        const now = formatTime(session.context.now());
        const condition = {
          type,
          status: 'True',
          reason: `Kubectl${type === 'Approved' ? 'Approve' : 'Deny'}`,
          message: `This CSR was ${type === 'Approved' ? 'approved' : 'denied'} by kubectl certificate ${verb}.`,
          lastUpdateTime: now,
          lastTransitionTime: null,
        };
        result = await session.ask({
          method: 'PUT',
          path: `${pathOf(resource, '', name)}/approval`,
          body: {
            ...object,
            status: { ...fieldsAt(object, 'status'), conditions: [...conditions, condition] },
          },
        });
      }
      report(session, result, type.toLowerCase());
    }
  };
}

/** kubectl certificate approve. */
export const approveCertificate = deciding('Approved');
/** kubectl certificate deny. */
export const denyCertificate = deciding('Denied');
