import type { WordName } from './file.ts'

/** Where a signed response is in the file: by its name, or a refund's by its number. */
export type Place = WordName | { readonly out_refund_no: string }

/**
 * A POSIX shell command that verifies one signed response of a receipt without our code: sed extracts the message and
 * the signature, openssl verifies them.
 */
export const opensslLine = (file: string, place: Place, key: Key): string => {
  const { begins, name } =
    typeof place === 'string'
      ? { begins: `"${place}": {`, name: place }
      : {
          begins: `"out_refund_no": "${place.out_refund_no.replaceAll('*', '\\*')}"`,
          name: `refund-${place.out_refund_no}`,
        }
  const member = (of: string) =>
    `sed -n '/${begins}/,/}/s/.*"${of}": "\\(.*\\)".*/\\1/p' ${quoted(file)} | openssl base64 -d -A`
  const { publicKey, extract } = keyFor(file, key)
  const signature = `${file}.${name}.sig`
  return `${extract}${member('signature')} > ${quoted(signature)} && ${member('message')} | openssl dgst -sha256 -verify ${quoted(publicKey)} -signature ${quoted(signature)}`
}

/** A file with WeChat Pay's public key or certificate, or the id of a key in the receipt itself. */
type Key = { readonly path: string; readonly isCertificate: boolean } | { readonly id: string }

/** The file with the public key, and the command that makes it first. */
const keyFor = (file: string, key: Key): { readonly publicKey: string; readonly extract: string } => {
  if ('path' in key && !key.isCertificate) return { publicKey: key.path, extract: '' }
  const publicKey = 'path' in key ? `${key.path}.pub` : `${file}.${key.id}.pub`
  const command =
    'path' in key
      ? `openssl x509 -noout -pubkey -in ${quoted(key.path)}`
      : `sed -n '/"id": "${key.id}"/,/}/s/.*"pem": "\\(.*\\)".*/\\1/p' ${quoted(file)} | awk '{gsub(/\\\\n/,"\\n")}1'`
  return { publicKey, extract: `${command} > ${quoted(publicKey)} && ` }
}

/** Quoted as one word for the shell. */
const quoted = (text: string): string => (/^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`)
