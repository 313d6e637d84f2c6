// What both sides of stories do: pause between messages, and wait for the end of a call.

import type { EventEmitter } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import { Metadata, type status } from '@grpc/grpc-js'

/** Milliseconds between messages, so that a picture shows which of them crossed on their way. */
const PACE_MS = 10

export const pause = (): Promise<void> => setTimeout(PACE_MS)

/** Resolves when the client has the status of its call, whatever it is. Call it before the first message arrives. */
export function untilStatus(call: EventEmitter): Promise<void> {
  // A status that is not OK is an 'error' too, which would end the process.
  call.on('error', () => {})
  return new Promise((resolve) => call.once('status', () => resolve()))
}

/** Resolves when a call has received a message, and what it is. */
export async function untilMessage(call: EventEmitter, message: string): Promise<void> {
  await new Promise<void>((resolve) => {
    call.on('data', (received: { readonly message: string }) => {
      if (received.message === message) resolve()
    })
  })
}

/** A status as grpc-js's handlers give it, with one entry of trailing metadata. */
export function ending(code: status, details: string) {
  const metadata = new Metadata()
  metadata.set('story-trailer', 'seen')
  return { code, details, metadata }
}
