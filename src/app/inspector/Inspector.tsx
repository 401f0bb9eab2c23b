// The inspector of the explained token: views on the same block of the tensor and a test of it, one at a time.

import * as Tabs from '@radix-ui/react-tabs';
import { lazy, Suspense } from 'react';
import type { Settings, TabName } from '../../share/settings';
import { type CatalogueName, help, operatorHelp } from '../../state/help';
import { useApp, useController } from '../context';
import { MapHelp } from '../maps/MapHelp';
import { Boundary } from '../shared/Boundary';
import { LayersTab } from './LayersTab';
import { PairTab } from './PairTab';
import { RowTab } from './RowTab';
import { SliceTab } from './SliceTab';
import { TabStrip } from './TabStrip';

const FlowGraphTab = lazy(() => import('../flowGraph/FlowGraphTab'));
const FaithfulnessTab = lazy(() => import('../faithfulness/FaithfulnessTab'));
const JacobianTab = lazy(() => import('../jacobian/JacobianTab'));

const tabs: readonly { readonly name: TabName; readonly title: string; readonly help: CatalogueName }[] = [
  { name: 'row', title: 'Row', help: 'row' },
  { name: 'slice', title: '3-D slice', help: 'slice' },
  { name: 'pair', title: 'Pair', help: 'pair' },
  { name: 'layers', title: 'Layers', help: 'layers' },
  { name: 'graph', title: 'Flow graph', help: 'graph' },
  { name: 'jacobian', title: 'Jacobian', help: 'jacobian' },
  { name: 'faithfulness', title: 'Faithfulness', help: 'faithfulness' },
];

/** Pictures that can be of another operator than T. */
const hasOperator = (tab: TabName, layersKind: Settings['layersKind']) =>
  tab === 'slice' || tab === 'pair' || (tab === 'layers' && (layersKind === 'from' || layersKind === 'upTo'));

export function Inspector() {
  const { tab, method, operator, shares, hasRun } = useApp(
    ({ settings: { tab, method, layersKind, operator }, run }) => ({
      tab,
      method,
      operator: hasOperator(tab, layersKind) ? operator : 'tensor',
      shares: tab === 'layers' && layersKind === 'shares',
      hasRun: run !== null,
    }),
  );
  const controller = useController();
  if (!hasRun) return <aside className="inspector" aria-label="Inspector" />;
  const own: CatalogueName = tab === 'row' ? method : (tabs.find(({ name }) => name === tab)?.help ?? 'row');
  const about = shares ? 'shares' : own;
  return (
    <aside className="inspector" aria-label="Inspector">
      <Tabs.Root
        value={tab}
        activationMode="manual"
        onValueChange={(name) => controller.change({ tab: name as TabName }, 'push')}
      >
        <div className="tabs-head">
          <TabStrip tabs={tabs} chosen={tab} />
          <MapHelp name={about} operator={operator} />
        </div>
        <Tabs.Content value="row" tabIndex={-1}>
          <RowTab />
        </Tabs.Content>
        <Tabs.Content value="slice" tabIndex={-1}>
          <SliceTab />
        </Tabs.Content>
        <Tabs.Content value="pair" tabIndex={-1}>
          <PairTab />
        </Tabs.Content>
        <Tabs.Content value="layers" tabIndex={-1}>
          <LayersTab />
        </Tabs.Content>
        <Tabs.Content value="graph" tabIndex={-1}>
          <Boundary about={tab}>
            <Suspense fallback={<p className="slot-note">loading …</p>}>
              <FlowGraphTab />
            </Suspense>
          </Boundary>
        </Tabs.Content>
        <Tabs.Content value="jacobian" tabIndex={-1}>
          <Boundary about={tab}>
            <Suspense fallback={<p className="slot-note">loading …</p>}>
              <JacobianTab />
            </Suspense>
          </Boundary>
        </Tabs.Content>
        <Tabs.Content value="faithfulness" tabIndex={-1}>
          <Boundary about={tab}>
            <Suspense fallback={<p className="slot-note">loading …</p>}>
              <FaithfulnessTab />
            </Suspense>
          </Boundary>
        </Tabs.Content>
      </Tabs.Root>
      <p className="note about">{(operator === 'tensor' ? help(about) : operatorHelp(operator)).isNot}</p>
    </aside>
  );
}
