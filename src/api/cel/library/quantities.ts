import {
  addQuantities,
  approximateFloat,
  compareQuantities,
  scaledValue,
  signOfQuantity,
  subtractQuantities,
} from '../../quantity/arithmetic.ts';
import { parseQuantity } from '../../quantity/parse.ts';
import { isInt64, quantityOf, type Quantity } from '../../quantity/quantity.ts';
import { double, Special } from '../values.ts';
import { fail, isSpecial, special, text, type CelFunction, type Library } from './arguments.ts';

const made = (value: Quantity): Special => new Special({ type: 'quantity', quantity: value });

/** The operand may be a whole number. */
function quantity(name: string, args: readonly unknown[], index = 0): Quantity {
  const value = args[index];
  if (index > 0 && typeof value === 'number' && Number.isInteger(value)) {
    return quantityOf(value, 'DecimalSI');
  }
  return special('quantity', name, args, index).quantity;
}

function isWhole(value: Quantity): boolean {
  const units = scaledValue(value, 0);
  return isInt64(units) && compareQuantities(value, quantityOf(units, 'DecimalSI')) === 0;
}

export const quantityFunctions: Readonly<Record<string, CelFunction>> = {
  quantity: (args) => {
    const parsed = parseQuantity(text('quantity', args, 0));
    return parsed.ok ? made(parsed.value) : fail(parsed.error);
  },
  isQuantity: (args) => parseQuantity(text('isQuantity', args, 0)).ok,
};

const compared = (name: string, holds: (order: number) => unknown): CelFunction => {
  return (args) =>
    holds(compareQuantities(quantity(name, args), special('quantity', name, args, 1).quantity));
};

export const quantityLibrary: Library = {
  accepts: isSpecial('quantity'),
  methods: {
    add: (args) => made(addQuantities(quantity('add', args), quantity('add', args, 1))),
    sub: (args) => made(subtractQuantities(quantity('sub', args), quantity('sub', args, 1))),
    isLessThan: compared('isLessThan', (order) => order < 0),
    isGreaterThan: compared('isGreaterThan', (order) => order > 0),
    compareTo: compared('compareTo', (order) => order),
    sign: (args) => signOfQuantity(quantity('sign', args)),
    isInteger: (args) => isWhole(quantity('isInteger', args)),
    asInteger: (args) => {
      const value = quantity('asInteger', args);
      return isWhole(value)
        ? Number(scaledValue(value, 0))
        : fail('cannot convert value to integer');
    },
    asApproximateFloat: (args) => double(approximateFloat(quantity('asApproximateFloat', args))),
  },
};
