import { memo } from 'react';
import type { Block, Line } from './screen.ts';

/** A finished block is drawn once; the browser skips it while it is out of sight. */
export const BlockView = memo(function BlockView({ block }: { readonly block: Block }) {
  return (
    <pre
      className="term-block"
      style={{ containIntrinsicBlockSize: `auto ${block.lines.length * 17}px` }}
    >
      <Lines lines={block.lines} />
    </pre>
  );
});

/** Lines as text; only what is coloured gets an element of its own. */
export function Lines({ lines }: { readonly lines: readonly Line[] }) {
  return lines.map((line, i) => [
    ...line.map(({ text, style }, at) =>
      style === '' ? (
        text
      ) : (
        // Lines only grow at their end, so that places are steady keys.
        <span key={`${i}.${at}`} className={style}>
          {text}
        </span>
      ),
    ),
    i < lines.length - 1 ? '\n' : '',
  ]);
}
