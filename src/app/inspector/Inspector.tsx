// The inspector of the explained token: views on the same block of the tensor, one at a time.

import * as Tabs from '@radix-ui/react-tabs';
import { lazy, Suspense } from 'react';
import type { TabName } from '../../share/settings';
import { type CatalogueName, help } from '../../state/help';
import { useApp, useController } from '../context';
import { MapHelp } from '../maps/MapHelp';
import { LayersTab } from './LayersTab';
import { PairTab } from './PairTab';
import { RowTab } from './RowTab';
import { SliceTab } from './SliceTab';

const JacobianTab = lazy(() => import('../jacobian/JacobianTab'));
const FlowGraphTab = lazy(() => import('../flowGraph/FlowGraphTab'));

const tabs: readonly { readonly name: TabName; readonly title: string; readonly help: CatalogueName }[] = [
  { name: 'row', title: 'Row', help: 'row' },
  { name: 'slice', title: '3-D slice', help: 'slice' },
  { name: 'pair', title: 'Pair', help: 'pair' },
  { name: 'layers', title: 'Layers', help: 'layers' },
  { name: 'graph', title: 'Flow graph', help: 'graph' },
  { name: 'jacobian', title: 'Jacobian', help: 'jacobian' },
];

export function Inspector() {
  const { tab, method, shares, hasRun } = useApp(({ settings, run }) => ({
    tab: settings.tab,
    method: settings.method,
    shares: settings.tab === 'layers' && settings.layersKind === 'shares',
    hasRun: run !== null,
  }));
  const controller = useController();
  if (!hasRun) return <aside className="inspector" aria-label="Inspector" />;
  const ofTab = tab === 'row' ? method : (tabs.find(({ name }) => name === tab)?.help ?? 'row');
  const about: CatalogueName = shares ? 'shares' : ofTab;
  return (
    <aside className="inspector" aria-label="Inspector">
      <Tabs.Root
        value={tab}
        activationMode="manual"
        onValueChange={(name) => controller.change({ tab: name as TabName }, 'push')}
      >
        <div className="tabs-head">
          <Tabs.List className="tabs" aria-label="Inspector">
            {tabs.map(({ name, title }) => (
              <Tabs.Trigger key={name} value={name} className="tab">
                {title}
              </Tabs.Trigger>
            ))}
          </Tabs.List>
          <MapHelp name={about} />
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
          <Suspense fallback={<p className="slot-note">loading …</p>}>
            <FlowGraphTab />
          </Suspense>
        </Tabs.Content>
        <Tabs.Content value="jacobian" tabIndex={-1}>
          <Suspense fallback={<p className="slot-note">loading …</p>}>
            <JacobianTab />
          </Suspense>
        </Tabs.Content>
      </Tabs.Root>
      <p className="note about">{help(about).isNot}</p>
    </aside>
  );
}
