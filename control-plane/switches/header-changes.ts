// Headers of calls and of their answers that a rule sets, adds or removes.

import type { MessageInitShape } from '@bufbuild/protobuf'
import {
  HeaderValueOption_HeaderAppendAction as Append,
  type HeaderValueOptionSchema,
} from '@envoy/xds-protos/envoy/config/core/v3/base_pb.js'
import { Type } from 'typebox'
import { ruleSwitch } from './attach-points.ts'
import { headerProblems, headerValues } from './changed-header.ts'
import { HeaderName } from './header-name.ts'
import { facts } from './schema-keywords.ts'

type Values = Readonly<Record<string, string>>

function Changes(which: 'request' | 'response', example: Values, whose: string) {
  const toAdd = `Route.${which}_headers_to_add`
  const map = (description: string) =>
    Type.Optional(Type.Unsafe<Values>({ ...headerValues(description, toAdd, example), default: {} }))
  return Type.Object(
    {
      set: map(`values by the names of headers of ${whose}, which replace those that are there`),
      add: map(`values by the names of headers of ${whose}, beside those that are there`),
      remove: Type.Optional(
        Type.Array(HeaderName, {
          uniqueItems: true,
          default: [],
          description: `a list of headers that are taken out of ${whose}`,
          ...facts({ envoy: `Route.${which}_headers_to_remove`, example: ['x-debug'] }),
        }),
      ),
    },
    {
      additionalProperties: false,
      description: `headers of ${whose} such as { set: { x-tier: "gold" }, remove: [x-debug] }`,
      ...facts({ envoy: toAdd, example: { set: example, remove: ['x-debug'] } }),
    },
  )
}

/**
 * `requestHeaders` of a rule, or of a fleet for its rules without them. They change after all filters: matches, tokens and policies
 * see the headers of the caller. So a header that a check of a fleet sets is an error here, whether that check is on or off, because
 * a service would believe it. A value is text as it is: Envoy's `%COMMANDS%` are not read.
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/headers#custom-request-response-headers
 */
export const requestHeaders = ruleSwitch({
  field: 'requestHeaders',
  schema: Changes('request', { 'x-tier': 'gold' }, 'the call'),
  appliesTo: ['envoy'],
  alsoOfFleet: true,
  problems: headerProblems,
  toRoute: ({ set, add, remove }) => ({
    requestHeadersToAdd: toAdd(set, add),
    requestHeadersToRemove: [...remove],
  }),
})

/**
 * `responseHeaders` of a rule, or of a fleet for its rules without them: of answers of the service, of `directResponse`, and of
 * errors such as UNAVAILABLE where no endpoint is there. gRPC clients see them as metadata at the beginning of the answer; those of an
 * error without a message are in its trailers.
 */
export const responseHeaders = ruleSwitch({
  field: 'responseHeaders',
  schema: Changes('response', { 'x-served-by': 'edge' }, 'the answer'),
  appliesTo: ['envoy'],
  alsoOfFleet: true,
  problems: headerProblems,
  toRoute: ({ set, add, remove }) => ({
    responseHeadersToAdd: toAdd(set, add),
    responseHeadersToRemove: [...remove],
  }),
})

type HeaderValueOption = MessageInitShape<typeof HeaderValueOptionSchema>

function toAdd(set: Values, add: Values): HeaderValueOption[] {
  return [
    ...toHeaderOptions(set, Append.OVERWRITE_IF_EXISTS_OR_ADD),
    ...toHeaderOptions(add, Append.APPEND_IF_EXISTS_OR_ADD),
  ]
}

/** In the order of the names. */
export function toHeaderOptions(values: Values, appendAction: Append): HeaderValueOption[] {
  const sorted = Object.entries(values).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return sorted.map(([key, value]) => ({ header: { key, value: asText(value) }, appendAction }))
}

/** Envoy takes `%` for the beginning of a command. */
function asText(value: string): string {
  return value.replaceAll('%', '%%')
}
