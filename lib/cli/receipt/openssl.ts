import type { WordName } from './file.ts'

/** Where a signed response is in the file: by its name, or a refund's by its number. */
export type Place = WordName | { readonly out_refund_no: string }

/**
 * A POSIX shell command that verifies one signed response of a receipt without our code: sed extracts the message and
 * the signature, openssl verifies them.
 */
export const opensslLine = (file: string, place: Place, key: string, isCertificate: boolean): string => {
  const { begins, name } =
    typeof place === 'string'
      ? { begins: `"${place}": {`, name: place }
      : {
          begins: `"out_refund_no": "${place.out_refund_no.replaceAll('*', '\\*')}"`,
          name: `refund-${place.out_refund_no}`,
        }
  const member = (of: string) =>
    `sed -n '/${begins}/,/}/s/.*"${of}": "\\(.*\\)".*/\\1/p' ${quoted(file)} | openssl base64 -d -A`
  const publicKey = isCertificate ? `${key}.pub` : key
  const extract = isCertificate ? `openssl x509 -noout -pubkey -in ${quoted(key)} > ${quoted(publicKey)} && ` : ''
  const signature = `${file}.${name}.sig`
  return `${extract}${member('signature')} > ${quoted(signature)} && ${member('message')} | openssl dgst -sha256 -verify ${quoted(publicKey)} -signature ${quoted(signature)}`
}

/** Quoted as one word for the shell. */
const quoted = (text: string): string => (/^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`)
