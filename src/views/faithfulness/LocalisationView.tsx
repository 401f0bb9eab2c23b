// Localisation as a table: what a number is, and what chance would give, stand in it.

import '../views.css';
import './faithfulness.css';
import { formatInterval, formatMean } from './intervals';
import type { LocalisationTable } from './localisation';

export function LocalisationView({ table }: { table: LocalisationTable }) {
  const { families, rows } = table;
  if (families.length === 0) return null;
  return (
    <section className="view view-localisation view-scroll" aria-label="Localisation">
      <table className="view-areas" aria-label="Localisation: the first token is a responsible one">
        <thead>
          <tr>
            <th scope="col">ranking</th>
            {families.map(({ title }) => (
              <th key={title} scope="col">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ group, title, control, rates }) => (
            <tr key={group}>
              <th scope="row" className={control ? 'view-control' : ''}>
                {title}
              </th>
              {rates.map((rate, at) => (
                <td key={families[at]!.title}>
                  {rate === null ? (
                    'missing'
                  ) : (
                    <>
                      {formatMean(rate.mean)} <span className="view-note">{plain(formatInterval(rate))}</span>
                    </>
                  )}
                </td>
              ))}
            </tr>
          ))}
          <tr>
            <th scope="row" className="view-control">
              a token drawn at random, exactly
            </th>
            {families.map(({ title, chance }) => (
              <td key={title}>{formatMean(chance)}</td>
            ))}
          </tr>
          <tr>
            <th scope="row" className="view-control">
              sentences
            </th>
            {families.map(({ title, prompts }) => (
              <td key={title}>{prompts}</td>
            ))}
          </tr>
        </tbody>
      </table>
    </section>
  );
}

/** "[.51, 1.00]": five families have to stand side by side. */
const plain = (interval: string) => interval.replaceAll('0.', '.');
