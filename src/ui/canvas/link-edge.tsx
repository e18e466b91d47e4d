import { BaseEdge, getBezierPath, type EdgeProps } from '@xyflow/react';
import { memo } from 'react';
import type { LinkEdgeType } from './card-types.ts';

/** From a Service to a node that carries endpoints of it: solid for ready ones, broken for the others. */
export const LinkEdge = memo(function LinkEdge(props: EdgeProps<LinkEdgeType>) {
  const { sourceX, sourceY, targetX, targetY, sourcePosition, targetPosition, data } = props;
  const [path] = getBezierPath({
    sourceX,
    sourceY,
    targetX,
    targetY,
    sourcePosition,
    targetPosition,
    curvature: 0.4,
  });
  if (data === undefined) return null;
  return (
    <>
      {data.ready > 0 && <BaseEdge path={path} className="link-ready" />}
      {data.notReady > 0 && <BaseEdge path={path} className="link-not-ready" />}
    </>
  );
});
