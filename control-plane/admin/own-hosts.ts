// Requests for a host name that is not the control plane's: somebody may have pointed that name here, so that a page of theirs
// may read the answers (DNS rebinding).

import type { FastifyInstance } from 'fastify'
import { SwitchyardError } from '../../core/errors.ts'
import { isOwnHost } from '../../core/own-host.ts'

/** As much of a name as a message repeats. */
const SHOWN = 100

/**
 * Answers 421 to them, before anything else is looked at. Only HTTP/1.0 has requests without Host, and no browser sends those.
 * @param names host names of this control plane, without ports; addresses and localhost always are
 * @param isNamed whether a name is one too, such as by the certificate in force
 */
export function rejectForeignHosts(
  server: FastifyInstance,
  names: readonly string[],
  isNamed: (name: string) => boolean,
): void {
  server.addHook('onRequest', async ({ headers: { host }, raw: { rawHeaders } }) => {
    if (host === undefined) return
    // Node keeps the first.
    if (rawHeaders.filter((text, index) => index % 2 === 0 && text.toLowerCase() === 'host').length > 1)
      throw new SwitchyardError('invalid-argument', 'the header Host is here twice: send it once')
    if (isOwnHost(host, names, isNamed)) return
    throw new SwitchyardError(
      'misdirected-request',
      `"${host.slice(0, SHOWN)}" is not a host name of this control plane: use its IP address or localhost, or give the name to "yard serve --admin-host NAME"`,
    )
  })
}
