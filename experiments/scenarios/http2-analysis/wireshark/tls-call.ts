// A gRPC client with TLS as its own process, because Node writes keys for a whole process: ADDRESS CA_FILE MESSAGE.

import { readFileSync } from 'node:fs'
import { EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import { credentials } from '@grpc/grpc-js'
import { createClient } from '../../../../services/rpc/index.ts'

const [address = '', caFile = '', message = ''] = process.argv.slice(2)
const client = createClient(EchoService, address, {
  credentials: credentials.createSsl(readFileSync(caFile)),
})
const answer = await client.unary({ message })
client.close()
console.log(JSON.stringify({ answered: answer.message }))
