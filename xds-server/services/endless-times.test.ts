// Options that are times may be without an end. A timer of Node that is too long fires at once, and warns of it.

import { create } from '@bufbuild/protobuf'
import { NodeSchema } from '@envoy/xds-protos/envoy/config/core/v3/base_pb.js'
import t from 'tap'
import { EventQueue } from '../nodes/event-queue.ts'
import type { XdsEvent } from '../nodes/events.ts'
import { CLUSTER } from '../snapshot/resource-type.ts'
import { createStreamState } from '../streams/stream.ts'
import { DrainTimers } from './drain-timers.ts'
import { Lookups } from './lookups.ts'
import { ResumeClock } from './resume-clock.ts'
import { StartClock } from './start-clock.ts'

t.test('a time without an end is not over at once', async (t) => {
  const warnings: Error[] = []
  const note = (warning: Error) => warnings.push(warning)
  process.on('warning', note)
  t.teardown(() => process.off('warning', note))
  const isOver = () => t.fail('it is over')
  const drains = new DrainTimers(Number.POSITIVE_INFINITY, isOver)
  drains.update({ ...createStreamState(), drains: [{ nonce: '1', references: [] }] })
  const start = new StartClock(Number.POSITIVE_INFINITY, isOver)
  const resume = new ResumeClock(Number.POSITIVE_INFINITY, isOver)
  resume.update({ ...createStreamState(), resumption: 'begun' })
  const onDemand = () => new Promise<void>(() => {})
  const options = { onDemand, timeoutMs: Number.POSITIVE_INFINITY }
  const lookups = new Lookups(options, new EventQueue<XdsEvent>(), isOver)
  lookups.start(create(NodeSchema), 'fleet', {
    typeUrl: CLUSTER,
    names: new Set(['a']),
    afterReconnect: false,
  })
  await new Promise((resolve) => setImmediate(resolve))
  t.strictSame(warnings, [])
  for (const one of [drains, start, resume, lookups]) one.stop()
})
