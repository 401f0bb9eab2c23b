// "From the hub…": which model, what it is and how large, then the download, and what is stored in this browser. Nothing is downloaded unasked.

import * as Dialog from '@radix-ui/react-dialog';
import { useEffect, useRef, useState } from 'react';
import type { HubOffer, StoredModel, WeightStorage } from '../../engine/protocol';
import { defaultHub, defaultRevision } from '../../share/settings';
import { sentenceOf } from '../../state/sentence';
import type { HubDraft } from '../../state/store';
import { useApp, useController } from '../context';
import { formatBytes, formatCount } from '../shared/format';
import { SelectField } from '../shared/Select';
import { weightWords } from '../shared/weightWords';
import { curated } from './curated';
import { Alert, Opening } from './opening';

export function HubDialog() {
  const draft = useApp(({ hubDialog }) => hubDialog);
  const controller = useController();
  return (
    <Dialog.Root open={draft !== null} onOpenChange={(open) => open || controller.closeHub()}>
      <Dialog.Portal>
        <Dialog.Overlay className="overlay" />
        <Dialog.Content className="dialog hub" aria-describedby={undefined}>
          <header>
            <Dialog.Title>A model from the hub</Dialog.Title>
            <Dialog.Close asChild>
              <button type="button" className="button square" aria-label="Close">
                ×
              </button>
            </Dialog.Close>
          </header>
          {draft !== null && <Chooser key={JSON.stringify(draft)} start={draft} />}
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Chooser({ start: { look, ...start } }: { start: HubDraft & { readonly look?: true } }) {
  const controller = useController();
  const [draft, setDraft] = useState<HubDraft>(start);
  const { looking, offer, error, lookUp, forget } = useLookUp();
  const stored = useStored();
  const { opening, problem } = useOpening();
  // What was the matter before a look-up is answered by it: a failed download says something new.
  const [answered, setAnswered] = useState<string | null>(null);
  const told = offer !== null && problem === answered ? null : problem;
  const change = (patch: Partial<HubDraft>) => {
    setDraft({ ...draft, ...patch });
    forget();
  };
  const text = (label: string, key: keyof HubDraft, placeholder: string) => (
    <label>
      <span className="label">{label}</span>
      <input
        className="input"
        type="text"
        spellCheck={false}
        autoComplete="off"
        autoCapitalize="none"
        placeholder={placeholder}
        value={draft[key]}
        disabled={opening}
        onChange={(event) => change({ [key]: event.target.value })}
      />
    </label>
  );
  const ask = (wanted: HubDraft) => {
    setDraft(wanted);
    setAnswered(problem);
    void lookUp(trimmed(wanted));
  };
  // Chosen by name in the picker: the question is clear already.
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when the dialog opens
  useEffect(() => {
    if (look) ask(start);
  }, []);
  const remove = async (model: StoredModel) => {
    await stored.remove(model);
    forget();
  };
  return (
    <>
      <form
        className="hub-form"
        onSubmit={(event) => {
          event.preventDefault();
          ask(draft);
        }}
      >
        {text('Hub id', 'id', 'owner/name')}
        {text('Revision', 'revision', defaultRevision)}
        {text('Hub address', 'base', defaultHub)}
        <button type="submit" className="button" disabled={opening || looking || draft.id.trim() === ''}>
          Look up
        </button>
      </form>
      <div aria-live="polite" className="hub-answer">
        {looking && <p className="dim">Asking the hub …</p>}
        {offer !== null && <Offer offer={offer} opening={opening} />}
        {opening && <Opening label="Download" />}
        {error !== null && <Alert>{error}</Alert>}
        {error === null && offer === null && !looking && told === null && (
          <p className="dim">Looking up asks the hub what the model is and how large. Prompts never leave this page.</p>
        )}
        {error === null && told !== null && <Alert>{told}</Alert>}
      </div>
      <WellKnown
        shown={start.id === ''}
        busy={opening || looking}
        ask={(id) => ask({ id, revision: defaultRevision, base: draft.base })}
      />
      <Stored
        list={stored.list}
        busy={opening}
        open={(model) => void controller.openHub(placeOf(model))}
        goOn={(model) => ask(placeOf(model))}
        remove={remove}
      />
    </>
  );
}

/** Ids to look up with one click: nothing is downloaded by it. */
function WellKnown({ shown, busy, ask }: { shown: boolean; busy: boolean; ask: (id: string) => void }) {
  const [open, setOpen] = useState(shown);
  return (
    <details className="hub-known" open={open} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>Well-known models</summary>
      <ul>
        {curated.map(({ id, family, megabytes, licence }) => (
          <li key={id}>
            <span>
              {id}{' '}
              <span className="dim">
                {family} · about {megabytes} MB · {licence}
              </span>
            </span>
            <button
              type="button"
              className="button"
              aria-label={`Look up ${id}`}
              disabled={busy}
              onClick={() => ask(id)}
            >
              Look up
            </button>
          </li>
        ))}
      </ul>
    </details>
  );
}

/** Asks the browser not to throw stored models away when space runs short; what it answers changes nothing here. */
const askToPersist = () => void navigator.storage?.persist?.().catch(() => false);

function Offer({ offer, opening }: { offer: HubOffer; opening: boolean }) {
  const controller = useController();
  const { id, family, refusal, parameters, bytes, begun, stored, newer, room, readsText, base, revision, caution } =
    offer;
  const [weights, setWeights] = useState(offer.weights ?? 'f32');
  const size = bytes === null ? 'size not told' : formatBytes(bytes);
  const here = begun > 0 ? `, ${formatBytes(begun)} of it are here already` : '';
  const facts = [
    family === null ? 'not supported' : `${family}, supported`,
    parameters === null ? null : `about ${formatCount(parameters)} parameters`,
    stored ? `${size}, stored in this browser` : `${size} to download from ${new URL(base).host}${here}`,
  ];
  const wordless = refusal === null && !readsText;
  const full = !stored && room !== null && bytes !== null && bytes - begun > room;
  return (
    <section aria-label="What the hub has" className="hub-offer">
      <div>
        <h3>
          {id} <span className="dim">{revision}</span>
        </h3>
        <p>{refusal === null ? facts.filter((fact) => fact !== null).join(' · ') : refusal}</p>
        {refusal === null && <WeightsChoice offer={offer} weights={weights} choose={setWeights} />}
        {refusal === null && caution !== null && <p className="dim">{caution}</p>}
        {wordless && (
          <p className="dim">It has no tokenizer.json: it opens, but this page cannot turn a prompt into its tokens.</p>
        )}
        {refusal === null && full && (
          <p className="dim">
            The browser has room for {formatBytes(room)} more: the model will open, but not be stored. Deleting stored
            models makes room.
          </p>
        )}
        {refusal === null && newer !== null && (
          <p className="dim">
            The hub has moved on to commit {newer.slice(0, 7)}. Update downloads it in place of what is stored.
          </p>
        )}
      </div>
      {refusal === null && newer !== null && (
        <button
          type="button"
          className="button"
          disabled={opening}
          onClick={() => {
            askToPersist();
            void controller.updateHub(placeOf(offer));
          }}
        >
          Update
        </button>
      )}
      {refusal === null && (
        <button
          type="button"
          className="button primary"
          disabled={opening}
          onClick={() => {
            askToPersist();
            void controller.openHub(placeOf(offer), weights);
          }}
        >
          Open
        </button>
      )}
    </section>
  );
}

interface WeightsChoiceProps {
  readonly offer: HubOffer;
  readonly weights: WeightStorage;
  readonly choose: (weights: WeightStorage) => void;
}

/** What fits is preselected; float32 is not offered where it does not fit. */
function WeightsChoice({ offer: { weights: fits, footprint }, weights, choose }: WeightsChoiceProps) {
  if (footprint === null) return null;
  return (
    <SelectField
      label="On the graphics device"
      name="Weights on the graphics device"
      options={(fits === 'f32' ? (['f32', 'f16'] as const) : (['f16'] as const)).map((value) => ({
        value,
        text: `${weightWords[value]}, ${formatBytes(footprint.device[value])}`,
      }))}
      value={weights}
      onChange={choose}
    />
  );
}

interface StoredProps {
  readonly list: readonly StoredModel[];
  readonly busy: boolean;
  readonly open: (model: StoredModel) => void;
  /** Of one that is not complete: shows what is missing. */
  readonly goOn: (model: StoredModel) => void;
  readonly remove: (model: StoredModel) => Promise<void>;
}

function Stored({ list, busy, open, goOn, remove }: StoredProps) {
  if (list.length === 0) return null;
  return (
    <section aria-labelledby="stored-models" className="hub-stored">
      <h3 id="stored-models">Stored in this browser</h3>
      <ul>
        {list.map((model) => {
          const { id, revision, base, bytes, complete, commit } = model;
          const where = base === defaultHub ? '' : ` · ${new URL(base).host}`;
          return (
            <li key={`${base} ${id} ${revision}`}>
              <span>
                {id}{' '}
                <span className="dim">
                  {revision}
                  {commit === null || commit.startsWith(revision) ? '' : ` (${commit.slice(0, 7)})`} ·{' '}
                  {formatBytes(bytes)}
                  {where}
                  {complete ? '' : ' · not complete'}
                </span>
              </span>
              {!complete && (
                <button
                  type="button"
                  className="button"
                  aria-label={`Continue ${id}`}
                  disabled={busy}
                  onClick={() => goOn(model)}
                >
                  Continue
                </button>
              )}
              {complete && (
                <button
                  type="button"
                  className="button"
                  aria-label={`Open ${id}`}
                  disabled={busy}
                  onClick={() => open(model)}
                >
                  Open
                </button>
              )}
              <button
                type="button"
                className="button"
                aria-label={`Delete ${id}`}
                disabled={busy}
                onClick={() => void remove(model)}
              >
                Delete
              </button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

const placeOf = ({ id, revision, base }: HubDraft): HubDraft => ({ id, revision, base });

/** Empty fields mean what their placeholders say. */
function trimmed({ id, revision, base }: HubDraft): HubDraft {
  return { id: id.trim(), revision: revision.trim() || defaultRevision, base: base.trim() || defaultHub };
}

/** The latest question wins. */
function useLookUp() {
  const controller = useController();
  const [offer, setOffer] = useState<HubOffer | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [looking, setLooking] = useState(false);
  const job = useRef<AbortController | null>(null);
  useEffect(() => () => job.current?.abort(), []);
  const forget = () => {
    job.current?.abort();
    setOffer(null);
    setError(null);
    setLooking(false);
  };
  const lookUp = async (draft: HubDraft) => {
    forget();
    job.current = new AbortController();
    const { signal } = job.current;
    setLooking(true);
    try {
      const found = await controller.lookUpHub(draft, signal);
      if (!signal.aborted) setOffer(found);
    } catch (caught) {
      if (!signal.aborted) setError(sentenceOf(caught));
    } finally {
      if (!signal.aborted) setLooking(false);
    }
  };
  return { looking, offer, error, lookUp, forget };
}

function useStored() {
  const controller = useController();
  const opening = useApp(({ activity }) => activity === 'opening');
  const [list, setList] = useState<readonly StoredModel[]>([]);
  // A download, finished or not, changes what is stored; what a cancelled one leaves is written a moment later.
  useEffect(() => {
    if (opening) return;
    let gone = false;
    const read = () =>
      void controller.storedModels().then(
        (found) => gone || setList(found),
        () => undefined,
      );
    read();
    const again = setTimeout(read, 1000);
    return () => {
      gone = true;
      clearTimeout(again);
    };
  }, [controller, opening]);
  const remove = async (model: StoredModel) => {
    await controller.deleteModel(placeOf(model));
    setList(await controller.storedModels());
  };
  return { list, remove };
}

/** Whether a hub model is being opened, and what went wrong with it. */
function useOpening() {
  return useApp(({ settings, activity, problem }) => {
    const hub = settings.model.includes('/');
    return { opening: hub && activity === 'opening', problem: hub ? (problem?.sentence ?? null) : null };
  });
}
