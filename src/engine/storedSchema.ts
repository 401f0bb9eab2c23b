// What a stored reply must look like: files come from outside, so every reply is checked before a picture sees it. The schemas lie by topic in
// storedSchema/, as the types that they mirror lie in protocol/.

import * as v from 'valibot';
import { methodNames } from '../attribution/methodNames';
import type { CallName, EngineCalls } from './protocol';
import { component, flowGraph } from './storedSchema/flowGraph';
import { attribute, besideJacobian, remainder } from './storedSchema/methods';
import { checkLogits, checkOnnx, lookUp, lookUpHub, lookUpOnnx, modelInfo, storedModels } from './storedSchema/model';
import { relation } from './storedSchema/relation';
import { masked, nextToken, runSummary } from './storedSchema/run';
import { layers, lens, map, pair, row, slice } from './storedSchema/tensor';
import { floats, plan } from './storedSchema/values';

export { modelInfo, runSummary };

/** Every kind of reply that can be stored, with what it must look like. */
export const replies: { readonly [K in CallName]: v.GenericSchema<unknown, EngineCalls[K][1]> } = {
  open: modelInfo,
  run: runSummary,
  runBeside: runSummary,
  map,
  row,
  slice,
  pair,
  layers,
  lens,
  masked,
  planMasked: plan,
  wordMatch: floats,
  nextToken,
  relation,
  flowGraph,
  component,
  besideJacobian,
  remainder,
  attribute,
  planAttribute: plan,
  plan: v.nullable(plan),
  checkLogits,
  lookUpOnnx,
  checkOnnx,
  lookUp,
  lookUpHub,
  storedModels,
  deleteModel: v.null(),
};

const operator = v.exactOptional(v.picklist(['tensor', 'attnlrp', 'lrp_ah_ln', 'jacobian']));
const operated = v.looseObject({ operator });

/** Of requests, what names how their replies came about: a file must not show one operator's or method's numbers as another's. */
export const requests: { readonly [K in CallName]?: v.GenericSchema<unknown, unknown> } = {
  row: operated,
  slice: operated,
  pair: operated,
  layers: operated,
  attribute: v.looseObject({ method: v.picklist(methodNames) }),
};
