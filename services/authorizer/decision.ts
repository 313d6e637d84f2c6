// A policy's decision. Anything that is not a complete permission denies the call.

/** The prefix of headers that a policy may set for services. Envoy removes a client's own. */
export const OWNED_PREFIX = 'x-auth-'

export interface Decision {
  readonly allowed: boolean
  /** For the caller and for the log. Empty if the call is allowed. */
  readonly reason: string
  /** For the service: names begin with `x-auth-`. */
  readonly headers: Readonly<Record<string, string>>
}

export function deny(reason: string): Decision {
  return { allowed: false, reason, headers: {} }
}

const HEADER_NAME = /^x-auth-[a-z0-9-]{1,100}$/
/** The plain text that HTTP allows in a header value. */
const HEADER_VALUE = /^[\x20-\x7e]{0,4096}$/

/** It becomes the message of a gRPC status, which is a header. */
const MOST_REASON = 1_024

/** @param results the result of the compiled policy: `[{ result }]`, or `[]` if its decision is undefined */
export function readDecision(results: unknown): Decision {
  if (!Array.isArray(results) || results.length === 0) return deny('the policy has no rule for this method')
  const { result } = results[0] as { readonly result?: unknown }
  if (!isObject(result) || typeof result.allowed !== 'boolean') {
    return deny('the decision of the policy is not an object { allowed, reason, headers }')
  }
  const { allowed, reason, headers = {} } = result
  if (!allowed) {
    return deny(
      typeof reason === 'string' && reason !== '' ? reason.slice(0, MOST_REASON) : 'denied by the policy',
    )
  }
  if (!isObject(headers)) return deny('the headers of the decision are not an object')
  for (const [name, value] of Object.entries(headers)) {
    if (!HEADER_NAME.test(name) || typeof value !== 'string' || !HEADER_VALUE.test(value)) {
      return deny(`the decision sets ${name}, which is not a header ${OWNED_PREFIX}… with a plain text value`)
    }
  }
  return { allowed, reason: '', headers: headers as Record<string, string> }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
