import type { WordName } from './file.ts'

/**
 * A line for a POSIX shell that checks one word of a receipt without any code of ours: sed takes message and signature out
 * of the file, openssl verifies them.
 */
export const opensslLine = (file: string, word: WordName, key: string, isCertificate: boolean): string => {
  const member = (name: string) =>
    `sed -n '/"${word}": {/,/}/s/.*"${name}": "\\(.*\\)".*/\\1/p' ${quoted(file)} | openssl base64 -d -A`
  const publicKey = isCertificate ? `${key}.pub` : key
  const extract = isCertificate ? `openssl x509 -noout -pubkey -in ${quoted(key)} > ${quoted(publicKey)} && ` : ''
  const signature = `${file}.${word}.sig`
  return `${extract}${member('signature')} > ${quoted(signature)} && ${member('message')} | openssl dgst -sha256 -verify ${quoted(publicKey)} -signature ${quoted(signature)}`
}

/** As one word of a shell. */
const quoted = (text: string): string => (/^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`)
