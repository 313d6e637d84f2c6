// Makes the calls that others depend on, such as the put of a value that all calls of the load get.

import { type ChannelInterface, Metadata, status } from '@grpc/grpc-js'
import { SwitchyardError } from '../../core/errors.ts'
import { OneCall } from './one-call.ts'
import type { PreparedCall, WeightedCall } from './prepared-call.ts'

/** Each over each channel, because channels may lead to servers that share nothing. @throws SwitchyardError `process-failed` with the status of a call that failed */
export async function callBefore(
  channels: readonly ChannelInterface[],
  calls: readonly WeightedCall[],
): Promise<void> {
  const first = calls.flatMap(({ call: { before } }) => before ?? [])
  await Promise.all(channels.flatMap((channel) => first.map((call) => makeOnce(channel, call))))
}

async function makeOnce(channel: ChannelInterface, call: PreparedCall): Promise<void> {
  const made = Promise.withResolvers<void>()
  const watcher = {
    sent() {},
    received() {},
    ended(_: OneCall, code: status, details: string) {
      const why = `${call.path} before the load: ${status[code]} ${details}`
      if (code === status.OK) made.resolve()
      else made.reject(new SwitchyardError('process-failed', why))
    },
  }
  new OneCall(call, performance.now(), watcher).start(channel, new Metadata())
  await made.promise
}
