// P14 and P25: upstreams of upstreams, endpoints by DNS, and endpoints with several addresses.

import { freePort } from '../../../processes/free-port.ts'
import { answeredBy, untilAnswers } from '../answers.ts'
import type { Row } from '../row.ts'

const aggregate: Row = {
  row: 'P14',
  title: 'calls the second upstream of an aggregate while the first has no healthy endpoint, and comes back',
  async run(world) {
    const backup = await world.endpoints('backup')
    let main = await world.stoppableBackend('main')
    const { address } = main
    const serve = (to: string) =>
      world.serve({
        upstreams: {
          both: { aggregate: ['main', 'backup'] },
          main: { endpoints: { main: { address } } },
          backup: { endpoints: backup },
        },
        rules: { all: { match: {}, to: { [to]: 1 } } },
      })
    await serve('both')
    const program = await world.start()
    const answers = (id: string) =>
      untilAnswers(world, program, `${id} answers`, { calls: 20 }, (result) => answeredBy(result, id))
    await answers('main')
    await main.close()
    await answers('backup')
    // The twin: without the aggregate, calls fail.
    await serve('main')
    await untilAnswers(
      world,
      program,
      'calls to the first upstream alone fail',
      { calls: 5, deadlineMs: 3_000 },
      ({ codes }) => codes.OK === undefined,
    )
    await serve('both')
    main = await world.stoppableBackend('main', address)
    await answers('main')
  },
}

const KEEPS_ADDRESSES =
  'A client that already calls goes on with the addresses of the name before while a new name does not resolve. Those in Go and Python fail calls.'

const dns: Row = {
  row: 'P14',
  title: 'resolves the name of an upstream by DNS',
  async run(world) {
    const { b1 } = await world.endpoints('b1')
    const port = Number(b1.address.split(':').at(-1))
    const serve = (host: string) =>
      world.serve({ upstreams: { echo: { dns: { host, port, mode: 'logical' } } } })
    await serve('localhost')
    const program = await world.start()
    await untilAnswers(world, program, 'b1 answers', { calls: 10 }, (result) => answeredBy(result, 'b1'))
    // The twin: a name that nobody has. https://www.rfc-editor.org/rfc/rfc6761#section-6.4
    await serve('nobody.invalid')
    await untilAnswers(
      world,
      await world.start(),
      'calls to a name that does not exist fail',
      { calls: 5, deadlineMs: 3_000 },
      ({ codes }) => codes.OK === undefined,
    )
  },
  notes: { node: KEEPS_ADDRESSES, java: KEEPS_ADDRESSES },
}

const dualStack: Row = {
  row: 'P25',
  title: 'reaches an endpoint by its second address, of IPv6, while the first is dead',
  async run(world) {
    const alive = await world.backend({ id: 'b1', listen: { host: '::1', port: 0 } })
    const dead = `127.0.0.1:${await freePort()}`
    const serve = (additionalAddresses: readonly string[]) =>
      world.serve({ upstreams: { echo: { endpoints: { b1: { address: dead, additionalAddresses } } } } })
    await serve([alive])
    const program = await world.start()
    await untilAnswers(world, program, 'b1 answers', { calls: 10 }, (result) => answeredBy(result, 'b1'))
    await serve([])
    await untilAnswers(
      world,
      program,
      'calls fail without the second address',
      { calls: 5, deadlineMs: 3_000 },
      ({ codes }) => codes.OK === undefined,
    )
  },
  notes: { java: 'With GRPC_EXPERIMENTAL_XDS_DUALSTACK_ENDPOINTS=true in its environment.' },
}

export const SOURCES: readonly Row[] = [aggregate, dns, dualStack]
