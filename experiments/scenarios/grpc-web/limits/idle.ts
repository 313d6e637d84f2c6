// What becomes of a stream on which nothing moves: the proxy ends it, and each client says so in its way.

import { HELD } from '../bed/followed-echo.ts'
import type { WebBed } from '../bed/web-bed.ts'
import { FLAVOURS, type Flavour, type LabOutcome } from '../lab/lab-types.ts'

export interface IdleFound {
  /** How it ended behind the proxy with the short limit. */
  readonly short: LabOutcome
  /** The twin: the same stream, at the same time, where the limit is an hour. */
  readonly long: LabOutcome
}

/** The first message comes at once, and then none until the proxy with the short limit has ended the stream. */
export async function waitForIdleTimeout({
  lab,
  echo,
  urls,
  strictUrl,
  token,
}: WebBed): Promise<Readonly<Record<Flavour, IdleFound>>> {
  const metadata = { authorization: `Bearer ${await token()}` }
  const request = { message: HELD, count: 2 }
  const found = FLAVOURS.map(async (flavour): Promise<[Flavour, IdleFound]> => {
    const open = (url: string, id: string) => {
      echo.allow(id)
      return lab.run('call', { flavour, url, kind: 'serverStream', request, id, metadata })
    }
    const twin = open(urls.TLS, `${flavour} idle, long`)
    const short = await open(strictUrl, `${flavour} idle, short`)
    echo.allow(`${flavour} idle, long`)
    return [flavour, { short, long: await twin }]
  })
  return Object.fromEntries(await Promise.all(found)) as Record<Flavour, IdleFound>
}
