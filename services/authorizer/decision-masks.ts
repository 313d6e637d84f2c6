// What a line of the decision log shows of a call. Everything else is masked: nobody can list all names under which callers send
// credentials.

const MASK = '**masked**'

/** Values that a reader of the log needs and cannot use to make a call. `*` is any one name. */
export const SHOWN: readonly string[] = [
  '/input/service',
  '/input/method',
  '/input/source',
  '/input/body',
  ...[
    ':authority',
    ':method',
    ':path',
    ':scheme',
    'content-type',
    'grpc-accept-encoding',
    'grpc-encoding',
  ].map(ofHeader),
  ...['grpc-timeout', 'te', 'user-agent', 'x-acting-role', 'x-forwarded-proto', 'x-request-id'].map(ofHeader),
  ...['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti', 'azp', 'client_id', 'roles', 'scope'].map(
    (name) => `/input/claims/*/${name}`,
  ),
  ...['alg', 'kid', 'typ'].map((name) => `/input/tokenHeaders/*/${name}`),
  '/result/allowed',
  '/result/reason',
  '/result/headers/x-auth-subject',
  '/result/headers/x-auth-roles',
]

/** Longer texts are masked under any name. */
const MOST_SHOWN = 256
/** The beginning of a JWT, which is a token under whatever name it is sent. */
const TOKEN = /eyJ[\w-]{10,}\.[\w-]{10,}/
/** Shorter values may be in any sentence. */
const LEAST_MASKED_IN_REASON = 6

export interface MaskRules {
  /** Pointers to fields that are shown besides `SHOWN`, such as `/input/headers/x-tenant`. */
  readonly show?: readonly string[]
  /** Pointers to fields that are masked although they are below a shown one. */
  readonly mask?: readonly string[]
}

export interface Masked<T> {
  readonly shown: T
  /** Pointers to the masked values (RFC 6901). */
  readonly masked: readonly string[]
}

interface Node {
  isEnd: boolean
  readonly below: Map<string, Node>
}

export class DecisionMasks {
  readonly #show: Node
  readonly #mask: Node

  constructor({ show = [], mask = [] }: MaskRules = {}) {
    this.#show = treeOf([...SHOWN, ...show])
    this.#mask = treeOf(mask)
  }

  /** A copy of the input and the result of a call without what is masked. The reason does not repeat it either. */
  apply<T extends { readonly result: { readonly reason: string } }>(line: T): Masked<T> {
    const masked: string[] = []
    const secrets: string[] = []
    const hide = (value: unknown, pointer: string) => {
      masked.push(pointer)
      collectTexts(value, secrets)
      return MASK
    }
    const walk = (value: unknown, pointer: string, show: readonly Node[], mask: readonly Node[]): unknown => {
      const isShown = show.some(({ isEnd }) => isEnd)
      if (show.length === 0 || mask.some(({ isEnd }) => isEnd)) return hide(value, pointer)
      if (typeof value !== 'object' || value === null) {
        return isShown && !isSuspicious(value) ? value : hide(value, pointer)
      }
      const below = ([name, one]: readonly [string, unknown]) =>
        walk(one, `${pointer}/${escapeStep(name)}`, isShown ? show : belowOf(show, name), belowOf(mask, name))
      if (Array.isArray(value)) return value.map((one, at) => below([String(at), one]))
      const copy: Record<string, unknown> = Object.create(null)
      for (const [name, one] of Object.entries(value)) copy[name] = below([name, one])
      return copy
    }
    const shown = walk(line, '', [this.#show], [this.#mask]) as T
    return {
      shown: { ...shown, result: { ...shown.result, reason: withoutSecrets(shown.result.reason, secrets) } },
      masked,
    }
  }
}

function ofHeader(name: string): string {
  return `/input/headers/${name}`
}

function treeOf(pointers: readonly string[]): Node {
  const root: Node = { isEnd: false, below: new Map() }
  for (const pointer of pointers) {
    let at = root
    for (const step of pointer.split('/').slice(1).map(unescapeStep)) {
      const next: Node = at.below.get(step) ?? { isEnd: false, below: new Map() }
      at.below.set(step, next)
      at = next
    }
    at.isEnd = true
  }
  return root
}

function belowOf(nodes: readonly Node[], name: string): readonly Node[] {
  return nodes.flatMap(({ below }) => [below.get(name) ?? [], below.get('*') ?? []].flat())
}

/** Bounded before the pattern, which would take quadratic time for a long text. */
function isSuspicious(value: unknown): boolean {
  return typeof value === 'string' && (value.length > MOST_SHOWN || TOKEN.test(value))
}

function collectTexts(value: unknown, texts: string[]): void {
  if (typeof value === 'string') texts.push(value)
  else if (typeof value === 'object' && value !== null) {
    for (const one of Object.values(value)) collectTexts(one, texts)
  }
}

function withoutSecrets(reason: string, secrets: readonly string[]): string {
  let text = reason
  for (const secret of secrets) {
    if (secret.length >= LEAST_MASKED_IN_REASON) text = text.replaceAll(secret, MASK)
  }
  return text
}

function escapeStep(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1')
}

function unescapeStep(step: string): string {
  return step.replaceAll('~1', '/').replaceAll('~0', '~')
}
