import type { LampState, StatusClass } from '../../bridge/cards.ts';

/** A lamp: colour and shape say the state; the words beside it say it too, so it is hidden from readers. */
export function Lamp({ state }: { readonly state: LampState | StatusClass }) {
  return <span className="lamp" data-class={state} aria-hidden="true" />;
}
