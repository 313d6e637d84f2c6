// NACKs of what a source changed (files of secrets and of switches, endpoints): they say nothing about the revision in force.

import { SwitchyardError } from '../../core/errors.ts'
import { type Nack, type NodeStatus, SECRET, type XdsEvent } from '../../xds-server/index.ts'
import { stateOf } from '../../xds-server/nodes/status.ts'
import { formatSteps } from '../document/problem.ts'
import { secretOf } from '../translate/secret.ts'
import { namedInNack, originOf } from './nacks.ts'
import type { Translations } from './publisher.ts'

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
      return report(`a source changed what is served of ${path} without a revision, and ${nacked}`, path)
    })
  }
  return [...new Set(names.map(secretOf))].map((secret) =>
    report(`the secret "${secret}" was renewed, and ${nacked}`, formatSteps(['secrets', secret])),
  )
}
