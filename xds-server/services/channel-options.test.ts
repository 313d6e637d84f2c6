// Options of channels pass, except for those that options of the library set.

import t from 'tap'
import { channelOptionProblems } from './channel-options.ts'

t.test('what an option of the library sets is a problem that names it', async (t) => {
  t.strictSame(
    channelOptionProblems({ 'grpc.max_concurrent_streams': 5, 'grpc-node.max_session_memory': 9 }),
    [],
  )
  t.match(channelOptionProblems({ 'grpc.keepalive_time_ms': 1, interceptors: [] }), [
    { path: 'channelOptions["grpc.keepalive_time_ms"]', message: 'set keepalive.timeMs' },
    { path: 'channelOptions["interceptors"]', message: /names begin with "grpc\."/ },
  ])
  t.equal(
    channelOptionProblems({ 'grpc.max_connection_age_ms': 1, 'grpc.max_send_message_length': 1 }).length,
    2,
  )
})
