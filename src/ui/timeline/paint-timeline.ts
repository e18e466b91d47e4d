import type { Span } from '../../view/history.ts';
import {
  placeSpans,
  ticksOf,
  windowAround,
  windowLength,
  type PlacedSpan,
  type TimeWindow,
} from '../../view/timeline.ts';
import { presentOf } from '../../view/head.ts';
import type { View } from '../../view/view.ts';
import { ageText, shortClockText } from '../../view/words.ts';
import { readCssColours, type CssColours } from '../canvas/css-colours.ts';

/** Left of the lanes: their names. */
export const GUTTER = 112;
const RIGHT = 40;
const TOP = 20;
const LANE_TITLES = ['You', 'Workloads', 'Scheduler', 'Nodes', 'Control plane'];
/** Shares of the height: what often overlaps gets more, always the same, so that no lane ever moves. */
const LANE_SHARES = [1, 2.1, 1, 1.6, 1.1];
const SHARES = LANE_SHARES.reduce((sum, share) => sum + share, 0);

/** What lies under the pointer. */
export interface TimelineHit {
  readonly x: number;
  readonly top: number;
  readonly words: string;
  readonly about: string;
}

interface LaneBox {
  readonly top: number;
  readonly height: number;
}

interface Frame {
  readonly width: number;
  readonly height: number;
  readonly lanes: readonly LaneBox[];
  readonly window: TimeWindow;
  readonly now: number;
  /** The latest instant that is known: later than `now` while the clock is set back. */
  readonly present: number;
}

function frameOf(
  view: View,
  { width, height }: { readonly width: number; readonly height: number },
): Frame {
  const head = view.head.getState();
  const { now, speed } = head;
  const present = presentOf(head);
  return {
    width,
    height,
    lanes: laneBoxes(height - TOP - 4),
    window: windowAround({ now, present }, windowLength(speed)),
    now,
    present,
  };
}

function laneBoxes(room: number): readonly LaneBox[] {
  let top = TOP;
  return LANE_SHARES.map((share) => {
    const height = (room * share) / SHARES;
    const box = { top, height };
    top += height;
    return box;
  });
}

const NO_LANE: LaneBox = { top: TOP, height: 0 };

function middleOf({ top, height }: LaneBox): number {
  return top + height / 2;
}

function xOf({ width, window }: Frame, at: number): number {
  return GUTTER + ((at - window.from) / (window.to - window.from)) * (width - GUTTER - RIGHT);
}

export function paintTimeline(canvas: HTMLCanvasElement, view: View): void {
  const { clientWidth, clientHeight } = canvas;
  const scale = devicePixelRatio;
  const width = Math.round(clientWidth * scale);
  const height = Math.round(clientHeight * scale);
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  const context = canvas.getContext('2d');
  if (context === null) return;
  const frame = frameOf(view, { width: clientWidth, height: clientHeight });
  const colours = readCssColours();
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, clientWidth, clientHeight);
  context.font = `11px ${getComputedStyle(canvas).fontFamily}`;
  context.textBaseline = 'middle';
  paintLanes(context, frame, colours);
  paintTicks(context, frame, colours);
  paintPulse(context, view, frame, colours);
  for (const placed of placeSpans(view.history, frame.window, frame.present)) {
    paintSpan(context, frame, placed, colours);
  }
  paintMarks(context, view, frame, colours);
  paintComing(context, frame, colours);
  paintPlayhead(context, frame, colours);
}

function paintLanes(context: CanvasRenderingContext2D, frame: Frame, colours: CssColours): void {
  for (const [at, title] of LANE_TITLES.entries()) {
    const middle = middleOf(frame.lanes[at] ?? NO_LANE);
    context.fillStyle = colours.dim;
    context.fillText(title, 16, middle);
    context.fillStyle = colours.line;
    context.fillRect(GUTTER, Math.round(middle), frame.width - GUTTER - RIGHT, 1);
  }
}

function paintTicks(context: CanvasRenderingContext2D, frame: Frame, colours: CssColours): void {
  const most = Math.max(2, Math.floor((frame.width - GUTTER) / 110));
  for (const tick of ticksOf(frame.window, most)) {
    const x = xOf(frame, tick);
    if (x > frame.width - RIGHT) continue;
    context.fillStyle = colours.line;
    context.fillRect(Math.round(x), TOP - 4, 1, 5);
    // The playhead's own time stands there instead.
    const ahead = x - xOf(frame, frame.now);
    if ((ahead > -24 && ahead < 76) || x > frame.width - RIGHT - 16) continue;
    context.fillStyle = colours.faint;
    context.textAlign = 'center';
    context.fillText(shortClockText(tick), x, 9);
    context.textAlign = 'left';
  }
}

/** How busy the API server was, as a row of small bars at the foot of its lane. */
function paintPulse(
  context: CanvasRenderingContext2D,
  view: View,
  frame: Frame,
  colours: CssColours,
): void {
  const { pulse } = view.history;
  const counts = pulse.counts();
  const perPixel = (frame.window.to - frame.window.from) / (frame.width - GUTTER - RIGHT);
  const each = Math.max(1, Math.ceil((perPixel * 4) / pulse.width));
  const first = Math.max(0, Math.floor(frame.window.from / pulse.width / each) * each);
  const bars: { readonly at: number; readonly count: number }[] = [];
  let most = 1;
  for (let bucket = first; bucket < counts.length; bucket += each) {
    let count = 0;
    for (let at = bucket; at < bucket + each; at++) count += counts[at] ?? 0;
    most = Math.max(most, count);
    bars.push({ at: bucket * pulse.width, count });
  }
  context.fillStyle = colours.line2;
  const floor = frame.height - 3;
  for (const { at, count } of bars) {
    const x = xOf(frame, at);
    if (x < GUTTER || count === 0) continue;
    const high = Math.max(1, Math.sqrt(count / most) * 12);
    context.fillRect(Math.round(x), floor - high, 2, high);
  }
}

interface SpanBox {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

function boxOf(frame: Frame, { span, lane, row, rows }: PlacedSpan): SpanBox {
  const box = frame.lanes[lane] ?? NO_LANE;
  const rowMax = 16;
  const room = Math.min(box.height - 4, rows * rowMax);
  const height = (room - (rows - 1)) / rows;
  const middle = middleOf(box);
  const left = Math.max(GUTTER, xOf(frame, span.from));
  const right = Math.max(left + 3, xOf(frame, span.to ?? frame.present));
  return { left, top: middle - room / 2 + row * (height + 1), width: right - left, height };
}

function paintSpan(
  context: CanvasRenderingContext2D,
  frame: Frame,
  placed: PlacedSpan,
  colours: CssColours,
): void {
  const { span } = placed;
  const box = boxOf(frame, placed);
  const colour = colours.state[span.statusClass];
  context.globalAlpha = span.to === undefined ? 0.42 : 0.24;
  context.fillStyle = colour;
  context.beginPath();
  context.roundRect(box.left, box.top, box.width, box.height, Math.min(3, box.height / 2));
  context.fill();
  context.globalAlpha = 1;
  // A firm edge where it began, so that neighbours are told apart.
  context.fillRect(box.left, box.top, 2, box.height);
  if (box.height < 8 || span.label === '') return;
  context.font = context.font.replace(/^\d+px/, box.height < 11 ? '9px' : '10.5px');
  context.fillStyle = colours.fg;
  if (context.measureText(span.label).width + 12 <= box.width) {
    context.fillText(span.label, box.left + 7, box.top + box.height / 2 + 0.5);
  }
  context.font = context.font.replace(/^[\d.]+px/, '11px');
}

function paintMarks(
  context: CanvasRenderingContext2D,
  view: View,
  frame: Frame,
  colours: CssColours,
): void {
  const middle = middleOf(frame.lanes[0] ?? NO_LANE);
  for (const mark of view.history.marks()) {
    const x = xOf(frame, mark.at);
    if (x < GUTTER) continue;
    context.fillStyle = mark.failed ? colours.state.failed : colours.fg;
    context.beginPath();
    context.roundRect(x - 1.5, middle - 5, 3.5, 10, 1.5);
    context.fill();
  }
}

/** While the clock is set back, what is known to come is behind a veil, as far as the present. */
function paintComing(context: CanvasRenderingContext2D, frame: Frame, colours: CssColours): void {
  if (frame.present <= frame.now) return;
  const from = Math.max(GUTTER, xOf(frame, frame.now));
  const to = Math.min(frame.width - RIGHT, xOf(frame, frame.present));
  context.globalAlpha = 0.6;
  context.fillStyle = colours.panel;
  context.fillRect(from, TOP - 4, to - from, frame.height - TOP + 4);
  context.globalAlpha = 1;
  context.fillStyle = colours.faint;
  context.fillRect(Math.round(to) - 0.5, 8, 1, frame.height - 8);
}

function paintPlayhead(context: CanvasRenderingContext2D, frame: Frame, colours: CssColours): void {
  const x = Math.round(xOf(frame, frame.now));
  context.fillStyle = colours.accent;
  context.fillRect(x - 0.75, 8, 1.5, frame.height - 8);
  context.beginPath();
  context.moveTo(x - 5, 3);
  context.lineTo(x + 5, 3);
  context.lineTo(x, 10);
  context.fill();
  context.font = context.font.replace(/^\d+px/, '600 11px');
  context.fillText(shortClockText(frame.now), x + 9, 9);
  context.font = context.font.replace(/^600 /, '');
}

/** The instant at a place of the canvas, within what is known. */
export function instantAt(
  view: View,
  size: { readonly width: number; readonly height: number },
  x: number,
): number {
  const { window, width, present } = frameOf(view, size);
  const share = (x - GUTTER) / (width - GUTTER - RIGHT);
  const at = window.from + share * (window.to - window.from);
  return Math.max(view.head.getState().recording?.from ?? 0, Math.min(at, present));
}

/** What is under a point of the canvas. */
export function hitTimeline(
  view: View,
  size: { readonly width: number; readonly height: number },
  point: { readonly x: number; readonly y: number },
): TimelineHit | undefined {
  const frame = frameOf(view, size);
  const mark = view.history
    .marks()
    .findLast(
      (each) =>
        Math.abs(xOf(frame, each.at) - point.x) < 5 &&
        point.y < (frame.lanes[1] ?? NO_LANE).top &&
        point.y > TOP,
    );
  if (mark !== undefined) {
    return { x: point.x, top: TOP, words: `${shortClockText(mark.at)}  ${mark.label}`, about: '' };
  }
  const placed = placeSpans(view.history, frame.window, frame.present).findLast((each) => {
    const box = boxOf(frame, each);
    return (
      point.x >= box.left - 2 &&
      point.x <= box.left + box.width + 2 &&
      point.y >= box.top - 1 &&
      point.y <= box.top + box.height + 1
    );
  });
  if (placed === undefined) return undefined;
  return {
    x: point.x,
    top: boxOf(frame, placed).top,
    words: spanWords(placed.span, frame.present),
    about: placed.span.about,
  };
}

function spanWords(span: Span, now: number): string {
  const length = ageText((span.to ?? now) - span.from);
  return `${shortClockText(span.from)}  ${span.label}, ${span.to === undefined ? `for ${length} so far` : length}`;
}
