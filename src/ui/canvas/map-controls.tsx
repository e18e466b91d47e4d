import { Maximize, Minus, Plus, Scan } from 'lucide-react';
import { IconButton } from '../parts/icon-button.tsx';
import type { MapCommands } from './use-map-commands.ts';

/** Zoom and fit, for those who have no wheel. */
export function MapControls({ commands }: { readonly commands: MapCommands }) {
  return (
    <div role="group" aria-label="View" className="map-controls">
      <IconButton label="Zoom out" shortcut="−" onClick={commands.zoomOut}>
        <Minus size={14} />
      </IconButton>
      <IconButton label="Zoom in" shortcut="+" onClick={commands.zoomIn}>
        <Plus size={14} />
      </IconButton>
      <IconButton label="Fit everything" shortcut="Shift 1" onClick={commands.fitAll}>
        <Maximize size={13} />
      </IconButton>
      <IconButton label="Fit the selection" shortcut="Shift 2" onClick={commands.fitSelection}>
        <Scan size={14} />
      </IconButton>
    </div>
  );
}
