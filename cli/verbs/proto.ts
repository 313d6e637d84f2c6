// `yard proto`: takes bytes of protobuf apart.

import { type Command, Option } from 'commander'
import { FORMATS } from '../../protobuf/read-bytes.ts'
import { withExamples, withOutput } from './flags.ts'
import type { DecodeFlags } from './proto/decode.ts'

export function addProto(program: Command): void {
  const command = program.command('proto').description("Look into protobuf's wire format.")
  withExamples(command, [
    ['yard proto decode 0a0568656c6c6f1805', 'Take a message apart without knowing its schema.'],
    ['yard proto decode 0a0568656c6c6f1805 --type switchyard.echo.v1.EchoRequest', 'The same with a schema.'],
  ])
  addDecode(command)
}

function addDecode(proto: Command): void {
  const command = proto
    .command('decode')
    .description('Print field, type and value of each byte of a message, or of messages in gRPC frames.')
    .argument('[bytes...]', 'Hex or base64; - reads standard input.')
    .option('--file <path>', 'Read the bytes of a file.')
    .addOption(
      new Option('--input <format>', 'How bytes are written; auto says on standard error what it took.')
        .choices(FORMATS)
        .default('auto'),
    )
    .option('--type <name>', 'Full name of the message, such as switchyard.echo.v1.EchoRequest.')
    .option(
      '--schema <path...>',
      "A .proto file, a folder of them, or a descriptor set (default: this project's own and Envoy's messages).",
    )
    .option('--all', 'Print all bytes of long values.', false)
  withExamples(command, [
    ['yard proto decode "08 96 01"', 'Hex, as most tools print it; without a schema, types are guesses.'],
    ['yard proto decode CJYB', 'Base64, as in a header that ends with -bin.'],
    [
      'yard proto decode --file answer.bin --schema api/ --type shop.v1.Order',
      'A file, and a schema of yours.',
    ],
    ['yard proto decode 000000000708960112026869', 'A gRPC frame: five bytes before each message.'],
  ])
  withOutput(command).action(async (bytes: readonly string[], flags: DecodeFlags) => {
    const { decode } = await import('./proto/decode.ts')
    await decode(bytes, flags)
  })
}
