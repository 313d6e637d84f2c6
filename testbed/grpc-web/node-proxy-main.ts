// @grpc-web/proxy as a process on loopback: its own command listens on all addresses, and does not say when.

import { parseArgs } from 'node:util'
import proxy from '@grpc-web/proxy'

const { values } = parseArgs({ options: { target: { type: 'string' }, origin: { type: 'string' } } })
const { target = '', origin = '' } = values
const server = proxy({ target, origin, headers: '' }).listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (address !== null && typeof address === 'object')
    console.log(JSON.stringify({ address: `127.0.0.1:${address.port}` }))
})
