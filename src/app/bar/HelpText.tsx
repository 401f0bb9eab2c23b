// The help dialog's text.

import { embeddedModels } from '../../share/embedded';
import { type CatalogueName, help } from '../../state/help';

const pictures: readonly CatalogueName[] = [
  'in_out',
  'in_class',
  'rollout',
  'flow',
  'attention',
  'slice',
  'pair',
  'layers',
];

export default function HelpText() {
  return (
    <div className="prose">
      <p>
        On a given input a transformer is one linear operator, once its attention weights, norms and activation ratios
        are held at their values there: <code>y = T•x + B</code>. That is exact, and the page measures how exact. T has
        a block <code>T_ij</code> for every output token i and input token j. Maps show one number per block; the
        inspector shows the blocks themselves.
      </p>
      <h3>Moving about</h3>
      <dl>
        <dt>Hover</dt>
        <dd>previews a token’s row while nothing is pinned</dd>
        <dt>Click, Enter</dt>
        <dd>pins a token, or a cell of a map (its row and its source); again releases</dd>
        <dt>Shift+click</dt>
        <dd>adds a token: the rows are added up</dd>
        <dt>Esc</dt>
        <dd>releases everything pinned</dd>
        <dt>Arrow keys</dt>
        <dd>move inside a map; “Show table” gives the same numbers as a table</dd>
        <dt>Predictions</dt>
        <dd>
          what a decoder expects next, what a masked model takes to stand there, the class that a classifier reads:
          choose one to explain it, a second one to hold it against: “mary, not john”
        </dd>
      </dl>
      <h3>The pictures</h3>
      <dl className="catalogue">
        {pictures.map((name) => {
          const { title, means, isNot } = help(name);
          return (
            <div key={name}>
              <dt>{title}</dt>
              <dd>
                {means} <span className="dim">{isNot}</span>
              </dd>
            </div>
          );
        })}
      </dl>
      <h3>The embedded models</h3>
      <p>
        They were trained on made-up data whose right answers, and the tokens responsible for them, are known. What they
        can do, and how well each method finds those tokens, was measured.
      </p>
      <ul>
        {embeddedModels
          .filter(({ inPicker }) => inPicker)
          .map(({ name, what }) => (
            <li key={name}>
              {name}, {what}:{' '}
              <a href={`models/${name}/EVALUATION.md`} target="_blank" rel="noreferrer">
                evaluation
              </a>
            </li>
          ))}
      </ul>
      <h3>What T is not</h3>
      <p>
        T is not the Jacobian, and not a prediction of what happens when a word is removed: then attention itself would
        change. It is a complete account of the output that is there. Where methods disagree, the page shows both.
      </p>
      <p className="dim">
        Everything is computed on your device. The prompt lies in the address’s fragment, which browsers do not send to
        any server. A model is fetched from the hub only when you ask for it, and then stays in this browser. Files of
        your own are read where they lie and sent nowhere.
      </p>
    </div>
  );
}
