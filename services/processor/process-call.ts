// What the processor does with one call: adds headers, or refuses it with a gRPC status.

import type { MessageInitShape } from '@bufbuild/protobuf'
import { HeaderValueOption_HeaderAppendAction } from '@envoy/xds-protos/envoy/config/core/v3/base_pb.js'
import type {
  HttpHeaders,
  ProcessingRequest,
  ProcessingResponseSchema,
} from '@envoy/xds-protos/envoy/service/ext_proc/v3/external_processor_pb.js'

export interface ProcessorRules {
  /** Set on calls and on their answers, whatever was there. */
  readonly headers: Readonly<Record<string, string>>
  /** Calls with this header are refused. */
  readonly refuse: string
  /** The gRPC status of a refused call. */
  readonly status: number
}

type Response = Exclude<MessageInitShape<typeof ProcessingResponseSchema>, { readonly $typeName: string }>

/** The answer to one message of Envoy; undefined for one that this version does not know. */
export function processMessage({ request }: ProcessingRequest, rules: ProcessorRules): Response | undefined {
  switch (request.case) {
    case 'requestHeaders':
      return namesIn(request.value).includes(rules.refuse) ? refuse(rules) : withHeaders(request.case, rules)
    case 'responseHeaders':
      return withHeaders(request.case, rules)
    case 'requestBody':
    case 'responseBody':
    case 'requestTrailers':
    case 'responseTrailers':
      return { response: { case: request.case, value: {} } }
    default:
      return undefined
  }
}

function namesIn({ headers }: HttpHeaders): readonly string[] {
  return headers?.headers.map(({ key }) => key) ?? []
}

function withHeaders(direction: 'requestHeaders' | 'responseHeaders', { headers }: ProcessorRules): Response {
  const setHeaders = Object.entries(headers).map(([key, value]) => ({
    header: { key, rawValue: Buffer.from(value) },
    appendAction: HeaderValueOption_HeaderAppendAction.OVERWRITE_IF_EXISTS_OR_ADD,
  }))
  return { response: { case: direction, value: { response: { headerMutation: { setHeaders } } } } }
}

function refuse({ refuse: header, status }: ProcessorRules): Response {
  return {
    response: {
      case: 'immediateResponse',
      value: {
        status: { code: 403 },
        grpcStatus: { status },
        body: Buffer.from(`denied because of the header ${header}`),
        details: 'refused_by_processor',
      },
    },
  }
}
