import { useHead } from '../hooks/use-view.ts';
import { OpenedScenario } from './opened-scenario.tsx';
import { useOpenScenario } from './open-scenario.ts';
import { PlayedScenario } from './played-scenario.tsx';
import { ScenarioList } from './scenario-list.tsx';

/** Scenarios: what one can play, what is open, what is being played. */
export default function ScenariosPanel() {
  const report = useHead((head) => head.scenario);
  const open = useOpenScenario((state) => state.open);
  if (report !== undefined) return <PlayedScenario report={report} />;
  if (open !== undefined)
    return <OpenedScenario text={open.text} scenario={open.scenario} problems={open.problems} />;
  return <ScenarioList />;
}
