// Server-sent events, taken apart as the HTML standard says.

import t from 'tap'
import { decodeEvents, type ServerEvent } from './event-stream.ts'

/** A body that arrives in these chunks, and whether it was cancelled. */
function bodyOf(...chunks: readonly string[]) {
  const state = { isCancelled: false }
  const bytes = chunks.map((chunk) => Buffer.from(chunk, 'latin1'))
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      const chunk = bytes.shift()
      if (chunk === undefined) controller.close()
      else controller.enqueue(chunk)
    },
    cancel() {
      state.isCancelled = true
    },
  })
  return { stream, state }
}

async function read(...chunks: readonly string[]) {
  const events: ServerEvent[] = []
  for await (const event of decodeEvents(bodyOf(...chunks).stream)) events.push(event)
  return events
}

t.test('an event has a name, data and an id, and comments are skipped', async (t) => {
  t.same(await read(': ping\n\nid: a-1\nevent: revision\ndata: {"revision":7}\n\n'), [
    { name: 'revision', data: { revision: 7 }, id: 'a-1' },
  ])
})

t.test('chunks may end anywhere: in a letter, in a field, between CR and LF', async (t) => {
  const text = Buffer.from('event:testbed\r\ndata: {"fleet":\r\ndata: "Süd"}\r\nid:3\r\n\r\n').toString(
    'latin1',
  )
  const whole = await read(text)
  t.same(whole, [{ name: 'testbed', data: { fleet: 'Süd' }, id: '3' }])
  t.same(await read(...text), whole)
})

t.test('an id counts until the next one, and an event that is cut off is not delivered', async (t) => {
  t.same(await read('id: 1\ndata: 1\n\ndata: 2\n\nid: 3\n\ndata: 4\n\ndata: 5\n'), [
    { name: 'message', data: 1, id: '1' },
    { name: 'message', data: 2, id: '1' },
    { name: 'message', data: 4, id: '3' },
  ])
})

t.test('who leaves the loop cancels the body, and every chunk counts as activity', async (t) => {
  const { stream, state } = bodyOf(': ping\n\n', 'data: 1\n\n', 'data: 2\n\n')
  let chunks = 0
  for await (const { data } of decodeEvents(stream, () => {
    chunks += 1
  })) {
    t.equal(data as unknown, 1)
    break
  }
  t.equal(chunks, 2)
  t.ok(state.isCancelled)
})
