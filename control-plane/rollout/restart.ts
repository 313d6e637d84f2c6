// What is in force when the control plane starts: the newest revision of the store, or the first one.

import { SwitchyardError } from '../../core/errors.ts'
import type { Config } from '../document/model.ts'
import { validateConfig } from '../document/validate.ts'
import type { Revision } from '../store/revision.ts'
import type { RevisionStore } from '../store/revision-store.ts'
import type { Accepted, InForce, Publisher } from './publisher.ts'

/**
 * Serves the newest revision, and what was accepted last before it: nodes that start are pinned to that while the newest one is
 * undecided.
 * @throws SwitchyardError as `Revisions.open`
 */
export async function serveStored(
  store: RevisionStore,
  publisher: Publisher,
  initial: Config | undefined,
): Promise<{ readonly inForce: InForce; readonly accepted: Accepted | undefined }> {
  const { document, ...revision } = (await store.head()) ?? (await writeFirst(store, initial))
  const accepted = await serveAccepted(store, publisher, revision.number)
  const publication = await publisher.prepare(validateConfig(document))
  return { inForce: { revision, publication, fleets: publisher.publish(publication) }, accepted }
}

/** Undefined if the newest revision is the accepted one, or none is. */
async function serveAccepted(
  store: RevisionStore,
  publisher: Publisher,
  head: number,
): Promise<Accepted | undefined> {
  const { number = head } = (await store.newest(['accepted'])) ?? {}
  if (number === head) return undefined
  const publication = await publisher.prepare(validateConfig((await store.get(number)).document))
  publisher.publish(publication)
  publisher.accept()
  return { number, publication }
}

async function writeFirst(store: RevisionStore, initial: Config | undefined): Promise<Revision> {
  if (initial === undefined) {
    throw new SwitchyardError(
      'invalid-argument',
      'there is no revision yet: name a configuration file to start from',
    )
  }
  return { ...(await store.append(initial, undefined, 'file')), document: initial }
}
