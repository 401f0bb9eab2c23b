// How often each decoder says what the model says, with its interval drawn on one scale from 0 to 100 %.

import type { DecoderScore, Rate } from '../../engine/protocol';
import { decoders, percent, rateWords } from './words';

const track = 160;

export function Interval({ rate }: { readonly rate: Rate }) {
  const at = (share: number) => 4 + share * (track - 8);
  return (
    <svg className="relation-interval" width={track} height={16} aria-hidden="true">
      <path className="relation-axis" d={`M${at(0)} 8H${at(1)}M${at(0)} 4v8M${at(1)} 4v8`} />
      <path className="relation-range" d={`M${at(rate.low)} 8H${at(rate.high)}`} />
      <circle cx={at(rate.value)} cy={8} r={4} />
    </svg>
  );
}

export function Scores({ scores, layer }: { readonly scores: readonly DecoderScore[]; readonly layer: string }) {
  return (
    <table className="relation-table" aria-label={`Decoders, ${layer}`}>
      <thead>
        <tr>
          <th scope="col">decoder</th>
          <th scope="col">says what the model says</th>
          <th scope="col" aria-label="picture">
            0 … 100 %
          </th>
          <th scope="col">worst to best split</th>
          <th scope="col">right</th>
        </tr>
      </thead>
      <tbody>
        {scores.map(({ decoder, faithfulness, accuracy }) => (
          <tr key={decoder} data-own={decoder === 'tensor'}>
            <th scope="row" title={decoders[decoder].means}>
              {decoders[decoder].title}
            </th>
            <td>{rateWords(faithfulness)}</td>
            <td>
              <Interval rate={faithfulness} />
            </td>
            <td>
              {percent(faithfulness.lowest)}–{percent(faithfulness.highest)}
            </td>
            <td>{percent(accuracy.value)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
