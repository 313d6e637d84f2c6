// What is logged of calls, and how much: the settings that all calls of a process share.

import { createRegistry, type DescMessage, type DescService } from '@bufbuild/protobuf'
import { file_google_rpc_error_details } from '@envoy/xds-protos/google/rpc/error_details_pb.js'
import { type Problem, SwitchyardError } from '../../core/errors.ts'
import { type MaskTree, maskTreeOf } from './field-mask.ts'
import type { MessageLimits, Selection } from './loggable-message.ts'
import type { CallLogger } from './logger.ts'

export interface CallLogOptions {
  readonly logger: CallLogger
  /** The messages of other services are not logged; their calls are. */
  readonly services: readonly DescService[]
  /** Default: no payloads. */
  readonly payloads?: PayloadOptions
}

export interface PayloadOptions {
  /** Of the calls whose payloads are logged, from 0 to 1. */
  readonly share: number
  /**
   * The fields to log, by the full name of their message: paths as in `google.protobuf.FieldMask`, such as
   * `{ 'switchyard.kv.v1.PutRequest': ['key'] }`. Default: all fields. Sensitive fields are never logged.
   */
  readonly fields?: Readonly<Record<string, readonly string[]>>
  /** Messages of a call in each direction. Default: 10. */
  readonly messages?: number
  /** Default: 256 bytes or characters of a field, and 20 items of a list. */
  readonly limits?: MessageLimits
}

export interface CallLog {
  readonly logger: CallLogger
  /** 0 without payloads. */
  readonly share: number
  readonly messages: number
  /** By path, such as `/switchyard.echo.v1.EchoService/Unary`. */
  readonly methods: ReadonlyMap<string, { readonly request: DescMessage; readonly response: DescMessage }>
  selectionOf(desc: DescMessage): Selection
}

const DEFAULT_MESSAGES = 10
const DEFAULT_LIMITS: MessageLimits = { fieldLength: 256, items: 20 }

/** @throws SwitchyardError `invalid-argument` with all problems of the fields */
export function createCallLog({ logger, services, payloads }: CallLogOptions): CallLog {
  const { share = 0, fields = {}, messages = DEFAULT_MESSAGES, limits = DEFAULT_LIMITS } = payloads ?? {}
  const registry = createRegistry(
    ...services.map(({ file }) => file),
    ...services,
    file_google_rpc_error_details,
  )
  const masks = masksOf(fields, services)
  const methods = services.flatMap((service) =>
    service.methods.map(
      ({ name, input, output }) =>
        [`/${service.typeName}/${name}`, { request: input, response: output }] as const,
    ),
  )
  return {
    logger,
    share,
    messages,
    methods: new Map(methods),
    selectionOf(desc) {
      const mask = masks.get(desc.typeName)
      return { limits, registry, ...(mask && { mask }) }
    },
  }
}

function masksOf(
  fields: NonNullable<PayloadOptions['fields']>,
  services: readonly DescService[],
): ReadonlyMap<string, MaskTree> {
  const types = new Map(
    services.flatMap(({ methods }) =>
      methods.flatMap(({ input, output }) => [input, output].map((desc) => [desc.typeName, desc] as const)),
    ),
  )
  const problems: Problem[] = []
  const masks = new Map<string, MaskTree>()
  for (const [typeName, paths] of Object.entries(fields)) {
    const desc = types.get(typeName)
    if (desc) masks.set(typeName, maskTreeOf(desc, paths, problems))
    else {
      const message = `is not a request or response of a logged service; use one of: ${[...types.keys()].join(', ')}`
      problems.push({ path: typeName, message })
    }
  }
  if (problems.length > 0)
    throw new SwitchyardError('invalid-argument', 'invalid fields of the payload log:', { problems })
  return masks
}
