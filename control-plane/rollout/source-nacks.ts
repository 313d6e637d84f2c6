// NACKs of resources that a source changed (files of secrets and switches, endpoints): they say nothing about the revision in force.

import { isDeepStrictEqual } from 'node:util'
import { SwitchyardError } from '../../core/errors.ts'
import { type Nack, type NodeStatus, SECRET, type XdsEvent } from '../../xds-server/index.ts'
import { stateOf } from '../../xds-server/nodes/status.ts'
import { formatSteps } from '../document/problem.ts'
import { secretOf } from '../translate/secret.ts'
import { nacksOf, namedInNack, originOf } from './nacks.ts'
import type { Publication, Translations } from './publisher.ts'

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

/** Whether a NACK of a fleet's node belongs to a source. */
export type IsNackOfSource = (fleet: string, typeUrl: string, nack: Nack) => boolean

/** A node as a verdict sees it: types whose NACK belongs to a source count as SYNCED. */
export function withoutNacksOfSources(node: NodeStatus, isNackOfSource: IsNackOfSource): NodeStatus {
  if (!node.connected || node.state !== 'NACKED') return node
  const types = Object.fromEntries(
    Object.entries(node.types).map(([typeUrl, type]) => {
      const { state, nack } = type
      if (state !== 'NACKED' || nack === undefined) return [typeUrl, type]
      return [
        typeUrl,
        isNackOfSource(node.group, typeUrl, nack) ? { ...type, state: 'SYNCED' as const } : type,
      ]
    }),
  )
  return { ...node, types, state: stateOf(types) }
}

/** A NACK that belongs to a source decides about no revision, so it is reported by itself: one fault for each resource. */
export function faultsOfSources(
  { typeUrl, nack, node, group }: XdsEvent & { readonly kind: 'nacked' },
  isNackOfSource: IsNackOfSource,
  translations: Translations,
): SwitchyardError[] {
  if (!isNackOfSource(group, typeUrl, nack)) return []
  const text = nack.message.trimEnd()
  const nacked = `node ${node} of fleet ${group} NACKed it and keeps the one before: ${text}`
  const report = (message: string, path: string) =>
    new SwitchyardError('nacked', message, { problems: [{ path, message: text }] })
  const names = namedInNack(nack)
  if (typeUrl !== SECRET) {
    return names.map((name) => {
      const { path = '' } = originOf(translations.get(group), typeUrl, name)
      return report(`what ${path} takes from a source was renewed, and ${nacked}`, path)
    })
  }
  return [...new Set(names.map(secretOf))].map((secret) =>
    report(`the secret "${secret}" was renewed, and ${nacked}`, formatSteps(['secrets', secret])),
  )
}
