// NACKs of secrets: whether one belongs to the revision, or to the source that renewed the secret's files.

import { isDeepStrictEqual } from 'node:util'
import { type Nack, type NodeStatus, SECRET } from '../../xds-server/index.ts'
import { secretOf } from '../translate/secret.ts'
import { nacksOf, namedInNack } from './nacks.ts'
import type { Publication } from './publisher.ts'

/** A NACK of a secret, by a node and with its text. */
export interface SecretNack {
  readonly node: string
  readonly fleet: string
  readonly message: string
}

/** NACKs of secrets that are in force now, by the secrets' names in the document. */
export function nacksBySecret(nodes: readonly NodeStatus[]): ReadonlyMap<string, readonly SecretNack[]> {
  const nacks = nacksOf(nodes).flatMap(({ node, fleet, typeUrl, nack }) =>
    typeUrl === SECRET
      ? namedInNack(nack).map((name) => ({ node, fleet, message: nack.message, secret: secretOf(name) }))
      : [],
  )
  return Map.groupBy(nacks, ({ secret }) => secret)
}

/** Whether a fleet is served a secret as it is because of the revision, and not because its files were renewed. */
export type IsOfRevision = (fleet: string, secretName: string) => boolean

/** Compares what is in force with what was accepted last. Before anything was accepted, everything is of the revision. */
export function ofRevision(accepted: Publication | undefined, inForce: Publication): IsOfRevision {
  return (fleet, secretName) => {
    if (accepted === undefined) return true
    const isServed = accepted.translations.get(fleet)?.provenance.has(`${SECRET} ${secretName}`) ?? false
    const entryIn = ({ config }: Publication) => config.secrets?.[secretOf(secretName)]
    return !isServed || !isDeepStrictEqual(entryIn(accepted), entryIn(inForce))
  }
}

/** Whether a NACK of secrets belongs to their source: it names no secret whose entry the revision changed. */
export function isNackOfSecretFiles(fleet: string, nack: Nack, isOfRevision: IsOfRevision): boolean {
  return !namedInNack(nack).some((name) => isOfRevision(fleet, name))
}
