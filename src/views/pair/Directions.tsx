// The first singular directions as words: which tokens an input direction reads, which tokens' logits its output direction raises.

import type { ScoredToken, SingularDirection } from '../../engine/protocol';
import { formatNumber, formatPercent, formatSigned } from '../shared/numbers';

const SHOWN = 6;

function Tokens({ tokens }: { readonly tokens: readonly ScoredToken[] }) {
  return (
    <ul className="view-scored">
      {tokens.slice(0, SHOWN).map((token) => (
        <li key={token.id}>
          <span className="view-token">{token.piece}</span>{' '}
          <span className="view-index">{formatSigned(token.score, 2)}</span>
        </li>
      ))}
    </ul>
  );
}

export function Directions({
  directions,
  frobenius,
  operator = 'T',
}: {
  readonly directions: readonly SingularDirection[];
  readonly frobenius: number;
  /** Whose directions they are. */
  readonly operator?: string;
}) {
  return (
    <ol className="view-directions">
      {directions.map((direction, i) => (
        <li key={`${direction.value}-${direction.reads[0][0]?.id}`}>
          <h4>
            σ{i + 1} = {formatNumber(direction.value)}{' '}
            <span className="view-note">
              {formatPercent(frobenius > 0 ? (direction.value / frobenius) ** 2 : 0)} of ‖{operator}‖²
            </span>
          </h4>
          <dl>
            <dt>reads</dt>
            <dd>
              <Tokens tokens={direction.reads[0]} />
            </dd>
            <dt>writes</dt>
            <dd>
              <Tokens tokens={direction.writes[0]} />
            </dd>
            <dt>reads −</dt>
            <dd>
              <Tokens tokens={direction.reads[1]} />
            </dd>
            <dt>writes −</dt>
            <dd>
              <Tokens tokens={direction.writes[1]} />
            </dd>
          </dl>
        </li>
      ))}
    </ol>
  );
}
