// The upstream that a cluster was made of, by its name.

/** Clusters of a fleet with an authority: `translate/authority.ts` makes these names. */
const UNDER_AUTHORITY = /^xdstp:\/\/[^/]*\/envoy\.config\.cluster\.v3\.Cluster\//

export function upstreamOfCluster(cluster: string): string {
  return cluster.replace(UNDER_AUTHORITY, '')
}
