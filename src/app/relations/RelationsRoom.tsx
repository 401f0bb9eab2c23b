// The room of relations: a table of subjects and objects, a prompt with a place for the subject, and the decoders made from some subjects and tested
// on the others. Loaded when it is first opened.

import { useEffect, useMemo, useState } from 'react';
import { starter } from '../../analysis/relations/starter';
import { readTable, writeTable } from '../../analysis/relations/table';
import type { WorldRelation } from '../../analysis/relations/world';
import type { ModelInfo, RelationRequest } from '../../engine/protocol';
import type { RelationSettings } from '../../share/relation';
import { RelationsView } from '../../views/relations/View';
import { useApp, useController } from '../context';
import { Boundary } from '../shared/Boundary';
import { formatFlops, formatSeconds } from '../shared/format';
import { useRelation } from './bench';
import './relations.css';
import { RelationForm } from './RelationForm';

import { loadWorld } from './world';

/** Tried beside the chosen one: the operators are there, so that only the head has to be read again. */
const triedBetas = [0.5, 1, 1.5, 2, 3, 4, 6];

/** Layers of a sweep at most: deeper models are swept in even steps. */
const mostLayers = 8;

export default function RelationsRoom() {
  const { linked, model, live, key } = useApp(({ settings, model, live }) => ({
    linked: settings.relation,
    model,
    live,
    key: settings.model,
  }));
  const gateRule = useApp((state) => state.settings.gateRule);
  const controller = useController();
  // What is typed goes into the link when it is decoded.
  const [settings, setSettings] = useState(linked);
  useEffect(() => setSettings(linked), [linked]);
  const [world, setWorld] = useState<readonly WorldRelation[] | null>(null);
  const work = useRelation(key);
  useEffect(() => {
    const abort = new AbortController();
    setWorld(null);
    loadWorld(key, abort.signal).then(setWorld, () => {
      if (!abort.signal.aborted) setWorld([]);
    });
    return () => abort.abort();
  }, [key]);
  const offered = useMemo(() => (world === null ? [] : world.length > 0 ? world : [starter]), [world]);
  const chosen = relationOf(settings, offered);
  const ready = live && model !== null && world !== null;

  const change = (patch: Partial<RelationSettings>) => setSettings((now) => ({ ...now, ...patch }));

  const decode = async (sweep: boolean) => {
    if (model === null) return;
    // From here on the link opens with this very relation, and decodes it.
    controller.change({ relation: { ...settings, name: chosen?.name ?? null, sweep } }, 'push');
    const request = () => requestOf(settings, chosen, model, gateRule);
    const done = sweep && work.decoded !== null ? true : await work.ask('decode', request);
    if (done && sweep) await work.ask('sweep', () => swept(request(), model));
  };

  // A link that names its relation is decoded as soon as the model is there.
  const [waits, setWaits] = useState((linked.name !== null || linked.table !== null) && work.decoded === null);
  useEffect(() => {
    if (!waits || !ready) return;
    setWaits(false);
    void decode(settings.sweep);
  });

  const result = work.decoded?.result ?? null;
  return (
    <div className="relations">
      <div className="relations-head">
        <h2>Relations</h2>
        <p className="note">
          Is what the model knows of a subject one linear map away? An operator is made from a few subjects of a
          relation and tested on the others, beside controls.
        </p>
      </div>
      <RelationForm
        settings={settings}
        offered={offered}
        chosen={chosen}
        model={model}
        onChange={change}
        onDecode={() => void decode(false)}
        ready={ready}
        busy={work.doing !== null}
      />
      <div className="relations-status" role="status">
        {!ready && work.doing === null && 'The model is being opened …'}
        {work.doing !== null && (
          <>
            <progress
              aria-label="Relation"
              max={1}
              {...(work.progress === null ? {} : { value: work.progress.share })}
            />
            <span>
              {work.doing === 'sweep' ? 'Reading every layer' : 'Decoding'}
              {work.progress !== null && ` ${Math.round(100 * work.progress.share)} %`}
              {work.progress?.plan && ` of ${formatFlops(work.progress.plan.flops)}`}
              {work.progress?.plan?.seconds != null && `, about ${formatSeconds(work.progress.plan.seconds)} in all`}
            </span>
            <button type="button" className="button" onClick={work.stop}>
              Cancel
            </button>
          </>
        )}
      </div>
      {work.error !== null && (
        <p role="alert" className="relations-error">
          {work.error}
        </p>
      )}
      {result !== null && (
        <>
          <Boundary about={result}>
            <RelationsView result={result} training={largest(result.scores)} sweep={work.sweep?.result ?? null} />
          </Boundary>
          {work.sweep === null && work.doing === null && model !== null && model.blocks > 1 && (
            <button type="button" className="button" onClick={() => void decode(true)}>
              Read the subject at every layer
            </button>
          )}
          <p className="note">
            {result.plan.description}, {formatFlops(result.plan.flops)}, {formatSeconds(result.seconds)}.
          </p>
        </>
      )}
      <p className="note about">
        What this is not: agreement shows that a linear map can stand for the model on these subjects, not that the
        model works so. A relation of few objects is easy to agree with: hold every number against “constant” and
        “random”. The subject is read at the last token of its last occurrence; an object of several tokens counts by
        its first.
      </p>
    </div>
  );
}

const largest = (scores: readonly { readonly training: number }[]) =>
  Math.max(...scores.map(({ training }) => training));

/** The relation of the settings; null: the reader's own table. */
function relationOf(
  { name, table }: RelationSettings,
  offered: readonly WorldRelation[],
): (WorldRelation & { readonly notes?: readonly string[] }) | null {
  if (table !== null) return null;
  return offered.find((each) => each.name === name) ?? offered[0] ?? null;
}

/** Throws UserError for a table that cannot be read. */
function requestOf(
  settings: RelationSettings,
  chosen: WorldRelation | null,
  { dModel, blocks }: ModelInfo,
  gateRule: RelationRequest['gateRule'],
): RelationRequest {
  const { training, splits, seed, beta, rank, editRank, onlyKnown } = settings;
  const layer = Math.min(settings.layer, blocks - 1);
  const facts = chosen?.facts ?? readTable(settings.table ?? '').facts;
  return {
    template: settings.template ?? chosen?.templates[0] ?? '',
    facts,
    operators: settings.jacobian ? ['tensor', 'jacobian'] : ['tensor'],
    layers: [layer],
    layer,
    training: [...new Set([Math.min(3, training), training])],
    splits,
    seed,
    beta,
    betas: triedBetas,
    rank: rank === null ? null : Math.min(rank, dModel),
    editRank: Math.min(editRank, dModel),
    onlyKnown,
    gateRule,
    directions: 4,
  };
}

/** The same at many layers, without edits and directions. */
function swept(request: RelationRequest, { blocks }: ModelInfo): RelationRequest {
  const step = Math.ceil(blocks / mostLayers);
  const layers = Array.from({ length: Math.ceil(blocks / step) }, (_, at) => at * step);
  const all = [...new Set([...layers, request.layer])].sort((a, b) => a - b);
  const { betas: _, ...rest } = request;
  return { ...rest, layers: all, training: [Math.max(...request.training)], editRank: null, directions: 0 };
}

/** For the form: a table to begin with. */
export function tableOf(relation: WorldRelation): string {
  return writeTable(relation.facts);
}
