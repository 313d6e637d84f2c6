// Where Wireshark finds the protos of our services.

import { sourceFile } from '../../../../testbed/part.ts'

/**
 * Makes tshark decode messages with them, so that their fields have names and filters. Google's well-known types are not among
 * them: tshark says so on standard error, and shows a field of such a type as bytes.
 */
export const WITH_PROTOS: readonly string[] = [
  ...['-o', `uat:protobuf_search_paths:"${sourceFile('proto')}","TRUE"`],
  ...['-o', 'protobuf.preload_protos:TRUE', '-o', 'protobuf.pbf_as_hf:TRUE'],
]
