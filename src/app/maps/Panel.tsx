// One map with its name, its choices, its help and a way to see it large.

import type { ReactNode } from 'react';
import type { BlockNormName, MapName, TensorMapName } from '../../engine/protocol';
import { maps, tensorMaps } from '../../share/fields';
import type { PanelName } from '../../share/settings';
import { type CatalogueName, groupsOf, help, mapTitle } from '../../state/help';
import { useApp, useController } from '../context';
import { Select } from '../shared/Select';
import { BlockHeading } from './BlockHeading';
import { DifferencePicture } from './DifferencePicture';
import { MapHelp } from './MapHelp';
import { MapPicture } from './MapPicture';
import { SharingHeading } from './SharingHeading';

export function Panel({ panel, large = false }: { panel: PanelName; large?: boolean }) {
  const controller = useController();
  const map = useApp(({ settings }) => settings.map);
  const shown: CatalogueName = panel === 'tensor' ? map : panel;
  return (
    <section className="panel" aria-label={large ? undefined : panelTitle(panel, map)}>
      <header>
        <PanelHeading panel={panel} />
        <MapHelp name={shown} />
        {!large && (
          <button
            type="button"
            className="button square quiet"
            aria-label={`Enlarge ${panelTitle(panel, map)}`}
            title="Enlarge"
            onClick={() => controller.change({ enlarged: panel })}
          >
            ⤢
          </button>
        )}
      </header>
      <PanelPicture panel={panel} />
    </section>
  );
}

export function panelTitle(panel: PanelName, map: TensorMapName): string {
  if (panel === 'difference') return 'Difference';
  return mapTitle(panel === 'tensor' ? map : panel);
}

const collapses = tensorMaps.map((value) => ({ value, text: help(value).title }));

function PanelHeading({ panel }: { panel: PanelName }) {
  const { map, difference } = useApp(({ settings }) => settings);
  const controller = useController();
  if (panel === 'tensor') {
    return (
      <h2>
        Tensor,{' '}
        <Select
          inline
          name="Collapse of the tensor"
          options={collapses}
          value={map}
          onChange={(chosen) => controller.change({ map: chosen }, 'push')}
        />
      </h2>
    );
  }
  if (panel === 'attention' || isOfOneBlock(panel)) return <BlockHeading map={panel} />;
  if (panel === 'decompx') return <SharingHeading />;
  if (panel === 'difference') {
    const choose = (side: 0 | 1): ReactNode => (
      <select
        className="inline-select"
        aria-label={side === 0 ? 'First map' : 'Second map'}
        value={difference[side]}
        onChange={(event) => {
          const name = event.target.value as MapName;
          controller.change({ difference: side === 0 ? [name, difference[1]] : [difference[0], name] }, 'push');
        }}
      >
        {groupsOf(maps).map(([group, names]) => (
          <optgroup key={group} label={group}>
            {names.map((name) => (
              <option key={name} value={name}>
                {mapTitle(name)}
              </option>
            ))}
          </optgroup>
        ))}
      </select>
    );
    return (
      <h2>
        Difference {choose(0)} − {choose(1)}
      </h2>
    );
  }
  return <h2>{panelTitle(panel, map)}</h2>;
}

function PanelPicture({ panel }: { panel: PanelName }) {
  const { map, layer, head, blocks } = useApp(({ settings, model }) => ({
    map: settings.map,
    layer: settings.attentionLayer,
    head: settings.attentionHead,
    blocks: model?.blocks ?? 1,
  }));
  if (panel === 'difference') return <DifferencePicture />;
  if (panel === 'tensor') return <MapPicture slot="tensor" map={map} />;
  if (panel === 'attention') {
    const heads = head === null ? 'mean of heads' : head === 'max' ? 'largest of heads' : `head ${head}`;
    const name = `Raw attention, block ${layer ?? blocks - 1}, ${heads}`;
    return <MapPicture slot="attention" map="attention" name={name} />;
  }
  if (isOfOneBlock(panel)) {
    return <MapPicture slot={panel} map={panel} name={`${mapTitle(panel)}, block ${layer ?? blocks - 1}`} />;
  }
  return <MapPicture slot={panel} map={panel} />;
}

function isOfOneBlock(panel: PanelName): panel is BlockNormName {
  return panel === 'attn_n' || panel === 'attn_res_n' || panel === 'attn_res_ln_n';
}
