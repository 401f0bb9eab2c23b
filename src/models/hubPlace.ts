// Where a model of the hub, or of a mirror of it, lies: `<base>/<owner>/<name>/resolve/<revision>/<file>`. Ids and addresses are checked here.

import { UserError } from '../tensor/errors';

export const defaultHub = 'https://huggingface.co';
export const defaultRevision = 'main';

export interface HubPlace {
  /** Without a slash at the end. */
  readonly base: string;
  /** "owner/name". */
  readonly id: string;
  readonly revision: string;
}

const part = '[A-Za-z0-9][\\w.-]{0,95}';
const idPattern = new RegExp(`^${part}/${part}$`);
const revisionPattern = /^[A-Za-z0-9][\w.-]{0,79}$/;

/** Checked and written in one way. UserError 'bad-request' that says what is wrong. */
export function hubPlace(id: string, revision: string = defaultRevision, base: string = defaultHub): HubPlace {
  if (!idPattern.test(id)) {
    throw new UserError('bad-request', `“${id.slice(0, 80)}” is no id of the hub: it must look like owner/name.`);
  }
  if (!revisionPattern.test(revision)) {
    throw new UserError('bad-request', `“${revision.slice(0, 80)}” is no revision: give a branch, a tag or a commit.`);
  }
  const url = URL.canParse(base) ? new URL(base) : null;
  const plain = url !== null && url.username === '' && url.password === '' && url.search === '' && url.hash === '';
  if (!plain || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw new UserError('bad-request', `“${base.slice(0, 80)}” is no address of a hub: it must begin with https://.`);
  }
  return { id, revision, base: url.href.replace(/\/+$/, '') };
}

export const urlOf = ({ base, id, revision }: HubPlace, file: string) => `${base}/${id}/resolve/${revision}/${file}`;

/** What every model has: without it there is none. */
export const config = 'config.json';
