// What each capability must give, in whatever client and over whatever transport.

import { type Capability, FAILURE, METADATA, type Tried } from './capabilities.ts'

type Expectation = (tried: Tried) => boolean

const details = ['google.rpc.BadRequest', 'google.rpc.RetryInfo', 'google.rpc.ErrorInfo']

const failsWithDetails: Expectation = ({ outcome }) =>
  outcome.code === FAILURE.statusCode &&
  outcome.text === FAILURE.statusMessage &&
  details.every((type, index) => outcome.details[index]?.type === type) &&
  outcome.trailers['x-trailer'] === 'from the service'

const textsOf = ({ outcome }: Tried) =>
  outcome.messages.map(({ message, sequence = 0 }) => `${message} ${sequence}`)

export const EXPECTED: Readonly<Record<Capability, { readonly title: string; readonly holds: Expectation }>> =
  {
    unary: {
      title: 'a unary call is answered',
      holds: (tried) => tried.outcome.code === 0 && textsOf(tried).join() === 'hello 0',
    },
    stream: {
      title: 'a server stream brings all messages in their order, and its trailers',
      holds: (tried) =>
        tried.outcome.code === 0 &&
        textsOf(tried).join() === 'hello 0,hello 1,hello 2' &&
        tried.outcome.trailers['x-trailer'] === 'from the service',
    },
    error: {
      title: 'an error has its status, its text with letters beyond ASCII, its details and its trailers',
      holds: (tried) => failsWithDetails(tried) && tried.outcome.messages.length === 0,
    },
    'error after messages': {
      title: 'a stream that fails after two messages gives both, and the error with its details',
      holds: (tried) => failsWithDetails(tried) && tried.outcome.messages.length === 2,
    },
    deadline: {
      title: 'a deadline ends the call in the page, and the service has it too',
      holds: ({ outcome, seenByService }) =>
        outcome.code === 4 && seenByService === 'a deadline, and its end',
    },
    cancel: {
      title: 'a cancelled stream ends in the page and at the service',
      holds: ({ outcome, seenByService }) => outcome.code === 1 && seenByService === 'the cancellation',
    },
    metadata: {
      title: 'metadata, text and binary, arrives in both directions',
      holds: ({ outcome, seenByService }) =>
        seenByService ===
          Object.entries(METADATA)
            .map(([key, value]) => `${key}: ${value}`)
            .join(', ') &&
        outcome.headers['x-seen'] === METADATA['x-text'] &&
        bytesOf(outcome.headers['x-seen-bin']) === bytesOf(METADATA['x-bytes-bin']),
    },
  }

/** Base64 with and without padding is the same. */
function bytesOf(base64 = ''): string {
  return Buffer.from(base64, 'base64').toString('hex')
}
