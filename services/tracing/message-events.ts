// An event on the span of a call for each of its messages, which OpenTelemetry's instrumentation of gRPC does not add.
// https://opentelemetry.io/docs/specs/semconv/rpc/rpc-spans/#message-event

import type { DescService, Message } from '@bufbuild/protobuf'
import { InterceptingCall, type Interceptor } from '@grpc/grpc-js'
import { type Span, trace } from '@opentelemetry/api'
import type { Implementation } from '../rpc/index.ts'

type Direction = 'SENT' | 'RECEIVED'

/** Adds the events of one direction, numbered from 1. */
function counter(span: Span, direction: Direction): () => void {
  let id = 0
  return () => {
    id += 1
    span.addEvent('message', { 'message.type': direction, 'message.id': id })
  }
}

/** For clients. Without a span, it does nothing. */
export const messageEvents: Interceptor = (options, nextCall) => {
  const call = nextCall(options)
  const span = trace.getActiveSpan()
  if (span === undefined) return new InterceptingCall(call)
  const sent = counter(span, 'SENT')
  const received = counter(span, 'RECEIVED')
  return new InterceptingCall(call, {
    start: (metadata, _listener, next) =>
      next(metadata, {
        onReceiveMessage(message, nextMessage) {
          // Where no message has come, grpc-js passes null.
          if (message) received()
          nextMessage(message)
        },
      }),
    sendMessage(message, next) {
      sent()
      next(message)
    },
  })
}

type Handler = (
  input: Message | AsyncIterable<Message>,
  context: unknown,
) => Promise<Message> | AsyncIterable<Message>

/** The handlers of a service, with events on the span in which each of them is called. */
export function withMessageEvents<S extends DescService>(
  implementation: Implementation<S>,
): Implementation<S> {
  const handlers = Object.entries(implementation as Readonly<Record<string, Handler>>)
  return Object.fromEntries(
    handlers.map(([name, handler]) => [name, withEvents(handler)]),
  ) as unknown as Implementation<S>
}

function withEvents(handler: Handler): Handler {
  return (input, context) => {
    const span = trace.getActiveSpan()
    if (span === undefined) return handler(input, context)
    const received = counter(span, 'RECEIVED')
    const sent = counter(span, 'SENT')
    if (!isStream(input)) received()
    const answer = handler(isStream(input) ? noted(input, received) : input, context)
    if (isStream(answer)) return noted(answer, sent)
    return answer.then((message) => {
      sent()
      return message
    })
  }
}

function isStream(value: object): value is AsyncIterable<Message> {
  return Symbol.asyncIterator in value
}

async function* noted(messages: AsyncIterable<Message>, note: () => void): AsyncIterable<Message> {
  for await (const message of messages) {
    note()
    yield message
  }
}
