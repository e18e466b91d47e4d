import { create } from 'zustand';
import type { ThingId } from '../../view/selection.ts';

/** The sheet from which anything can be broken: what it is opened for. */
interface FaultSheetState {
  readonly open: boolean;
  /** The thing to break; undefined: whatever. */
  readonly target: ThingId | undefined;
  /** The fault that is chosen first. */
  readonly kind: string | undefined;
}

export const useFaultSheet = create<FaultSheetState>()(() => ({
  open: false,
  target: undefined,
  kind: undefined,
}));

export function openFaults(target?: ThingId, kind?: string): void {
  useFaultSheet.setState({ open: true, target, kind });
}

export function closeFaults(): void {
  useFaultSheet.setState({ open: false });
}
