// A relation's result: what the decoders say, where in the model the subject must be read, what an edited subject does, every subject by itself, and the
// operator's strongest directions as words.

import { type ReactNode, useCallback } from 'react';
import '../views.css';
import '../pair/pair.css';
import './relations.css';
import type { RelationResult, RelationSubject } from '../../engine/protocol';
import { Directions } from '../pair/Directions';
import { NumberTable } from '../shared/NumberTable';
import { Interval, Scores } from './Scores';
import { Sweep } from './Sweep';
import { betaTable } from './toTable';
import { decoders, edits, layerWords, percent, rateWords } from './words';

export interface RelationsViewProps {
  readonly result: RelationResult;
  /** Number of training subjects that is shown. */
  readonly training: number;
  /** The same relation over all layers, once it has been computed. */
  readonly sweep: RelationResult | null;
}

export function RelationsView({ result, training, sweep }: RelationsViewProps) {
  const { layer, scores, causality, directions, singularValues, subjects, notes } = result;
  const shown = scores.find((each) => each.layer === layer && each.training === training) ?? scores[0]!;
  const own = shown.decoders.find(({ decoder }) => decoder === 'tensor');
  const where = layerWords(layer);
  const frobenius = Math.hypot(...singularValues);
  return (
    <section className="view relations-view" aria-label="Relation, result">
      {own && (
        <p className="relation-headline">
          Made from {shown.training} subjects and read at the {where}, the tensor’s operator says what the model says
          for <b>{rateWords(own.faithfulness)}</b> of {own.faithfulness.subjects} others; the model itself is right for{' '}
          {percent(result.model.value)} of {result.model.subjects}.
        </p>
      )}
      {notes.map((note) => (
        <p key={note} className="view-note">
          {note}
        </p>
      ))}
      <div className="relation-parts">
        <div>
          <h3>Decoders</h3>
          <Scrollable name="Decoders">
            <Scores scores={shown.decoders} layer={`${where}, ${shown.training} training subjects`} />
          </Scrollable>
          <p className="view-note">
            In brackets 95 % (Wilson, one trial for each different subject); splits share subjects. No decoder is tested
            on a subject that it was made from.
          </p>
        </div>
        {causality.length > 0 && (
          <div>
            <h3>Editing the subject</h3>
            <Scrollable name="Editing the subject">
              <table className="relation-table" aria-label="Editing the subject">
                <thead>
                  <tr>
                    <th scope="col">change</th>
                    <th scope="col">the model says the other object</th>
                    <th scope="col" aria-label="picture">
                      0 … 100 %
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {causality.map(({ edit, rate }) => (
                    <tr key={edit} data-own={edit === 'tensor'}>
                      <th scope="row" title={edits[edit].means}>
                        {edits[edit].title}
                      </th>
                      <td>{rateWords(rate)}</td>
                      <td>
                        <Interval rate={rate} />
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </Scrollable>
          </div>
        )}
        {result.betas !== undefined && result.betas.length > 0 && (
          <div className="relation-wide">
            <h3>Other β</h3>
            <Betas result={result} />
          </div>
        )}
        {sweep !== null && (
          <div className="relation-wide">
            <h3>Where the subject is read</h3>
            <Sweep
              scores={sweep.scores}
              training={sweep.scores.some((each) => each.training === training) ? training : sweep.scores[0]!.training}
            />
          </div>
        )}
        <div className="relation-wide">
          <h3>Subjects</h3>
          <Subjects subjects={subjects} />
        </div>
        {directions.length > 0 && (
          <div className="relation-wide">
            <h3>Strongest directions of the mean operator</h3>
            <p className="view-note">
              Of the first split. What W reads from the subject, along the embedding’s rows, and what it writes for the
              object, through the final norm and the head.
            </p>
            <Directions directions={directions} frobenius={frobenius} operator="W" />
          </div>
        )}
      </div>
    </section>
  );
}

/** A table that may be wider, or longer, than its place: it scrolls by itself, by keyboard too. */
function Scrollable({ name, tall = false, children }: { name: string; tall?: boolean; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <section className="relation-scroll" data-tall={tall} aria-label={`${name}, scrollable`} tabIndex={0}>
      {children}
    </section>
  );
}

/** How much of W s is added decides too: the same operators with other factors. */
function Betas({ result }: { readonly result: RelationResult }) {
  const { header, rows } = betaTable(result, rateWords);
  return (
    <>
      <Scrollable name="Other β">
        <table className="relation-table" aria-label="Other β">
          <thead>
            <tr>
              {header.map((text) => (
                <th key={text} scope="col">
                  {text}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(([name, ...cells]) => (
              <tr key={name} data-own={name === decoders.tensor.title}>
                <th scope="row">{name}</th>
                {cells.map((text, at) => (
                  <td key={header[at + 1]}>{text}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Scrollable>
      <p className="view-note">
        How often each says what the model says. No β was chosen by these figures: to choose one by them and then quote
        them would be too favourable.
      </p>
    </>
  );
}

const shownDecoders = ['tensor', 'jacobian', 'ridge', 'translation'] as const;

function Subjects({ subjects }: { readonly subjects: readonly RelationSubject[] }) {
  const table = useCallback(
    () => ({
      header: ['subject', 'object', 'model', 'p', ...shownDecoders.map((name) => decoders[name].title)],
      rows: subjects.map((each) => [
        each.subject,
        each.object,
        each.predicted.piece,
        each.predicted.probability,
        ...shownDecoders.map((name) => each.decoded.find(({ decoder }) => decoder === name)?.piece ?? ''),
      ]),
    }),
    [subjects],
  );
  return (
    <>
      <Scrollable name="Subjects" tall>
        <table className="relation-table" aria-label="Subjects">
          <thead>
            <tr>
              <th scope="col">subject</th>
              <th scope="col">object</th>
              <th scope="col">the model says</th>
              {shownDecoders.map((name) => (
                <th key={name} scope="col">
                  {decoders[name].title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {subjects.map(({ subject, object, first, more, predicted, known, decoded }) => (
              <tr key={subject}>
                <th scope="row">{subject}</th>
                <td title={more ? `counts by its first token, “${first}”` : undefined}>
                  {object}
                  {more && <span className="view-index"> ({first} …)</span>}
                </td>
                <td data-wrong={!known}>
                  <span className="view-token">{predicted.piece}</span>{' '}
                  <span className="view-index">{percent(predicted.probability)}</span>
                  {!known && ' ≠'}
                </td>
                {shownDecoders.map((name) => {
                  const said = decoded.find(({ decoder }) => decoder === name);
                  return (
                    <td key={name} data-wrong={said !== undefined && !said.agrees}>
                      {said === undefined ? (
                        <span className="view-index">{known ? 'only in training' : 'left out'}</span>
                      ) : (
                        <>
                          <span className="view-token">{said.piece}</span>
                          {said.agrees ? '' : ' ≠'}
                        </>
                      )}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </Scrollable>
      <p className="view-note">
        Each subject as the first split that tests it decodes it; ≠ marks what differs from the model’s own answer (in
        the model’s column: from the object).
      </p>
      <NumberTable name="Subjects" table={table} />
    </>
  );
}
