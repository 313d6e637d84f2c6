// The kinds of fields that the schema of a test file is made of.

import { Type } from 'typebox'
import { parseDuration } from '../../control-plane/switches/duration.ts'
import { SwitchyardError } from '../../core/errors.ts'
import { GRPC_STATUS_NAMES } from '../../core/grpc-statuses.ts'

/** Fields that are not declared are invalid. */
export const strict = { additionalProperties: false } as const

/** The signer that no document knows. */
export const STRANGER = 'stranger'

export const Text = (description: string) => Type.String({ minLength: 1, description })

export const Count = (description: string) =>
  Type.Optional(
    Type.Integer({ minimum: 0, maximum: 100, description: `${description}, a whole number from 0 to 100` }),
  )

const DURATION = '\\d{1,9}(ms|s|m|h)'

export const Duration = (description: string) =>
  Type.Optional(
    Type.String({ pattern: `^${DURATION}$`, description: `${description}, a duration such as 50ms or 2s` }),
  )

/** From now on, or ago. */
export const Instant = (description: string) =>
  Type.Optional(
    Type.String({
      pattern: `^-?${DURATION}$`,
      description: `${description}, a duration from now such as 10m, or ago such as -5m`,
    }),
  )

/** Milliseconds of a duration that the schema accepted; below 0 for one that begins with a minus sign. */
export function millisecondsOf(text: string): number {
  const [sign, length] = text.startsWith('-') ? [-1, text.slice(1)] : [1, text]
  const milliseconds = parseDuration(length)
  if (milliseconds === undefined) throw new SwitchyardError('internal', `"${text}" is not a duration`)
  return sign * milliseconds
}

export const STATUSES = `a gRPC status: ${GRPC_STATUS_NAMES.join(', ')}`
export const Status = Type.Enum([...GRPC_STATUS_NAMES], { description: STATUSES })

/** Headers that somebody sends: a list of values sends a header more than once. */
export const SentHeaders = (description: string) =>
  Type.Optional(
    Type.Unsafe<Record<string, string | string[]>>({
      type: 'object',
      propertyNames: {
        type: 'string',
        pattern: '^[a-z0-9_.-]+$',
        description: 'the name of a header, in lower case',
      },
      additionalProperties: {
        type: ['string', 'array'],
        items: { type: 'string', description: 'a text' },
        description: 'a text, or a list of texts, which sends the header more than once',
      },
      description,
    }),
  )

/** A message in the JSON of protobuf; `yard test` checks it with the descriptor. */
export const Message = Type.Unsafe<Record<string, unknown>>({
  type: 'object',
  description: "a message as JSON, such as { id: '1' }",
})
