// The top bar: which model, which prompt, run, and what to do with the result.

import { embeddedModels } from '../../share/embedded';
import { shownName } from '../../share/settings';
import { useApp, useController } from '../context';
import { PictureForm } from '../picture/PictureForm';
import { formatBytes } from '../shared/format';
import { CopyLink } from './CopyLink';
import { curated } from './curated';
import { ExamplesMenu } from './ExamplesMenu';
import { ExportMenu } from './ExportMenu';
import { HelpButton } from './HelpButton';
import { PromptForm } from './PromptForm';
import { ThemeToggle } from './ThemeToggle';

export function Bar() {
  return (
    <header className="bar">
      <h1>Tensorscope</h1>
      <ModelPicker />
      <InputForm />
      <ExamplesMenu />
      <div className="bar-tools">
        <CopyLink />
        <ExportMenu />
        <ThemeToggle />
        <HelpButton />
      </div>
    </header>
  );
}

const embedded = embeddedModels.filter(({ inPicker }) => inPicker).map(({ name }) => name);
/** What the open model reads; before it is open, what the link asks for. */
function InputForm() {
  const reads = useApp(({ model, live, settings }) =>
    live && model ? model.image !== undefined : settings.image !== null,
  );
  return reads ? <PictureForm /> : <PromptForm />;
}

/** No model has these names: they open a dialog. */
const fromHub = '…';
const fromFiles = '……';
/** After `fromHub` and before the id of a well-known model. */
const known = '=';

function ModelPicker() {
  const { name, model } = useApp(({ settings, model }) => ({ name: settings.model, model }));
  const controller = useController();
  const names = embedded.includes(name) ? embedded : [...embedded, name];
  const detail = (option: string) =>
    option === name && model?.id === shownName(name)
      ? `${model.title} · ${formatBytes(model.bytes)}`
      : shownName(option);
  return (
    <select
      aria-label="Model"
      className="select model"
      value={name}
      onChange={({ target }) => {
        if (target.value === fromHub) controller.askHub();
        else if (target.value.startsWith(fromHub + known)) controller.askHub(target.value.slice(2));
        else if (target.value === fromFiles) controller.askFiles();
        else void controller.openModel(target.value);
      }}
    >
      {names.map((option) => (
        <option key={option} value={option}>
          {detail(option)}
        </option>
      ))}
      <option value={fromFiles}>From this machine…</option>
      <option value={fromHub}>From the hub…</option>
      <optgroup label="On the hub">
        {curated.map(({ id, megabytes, licence }) => (
          <option key={id} value={fromHub + known + id}>
            {id} · about {megabytes} MB · {licence}
          </option>
        ))}
      </optgroup>
    </select>
  );
}
