import {
  addQuantities,
  approximateFloat,
  compareQuantities,
  multiplyQuantity,
  negateQuantity,
  roundQuantityUp,
  scaledValue,
  signOfQuantity,
  subtractQuantities,
} from '../../../../api/quantity/arithmetic.ts';
import { formatQuantity } from '../../../../api/quantity/format.ts';
import { parseQuantity, parseQuantityJson } from '../../../../api/quantity/parse.ts';
import {
  type Quantity,
  type QuantityFormat,
  quantityOf,
  scaledQuantity,
} from '../../../../api/quantity/quantity.ts';
import { allOf, type CaseResult, type ConformanceArea, expectEqual, skipped } from '../area.ts';

/** The inputs of every op; which are present depends on the op (see the vectors' README). */
interface QuantityCase {
  readonly op: string;
  readonly input: string;
  readonly a: string;
  readonly b: string;
  readonly by: string;
  readonly scale: number;
  readonly value: string;
  readonly format: QuantityFormat;
  readonly canonical?: string;
  readonly error?: string;
  readonly milliValue?: string;
  readonly sign?: number;
  readonly result?: unknown;
  readonly exact?: boolean;
}

export const quantity: ConformanceArea = {
  name: 'quantity',
  run: (testCase) => runCase(testCase as unknown as QuantityCase),
};

function runCase(testCase: QuantityCase): CaseResult {
  const { op, result, exact } = testCase;
  switch (op) {
    case 'parse':
      return runParse(testCase);
    case 'json': {
      const parsed = parseQuantityJson(testCase.input);
      return expectEqual(testCase.canonical, parsed.ok ? formatQuantity(parsed.value) : parsed);
    }
    case 'compare':
      return expectEqual(result, compareQuantities(read(testCase.a), read(testCase.b)));
    case 'add':
      return expectEqual(result, formatQuantity(addQuantities(read(testCase.a), read(testCase.b))));
    case 'sub':
      return expectEqual(
        result,
        formatQuantity(subtractQuantities(read(testCase.a), read(testCase.b))),
      );
    case 'neg':
      return expectEqual(result, formatQuantity(negateQuantity(read(testCase.a))));
    case 'mul': {
      const came = multiplyQuantity(read(testCase.a), BigInt(testCase.by));
      return expectEqual(
        { result, exact },
        { result: formatQuantity(came.product), exact: came.exact },
      );
    }
    case 'roundUp': {
      const came = roundQuantityUp(read(testCase.a), testCase.scale);
      return expectEqual(
        { result, exact },
        { result: formatQuantity(came.rounded), exact: came.exact },
      );
    }
    case 'scaledValue':
      return expectEqual(result, String(scaledValue(read(testCase.a), testCase.scale)));
    case 'new':
      return expectCanonical(testCase, quantityOf(BigInt(testCase.value), testCase.format));
    case 'newMilli':
      return expectCanonical(testCase, scaledQuantity(BigInt(testCase.value), -3, testCase.format));
    case 'newScaled':
      return expectCanonical(testCase, scaledQuantity(BigInt(testCase.value), testCase.scale));
    case 'float64':
      return expectEqual(result, approximateFloat(read(testCase.a)));
    default:
      return skipped(`no counterpart for op ${op}`);
  }
}

function runParse(testCase: QuantityCase): CaseResult {
  const parsed = parseQuantity(testCase.input);
  if (!parsed.ok || testCase.error !== undefined) {
    return expectEqual(
      testCase.error ?? 'a quantity',
      parsed.ok ? formatQuantity(parsed.value) : parsed.error,
      'error',
    );
  }
  const { canonical, format, sign, value, milliValue } = testCase;
  const came = parsed.value;
  return allOf(
    expectEqual(
      { canonical, format, sign },
      { canonical: formatQuantity(came), format: came.format, sign: signOfQuantity(came) },
    ),
    value === undefined
      ? { outcome: 'passed' }
      : expectEqual(
          { value, milliValue },
          { value: String(scaledValue(came, 0)), milliValue: String(scaledValue(came, -3)) },
        ),
  );
}

function expectCanonical(testCase: QuantityCase, quantity: Quantity): CaseResult {
  return expectEqual(testCase.canonical, formatQuantity(quantity));
}

function read(text: string): Quantity {
  const parsed = parseQuantity(text);
  if (!parsed.ok) throw new Error(`not a quantity: ${text}: ${parsed.error}`);
  return parsed.value;
}
