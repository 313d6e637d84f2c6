// What `yard call` says about failed calls: grpc-js's text without what is different each time, and what may be the cause.

/** What the flags of the call say about TLS: none of them, a CA, or also a client certificate. */
export type TlsByFlags = 'none' | 'ca' | 'certificate'

/** A certificate may name many hosts: names that are shown of a longer list. */
const NAMES_SHOWN = 5

/** Nobody listens at the address, so the cause is not TLS. */
const NOBODY_THERE = /ECONNREFUSED|ENOENT|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|Name resolution failed/

/**
 * @param message of grpc-js, or the name of the status if the call failed without a message
 * @param tls undefined where the testbed decides about TLS
 */
export function explainFailure(message: string, tls: TlsByFlags | undefined): string {
  const text = shortenNames(
    message
      .replace(/\.? *Resolution note:\s*$/, '')
      // The time would make each failure another one.
      .replace(/ *\(\d{4}-\d\d-\d\dT[\d:.]+Z\)/, '')
      .trimEnd(),
  )
  const hint = hintFor(text, tls)
  return hint === undefined ? text : `${text}: ${hint}`
}

function hintFor(text: string, tls: TlsByFlags | undefined): string | undefined {
  if (text === 'UNIMPLEMENTED') return "no rule of the listener's routes matches this call or host"
  if (!text.startsWith('No connection established') || NOBODY_THERE.test(text)) return undefined
  if (tls === 'none') return 'does the listener use TLS? Then give --ca'
  if (tls === 'ca' && /alert|ECONNRESET|Failed to connect|socket hang up|disconnected/.test(text))
    return 'the listener may want a client certificate: --cert and --key'
  return undefined
}

/** Where no name of a certificate fits, Node lists all of them. */
function shortenNames(text: string): string {
  const [, before, list = ''] = /^(.* is not in the cert's (?:altnames|list): )(.*)$/s.exec(text) ?? []
  const names = list.split(', ')
  if (before === undefined || names.length <= NAMES_SHOWN) return text
  return `${before}${names.slice(0, NAMES_SHOWN).join(', ')} … and ${names.length - NAMES_SHOWN} more`
}
