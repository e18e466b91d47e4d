import { create } from 'zustand';

interface Commands {
  zoomIn(): void;
  zoomOut(): void;
  fitAll(): void;
  fitSelection(): void;
}

/** The camera's commands for those outside of the canvas: keys and palette. Nothing until it is mounted. */
interface MapCommandsState {
  readonly commands: Commands | undefined;
  register(commands: Commands): () => void;
}

export const useMapCommands = create<MapCommandsState>()((set, get) => ({
  commands: undefined,
  register(commands) {
    set({ commands });
    return () => {
      if (get().commands === commands) set({ commands: undefined });
    };
  },
}));
