// "Export": what is on the screen as a figure, as numbers, as one file for a colleague, as a command; and opening such a file again.

import * as Menu from '@radix-ui/react-dropdown-menu';
import { useRef } from 'react';
import { maxStoredSize, readSession } from '../../engine/stored';
import { useApp, useController, useGetState } from '../context';
import type { ExportKind } from '../exports';

const kinds: readonly { readonly kind: ExportKind; readonly name: string; readonly what: string }[] = [
  { kind: 'svg', name: 'SVG', what: 'the maps as a figure' },
  { kind: 'png', name: 'PNG', what: 'the same as pixels' },
  { kind: 'csv', name: 'CSV', what: 'all numbers, one a line' },
  { kind: 'json', name: 'JSON', what: 'everything, can be opened again' },
  { kind: 'html', name: 'HTML', what: 'one page that needs nothing else' },
];

export function ExportMenu() {
  const hasRun = useApp(({ run }) => run !== null);
  const controller = useController();
  const getState = useGetState();
  const file = useRef<HTMLInputElement>(null);

  const attempt = async (work: () => Promise<void>) => {
    try {
      await work();
    } catch (error) {
      controller.note(error instanceof Error ? error.message : 'The export failed.');
    }
  };
  const save = (kind: ExportKind) =>
    attempt(async () => {
      const { makeExport } = await import('../exports');
      download(await makeExport(kind, getState(), controller), `tensorscope.${kind}`);
    });
  const copySnippet = () =>
    attempt(async () => {
      const { snippet } = await import('../exports');
      const text = snippet(getState());
      await navigator.clipboard.writeText(text).catch(() => {
        throw new Error(`The browser refused to copy; the command is: ${text}`);
      });
    });
  const open = (chosen: File) =>
    attempt(async () => {
      if (chosen.size > maxStoredSize)
        throw new Error(`This file is larger than ${maxStoredSize / 1e6} MB, the limit for an export.`);
      await controller.openSession(readSession(await chosen.text()));
    });

  return (
    <>
      <Menu.Root modal={false}>
        <Menu.Trigger asChild>
          <button className="button" type="button">
            Export <span aria-hidden="true">▾</span>
          </button>
        </Menu.Trigger>
        <Menu.Portal>
          <Menu.Content className="menu" align="end" sideOffset={4} collisionPadding={8}>
            {kinds.map(({ kind, name, what }) => (
              <Menu.Item key={kind} className="menu-item" disabled={!hasRun} onSelect={() => void save(kind)}>
                <b>{name}</b> <span className="dim">{what}</span>
              </Menu.Item>
            ))}
            <Menu.Item className="menu-item" disabled={!hasRun} onSelect={() => void copySnippet()}>
              <b>Command</b> <span className="dim">copy the line that computes it headless</span>
            </Menu.Item>
            <Menu.Separator className="menu-line" />
            <Menu.Item className="menu-item" onSelect={() => file.current?.click()}>
              <b>Open export…</b> <span className="dim">a JSON file from here</span>
            </Menu.Item>
          </Menu.Content>
        </Menu.Portal>
      </Menu.Root>
      <input
        ref={file}
        type="file"
        accept=".json,application/json"
        hidden
        aria-label="Open an export"
        onChange={(event) => {
          const [chosen] = event.target.files ?? [];
          event.target.value = '';
          if (chosen !== undefined) void open(chosen);
        }}
      />
    </>
  );
}

function download(blob: Blob, name: string): void {
  const address = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
