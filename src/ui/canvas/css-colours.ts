import type { StatusClass } from '../../bridge/cards.ts';

/** The colours of the theme as a canvas needs them: resolved, where CSS has light and dark in one. */
export interface CssColours {
  readonly state: Readonly<Record<StatusClass, string>>;
  readonly fg: string;
  readonly dim: string;
  readonly faint: string;
  readonly line: string;
  readonly line2: string;
  readonly bg: string;
  readonly panel: string;
  readonly raise: string;
  readonly accent: string;
  readonly accentMid: string;
  readonly hatch: string;
}

let cached: { readonly theme: string; readonly colours: CssColours } | undefined;

/** Reads the colours once a theme; the probe element resolves `light-dark()`. */
export function readCssColours(): CssColours {
  const dark = matchMedia('(prefers-color-scheme: dark)').matches;
  const theme = document.documentElement.dataset['theme'] ?? (dark ? 'dark' : 'light');
  if (cached?.theme === theme) return cached.colours;
  const probe = document.createElement('span');
  document.body.append(probe);
  const read = (name: string): string => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const colours: CssColours = {
    state: {
      good: read('good'),
      moving: read('moving'),
      attention: read('attention'),
      failed: read('failed'),
      inert: read('inert'),
    },
    fg: read('fg'),
    dim: read('dim'),
    faint: read('faint'),
    line: read('line'),
    line2: read('line-2'),
    bg: read('bg'),
    panel: read('panel'),
    raise: read('raise'),
    accent: read('accent'),
    accentMid: read('accent-mid'),
    hatch: read('hatch'),
  };
  probe.remove();
  cached = { theme, colours };
  return colours;
}

/** Red, green, blue (0–255) and alpha (0–1) of a computed colour: `rgb(1, 2, 3)` or `rgba(1, 2, 3, 0.5)`. */
export function parseColour(text: string): readonly [number, number, number, number] {
  const parts = text.match(/[\d.]+/g)?.map(Number) ?? [];
  return [parts[0] ?? 0, parts[1] ?? 0, parts[2] ?? 0, parts[3] ?? 1];
}

/** `over` on `under` as one opaque pixel, 0xAABBGGRR. */
export function blendPixel(under: string, over: string, share = 1): number {
  const [r1, g1, b1] = parseColour(under);
  const [r2, g2, b2, alpha] = parseColour(over);
  const part = alpha * share;
  const mix = (a: number, b: number): number => Math.round(a + (b - a) * part);
  return ((255 << 24) | (mix(b1, b2) << 16) | (mix(g1, g2) << 8) | mix(r1, r2)) >>> 0;
}
