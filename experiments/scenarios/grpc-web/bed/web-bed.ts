// What the chapters in a browser share: a testbed with an Envoy for pages, a service that is followed, and Chromium with a tab.

import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { SwitchyardError } from '../../../../core/errors.ts'
import type { Need, RunContext, SharedContext } from '../../../../harness/scenario.ts'
import { freePort } from '../../../../processes/free-port.ts'
import { findChromium, INSTALL_CHROMIUM, launchChromium } from '../../../../testbed/browser/chromium.ts'
import { SECRETS } from '../../../../testbed/certificates/folder.ts'
import { fetchToken } from '../../../../testbed/issuer.ts'
import { AUDIENCE } from '../../../../testbed/security.ts'
import { startTestbed, type Testbed } from '../../../../testbed/testbed.ts'
import { serveFolder } from '../../../../web/grpc-web-example/serve-folder.ts'
import { buildPages } from './build-pages.ts'
import { FollowedEcho } from './followed-echo.ts'
import { LabPage } from './lab-page.ts'
import { trustFlag } from './trust.ts'
import { webDocument } from './web-document.ts'

export const NEEDS_CHROMIUM: Need = {
  name: 'chromium',
  install: INSTALL_CHROMIUM,
  isThere: () => findChromium() !== undefined,
}

export const TRANSPORTS = ['plaintext', 'TLS'] as const
export type Transport = (typeof TRANSPORTS)[number]

/** `strict` requires a token, and ends streams on which nothing moves. */
const LIFETIME = 1_800
const FLEETS = ['edge', 'strict'] as const

export interface WebBed {
  readonly echo: FollowedEcho
  readonly browser: Browser
  /** A tab of the origin that may call. */
  readonly lab: LabPage
  /** A tab of another origin. */
  readonly stranger: LabPage
  /** Of the Envoy that everybody may call, for pages. */
  readonly urls: Readonly<Record<Transport, string>>
  /** Of the same Envoy for gRPC without a browser, `HOST:PORT` in plaintext. */
  readonly target: string
  /** Of the Envoy that requires a token, in plaintext. */
  readonly strictUrl: string
  /** The same, by routes that let no page in. */
  readonly closedUrl: string
  /** @param lifetime in seconds; below 0, the token has expired */
  readonly token: (lifetime?: number) => Promise<string>
}

/** The bed of the scenario, started by the first run that asks for it. */
export function webBedOf({ shared }: RunContext): Promise<WebBed> {
  return shared('browser', startWebBed)
}

async function startWebBed({ group, folder }: SharedContext): Promise<WebBed> {
  const echo = new FollowedEcho()
  const pages = join(folder, 'pages')
  const [testbed, echoAddress, tlsPort, closedPort] = await Promise.all([
    startTestbed(group, {
      folder: join(folder, 't'),
      ...{ fleets: new Map(FLEETS.map((name) => [name, 1])), backends: 1, security: true, mtls: true },
    }),
    echo.listen(),
    freePort(),
    freePort(),
    buildPages(pages),
  ])
  const [own, other] = [await serveFolder(pages), await serveFolder(pages)]
  const browser = await launchChromium([await trustFlag(join(folder, 't', SECRETS, 'edge.pem'))])
  group.ending.addEventListener('abort', () => {
    echo.close()
    for (const one of [browser, own, other]) void one.close()
  })
  await testbed.rest.patchConfig(webDocument({ echo: echoAddress, origin: own.origin, tlsPort, closedPort }))
  const [target, strict] = FLEETS.map((name) => targetOf(testbed, name)) as [string, string]
  return {
    ...{ echo, browser, target },
    lab: await LabPage.open(browser, own.origin),
    stranger: await LabPage.open(browser, other.origin),
    urls: { plaintext: `http://${target}`, TLS: `https://${withPort(target, tlsPort)}` },
    strictUrl: `http://${strict}`,
    closedUrl: `http://${withPort(strict, closedPort)}`,
    token: (lifetime = LIFETIME) =>
      fetchToken(tokensOf(testbed), { subject: 'alice', audience: AUDIENCE, lifetime }),
  }
}

function withPort(target: string, port: number): string {
  return target.replace(/\d+$/, String(port))
}

function targetOf({ fleets }: Testbed, fleet: string): string {
  const [node] = fleets.get(fleet) ?? []
  if (node === undefined) throw new SwitchyardError('internal', `fleet "${fleet}" has no Envoy`)
  return node.target
}

function tokensOf({ security }: Testbed): string {
  if (security === undefined) throw new SwitchyardError('internal', 'the testbed has no issuer')
  return security.issuer.tokens
}
