// Traces as trees, whatever the order in which their spans have come.

import t from 'tap'
import type { ReceivedSpan } from './spans.ts'
import { placed, shapeOf, tracesIn } from './trace-tree.ts'

const spanOf = (id: string, parentId: string | undefined, startMs: number, traceId = 't'): ReceivedSpan => ({
  traceId,
  spanId: id,
  parentId,
  service: id,
  name: id,
  kind: 'server',
  startMs,
  durationMs: 1,
  attributes: {},
  events: [],
  droppedEvents: 0,
  status: 'unset',
  statusMessage: '',
  resource: {},
})

t.test('O5.6: spans are below their parents, siblings in the order of their begin', async (t) => {
  const spans = [spanOf('c', 'a', 3), spanOf('b', 'a', 2), spanOf('a', undefined, 1), spanOf('d', 'b', 4)]
  t.same(
    placed(spans).map(({ span, depth }) => [span.spanId, depth]),
    [
      ['a', 0],
      ['b', 1],
      ['d', 2],
      ['c', 1],
    ],
  )
  t.equal(shapeOf(spans), 'a:server > [b:server > d:server, c:server]')
})

t.test('O5.6: a span whose parent is missing is a top of its trace', async (t) => {
  const spans = [spanOf('a', undefined, 1), spanOf('c', 'lost', 2)]
  t.equal(shapeOf(spans), '[a:server, c:server]')
  t.same(
    placed(spans).map(({ depth }) => depth),
    [0, 0],
  )
  t.equal(shapeOf([]), '')
  t.same([...tracesIn([...spans, spanOf('x', undefined, 1, 'u')]).keys()], ['t', 'u'])
})
