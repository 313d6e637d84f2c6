// Chapter: how a client and a server agree on HTTP/2: by prior knowledge, by upgrade, and by ALPN.

import type { Chapter } from '../../../../harness/chapter.ts'
import { check, type Finding } from '../../../../harness/check.ts'
import { facts } from '../../../../harness/facts.ts'
import type { Cell, Section } from '../../../../harness/report/section.ts'
import type { Check, Measured, Results } from '../../../../harness/results.ts'
import type { RunContext } from '../../../../harness/scenario.ts'
import { startBackend } from '../../../../services/backend-server.ts'
import { writeCertificates } from '../../../../testbed/certificates/folder.ts'
import { measuredOf } from '../measured-of.ts'
import { callWithoutAlpn, negotiate, tlsFilesIn } from './alpn.ts'
import { APPROACHES, type Approach, probe } from './probe.ts'
import { type H2cServer, SERVERS } from './servers.ts'

const ALPN = 'h2c.alpn'
const WITHOUT = 'a gRPC server without ALPN'
const OFFERS = [['h2'], ['http/1.1', 'h2'], ['http/1.1'], undefined] as const
const offerName = (offer: readonly string[] | undefined) => offer?.join(', ') ?? 'no ALPN'
const idOf = ({ id }: H2cServer) => `h2c.${id}`
/** Starting an Envoy with its control plane. */
const ENVOY_SECONDS = 5

export const H2C: Chapter = {
  title: 'HTTP/2 without TLS',
  runs: () => [
    ...SERVERS.map((server) => ({
      ...{ id: idOf(server), labels: { server: server.title }, rounds: 1 },
      seconds: server.id === 'envoy' ? ENVOY_SECONDS : 1,
      ...(server.needs && { needs: server.needs }),
      measure: (context: RunContext) => measureServer(server, context),
    })),
    { id: ALPN, labels: { server: 'grpc-js with TLS' }, rounds: 1, seconds: 1, measure: measureAlpn },
  ],
  checks,
  sections,
  tools: { nghttpx: ['nghttpx', '--version'] },
}

async function measureServer(server: H2cServer, context: RunContext): Promise<Measured> {
  const { address, stop } = await server.start(context)
  const figures: Record<string, number> = {}
  const texts: Record<string, string> = {}
  try {
    for (const approach of APPROACHES) {
      const { accepted, says } = await probe(address, approach)
      figures[approach] = accepted ? 1 : 0
      texts[approach] = says
    }
  } finally {
    stop?.()
  }
  return facts({ figures, texts })
}

async function measureAlpn({ folder }: RunContext): Promise<Measured> {
  await writeCertificates(folder)
  const files = tlsFilesIn(folder)
  const backend = await startBackend({
    ...{ id: 'tls', listen: { host: '127.0.0.1', port: 0 }, latencyMs: 0 },
    tls: { certificate: files.certificate, key: files.key },
  })
  const texts: Record<string, string> = {}
  try {
    for (const offer of OFFERS) {
      const { chosen, next } = await negotiate(backend.address, files, offer)
      texts[offerName(offer)] = chosen
      texts[`${offerName(offer)}: then`] = next
    }
  } finally {
    await backend.close()
  }
  return facts({ texts: { ...texts, [WITHOUT]: await callWithoutAlpn(files) } })
}

function checks(results: Results): readonly Check[] {
  const found = (approach: Approach, expected: (server: H2cServer) => boolean): Finding[] =>
    SERVERS.flatMap((server) => {
      const { figures, texts } = measuredOf(results, idOf(server)) ?? {}
      if (figures === undefined || texts === undefined) return []
      const accepted = figures[approach] === 1
      const fact = `${server.title}: ${accepted ? 'accepted' : 'refused'} (${texts[approach]})`
      return [{ fact, holds: accepted === expected(server) }]
    })
  const alpn = measuredOf(results, ALPN)?.texts
  const chosen = (offer: (typeof OFFERS)[number], expected: string): Finding[] =>
    alpn === undefined
      ? []
      : [
          {
            fact: `offered ${offerName(offer)}: ${alpn[offerName(offer)]}, then ${alpn[`${offerName(offer)}: then`]}`,
            holds: alpn[offerName(offer)] === expected,
          },
        ]
  return [
    check(
      'O2.8',
      'Servers of HTTP/2 take it by prior knowledge, a server of HTTP/1.1 does not',
      found('prior knowledge', ({ accepts }) => accepts.priorKnowledge),
    ),
    check(
      'O2.8',
      'All refuse the upgrade to h2c, except one that supports it',
      found('upgrade', ({ accepts }) => accepts.upgrade),
    ),
    check(
      'O2.8',
      'HTTP/1.1 on the same port: a listener that detects the protocol takes it, one of HTTP/2 alone does not',
      found('HTTP/1.1', ({ accepts }) => accepts.http1),
    ),
    check('O2.8', 'Over TLS, ALPN chooses h2, and a client that offers only others is refused', [
      ...chosen(OFFERS[0], 'h2'),
      ...chosen(OFFERS[1], 'h2'),
      ...chosen(OFFERS[2], 'refused'),
      ...chosen(OFFERS[3], 'none'),
    ]),
  ]
}

function sections(results: Results): readonly Section[] {
  const measured = SERVERS.flatMap((server) => {
    const texts = measuredOf(results, idOf(server))?.texts
    return texts === undefined ? [] : [{ server, texts }]
  })
  const alpn = measuredOf(results, ALPN)?.texts
  return [
    ...(measured.length === 0 ? [] : [serversTable(measured)]),
    ...(alpn === undefined ? [] : [alpnTable(alpn)]),
  ]
}

function serversTable(
  measured: readonly { readonly server: H2cServer; readonly texts: Readonly<Record<string, string>> }[],
): Section {
  const upgraded = measured.filter(({ texts }) => texts.upgrade?.includes(' 101 '))
  return {
    kind: 'table',
    title: 'HTTP/2 without TLS: who takes it how',
    says: `Without TLS, nothing negotiates the protocol. **Prior knowledge**: the client just sends the preface of HTTP/2, as every gRPC client does. **Upgrade**: an HTTP/1.1 request asks for \`h2c\`; RFC 9113 has removed that, and of ${measured.length} servers ${upgraded.length === 0 ? 'none accepts' : `only ${upgraded.map(({ server }) => server.title).join(' and ')} accepts`} it. Where an answer is \`SETTINGS, GOAWAY\`, the server spoke HTTP/2 at once and then found no preface. An answer of HTTP/1.1 without 101 ignores the request to upgrade, as it may.`,
    columns: [
      { title: 'server' },
      { title: 'HTTP/2 by prior knowledge' },
      { title: 'upgrade to h2c' },
      { title: 'HTTP/1.1' },
    ],
    rows: measured.map(({ server, texts }): Cell[] => [
      server.title,
      ...APPROACHES.map((approach) => texts[approach]),
    ]),
  }
}

function alpnTable(texts: Readonly<Record<string, string>>): Section {
  return {
    kind: 'table',
    title: 'HTTP/2 over TLS: ALPN chooses',
    says: `The client offers protocols in its first message of the handshake, the server chooses one: no round trip more. A client that offers only \`http/1.1\` is ${texts['http/1.1']} within the handshake. Without ALPN, the server chose \`${texts['no ALPN']}\`, and answered: ${texts['no ALPN: then']}. A server that knows no ALPN, but speaks HTTP/2 all the same, answered a call of a grpc-js client with ${texts[WITHOUT]}, which is all that this server answers: the client does not insist on ALPN.`,
    columns: [
      { title: 'the client offers' },
      { title: 'the server chooses' },
      { title: 'then, on HTTP/2 of the client' },
    ],
    rows: OFFERS.map((offer): Cell[] => [
      offerName(offer),
      texts[offerName(offer)],
      texts[`${offerName(offer)}: then`],
    ]),
  }
}
