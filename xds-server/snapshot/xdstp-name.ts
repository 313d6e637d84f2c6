// Names of resources as URIs, `xdstp://AUTHORITY/TYPE/ID?KEY=VALUE&…`: the order of their context parameters makes no difference.
// https://github.com/cncf/xds/blob/main/proposals/TP1-xds-transport-next.md

/** The name with its context parameters in order, as gRPC clients write it. Other names stay as they are. */
export function canonicalName(name: string): string {
  if (!name.startsWith('xdstp:')) return name
  const start = name.indexOf('?')
  if (start < 0) return name
  const fragment = name.indexOf('#', start)
  const end = fragment < 0 ? name.length : fragment
  const parameters = name
    .slice(start + 1, end)
    .split('&')
    .toSorted()
  return `${name.slice(0, start)}?${parameters.join('&')}${name.slice(end)}`
}
