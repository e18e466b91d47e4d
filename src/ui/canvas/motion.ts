import type { TrafficMark } from '../../bridge/cards.ts';
import { nodeBox, podBox, podGrid, pointAlong, type Point } from '../../view/field.ts';
import { etcdLine, requestLine } from '../../view/machine-room.ts';
import { workloadKey } from '../../view/indexes.ts';
import { workloadHue } from '../../view/pod-glyph.ts';
import type { FrameEffects, Move, View } from '../../view/view.ts';
import { readCssColours } from './css-colours.ts';

/** Something on its way: a mark along a wire, or a Pod through the air. Places are in the world. */
interface Traveller {
  readonly kind: 'mark' | 'pod';
  readonly line: readonly Point[];
  readonly colour: string;
  /** Milliseconds on the way so far, and in all; before zero it waits. */
  age: number;
  readonly duration: number;
}

interface FlowState {
  readonly transform: readonly [number, number, number];
  readonly width: number;
  readonly height: number;
}

/** Faster than this nothing travels: it would be noise. */
export const MOTION_SPEED_MAX = 10;
const MARKS_MAX = 90;
const MARK_MILLIS = 520;
const POD_MILLIS = 230;
/** Above this many moves a second Pods do not travel; they arrive. */
const MOVES_PER_SECOND_MAX = 30;

export interface Motion {
  take(effects: FrameEffects): void;
  stop(): void;
}

export function createMotion(canvas: HTMLCanvasElement, view: View, flow: () => FlowState): Motion {
  let travellers: Traveller[] = [];
  let due = 0;
  let lastAt = 0;
  let movesSince = performance.now();
  let movesCount = 0;

  function draw(at: number): void {
    const elapsed = Math.min(at - lastAt, 50);
    lastAt = at;
    // Paused: everything holds exactly mid-way.
    if (!view.head.getState().paused) {
      for (const traveller of travellers) traveller.age += elapsed;
      travellers = travellers.filter((each) => each.age < each.duration);
    }
    paint(canvas, flow(), travellers);
    due = travellers.length > 0 ? requestAnimationFrame(draw) : 0;
  }

  function run(): void {
    if (due !== 0 || travellers.length === 0) return;
    lastAt = performance.now();
    due = requestAnimationFrame(draw);
  }

  function mayMove(count: number): boolean {
    const now = performance.now();
    if (now - movesSince > 1000) {
      movesSince = now;
      movesCount = 0;
    }
    movesCount += count;
    return movesCount <= MOVES_PER_SECOND_MAX;
  }

  return {
    take({ moves, traffic }) {
      if (view.head.getState().speed > MOTION_SPEED_MAX || document.hidden) {
        travellers = [];
        return;
      }
      for (const [at, mark] of traffic.entries()) {
        if (travellers.length >= MARKS_MAX) break;
        travellers.push(...markTravellers(view, mark, (at * 16) / Math.max(traffic.length, 1)));
      }
      if (moves.length > 0 && mayMove(moves.length)) {
        for (const move of moves) {
          const traveller = podTraveller(view, move, canvas, flow());
          if (traveller !== undefined) travellers.push(traveller);
        }
      }
      run();
    },
    stop() {
      cancelAnimationFrame(due);
      due = 0;
      travellers = [];
    },
  };
}

const WRITES = new Set(['create', 'update', 'patch', 'delete', 'deletecollection']);

/** A request travels to the API server; a write goes on to etcd. */
function markTravellers(view: View, mark: TrafficMark, delay: number): Traveller[] {
  const line = requestLine(view, mark.from, mark.to);
  if (line === undefined) return [];
  const colours = readCssColours();
  const refused = mark.code >= 400;
  const colour = refused
    ? colours.state.failed
    : mark.from.startsWith('kubectl')
      ? colours.fg
      : colours.accent;
  const first: Traveller = { kind: 'mark', line, colour, age: -delay, duration: MARK_MILLIS };
  if (refused || !WRITES.has(mark.verb)) return [first];
  const toEtcd = etcdLine(view, mark.to);
  return [
    first,
    { kind: 'mark', line: toEtcd, colour, age: -delay - MARK_MILLIS, duration: MARK_MILLIS * 0.6 },
  ];
}

/** From its lane of the harbour to its place in the card. */
function podTraveller(
  view: View,
  { pod: id, node: name }: Move,
  canvas: HTMLCanvasElement,
  { transform: [x, y, zoom] }: FlowState,
): Traveller | undefined {
  const pod = view.pods.get(id);
  const node = view.nodeByName(name);
  const slot = node === undefined ? undefined : view.nodeSlots.slotOf(node.id);
  const harbour = document.querySelector('[data-harbour-lane="active"]');
  if (pod === undefined || slot === undefined || harbour === null) return undefined;
  const ids = view.index.podsOnNode.ids(name);
  const cell = podBox(Math.max(ids.indexOf(id), 0), podGrid(ids.length));
  const card = nodeBox(slot, view.nodeSlots.columns);
  const lane = harbour.getBoundingClientRect();
  const map = canvas.getBoundingClientRect();
  const from = {
    x: (lane.left + 16 - map.left - x) / zoom,
    y: (lane.top + lane.height / 2 - map.top - y) / zoom,
  };
  const to = { x: card.x + cell.x + cell.width / 2, y: card.y + cell.y + cell.height / 2 };
  const hue = `--hue-${workloadHue(workloadKey(pod))}`;
  const colour = getComputedStyle(document.documentElement).getPropertyValue(hue);
  return {
    kind: 'pod',
    line: [from, to],
    // A custom property may be written for both themes; a canvas takes only plain colours.
    colour: colour.startsWith('light-dark') ? readCssColours().accent : colour,
    age: 0,
    duration: POD_MILLIS,
  };
}

function paint(canvas: HTMLCanvasElement, flow: FlowState, travellers: readonly Traveller[]): void {
  const scale = devicePixelRatio;
  const width = Math.round(flow.width * scale);
  const height = Math.round(flow.height * scale);
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  const context = canvas.getContext('2d');
  if (context === null) return;
  const [x, y, zoom] = flow.transform;
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, width, height);
  context.setTransform(scale * zoom, 0, 0, scale * zoom, x * scale, y * scale);
  for (const traveller of travellers) {
    if (traveller.age < 0) continue;
    if (traveller.kind === 'mark') paintMark(context, traveller);
    else paintPod(context, traveller);
  }
}

/** A dot with a short tail that shows where it comes from. */
function paintMark(
  context: CanvasRenderingContext2D,
  { line, colour, age, duration }: Traveller,
): void {
  const share = age / duration;
  context.fillStyle = colour;
  for (let tail = 5; tail >= 0; tail--) {
    const point = pointAlong(line, share - tail * 0.018);
    context.globalAlpha = tail === 0 ? 1 : 0.42 - tail * 0.07;
    context.beginPath();
    context.arc(point.x, point.y, tail === 0 ? 2.6 : 2.1 - tail * 0.2, 0, 2 * Math.PI);
    context.fill();
  }
  context.globalAlpha = 1;
}

/** A Pod flies on a straight line, quick at first and soft at its end. */
function paintPod(
  context: CanvasRenderingContext2D,
  { line, colour, age, duration }: Traveller,
): void {
  const share = 1 - (1 - age / duration) ** 3;
  const from = line[0];
  const to = line[1];
  if (from === undefined || to === undefined) return;
  const point = { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share };
  context.strokeStyle = colour;
  context.lineWidth = 2;
  context.beginPath();
  context.roundRect(point.x - 10, point.y - 10, 20, 20, 6);
  context.stroke();
}
