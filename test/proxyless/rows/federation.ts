// P24: a client with two control planes, each for names of its own.

import { answeredBy, untilAnswers } from '../answers.ts'
import { documentOf } from '../document.ts'
import { insecure } from '../programs.ts'
import type { Row } from '../row.ts'
import { openServed } from '../served.ts'

const AUTHORITY = 'second.example'

const twoAuthorities: Row = {
  row: 'P24',
  title:
    'asks the control plane of an authority for the names of that authority, and the default one for others',
  async run(world) {
    const { b1, b2 } = await world.endpoints('b1', 'b2')
    const start = async (endpoints: object, fleet = {}) => {
      const served = { upstreams: { echo: { endpoints } }, fleet }
      const control = await openServed(documentOf(world.client, served))
      world.teardown(() => control.close())
      return control.xdsAddress
    }
    const first = await start({ b1 })
    const second = await start({ b2 }, { authority: AUTHORITY })
    const authorities = {
      [AUTHORITY]: {
        client_listener_resource_name_template: `xdstp://${AUTHORITY}/envoy.config.listener.v3.Listener/%s`,
        xds_servers: [insecure(second)],
      },
    }
    const other = `xds://${AUTHORITY}/echo`
    const ofFirst = await world.start({ xds: [first], bootstrap: { authorities } })
    await untilAnswers(world, ofFirst, 'b1 of the default one answers', { calls: 5 }, (result) =>
      answeredBy(result, 'b1'),
    )
    const ofSecond = await world.start({ xds: [first], bootstrap: { authorities }, target: other })
    await untilAnswers(world, ofSecond, 'b2 of the authority answers', { calls: 5 }, (result) =>
      answeredBy(result, 'b2'),
    )
    // The twin: a client that does not know the authority.
    const stranger = await world.start({ xds: [first], target: other })
    const { codes } = await stranger.calls(1, { deadlineMs: 3_000 })
    if (codes.OK !== undefined) throw new Error('a name of an unknown authority is answered')
  },
}

export const FEDERATION: readonly Row[] = [twoAuthorities]
