// Options of grpc-js's server that a user of the library may set, and those that options of the library set.

import type { ChannelOptions } from '@grpc/grpc-js'
import type { Problem } from '../../core/errors.ts'

/** By the option of grpc-js: the option of the library to use. */
const INSTEAD: Readonly<Record<string, string>> = {
  'grpc.max_receive_message_length': 'set maxRequestBytes',
  'grpc.max_send_message_length': 'leave it out: responses are as long as their resources are',
  'grpc.keepalive_time_ms': 'set keepalive.timeMs',
  'grpc.keepalive_timeout_ms': 'set keepalive.timeoutMs',
  'grpc.max_connection_age_ms': 'set maxConnectionAge.timeMs, which also ends the streams',
  'grpc.max_connection_age_grace_ms': 'set maxConnectionAge.graceMs',
}

export function channelOptionProblems(options: ChannelOptions = {}): readonly Problem[] {
  return Object.keys(options).flatMap((name) => {
    const instead = Object.hasOwn(INSTEAD, name) ? INSTEAD[name] : undefined
    if (instead !== undefined) return [{ path: `channelOptions["${name}"]`, message: instead }]
    if (/^grpc(-node)?\./.test(name)) return []
    return [
      {
        path: `channelOptions["${name}"]`,
        message: 'not an option of a channel: their names begin with "grpc."',
      },
    ]
  })
}
