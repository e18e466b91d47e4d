import { changeOrMake, mapSame } from '../defaults/fill.ts';
import { duplicate, forbidden, invalid, required } from '../field-errors.ts';
import type { LimitRange, LimitRangeItem } from '../generated/types.ts';
import { qualifiedNameErrors } from '../names/qualified-name.ts';
import { limitRangeTable } from '../printers/policy.ts';
import { approximateFloat, compareQuantities } from '../quantity/arithmetic.ts';
import { collectErrors } from '../validation/collect.ts';
import { addMessages, type Errors } from '../validation/fields.ts';
import {
  checkObjectMeta,
  checkObjectMetaUpdate,
  subdomainName,
} from '../validation/object-meta.ts';
import {
  checkContainerResourceName,
  checkResourceName,
  quantityOf,
} from '../validation/resource-requirements.ts';
import { defineKind } from './define-kind.ts';

/** Bounds and defaults for the resources of the pods and claims of a namespace. */
export const limitRangeKind = defineKind<LimitRange>({
  group: '',
  version: 'v1',
  kind: 'LimitRange',
  plural: 'limitranges',
  shortNames: ['limits'],
  createOnUpdate: true,
  namespaced: true,
  table: limitRangeTable,

  defaults: (range) =>
    changeOrMake(range, 'spec', { limits: [] }, (spec) =>
      changeOrMake(spec ?? { limits: [] }, 'limits', [], (limits) =>
        mapSame(limits ?? [], defaultItem),
      ),
    ),
  validate: (range) =>
    collectErrors((errors) => {
      checkObjectMeta(range.metadata, true, subdomainName, errors);
      checkLimits(range.spec.limits, errors);
    }),
  validateUpdate: (next, old) =>
    collectErrors((errors) => {
      checkObjectMetaUpdate(next, old, errors);
      checkLimits(next.spec.limits, errors);
    }),
});

type Amounts = Readonly<Record<string, string>>;

/** A container's default limit is its maximum, and its default request its default limit, or else its minimum. */
function defaultItem(item: LimitRangeItem): LimitRangeItem {
  if (item.type !== 'Container') return item;
  const limits: Amounts = { ...item.max, ...item.default };
  const requests: Amounts = { ...item.min, ...limits, ...item.defaultRequest };
  const isSame = sameKeys(limits, item.default) && sameKeys(requests, item.defaultRequest);
  return isSame ? item : { ...item, default: limits, defaultRequest: requests };
}

function sameKeys(amounts: Amounts, before: Amounts | undefined): boolean {
  return Object.keys(amounts).length === Object.keys(before ?? {}).length;
}

const types = ['Container', 'PersistentVolumeClaim', 'Pod'];

function checkLimits(limits: readonly LimitRangeItem[], errors: Errors): void {
  const seen = new Set<string>();
  for (const [index, item] of limits.entries()) {
    const path = `spec.limits[${index}]`;
    const type = item.type ?? '';
    const messages = qualifiedNameErrors(type);
    addMessages(messages, type, `${path}.type`, errors);
    if (messages.length === 0 && !type.includes('/') && !types.includes(type)) {
      const message = 'must be a standard limit type or fully qualified';
      errors.push(invalid(`${path}.type`, type, message));
    }
    if (seen.has(type)) errors.push(duplicate(`${path}.type`, type));
    seen.add(type);
    checkItem(item, path, errors);
  }
}

function checkItem(item: LimitRangeItem, path: string, errors: Errors): void {
  const { type, min = {}, max = {}, maxLimitRequestRatio = {} } = item;
  const isOfPods = type === 'Pod';
  for (const field of [
    'max',
    'min',
    'default',
    'defaultRequest',
    'maxLimitRequestRatio',
  ] as const) {
    const amounts = item[field];
    if (amounts === undefined) continue;
    if (isOfPods && (field === 'default' || field === 'defaultRequest')) {
      errors.push(forbidden(`${path}.${field}`, "may not be specified when `type` is 'Pod'"));
      continue;
    }
    const check = isOfPods || type === 'Container' ? checkContainerResourceName : checkResourceName;
    for (const name of Object.keys(amounts)) check(name, `${path}.${field}[${name}]`, errors);
  }
  if (
    type === 'PersistentVolumeClaim' &&
    min['storage'] === undefined &&
    max['storage'] === undefined
  ) {
    errors.push(
      required(
        `${path}.limits`,
        'either minimum or maximum storage value is required, but neither was provided',
      ),
    );
  }
  const fields = [min, max, item.default ?? {}, item.defaultRequest ?? {}, maxLimitRequestRatio];
  for (const name of new Set(fields.flatMap((each) => Object.keys(each)))) {
    checkOrder(item, name, path, errors);
  }
}

/** min ≤ default request ≤ default ≤ max, as far as they are given. */
function checkOrder(item: LimitRangeItem, name: string, path: string, errors: Errors): void {
  const isAbove = (a: string | undefined, b: string | undefined): boolean =>
    a !== undefined && b !== undefined && compareQuantities(quantityOf(a), quantityOf(b)) > 0;
  const refuse = (field: string, shown: string | undefined, message: string): void => {
    errors.push(invalid(`${path}.${field}[${name}]`, shown, message));
  };
  const min = item.min?.[name];
  const max = item.max?.[name];
  const limit = item.default?.[name];
  const request = item.defaultRequest?.[name];
  if (isAbove(min, max)) refuse('min', min, `min value ${min} is greater than max value ${max}`);
  if (isAbove(min, request)) {
    refuse(
      'defaultRequest',
      request,
      `min value ${min} is greater than default request value ${request}`,
    );
  }
  if (isAbove(request, max)) {
    refuse(
      'defaultRequest',
      request,
      `default request value ${request} is greater than max value ${max}`,
    );
  }
  if (isAbove(request, limit)) {
    refuse(
      'defaultRequest',
      request,
      `default request value ${request} is greater than default limit value ${limit}`,
    );
  }
  if (isAbove(min, limit)) {
    refuse('default', min, `min value ${min} is greater than default value ${limit}`);
  }
  if (isAbove(limit, max)) {
    refuse('default', max, `default value ${limit} is greater than max value ${max}`);
  }
  checkRatio(item.maxLimitRequestRatio?.[name], min, max, refuse);
}

function checkRatio(
  ratio: string | undefined,
  min: string | undefined,
  max: string | undefined,
  refuse: (field: string, shown: string | undefined, message: string) => void,
): void {
  if (ratio === undefined) return;
  const value = approximateFloat(quantityOf(ratio));
  if (value < 1) refuse('maxLimitRequestRatio', ratio, `ratio ${ratio} is less than 1`);
  if (min === undefined || max === undefined) return;
  const widest = approximateFloat(quantityOf(max)) / approximateFloat(quantityOf(min));
  if (value <= widest) return;
  refuse(
    'maxLimitRequestRatio',
    ratio,
    `ratio ${ratio} is greater than max/min = ${widest.toFixed(6)}`,
  );
}
