// The maps as small multiples, in the reader's choice, with "+ Map" for more.

import * as Menu from '@radix-ui/react-dropdown-menu';
import { maps } from '../../share/fields';
import type { PanelName } from '../../share/settings';
import { groupsOf, mapTitle } from '../../state/help';
import { useApp, useController } from '../context';
import { Panel } from './Panel';

export function Maps() {
  const { panels, map, hasRun } = useApp(({ settings, run }) => ({
    panels: settings.panels,
    map: settings.map,
    hasRun: run !== null,
  }));
  return (
    <section id="maps" className="maps" aria-label="Maps" tabIndex={-1}>
      {hasRun && panels.filter((panel) => panel !== map).map((panel) => <Panel key={panel} panel={panel} />)}
      {hasRun && <MapChooser />}
    </section>
  );
}

function MapChooser() {
  const { panels, map } = useApp(({ settings }) => ({ panels: settings.panels, map: settings.map }));
  const controller = useController();
  const toggle = (panel: PanelName) => {
    const shown = panels.includes(panel) ? panels.filter((other) => other !== panel) : [...panels, panel];
    controller.change({ panels: shown }, 'push');
  };
  const item = (panel: PanelName, title: string) => (
    <Menu.CheckboxItem
      key={panel}
      className="menu-item"
      checked={panels.includes(panel)}
      onCheckedChange={() => toggle(panel)}
      onSelect={(event) => event.preventDefault()}
    >
      <span className="check" aria-hidden="true">
        {panels.includes(panel) ? '✓' : ''}
      </span>
      {title}
    </Menu.CheckboxItem>
  );
  return (
    <div className="map-chooser">
      <Menu.Root modal={false}>
        <Menu.Trigger asChild>
          <button className="button" type="button">
            + Map
          </button>
        </Menu.Trigger>
        <Menu.Portal>
          <Menu.Content className="menu" align="start" sideOffset={4} collisionPadding={8}>
            {item('tensor', 'Tensor (chosen collapse)')}
            {item('difference', 'Difference')}
            {groupsOf(maps).map(([group, names]) => (
              <Menu.Group key={group}>
                <Menu.Label className="menu-label">{group}</Menu.Label>
                {names.filter((name) => name !== map).map((name) => item(name, mapTitle(name)))}
              </Menu.Group>
            ))}
          </Menu.Content>
        </Menu.Portal>
      </Menu.Root>
    </div>
  );
}
