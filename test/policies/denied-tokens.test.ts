// `security.jwt.denied` with a real control plane and Envoy: tokens that are denied before their end, by their id or their subject.

import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { create, toBinary } from '@bufbuild/protobuf'
import { EchoRequestSchema, EchoService } from '@envoy/xds-protos/switchyard/echo/v1/echo_pb.js'
import { KeyValueService, PutRequestSchema } from '@envoy/xds-protos/switchyard/kv/v1/key_value_pb.js'
import { status } from '@grpc/grpc-js'
import t, { type Test } from 'tap'
import { RestClient } from '../../api/client.ts'
import { startControlPlane } from '../../control-plane/control-plane.ts'
import { validateConfig } from '../../control-plane/document/validate.ts'
import { freePort } from '../../processes/free-port.ts'
import { TokenIssuer } from '../../services/issuer/token-issuer.ts'
import { openBackend } from '../support/open-backend.ts'
import { ownFolder } from '../support/own-folder.ts'
import { connectRaw } from '../support/raw-call.ts'
import { startEnvoy } from '../support/real-envoy.ts'
import { requireTool } from '../support/requirements.ts'

const { OK, PERMISSION_DENIED } = status
const ECHO = {
  path: `/${EchoService.typeName}/Unary`,
  message: toBinary(EchoRequestSchema, create(EchoRequestSchema, { message: 'hello' })),
}
const PUBLIC = {
  path: `/${KeyValueService.typeName}/Put`,
  message: toBinary(PutRequestSchema, create(PutRequestSchema, { key: 'k' })),
}
const FILE = 'denied-tokens.yaml'

async function start(t: Test) {
  const { backend } = await openBackend(t)
  const [main, partner] = await Promise.all([
    TokenIssuer.create('https://main.test', 'ES256'),
    TokenIssuer.create('https://partner.test', 'ES256'),
  ])
  const entryOf = ({ issuer, keySet }: TokenIssuer) => ({
    issuer,
    audiences: ['echo'],
    jwks: { inline: keySet },
  })
  const port = await freePort()
  const documentWith = (denied?: object) =>
    validateConfig({
      version: 1,
      upstreams: { echo: { endpoints: { b1: { address: backend.address } } } },
      routes: { all: { hosts: ['*'], rules: { all: { match: {}, to: { echo: 1 } } } } },
      jwt: { main: entryOf(main), partner: entryOf(partner) },
      fleets: {
        edge: {
          kind: 'envoy',
          lb: { mode: 'l7', policy: 'round_robin' },
          listeners: { main: { port, http1: true, l7: { routes: 'all' } } },
          filters: { grpcWeb: { enabled: true } },
          security: {
            jwt: {
              enabled: true,
              anyOf: ['main', 'partner'],
              public: [`${KeyValueService.typeName}/Put`],
              ...(denied && { denied }),
            },
          },
        },
      },
    })
  const filesFolder = await ownFolder(t)
  const control = await startControlPlane({
    config: documentWith(),
    admin: '127.0.0.1:0',
    xds: '127.0.0.1:0',
    filesFolder,
  })
  t.teardown(control.close)
  const envoy = await startEnvoy(t, control.xdsAddress, 'delta', { cluster: 'edge' })
  await envoy.admin.waitUntilLive()
  const connection = connectRaw(t, `127.0.0.1:${port}`)
  const sign = (issuer: TokenIssuer, subject: string, id: string) =>
    issuer.sign({ subject, audience: 'echo', lifetime: 600, claims: { jti: id } })
  /** All calls are on one connection, which is as old as the test. */
  const call = async (token: string | undefined, more: object = {}) =>
    (
      await connection.call({
        ...ECHO,
        headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
        ...more,
      })
    ).status
  /** A worker of Envoy may take a new list a moment after Envoy has ACKed it. */
  const until = async (token: string, wanted: number) => {
    while ((await call(token)) !== wanted);
  }
  const renew = async (text: string) => {
    await writeFile(join(filesFolder, 'next'), text)
    await rename(join(filesFolder, 'next'), join(filesFolder, FILE))
  }
  const rest = new RestClient({ url: control.adminUrl })
  const tokens = {
    mallory: await sign(main, 'mallory', 'm-1'),
    malloryAgain: await sign(main, 'mallory', 'm-2'),
    malloryOfPartner: await sign(partner, 'mallory', 'm-1'),
    stolen: await sign(main, 'alice', 'a-1'),
    alice: await sign(main, 'alice', 'a-2'),
    trudy: await sign(main, 'trudy', 't-1'),
    longer: await sign(main, 'mallory2', 'a-11'),
  }
  return { envoy, rest, documentWith, call, until, renew, tokens }
}

t.test('a token is denied before its end by its id or its subject, and others are not', async (t) => {
  if (!requireTool(t, 'envoy')) return
  const { envoy, rest, documentWith, call, until, renew, tokens } = await start(t)
  await until(tokens.stolen, OK)
  for (const [name, token] of Object.entries(tokens)) t.equal(await call(token), OK, `${name} before`)

  await t.test('by the document, on a connection that was open before', async (t) => {
    const denied = { main: { ids: ['a-1'], subjects: ['mallory'] } }
    await rest.putConfig(documentWith(denied))
    await until(tokens.stolen, PERMISSION_DENIED)
    t.equal(await call(tokens.mallory), PERMISSION_DENIED, 'the subject')
    t.equal(await call(tokens.malloryAgain), PERMISSION_DENIED, 'all tokens of the subject')
    t.equal(await call(tokens.alice), OK, 'twin: another token of the same subject')
    t.equal(await call(tokens.trudy), OK, 'twin: another subject')
    t.equal(await call(tokens.longer), OK, 'twin: an id and a subject that only begin so')
    t.equal(await call(tokens.malloryOfPartner), OK, 'twin: the same subject and id of another issuer')
  })

  await t.test('by gRPC-Web and for public methods too', async (t) => {
    t.equal(await call(tokens.stolen, { isWeb: true }), PERMISSION_DENIED, 'gRPC-Web')
    t.equal(await call(tokens.alice, { isWeb: true }), OK, 'its twin')
    t.equal(await call(tokens.stolen, PUBLIC), PERMISSION_DENIED, 'a public method')
    t.equal(await call(tokens.alice, PUBLIC), OK, 'its twin')
    t.equal(await call(undefined, PUBLIC), OK, 'which needs no token')
    const counts = await envoy.admin.stats('^http.main.rbac.listed_tokens.denied$')
    t.ok(
      [...counts.values()].some((count) => count > 0),
      'Envoy counts them',
    )
  })

  await t.test('from a file, whose renewal is in effect without a revision', async (t) => {
    const withFile = documentWith({ main: { ids: ['a-1'], file: FILE } })
    await t.rejects(rest.putConfig(withFile), /denied-tokens\.yaml/, 'a missing file is an error')
    await renew('ids: [7]\n')
    await t.rejects(rest.putConfig(withFile), /must be a text/, 'so is an invalid one')
    t.equal(await call(tokens.mallory), PERMISSION_DENIED, 'nothing of the document is in effect')

    await renew('subjects: [trudy]\n')
    await rest.putConfig(withFile)
    const { revision } = (await rest.getStatus()).revision
    await until(tokens.trudy, PERMISSION_DENIED)
    t.equal(await call(tokens.stolen), PERMISSION_DENIED, 'the document says something beside the file')
    t.equal(await call(tokens.mallory), OK, 'twin: mallory is not on the list any more')

    await renew('ids: [m-2]\nsubjects: []\n')
    await until(tokens.malloryAgain, PERMISSION_DENIED)
    await until(tokens.trudy, OK)
    t.equal(await call(tokens.mallory), OK, 'twin: another token of the subject')

    await renew('subjects: [[mallory]]\n')
    let problems: readonly { readonly message: string }[] = []
    while (problems.length === 0) problems = (await rest.getStatus()).files[FILE]?.problems ?? []
    t.match(problems, [{ message: /subjects\.0 must be a text/ }])
    t.equal(await call(tokens.malloryAgain), PERMISSION_DENIED, 'an invalid renewal leaves the list in force')
    t.equal(await call(tokens.mallory), OK, 'and adds nothing')
    t.equal((await rest.getStatus()).revision.revision, revision)
  })
})
