// Which nodes a request for client status means.
// https://www.envoyproxy.io/docs/envoy/latest/api-v3/type/matcher/v3/node.proto

import type { JsonObject, JsonValue } from '@bufbuild/protobuf'
import type { Node } from '@envoy/xds-protos/envoy/config/core/v3/base_pb.js'
import type { NodeMatcher } from '@envoy/xds-protos/envoy/type/matcher/v3/node_pb.js'
import type { StringMatcher } from '@envoy/xds-protos/envoy/type/matcher/v3/string_pb.js'
import type { StructMatcher } from '@envoy/xds-protos/envoy/type/matcher/v3/struct_pb.js'
import type { ListMatcher, ValueMatcher } from '@envoy/xds-protos/envoy/type/matcher/v3/value_pb.js'
import { BadRequest } from './check-request.ts'

/** Whether one of the matchers fits the node. Without matchers every node fits. @throws BadRequest for an unsupported matcher */
export function matchesNode(matchers: readonly NodeMatcher[], node: Node): boolean {
  return (
    matchers.length === 0 ||
    matchers.some(
      ({ nodeId, nodeMetadatas }) =>
        (nodeId === undefined || matchesText(nodeId, node.id)) &&
        nodeMetadatas.every((one) => matchesStruct(one, node.metadata ?? {})),
    )
  )
}

function matchesStruct({ path, value }: StructMatcher, metadata: JsonObject): boolean {
  let found: JsonValue | undefined = metadata
  for (const { segment } of path) {
    found = isObject(found) && segment.case === 'key' ? found[segment.value] : undefined
  }
  return value !== undefined && matchesValue(value, found)
}

function matchesValue({ matchPattern: pattern }: ValueMatcher, value: JsonValue | undefined): boolean {
  switch (pattern.case) {
    case 'nullMatch':
      return value === null
    case 'doubleMatch':
      return typeof value === 'number' && matchesNumber(pattern.value.matchPattern, value)
    case 'stringMatch':
      return typeof value === 'string' && matchesText(pattern.value, value)
    case 'boolMatch':
      return value === pattern.value
    case 'presentMatch':
      return (value !== undefined) === pattern.value
    case 'listMatch':
      return Array.isArray(value) && value.some((one) => matchesItem(pattern.value, one))
    case 'orMatch':
      return pattern.value.valueMatchers.some((one) => matchesValue(one, value))
    default:
      throw new BadRequest('a value of node_metadatas has no match pattern: set one')
  }
}

function matchesItem({ matchPattern }: ListMatcher, value: JsonValue): boolean {
  return matchPattern.case === 'oneOf' && matchesValue(matchPattern.value, value)
}

type NumberPattern = Extract<ValueMatcher['matchPattern'], { case: 'doubleMatch' }>['value']['matchPattern']

/** A range has its start and not its end. */
function matchesNumber(pattern: NumberPattern, value: number): boolean {
  if (pattern.case === 'exact') return value === pattern.value
  return pattern.case === 'range' && value >= pattern.value.start && value < pattern.value.end
}

function matchesText({ matchPattern: pattern, ignoreCase }: StringMatcher, text: string): boolean {
  if (pattern.case === 'safeRegex' || pattern.case === 'custom' || pattern.case === undefined) {
    throw new BadRequest('a matcher of node_matchers is not supported: use exact, prefix, suffix or contains')
  }
  const fold = (one: string) => (ignoreCase ? one.toLowerCase() : one)
  const [wanted, given] = [fold(pattern.value), fold(text)]
  switch (pattern.case) {
    case 'exact':
      return given === wanted
    case 'prefix':
      return given.startsWith(wanted)
    case 'suffix':
      return given.endsWith(wanted)
    case 'contains':
      return given.includes(wanted)
  }
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
