// The worked examples: a title, what to look at, and why.

import * as Menu from '@radix-ui/react-dropdown-menu';
import { useApp, useController } from '../context';

export function ExamplesMenu() {
  const examples = useApp(({ examples }) => examples);
  const controller = useController();
  return (
    <Menu.Root modal={false}>
      <Menu.Trigger asChild>
        <button className="button" type="button" disabled={examples.length === 0}>
          Examples <span aria-hidden="true">▾</span>
        </button>
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Content className="menu examples" align="end" sideOffset={4} collisionPadding={8}>
          {examples.map((example) => (
            <Menu.Item key={example.id} className="menu-item" onSelect={() => void controller.choose(example)}>
              <b>{example.title}</b>
              <span className="token-text">{example.prompt}</span>
              <span className="dim">{example.why}</span>
            </Menu.Item>
          ))}
        </Menu.Content>
      </Menu.Portal>
    </Menu.Root>
  );
}
