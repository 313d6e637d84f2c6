// A reader that comes back: which id it asks for, and what ends it.

import t from 'tap'
import { SwitchyardError } from '../core/errors.ts'
import type { EventsOptions } from './client.ts'
import type { ServerEvent } from './event-stream.ts'
import { type EventConnection, followEvents } from './follow-events.ts'

const hello = (id: string) => ({ name: 'hello', id, data: { resumed: false } }) as unknown as ServerEvent
const revision = (id: string) => ({ name: 'revision', id, data: { revision: 2 } }) as unknown as ServerEvent
const gone = new SwitchyardError('unreachable', 'nothing answers')

/** Each connection delivers its events, and then fails or ends. The last one ends the test. */
async function follow(...connections: readonly (readonly (ServerEvent | SwitchyardError)[])[]) {
  const end = new AbortController()
  const asked: (string | undefined)[] = []
  const seen: string[] = []
  const states: EventConnection[] = []
  async function* getEvents({ lastEventId }: EventsOptions = {}) {
    const events = connections[asked.length] ?? []
    asked.push(lastEventId)
    for (const event of events) {
      if (event instanceof SwitchyardError) throw event
      yield event
    }
    if (asked.length >= connections.length) end.abort()
  }
  const onEvent = ({ name, id }: ServerEvent) => seen.push(`${name} ${id}`)
  const onConnection = (state: EventConnection) => states.push(state)
  await followEvents({ getEvents }, { onEvent, onConnection, signal: end.signal, firstRetryMs: 1 })
  return { asked, seen, states }
}

t.test('after a broken connection it asks for what followed the last event', async (t) => {
  const { asked, seen } = await follow([hello('a-4'), revision('a-5'), gone], [hello('a-5')])
  t.same(asked, [undefined, 'a-5'])
  t.same(seen, ['hello a-4', 'revision a-5', 'hello a-5'])
})

t.test('a connection that is closed in good order is opened again too', async (t) => {
  const { asked, states } = await follow([hello('a-4')], [hello('b-0')])
  t.same(asked, [undefined, 'a-4'])
  t.match(states, [
    { state: 'connecting' },
    { state: 'open' },
    { state: 'lost', error: { code: 'unreachable' } },
    { state: 'connecting' },
    { state: 'open' },
  ])
})

t.test('each further failure doubles the wait, and an open connection begins anew', async (t) => {
  const { states } = await follow([gone], [gone], [hello('a-1'), gone], [hello('a-1')])
  const waits = states.flatMap((one) => (one.state === 'lost' ? [one.retryInMs] : []))
  t.same(waits, [1, 2, 1])
})

t.test('an error that no attempt cures ends it', async (t) => {
  const denied = new SwitchyardError('unauthenticated', 'unknown token')
  await t.rejects(follow([denied], [hello('a-1')]), { code: 'unauthenticated' })
})
