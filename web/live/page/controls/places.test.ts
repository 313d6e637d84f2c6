// Places of a NACK, beside its text.

import t from 'tap'
import { shortenPlaces } from './places.ts'

t.test('a text that is shown already is not repeated, another one stays', async (t) => {
  const place = (message: string) => ({ path: 'upstreams.cart', message })
  const shown = 'edge-1 NACKed Cluster: no prime: 4; since revision 2'
  const short = shortenPlaces(
    [place('edge-1 NACKed Cluster "cart": no prime: 4'), place('edge-2 NACKed it: other'), place('no text')],
    shown,
  )
  t.same(
    short.map(({ message }) => message),
    ['edge-1 NACKed Cluster "cart"', 'edge-2 NACKed it: other', 'no text'],
  )
})
