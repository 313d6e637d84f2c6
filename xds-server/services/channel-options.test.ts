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
  const taken = [
    ['max_receive_message_length', 'set maxRequestBytes'],
    ['max_send_message_length', 'leave it out: responses are as long as their resources are'],
    ['keepalive_timeout_ms', 'set keepalive.timeoutMs'],
    ['max_connection_age_ms', 'set maxConnectionAge.timeMs, which also ends the streams'],
    ['max_connection_age_grace_ms', 'set maxConnectionAge.graceMs'],
  ] as const
  const problems = channelOptionProblems(Object.fromEntries(taken.map(([name]) => [`grpc.${name}`, 1])))
  t.strictSame(
    problems,
    taken.map(([name, message]) => ({ path: `channelOptions["grpc.${name}"]`, message })),
  )
  t.equal(channelOptionProblems({ 'my.grpc.option': 1 }).length, 1, 'a name that has grpc in it is no option')
})
