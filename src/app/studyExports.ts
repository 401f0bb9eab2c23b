// Tests of faithfulness and decoded relations as tables and records for the export menu: what the tab or room that is open shows. Computes nothing anew but
// sums.

import { areaRows, curveRows } from '../analysis/summary';
import type { RecordedCall } from '../engine/stored';
import type { NamedTable } from '../share/csv';
import { modelKey } from '../share/settings';
import type { Controller } from '../state/controller';
import type { State } from '../state/store';
import type { Here, Many } from '../state/studies';
import { hereKey, maskingOf } from '../state/studyChoices';
import { localisationOf } from '../views/faithfulness/localisation';
import { areaTable, toTable as curveTable, localisationTable } from '../views/faithfulness/toTable';
import { relationTables } from '../views/relations/toTable';
import { knownStudies } from './faithfulness/bench';
import { manyNotes } from './faithfulness/notes';
import { relationWork } from './relations/bench';

export interface StudyExport {
  readonly tables: readonly NamedTable[];
  /** What must be known to read them, in sentences. */
  readonly notes: readonly string[];
}

const nothing: StudyExport = { tables: [], notes: [] };

/** Of the faithfulness tab that is open: the chosen question's answer, when it is the answer to what is asked now. */
export function studyExport(controller: Controller, state: State): StudyExport {
  const { settings, run, model } = state;
  const studies = knownStudies(controller);
  if (studies === null || settings.room !== 'analysis' || settings.tab !== 'faithfulness') return nothing;
  if (settings.study === 'prompt') {
    const { here, ground } = studies;
    const masking = maskingOf(settings, ground?.maskings ?? [], model?.causal ?? true);
    if (run === null || !here?.answer || here.key !== hereKey(settings, run.summary, masking)) return nothing;
    return hereExport(here.answer, state);
  }
  const { answer } = (settings.study === 'set' ? studies.many : studies.localisation) ?? { answer: null };
  if (answer === null || answer.model !== modelKey(settings)) return nothing;
  return settings.study === 'set' ? manyExport(answer, state) : localisationExport(answer);
}

function hereExport({ studied, rankings, setting }: Here, { settings: { measure } }: State): StudyExport {
  const series = curveRows([studied], rankings, setting, measure);
  const areas = areaRows([studied], rankings, setting, measure, '');
  return {
    tables: [
      { name: `Deletion on this prompt, ${measure}, curves`, ...curveTable(series, setting.fractions) },
      { name: `Deletion on this prompt, ${measure}, areas`, ...areaTable(areas, null) },
    ],
    notes: [`Answer “${studied.answer.piece}”; masked tokens become ${studied.maskedBy}.`],
  };
}

function manyExport(answer: Many, { settings: { measure } }: State): StudyExport {
  const { groups, rankings, setting } = answer;
  const prompts = groups.flatMap((group) => group.prompts);
  if (prompts.length === 0) return nothing;
  const reference = rankings[0]!;
  const series = curveRows(prompts, rankings, setting, measure);
  const areas = areaRows(prompts, rankings, setting, measure, reference.group);
  const name = `Deletion on ${prompts.length} prompts, ${measure}`;
  return {
    tables: [
      { name: `${name}, curves`, ...curveTable(series, setting.fractions) },
      { name: `${name}, areas`, ...areaTable(areas, reference.title) },
    ],
    notes: manyNotes(answer),
  };
}

function localisationExport(answer: Many): StudyExport {
  const table = localisationOf(answer.groups, answer.rankings);
  if (table.families.length === 0) return nothing;
  return { tables: [{ name: 'Localisation', ...localisationTable(table) }], notes: manyNotes(answer, false) };
}

/** Of the room of relations, when it is open. */
export function relationExport(controller: Controller, { settings }: State): StudyExport {
  const work = relationWork(controller);
  if (work?.decoded == null || settings.room !== 'relations') return nothing;
  const { decoded, sweep } = work;
  const swept = sweep === null ? [] : relationTables({ ...sweep.result, subjects: [] });
  return {
    tables: [
      ...relationTables(decoded.result),
      ...swept.map((table) => ({ ...table, name: `Every layer: ${table.name}` })),
    ],
    notes: [`Prompt “${decoded.request.template}”.`, ...decoded.result.notes],
  };
}

/** The same as recorded calls, for the JSON. */
export function relationCalls(controller: Controller, { settings }: State): readonly RecordedCall[] {
  const work = relationWork(controller);
  if (work === null || settings.room !== 'relations') return [];
  return [work.decoded, work.sweep].flatMap((one) =>
    one === null ? [] : [{ call: 'relation' as const, request: one.request, reply: one.result }],
  );
}
