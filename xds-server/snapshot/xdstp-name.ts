// Names of resources as URIs, `xdstp://AUTHORITY/TYPE/ID?KEY=VALUE&…`: which names are one name, and which stand for a collection.
// https://github.com/cncf/xds/blob/main/proposals/TP1-xds-transport-next.md

const SCHEME = 'xdstp:'
const FORM =
  /^xdstp:\/\/(?<authority>[^/?#]*)\/(?<path>[^?#]*)(?:\?(?<parameters>[^#]*))?(?<directives>#.*)?$/s

/** Visible ASCII without what is escaped, and without `?`, stands for itself everywhere: nearly all names are such. */
const NEEDS_CARE = /[^!-~]|[%?#[\]]/
const ESCAPED_BYTE = /%([0-9a-f]{2})/gi
/** What is escaped in each part, in its bytes: what is not visible ASCII, and what would end the part. */
const ESCAPED = {
  authority: /[^!-~]|[%/?#]/g,
  path: /[^!-~]|[%?#[\]]/g,
  parameter: /[^!-~]|[%#[\]&=]/g,
} as const

/** Whether a name is a URI of this form. The others are opaque. */
export function isUri(name: string): boolean {
  return name.startsWith(SCHEME)
}

/**
 * The one spelling of a name. The order of context parameters makes no difference, and neither does which characters are
 * percent-encoded: Envoy, gRPC and Java differ in both. Other names stay as they are.
 */
export function canonicalName(name: string): string {
  if (!isUri(name) || !NEEDS_CARE.test(name)) return name
  const { authority, path, parameters, directives = '' } = FORM.exec(name)?.groups ?? {}
  if (authority === undefined || path === undefined) return name
  const query = parameters === undefined ? '' : canonicalParameters(parameters)
  return `xdstp://${encodePart(authority, 'authority')}/${encodePart(path, 'path')}${query}${directives}`
}

function canonicalParameters(parameters: string): string {
  const entries = parameters
    .split('&')
    .filter((entry) => entry !== '')
    .map((entry) => {
      const [key = '', ...value] = entry.split('=')
      return `${encodePart(key, 'parameter')}=${encodePart(value.join('='), 'parameter')}`
    })
  return entries.length === 0 ? '' : `?${entries.sort().join('&')}`
}

/** Decodes the text, and encodes what must be. A text that is not encoded well stands for itself. */
function encodePart(text: string, part: keyof typeof ESCAPED): string {
  const bytes = Buffer.from(text, 'utf8')
    .toString('latin1')
    .replace(ESCAPED_BYTE, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
  return bytes.replace(
    ESCAPED[part],
    (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  )
}

/** Whether a canonical name stands for a glob collection: all resources beside each other, `xdstp://AUTHORITY/TYPE/PATH/*`. */
export function isCollection(name: string): boolean {
  return isUri(name) && name.slice(0, endOfPath(name)).endsWith('/*')
}

/**
 * The glob collection that a resource belongs to, by its canonical name; undefined if the name is no such URI. It belongs to that of
 * its own folder only, and only with the same context parameters. https://github.com/cncf/xds/issues/91
 */
export function collectionOf(name: string): string | undefined {
  if (!isUri(name)) return undefined
  const end = endOfPath(name)
  const slash = name.lastIndexOf('/', end - 1)
  return slash < 0 ? undefined : `${name.slice(0, slash)}/*${name.slice(end)}`
}

/** The collection of everything that an authority has, as `external` lists it; undefined if the name is no such URI. */
export function everythingOfItsAuthority(name: string): string | undefined {
  const authority = FORM.exec(name)?.groups?.authority
  return authority === undefined ? undefined : `xdstp://${authority}/*`
}

function endOfPath(name: string): number {
  const end = name.search(/[?#]/)
  return end < 0 ? name.length : end
}
