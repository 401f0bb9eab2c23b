// A hub address as the protocol carries it → the place that the sources read from. Checked here, at the edge.

import { type HubPlace, hubPlace } from '../models/hubPlace';
import type { HubAddress } from './protocol';

/** UserError 'bad-request' for an id, a revision or an address that cannot be one. */
export function placeOf({ id, revision, base }: HubAddress): HubPlace {
  return hubPlace(id, revision, base);
}
