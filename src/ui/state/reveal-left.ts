import { fitPanels, usePanels, type LeftTab } from './panels.ts';
import { useSelection } from './selection.ts';

/** Opens the left panel; in a window too narrow for both, the inspector gives way. */
export function revealLeft(tab?: LeftTab): void {
  const panels = usePanels.getState();
  panels.showLeft(tab ?? panels.leftTab);
  const selecting = useSelection.getState().selected !== undefined;
  if (fitPanels(innerWidth, usePanels.getState(), { selecting }).left > 0) return;
  useSelection.getState().select(undefined);
  usePanels.getState().autoRight();
}
