// Pages that call with and without a token, of the right and of another origin: what each learns, and what reaches the service.

import type { WebBed } from '../bed/web-bed.ts'
import { FLAVOURS, type Flavour } from '../lab/lab-types.ts'
import type { CaseFound, CaseName, SimpleFound } from './findings.ts'

/** Calls from a page, as each client. */
export async function callAs(bed: WebBed, name: CaseName): Promise<Readonly<Record<Flavour, CaseFound>>> {
  const lab = name === 'other-origin' ? bed.stranger : bed.lab
  const url = name === 'no-cors' ? bed.closedUrl : bed.strictUrl
  const token =
    name === 'no-token' ? undefined : await bed.token(name === 'expired-token' ? -3_600 : undefined)
  const metadata = {
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
    ...(name === 'unlisted-metadata' && { 'x-unlisted': 'anything' }),
  }
  const found: [Flavour, CaseFound][] = []
  for (const flavour of FLAVOURS) {
    const id = `${name} ${flavour}`
    const spec = { flavour, url, kind: 'unary', request: { message: 'hello' }, id, metadata } as const
    const { code, text } = await lab.run('call', spec)
    const { httpStatus, responseHeaders = {}, failure } = await lab.network.untilOver(id)
    const preflight = lab.network.preflightOf(id)
    found.push([
      flavour,
      {
        ...{ code, text, reached: bed.echo.hasSeen(id) },
        ...(httpStatus !== undefined && { http: httpStatus }),
        ...(preflight?.httpStatus !== undefined && { preflight: preflight.httpStatus }),
        preflightHasToken: preflight?.requestHeaders.authorization !== undefined,
        isReadable: responseHeaders['access-control-allow-origin'] === lab.origin,
        ...(failure !== undefined && { failure }),
      },
    ])
  }
  return Object.fromEntries(found) as Record<Flavour, CaseFound>
}

/** What a page of another origin can do without a preflight, where no token is needed. */
export async function sendSimply({ stranger, echo, urls }: WebBed): Promise<SimpleFound> {
  const before = echo.arrived
  const toPage = await stranger.run('sendSimply', urls.plaintext)
  return { toPage, reached: echo.arrived - before }
}
