import { type FieldErrors, noErrors } from '../field-errors.ts';
import type { Errors } from './fields.ts';

/** Runs checks that add to a list; answers with the shared empty list when they found nothing. */
export function collectErrors(check: (errors: Errors) => void): FieldErrors {
  const errors: Errors = [];
  check(errors);
  return errors.length === 0 ? noErrors : errors;
}

/** The API server's set-up where nothing else is said: kubeadm's. */
export const defaultValidationOptions = { allowPrivileged: true } as const;
