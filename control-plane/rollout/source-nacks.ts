// NACKs of secrets and endpoints: whether one belongs to the revision, or to the source that renewed them.

import { isDeepStrictEqual } from 'node:util'
import { SwitchyardError } from '../../core/errors.ts'
import { ownValue } from '../../core/plain-map.ts'
import { ENDPOINT, type Nack, type NodeStatus, SECRET, type XdsEvent } from '../../xds-server/index.ts'
import { stateOf } from '../../xds-server/nodes/status.ts'
import { formatSteps } from '../document/problem.ts'
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

/** Whether a fleet is served a resource as it is because of the revision, and not because its source renewed it. */
export type IsOfRevision = (fleet: string, typeUrl: string, name: string) => boolean

/** Compares what is in force with what was accepted last. Before anything was accepted, everything is of the revision. */
export function ofRevision(accepted: Publication | undefined, inForce: Publication): IsOfRevision {
  return (fleet, typeUrl, name) => {
    if (accepted === undefined) return true
    if (!accepted.translations.get(fleet)?.provenance.has(`${typeUrl} ${name}`)) return true
    if (typeUrl === SECRET) {
      const entryIn = ({ config }: Publication) => config.secrets?.[secretOf(name)]
      return !isDeepStrictEqual(entryIn(accepted), entryIn(inForce))
    }
    // An assignment has two parts: the upstream, and the endpoints from its source.
    const upstreamIn = ({ config }: Publication) => ownValue(config.upstreams, name)
    const givenIn = ({ endpoints }: Publication) => endpoints.sourced.get(name)
    const isRenewed = !isDeepStrictEqual(givenIn(accepted), givenIn(inForce))
    return !isRenewed || !isDeepStrictEqual(upstreamIn(accepted), upstreamIn(inForce))
  }
}

/** The types whose resources sources renew. */
const SOURCED = [SECRET, ENDPOINT] as const

/** Whether a NACK belongs to a source: it names no resource that the revision changed. */
function isNackOfSource(fleet: string, typeUrl: string, nack: Nack, isOfRevision: IsOfRevision): boolean {
  if (!SOURCED.some((one) => one === typeUrl)) return false
  return !namedInNack(nack).some((name) => isOfRevision(fleet, typeUrl, name))
}

/** A node as a verdict sees it: a NACK that belongs to a source says nothing about the revision. */
export function withoutNackOfSource(node: NodeStatus, isOfRevision: IsOfRevision): NodeStatus {
  const ofSources = SOURCED.filter((typeUrl) => {
    const { state, nack } = node.types[typeUrl] ?? {}
    return state === 'NACKED' && nack !== undefined && isNackOfSource(node.group, typeUrl, nack, isOfRevision)
  })
  if (!node.connected || ofSources.length === 0) return node
  const types = { ...node.types }
  for (const typeUrl of ofSources) {
    const type = types[typeUrl]
    if (type !== undefined) types[typeUrl] = { ...type, state: 'SYNCED' as const }
  }
  return { ...node, types, state: stateOf(types) }
}

/** A NACK that belongs to a source decides about no revision. It is reported by itself, as one fault for each entry of the document. */
export function faultsOfSources(
  { typeUrl, nack, node, group }: XdsEvent & { readonly kind: 'nacked' },
  isOfRevision: IsOfRevision,
): SwitchyardError[] {
  if (!isNackOfSource(group, typeUrl, nack, isOfRevision)) return []
  const text = nack.message.trimEnd()
  const toEntry = (name: string) => (typeUrl === SECRET ? secretOf(name) : name)
  return [...new Set(namedInNack(nack).map(toEntry))].map((name) => {
    const [what, steps] =
      typeUrl === SECRET
        ? [`the secret "${name}" was renewed`, ['secrets', name]]
        : [`the endpoints of upstream "${name}" were renewed`, ['upstreams', name, 'endpointsFrom']]
    const message = `${what}, and node ${node} of fleet ${group} NACKed that and keeps what was before: ${text}`
    return new SwitchyardError('nacked', message, { problems: [{ path: formatSteps(steps), message: text }] })
  })
}
