// What is hashed, as the hash policies of a route, and what clients do not know of it.

import { create, type MessageInitShape } from '@bufbuild/protobuf'
import { anyPack } from '@bufbuild/protobuf/wkt'
import {
  type RouteAction_HashPolicy,
  RouteAction_HashPolicySchema,
} from '@envoy/xds-protos/envoy/config/route/v3/route_components_pb.js'
import { HeaderMutationSchema } from '@envoy/xds-protos/envoy/extensions/filters/http/header_mutation/v3/header_mutation_pb.js'
import { UpstreamCodecSchema } from '@envoy/xds-protos/envoy/extensions/filters/http/upstream_codec/v3/upstream_codec_pb.js'
import type { HttpProtocolOptionsParts } from './attach-points.ts'
import { toDuration } from './duration.ts'
import { unsupported } from './grpc-clients.ts'
import { type HashOn, hashesOf, isList, type Thing } from './hash-on.ts'
import type { PlacedProblem } from './placed-problem.ts'

/** The name by which gRPC clients hash on the channel: https://github.com/grpc/proposal/blob/master/A42-xds-ring-hash-lb-policy.md */
const CHANNEL_ID = 'io.grpc.channel_id'

/** `RouteAction.hash_policy`: Envoy hashes in the route and picks in the cluster. */
export function toHashPolicies(hashOn: HashOn): readonly RouteAction_HashPolicy[] {
  return hashesOf(hashOn).map(({ terminal = false, ...thing }) =>
    create(RouteAction_HashPolicySchema, { policySpecifier: toSpecifier(thing), terminal }),
  )
}

type Specifier = NonNullable<MessageInitShape<typeof RouteAction_HashPolicySchema>['policySpecifier']>

function toSpecifier({ header, cookie, sourceIp, query, filterState }: Thing): Specifier {
  if (header !== undefined) return { case: 'header', value: { headerName: header } }
  if (sourceIp) return { case: 'connectionProperties', value: { sourceIp } }
  if (query !== undefined) return { case: 'queryParameter', value: { name: query } }
  if (cookie === undefined) return { case: 'filterState', value: { key: filterState ?? CHANNEL_ID } }
  const { name, ttl, path = '' } = cookie
  return { case: 'cookie', value: { name, path, ...(ttl !== undefined && { ttl: toDuration(ttl) }) } }
}

interface Hashing {
  readonly hashOn?: HashOn
}

/** Each thing that is written, with the steps to it from the settings of the policy. */
function placedHashes({ hashOn }: Hashing) {
  if (hashOn === undefined) return []
  return hashesOf(hashOn).map((item, index) => ({
    item,
    steps: ['hashOn', ...(isList(hashOn) ? [String(index)] : [])],
  }))
}

/** What the schema cannot check in a list. */
export function* hashProblems(written: Hashing): Iterable<PlacedProblem> {
  for (const { item, steps } of placedHashes(written)) {
    const things = Object.keys(item).filter((name) => name !== 'terminal')
    if (things.length === 1) continue
    const message = `has ${things.length === 0 ? 'nothing to hash' : things.join(' and ')}: write one thing in each item of the list`
    yield { steps, message }
  }
}

const UNKNOWN_TO_GRPC = {
  cookie: 'the hash of a cookie',
  sourceIp: 'the hash of an address',
  query: 'the hash of a query',
  filterState: 'the hash of a value of a filter',
} as const

/** They know headers and the channel only, and take a random endpoint for each call: gRFC A42. */
export function hashesUnknownToGrpc(written: Hashing) {
  return placedHashes(written).flatMap(({ item, steps }) =>
    entriesOf(UNKNOWN_TO_GRPC).flatMap(([thing, what]) =>
      item[thing] === undefined ? [] : unsupported(what, { steps: [...steps, thing] }),
    ),
  )
}

/** Envoy has no state of this name, so that it would take a random endpoint for each call. */
export function hashesUnknownToEnvoy(written: Hashing) {
  return placedHashes(written).flatMap(({ item, steps }) =>
    item.channelId ? [{ what: 'the hash of a channel', steps: [...steps, 'channelId'] }] : [],
  )
}

function entriesOf<Key extends string, Value>(record: Readonly<Record<Key, Value>>) {
  return Object.entries(record) as [Key, Value][]
}

export function hashesQuery(hashOn: HashOn): boolean {
  return hashesOf(hashOn).some(({ query }) => query !== undefined)
}

/** What takes the hashed parameters out of paths, behind the choice of the endpoint. */
export function withoutHashedQueries(hashOn: HashOn): HttpProtocolOptionsParts {
  const names = [...new Set(hashesOf(hashOn).flatMap(({ query }) => query ?? []))]
  if (names.length === 0) return {}
  const mutations = { queryParameterMutations: names.map((remove) => ({ remove })) }
  const filters = [
    ['header_mutation', anyPack(HeaderMutationSchema, create(HeaderMutationSchema, { mutations }))],
    ['upstream_codec', anyPack(UpstreamCodecSchema, create(UpstreamCodecSchema))],
  ] as const
  return {
    httpFilters: filters.map(([name, value]) => ({
      name: `envoy.filters.http.${name}`,
      configType: { case: 'typedConfig', value },
    })),
  }
}

/** What `withoutHashedQueries` packs. */
export const HASH_MESSAGES = [HeaderMutationSchema, UpstreamCodecSchema] as const
