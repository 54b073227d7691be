import type { WordName } from './file.ts'

/**
 * A POSIX shell command that verifies one signed response of a receipt without our code: sed extracts the message and
 * the signature, openssl verifies them.
 */
export const opensslLine = (file: string, word: WordName, key: string, isCertificate: boolean): string => {
  const member = (name: string) =>
    `sed -n '/"${word}": {/,/}/s/.*"${name}": "\\(.*\\)".*/\\1/p' ${quoted(file)} | openssl base64 -d -A`
  const publicKey = isCertificate ? `${key}.pub` : key
  const extract = isCertificate ? `openssl x509 -noout -pubkey -in ${quoted(key)} > ${quoted(publicKey)} && ` : ''
  const signature = `${file}.${word}.sig`
  return `${extract}${member('signature')} > ${quoted(signature)} && ${member('message')} | openssl dgst -sha256 -verify ${quoted(publicKey)} -signature ${quoted(signature)}`
}

/** Quoted as one word for the shell. */
const quoted = (text: string): string => (/^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`)
