import { execFile } from 'node:child_process'
import type { KeyObject } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { pem } from './keys.ts'

const run = promisify(execFile)

/** Calls `work` with an empty folder and deletes it afterwards. */
const inFolder = async <T>(work: (folder: string) => Promise<T>): Promise<T> => {
  const folder = await mkdtemp(join(tmpdir(), 'openssl-'))
  try {
    return await work(folder)
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** openssl takes one message at a time, so a shell loops over them. Two shells, since the machine has two cores. */
const inTwoShells = async (folder: string, count: number, command: string): Promise<string> => {
  const shells = [0, 1].map((first) =>
    run('sh', ['-c', `i=${first}; while [ $i -lt ${count} ]; do ${command}; i=$((i+2)); done`], { cwd: folder }),
  )
  return (await Promise.all(shells)).map(({ stdout }) => stdout).join('')
}

/** Indexes of the messages whose base64 signature `openssl dgst -sha256 -verify` rejects. */
export const refusedByOpenssl = (
  signed: readonly { readonly message: string | Buffer; readonly signature: string }[],
  publicKey: KeyObject,
): Promise<number[]> =>
  inFolder(async (folder) => {
    await writeFile(join(folder, 'key.pem'), pem(publicKey))
    await Promise.all(
      signed.flatMap(({ message, signature }, i) => [
        writeFile(join(folder, `${i}.message`), message),
        writeFile(join(folder, `${i}.signature`), Buffer.from(signature, 'base64')),
      ]),
    )
    const verify = 'openssl dgst -sha256 -verify key.pem -signature $i.signature $i.message >/dev/null 2>&1 || echo $i'
    return (await inTwoShells(folder, signed.length, verify)).split('\n').filter(Boolean).map(Number)
  })

/** Base64 signatures by `openssl dgst -sha256 -sign`. */
export const signedByOpenssl = (messages: readonly (string | Buffer)[], privateKey: KeyObject): Promise<string[]> =>
  inFolder(async (folder) => {
    await writeFile(join(folder, 'key.pem'), pem(privateKey), { mode: 0o600 })
    await Promise.all(messages.map((message, i) => writeFile(join(folder, `${i}.message`), message)))
    await inTwoShells(folder, messages.length, 'openssl dgst -sha256 -sign key.pem -out $i.signature $i.message')
    return Promise.all(messages.map((_, i) => readFile(join(folder, `${i}.signature`), 'base64')))
  })

/** A self-signed certificate for `privateKey` in PEM, valid for two days. */
export const selfSignedCertificate = (
  privateKey: KeyObject,
  { subject = '/CN=Tenpay.com sign', serial = '01', names = 'DNS:localhost' } = {},
): Promise<string> =>
  inFolder(async (folder) => {
    const key = join(folder, 'key.pem')
    await writeFile(key, pem(privateKey), { mode: 0o600 })
    const { stdout } = await run('openssl', [
      ...['req', '-x509', '-key', key, '-days', '2', '-subj', subject],
      ...['-set_serial', `0x${serial}`, '-addext', `subjectAltName=${names}`],
    ])
    return stdout
  })
