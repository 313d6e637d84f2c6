// The chains that a node has for the policies of its pods, in the order of Felix, Calico's agent: known connections first, then the
// chain of the pod that sends, then that of the pod that receives.
// https://docs.tigera.io/calico/latest/reference/architecture/overview#felix

import type { NetworkNamespace } from '../proxies/network-namespace.ts'
import { applyRules } from './nft.ts'

/** Allows the pods behind these devices of the node to open TCP connections to each other and elsewhere, and nothing else. */
export async function addPolicies(node: NetworkNamespace, devices: readonly string[]): Promise<void> {
  const dispatch = (way: string) => devices.map((device) => `${device} : jump ${way}-${device}`).join(', ')
  await applyRules(
    node,
    'table ip calico {',
    'counter established {}',
    'counter allowed {}',
    'counter denied {}',
    ...devices.flatMap((device) => [
      `chain from-${device} { meta l4proto tcp return; counter name denied drop; }`,
      `chain to-${device} { meta l4proto tcp counter name allowed accept; counter name denied drop; }`,
    ]),
    'chain forward {',
    'type filter hook forward priority filter; policy accept;',
    'ct state established,related counter name established accept',
    'ct state invalid counter name denied drop',
    `iifname vmap { ${dispatch('from')} }`,
    `oifname vmap { ${dispatch('to')} }`,
    '}',
    '}',
  )
}
