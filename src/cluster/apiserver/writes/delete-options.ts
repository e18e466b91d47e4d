import { decodeValue } from '../../../api/decode/decode.ts';
import { decodeStatus } from '../../../api/decode/failure.ts';
import { invalid, notSupported } from '../../../api/field-errors.ts';
import type { DeleteOptions } from '../../../api/generated/types.ts';
import { structSchema } from '../../../api/schema/lookup.ts';
import { badRequestError, invalidError, type StatusError } from '../../../api/status-error.ts';
import { refusal, success, type Result } from '../../../base/result.ts';
import type { ApiRequest } from '../../messages.ts';
import { readCount } from '../reads/list-options.ts';
import { isTrue } from '../verb.ts';

const policies = ['Foreground', 'Background', 'Orphan'];

/** The options of a delete, from its body or else its query; checked (upstream: ValidateDeleteOptions). */
export function readDeleteOptions(request: ApiRequest): Result<DeleteOptions, StatusError> {
  const read = request.body === undefined ? fromQuery(request) : fromBody(request.body);
  if (!read.ok) return read;
  const { propagationPolicy, orphanDependents } = read.value;
  const refuseOption = (problem: Parameters<typeof invalidError>[2][number]) =>
    refusal(invalidError({ group: 'meta.k8s.io', kind: 'DeleteOptions' }, '', [problem]));
  if (propagationPolicy !== undefined && orphanDependents !== undefined) {
    return refuseOption(
      invalid(
        'propagationPolicy',
        propagationPolicy,
        'orphanDependents and deletionPropagation cannot be both set',
      ),
    );
  }
  if (propagationPolicy !== undefined && !policies.includes(propagationPolicy)) {
    return refuseOption(notSupported('propagationPolicy', propagationPolicy, [...policies, 'nil']));
  }
  return read;
}

function fromBody(body: unknown): Result<DeleteOptions, StatusError> {
  const decoded = decodeValue(body, structSchema('DeleteOptions'), { fieldValidation: 'Ignore' });
  if (!decoded.ok) {
    const claimed = { apiVersion: 'v1', kind: 'DeleteOptions' };
    return refusal(decodeStatus(decoded.error, claimed, 'DeleteOptions'));
  }
  // The decoder has checked the fields against the schema that the type is made from.
  return success(decoded.value.value as DeleteOptions);
}

function fromQuery({ query }: ApiRequest): Result<DeleteOptions, StatusError> {
  const grace = query['gracePeriodSeconds'];
  const seconds = readCount(grace);
  if (grace !== undefined && grace !== '' && seconds === undefined) {
    return refusal(
      badRequestError(`strconv.ParseInt: parsing ${JSON.stringify(grace)}: invalid syntax`),
    );
  }
  const { propagationPolicy, orphanDependents } = query;
  return success({
    ...(seconds === undefined ? undefined : { gracePeriodSeconds: seconds }),
    ...(propagationPolicy === undefined || propagationPolicy === ''
      ? undefined
      : { propagationPolicy }),
    ...(orphanDependents === undefined
      ? undefined
      : { orphanDependents: isTrue(orphanDependents) }),
  });
}
