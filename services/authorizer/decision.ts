// What a policy has decided: whatever is not a whole and clear permission is a refusal.

/** Headers that a policy may set for the services begin so; nobody else's reach them. */
export const OWNED_PREFIX = 'x-auth-'

export interface Decision {
  readonly allowed: boolean
  /** For the caller, and for whoever reads the log; empty where it is allowed. */
  readonly reason: string
  /** For the service: names begin with `x-auth-`. */
  readonly headers: Readonly<Record<string, string>>
}

export function refuse(reason: string): Decision {
  return { allowed: false, reason, headers: {} }
}

const HEADER_NAME = /^x-auth-[a-z0-9-]{1,100}$/
/** What HTTP allows in a value that is plain text. */
const HEADER_VALUE = /^[\x20-\x7e]{0,4096}$/

/** @param results what the compiled policy answers with: `[{ result }]`, or `[]` where its decision is undefined */
export function readDecision(results: unknown): Decision {
  if (!Array.isArray(results) || results.length === 0) return refuse('the policy has no rule for this method')
  const { result } = results[0] as { readonly result?: unknown }
  if (!isObject(result) || typeof result.allowed !== 'boolean') {
    return refuse('the decision of the policy is no { allowed, reason, headers }')
  }
  const { allowed, reason, headers = {} } = result
  if (!allowed) return refuse(typeof reason === 'string' && reason !== '' ? reason : 'refused by the policy')
  if (!isObject(headers)) return refuse('the headers of the decision are no object')
  for (const [name, value] of Object.entries(headers)) {
    if (!HEADER_NAME.test(name) || typeof value !== 'string' || !HEADER_VALUE.test(value)) {
      return refuse(`the decision sets ${name}, which is not a plain text named ${OWNED_PREFIX}…`)
    }
  }
  return { allowed, reason: '', headers: headers as Record<string, string> }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
