import {
  ChevronDown,
  ChevronLeft,
  ChevronRight,
  ChevronsLeft,
  ChevronsRight,
  Pause,
  Play,
} from 'lucide-react';
import { useRef } from 'react';
import { speedText } from '../../view/words.ts';
import { clusterOfPage } from '../attach/cluster-link.ts';
import { useRefusal } from '../attach/limits.ts';
import {
  stepBack,
  stepBackSecond,
  stepEvent,
  stepSecond,
  togglePause,
  toPresent,
} from '../actions/clock.ts';
import { useHead, useSampled } from '../hooks/use-view.ts';
import { usePage } from '../page.tsx';
import { IconButton } from '../parts/icon-button.tsx';
import { Menu } from '../parts/menu.tsx';
import { ClockReadout } from './clock-readout.tsx';
import { lazyPart } from '../parts/lazy-part.ts';

const IS_ATTACHED = clusterOfPage() !== undefined;
const SpeedItems = lazyPart(() => import('./speed-items.tsx'));

/** Pause, steps, the clock, the speed: time is a place, and this is its door. */
export function Transport() {
  const page = usePage();
  const paused = useHead((head) => head.paused);
  const refusal = useRefusal('clock');
  // Not in a cluster that runs elsewhere; here, once the engine is there.
  const canGoBack = useHead((head) => head.recording !== undefined);
  const tip = refusal === undefined ? undefined : { 'data-tip': refusal, disabled: true };
  return (
    <div
      role="group"
      aria-label="Time"
      className="flex h-8 items-center gap-0.5 rounded-lg border border-line bg-panel px-0.5"
    >
      {(canGoBack || !IS_ATTACHED) && (
        <>
          <IconButton
            label="Step back: one second"
            shortcut="Alt ,"
            className="!h-[26px] max-[1100px]:hidden"
            disabled={!canGoBack}
            onClick={() => stepBackSecond(page)}
          >
            <ChevronsLeft size={15} />
          </IconButton>
          <IconButton
            label="Step back: the last event"
            shortcut=","
            className="!h-[26px] max-[900px]:hidden"
            disabled={!canGoBack}
            onClick={() => stepBack(page)}
          >
            <ChevronLeft size={15} />
          </IconButton>
        </>
      )}
      <IconButton
        label={paused ? 'Resume' : 'Pause'}
        shortcut="Space"
        data-on={paused}
        className="!h-[26px]"
        onClick={() => togglePause(page)}
        {...tip}
      >
        {paused ? <Play size={14} /> : <Pause size={14} />}
      </IconButton>
      <IconButton
        label="Step: the next event"
        shortcut="."
        className="!h-[26px] max-[900px]:hidden"
        onClick={() => stepEvent(page)}
        {...tip}
      >
        <ChevronRight size={15} />
      </IconButton>
      <IconButton
        label="Step: one second"
        shortcut="Alt ."
        className="!h-[26px] max-[900px]:hidden"
        onClick={() => stepSecond(page)}
        {...tip}
      >
        <ChevronsRight size={15} />
      </IconButton>
      <ClockReadout />
      {refusal === undefined && <SpeedMenu />}
      <LiveLamp />
    </div>
  );
}

function SpeedMenu() {
  const speed = useHead((head) => head.speed);
  const achieved = useAchievedSpeed();
  return (
    <Menu
      align="center"
      trigger={
        <button
          type="button"
          aria-label={`Speed ${speedText(speed)}${achieved === undefined ? '' : `, reaching ${speedText(achieved)}`}`}
          data-tip="Speed of the simulated time; slower and faster with < and >"
          className="flex h-[26px] items-center gap-1 rounded-md px-2 text-fg hover:bg-raise-2"
        >
          {speedText(speed)}
          {achieved !== undefined && (
            <span className="text-attention-text">({speedText(achieved)})</span>
          )}
          <ChevronDown size={12} className="text-dim" />
        </button>
      }
    >
      <SpeedItems />
    </Menu>
  );
}

/** The speed that is really reached, where it is clearly below the one that was asked for. */
function useAchievedSpeed(): number | undefined {
  const { view } = usePage();
  return useSampled(() => {
    const { paused, speed, achievedSpeed } = view.head.getState();
    if (paused || achievedSpeed <= 0 || achievedSpeed > speed * 0.85) return undefined;
    return achievedSpeed >= 10 ? Math.round(achievedSpeed) : Number(achievedSpeed.toFixed(1));
  }, 1000);
}

/** Whether the clock waits for the rest of the engine: its first part lets time pass only until something is due. */
function useIsHeld(): boolean {
  const { view } = usePage();
  const before = useRef(-1);
  return useSampled(() => {
    const { now, phase, paused, attached, faultCatalogue } = view.head.getState();
    const stands = now === before.current;
    before.current = now;
    const isEngineThere = faultCatalogue.length > 0 || attached !== undefined;
    return stands && phase === 'live' && !paused && !isEngineThere;
  }, 1000);
}

function LiveLamp() {
  const page = usePage();
  const isPast = useHead((head) => head.recording?.end !== undefined);
  const phase = useHead((head) => head.phase);
  const paused = useHead((head) => head.paused);
  // Of a cluster elsewhere that does not answer, the last picture stands still.
  const isLost = useHead((head) => head.attachProblem !== undefined);
  const isHeld = useIsHeld();
  const [words, state] = isLost
    ? (['LOST', 'failed'] as const)
    : phase !== 'live'
      ? (['STARTING', 'moving'] as const)
      : isHeld
        ? (['LOADING', 'moving'] as const)
        : paused
          ? (['PAUSED', 'attention'] as const)
          : (['LIVE', 'good'] as const);
  if (isPast) {
    return (
      <button
        type="button"
        aria-label="To the present"
        data-tip="The clock is set back. To the present"
        data-key="p"
        data-class="moving"
        className="flex h-[26px] w-[74px] items-center gap-1.5 rounded-md pl-1 text-[10.5px] font-semibold tracking-wider hover:bg-raise-2"
        onClick={() => toPresent(page)}
      >
        <span className="lamp" data-class="moving" aria-hidden="true" />
        <span className="state-text">PAST</span>
      </button>
    );
  }
  return (
    <span
      data-class={state}
      className="flex w-[74px] items-center gap-1.5 pl-1 text-[10.5px] font-semibold tracking-wider max-[480px]:w-5"
      data-tip={
        isLost
          ? 'The cluster does not answer: this is the last that it told'
          : paused
            ? 'The world stands still; acts are still possible'
            : 'The present moment'
      }
    >
      <span className="lamp" data-class={state} aria-hidden="true" />
      <span className="state-text max-[480px]:sr-only">{words}</span>
    </span>
  );
}
