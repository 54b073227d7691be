import type { Text } from '../../two-languages.ts'

/** What is wrong with a file or an option, and how to correct it. */
type ProblemTexts = { readonly what: Text; readonly mend: Text }

/** A problem that was found: where, which, and what to do. `file` is the name of a file or of an option. */
export type InputProblem = ProblemTexts & { readonly file: string; readonly name: ProblemName }

const DOWNLOAD_AGAIN: Text = {
  en: 'Copy the file itself again from the folder of the certificate tool; do not paste its text.',
  zh: '请从证书工具的文件夹重新复制该文件本身,不要粘贴其内容。',
}
const FROM_CONSOLE: Text = {
  en: 'Merchant platform → account centre → API security → WeChat Pay public key: download pub_key.pem and copy its id (PUB_KEY_ID_…).',
  zh: '商户平台 → 账户中心 → API安全 → 微信支付公钥:下载 pub_key.pem,并复制公钥ID(PUB_KEY_ID_…)。',
}
const MERCHANT_KEY: Text = {
  en: 'Give apiclient_key.pem, which the certificate tool wrote beside the certificate.',
  zh: '请使用证书工具生成的、与商户API证书同目录的 apiclient_key.pem。',
}
const MERCHANT_CERTIFICATE: Text = {
  en: 'Give apiclient_cert.pem, the merchant’s own API certificate.',
  zh: '请使用 apiclient_cert.pem,即商户API证书。',
}
const NEW_CERTIFICATE: Text = {
  en: 'Apply for a new certificate: merchant platform → account centre → API security. Up to three are valid at once.',
  zh: '请在商户平台 → 账户中心 → API安全 重新申请商户API证书;最多可同时有三张有效。',
}
const SERIAL_OF_CERTIFICATE: Text = {
  en: 'Leave --serial-no out: the serial is read from the certificate, 40 hexadecimal digits with leading zeros.',
  zh: '请去掉 --serial-no:序列号将从证书读取,为40位十六进制,保留前导零。',
}
const ID_OF_CERTIFICATE: Text = {
  en: 'Leave the id out: a platform certificate’s id is its serial, and it is read from the file.',
  zh: '请不要填写ID:平台证书的ID就是其序列号,将从文件读取。',
}

/** Every problem with a merchant's files that this command can detect. */
export const PROBLEMS = {
  // Any file
  unreadable: {
    what: { en: 'cannot be read', zh: '无法读取' },
    mend: { en: 'Check the path and the permissions of the file.', zh: '请检查文件路径和权限。' },
  },
  empty: { what: { en: 'is empty', zh: '文件为空' }, mend: DOWNLOAD_AGAIN },
  utf16: {
    what: {
      en: 'was saved as UTF-16, and no program reads PEM from that',
      zh: '被保存为 UTF-16 编码,无法作为 PEM 读取',
    },
    mend: {
      en: 'Save it as plain UTF-8 text without other changes, or copy the original again.',
      zh: '请另存为 UTF-8 纯文本,或重新复制原文件。',
    },
  },
  p12: {
    what: { en: 'is a .p12 container, not PEM', zh: '是 .p12 文件,不是 PEM' },
    mend: {
      en: 'Use apiclient_cert.pem and apiclient_key.pem, which lie beside it in the same folder.',
      zh: '请使用同一文件夹中的 apiclient_cert.pem 和 apiclient_key.pem。',
    },
  },
  der: {
    what: { en: 'is binary (DER), not PEM', zh: '是二进制(DER)文件,不是 PEM' },
    mend: {
      en: 'Use the file of the same name that ends in .pem, or convert it: openssl x509 -inform der (certificate), openssl pkey -inform der (private key).',
      zh: '请使用同名的 .pem 文件,或转换:openssl x509 -inform der(证书)、openssl pkey -inform der(私钥)。',
    },
  },
  garbled: {
    what: {
      en: 'has characters between BEGIN and END that no PEM has',
      zh: 'BEGIN 与 END 之间有 PEM 不应有的字符',
    },
    mend: DOWNLOAD_AGAIN,
  },
  cut: {
    what: { en: 'ends before its END line', zh: '缺少 END 行,内容不完整' },
    mend: DOWNLOAD_AGAIN,
  },
  'headers-cut': {
    what: { en: 'lacks its BEGIN and END lines', zh: '缺少 BEGIN 和 END 行' },
    mend: DOWNLOAD_AGAIN,
  },
  'apiv3-key': {
    what: {
      en: 'looks like an APIv3 key (32 characters): neither sync nor query needs it',
      zh: '看起来是 APIv3 密钥(32位):同步和查单都不需要它',
    },
    mend: {
      en: 'Leave it out. Needed are apiclient_cert.pem, apiclient_key.pem and WeChat Pay’s public key.',
      zh: '请不要提供。需要的是 apiclient_cert.pem、apiclient_key.pem 和微信支付公钥。',
    },
  },
  'not-pem': { what: { en: 'is not a PEM file', zh: '不是 PEM 文件' }, mend: DOWNLOAD_AGAIN },
  damaged: {
    what: { en: 'is PEM, but nothing can be read from it', zh: '是 PEM 文件,但内容已损坏' },
    mend: DOWNLOAD_AGAIN,
  },

  // The merchant's certificate
  'no-certificate': {
    what: { en: 'the merchant’s API certificate is missing', zh: '缺少商户API证书' },
    mend: MERCHANT_CERTIFICATE,
  },
  'certificate-is-key': {
    what: { en: 'is a private key, not a certificate', zh: '是私钥,不是证书' },
    mend: MERCHANT_CERTIFICATE,
  },
  'certificate-is-public-key': {
    what: { en: 'is a public key, not a certificate', zh: '是公钥,不是证书' },
    mend: MERCHANT_CERTIFICATE,
  },
  'certificate-is-request': {
    what: {
      en: 'is a request for a certificate, not the certificate',
      zh: '是证书请求串(CSR),不是证书',
    },
    mend: {
      en: 'Paste the request into the merchant platform, and give the certificate that it issues.',
      zh: '请将请求串粘贴到商户平台,并使用其签发的证书。',
    },
  },
  'certificate-is-platform': {
    what: {
      en: 'is no merchant’s certificate: its common name is no mchid',
      zh: '不是商户API证书:其CN不是商户号',
    },
    mend: MERCHANT_CERTIFICATE,
  },
  'other-mchid': {
    what: {
      en: 'belongs to another mchid: the certificate’s common name is not the one asked for',
      zh: '属于其他商户号:证书的CN与指定的商户号不一致',
    },
    mend: {
      en: 'Give the certificate of this mchid. For a sub-merchant that is the provider’s: the provider signs.',
      zh: '请使用该商户号的证书。特约商户(子商户)由服务商签名,请使用服务商的证书。',
    },
  },
  'certificate-expired': {
    what: { en: 'has expired: WeChat Pay takes no signature of it', zh: '已过期:微信支付不再接受其签名' },
    mend: NEW_CERTIFICATE,
  },
  'certificate-not-yet': {
    what: { en: 'is not valid yet', zh: '尚未生效' },
    mend: { en: 'Check the clock of this machine.', zh: '请检查本机时间。' },
  },
  'serial-decimal': {
    what: {
      en: 'is the certificate’s serial in decimal; WeChat Pay wants hexadecimal',
      zh: '是十进制的证书序列号,微信支付要求十六进制',
    },
    mend: SERIAL_OF_CERTIFICATE,
  },
  'serial-zeros-lost': {
    what: { en: 'has lost the leading zeros of the certificate’s serial', zh: '丢失了证书序列号的前导零' },
    mend: SERIAL_OF_CERTIFICATE,
  },
  'serial-not-hex': {
    what: {
      en: 'is no serial of a certificate: it has characters other than 0-9 and A-F',
      zh: '不是证书序列号:含有 0-9、A-F 以外的字符',
    },
    mend: SERIAL_OF_CERTIFICATE,
  },
  'serial-length': {
    what: {
      en: 'is no whole serial of a certificate: it has fewer or more than 40 hexadecimal digits',
      zh: '不是完整的证书序列号:不足或超过40位十六进制',
    },
    mend: SERIAL_OF_CERTIFICATE,
  },
  'serial-other': {
    what: {
      en: 'is the serial of another certificate: with this key every call would be refused (401 SIGN_ERROR)',
      zh: '是另一张证书的序列号:与该私钥不匹配,所有请求都会被拒绝(401 SIGN_ERROR)',
    },
    mend: SERIAL_OF_CERTIFICATE,
  },

  // The merchant's private key
  'no-key': {
    what: { en: 'the merchant’s private key is missing', zh: '缺少商户API私钥' },
    mend: MERCHANT_KEY,
  },
  'key-is-certificate': {
    what: { en: 'is a certificate, not a private key', zh: '是证书,不是私钥' },
    mend: MERCHANT_KEY,
  },
  'key-is-public-key': {
    what: { en: 'is a public key, not a private key', zh: '是公钥,不是私钥' },
    mend: MERCHANT_KEY,
  },
  'key-encrypted': {
    what: { en: 'is encrypted with a passphrase', zh: '私钥已用口令加密' },
    mend: {
      en: 'Decrypt it: openssl pkcs8 -topk8 -nocrypt -in OLD.pem -out apiclient_key.pem',
      zh: '请解密:openssl pkcs8 -topk8 -nocrypt -in OLD.pem -out apiclient_key.pem',
    },
  },
  'key-not-rsa': { what: { en: 'is not an RSA key', zh: '不是 RSA 私钥' }, mend: NEW_CERTIFICATE },
  'key-short': { what: { en: 'is RSA of fewer than 2048 bits', zh: '是少于2048位的 RSA 私钥' }, mend: NEW_CERTIFICATE },
  'key-of-other-certificate': {
    what: {
      en: 'does not belong to the certificate: with its serial every call would be refused (401 SIGN_ERROR)',
      zh: '与商户API证书不匹配:所有请求都会被拒绝(401 SIGN_ERROR)',
    },
    mend: {
      en: 'Take both files from the same folder. After a renewal the old key does not fit the new certificate.',
      zh: '请使用同一文件夹中的两个文件。更换证书后,旧私钥与新证书不匹配。',
    },
  },

  // WeChat Pay's keys
  'no-wechatpay-key': {
    what: {
      en: 'a key of WeChat Pay is missing: without it no answer can be believed',
      zh: '缺少微信支付公钥:没有它就无法验证应答',
    },
    mend: {
      en: `${FROM_CONSOLE.en} Merchants opened since about October 2024 have no platform certificate to download.`,
      zh: `${FROM_CONSOLE.zh}约2024年10月以后开通的商户没有平台证书可下载。`,
    },
  },
  'wechatpay-is-merchants': {
    what: {
      en: 'is the merchant’s own: with it no answer of WeChat Pay verifies',
      zh: '是商户自己的证书或密钥:用它无法验证微信支付的应答',
    },
    mend: FROM_CONSOLE,
  },
  'wechatpay-is-other-merchants': {
    what: {
      en: 'is a merchant’s API certificate (its common name is an mchid), not WeChat Pay’s',
      zh: '是商户API证书(CN为商户号),不是微信支付平台证书',
    },
    mend: FROM_CONSOLE,
  },
  'wechatpay-is-private': {
    what: { en: 'is a private key; WeChat Pay gives away public ones only', zh: '是私钥;微信支付只提供公钥' },
    mend: FROM_CONSOLE,
  },
  'wechatpay-form': {
    what: {
      en: 'is not in the form BEGIN PUBLIC KEY or BEGIN CERTIFICATE',
      zh: '格式不是 BEGIN PUBLIC KEY 或 BEGIN CERTIFICATE',
    },
    mend: FROM_CONSOLE,
  },
  'wechatpay-weak': {
    what: { en: 'is not an RSA key of at least 2048 bits', zh: '不是2048位以上的 RSA 公钥' },
    mend: FROM_CONSOLE,
  },
  'id-missing': {
    what: {
      en: 'comes without its id: WeChat Pay names it in each answer, and is asked for it in each request',
      zh: '缺少公钥ID:每个请求和应答都会用到它',
    },
    mend: {
      en: 'Copy the id from the merchant platform, API security, and say --wechatpay-key-id PUB_KEY_ID_…',
      zh: '请从商户平台“API安全”复制公钥ID,并加上 --wechatpay-key-id PUB_KEY_ID_…',
    },
  },
  'id-is-merchants-serial': {
    what: {
      en: 'is the serial of the merchant’s certificate, not the id of WeChat Pay’s key',
      zh: '是商户API证书的序列号,不是微信支付公钥ID',
    },
    mend: {
      en: 'Copy the id from the merchant platform, API security, WeChat Pay public key: PUB_KEY_ID_…',
      zh: '请从商户平台“API安全 → 微信支付公钥”复制公钥ID:PUB_KEY_ID_…',
    },
  },
  'id-without-prefix': {
    what: {
      en: 'is no id of a public key: that is text and begins with PUB_KEY_ID_, it is no hexadecimal number',
      zh: '不是公钥ID:公钥ID是以 PUB_KEY_ID_ 开头的文本,不是十六进制数',
    },
    mend: {
      en: 'Copy it whole from the merchant platform, API security, WeChat Pay public key.',
      zh: '请从商户平台“API安全 → 微信支付公钥”完整复制。',
    },
  },
  'id-of-public-key-on-certificate': {
    what: {
      en: 'is a platform certificate, but its id is that of a public key: the two kinds were mixed',
      zh: '是平台证书,却使用了公钥ID:两种验签方式混用',
    },
    mend: ID_OF_CERTIFICATE,
  },
  'id-not-serial': {
    what: {
      en: 'is a platform certificate with another serial than the id given: answers would name a key that is not there',
      zh: '平台证书的序列号与填写的ID不一致:应答中的序列号将找不到对应的证书',
    },
    mend: ID_OF_CERTIFICATE,
  },
  'platform-expired': {
    what: {
      en: 'is a platform certificate that has expired: answers are signed by its successor',
      zh: '平台证书已过期:应答由新证书签名',
    },
    mend: {
      en: `Change to the public key, which does not expire. ${FROM_CONSOLE.en}`,
      zh: `请改用不会过期的微信支付公钥。${FROM_CONSOLE.zh}`,
    },
  },
} as const satisfies Readonly<Record<string, ProblemTexts>>

export type ProblemName = keyof typeof PROBLEMS

/** Problems that are found before the content of a file is known. */
export type FlawName = Extract<
  ProblemName,
  'empty' | 'utf16' | 'p12' | 'der' | 'garbled' | 'cut' | 'headers-cut' | 'apiv3-key' | 'not-pem'
>

export const problem = (file: string, name: ProblemName): InputProblem => ({ file, name, ...PROBLEMS[name] })
