import { relative } from 'node:path'
import { ConfigError, InputError, UnavailableError } from '../errors.ts'
import { CliError, type Text } from '../two-languages.ts'

/**
 * The text of an error: what happened, what it means and what to do. Our own errors have this text. Of any other error
 * only its name, its code and the file are shown, since its message may quote file contents.
 */
export const errorText = (error: unknown): Text => {
  if (error instanceof CliError) return error.text
  if (error instanceof ConfigError) return { en: error.message, zh: `配置有误:${error.message}` }
  if (error instanceof InputError) return { en: error.message, zh: `参数有误:${error.message}` }
  if (error instanceof UnavailableError) return withMeaning(error.message)
  if (!(error instanceof Error)) return unexpected('unknown error', '')
  const { code, path } = error as NodeJS.ErrnoException
  const file = FILES[String(code)]
  if (file && path !== undefined) {
    const name = relative(process.cwd(), path) || path
    return { en: `${name}: ${file.en}`, zh: `${name}:${file.zh}` }
  }
  if (/^Region is missing/.test(error.message)) return NO_REGION
  const meaning = meaningOf(`${error.name} ${code ?? ''}`)
  return meaning ? joined(error.name, meaning) : unexpected(error.name, placeOf(error))
}

/** Adds what an AWS error means to its message. */
const withMeaning = (message: string): Text => {
  const meaning = meaningOf(message)
  return meaning
    ? joined(message, meaning)
    : { en: `${message}. Try again in a moment.`, zh: `${message}。请稍后重试。` }
}

const joined = (seen: string, meaning: Text): Text => ({ en: `${seen}: ${meaning.en}`, zh: `${seen}:${meaning.zh}` })

const meaningOf = (name: string): Text | undefined => AWS_ERRORS.find(([pattern]) => pattern.test(name))?.[1]

const unexpected = (name: string, place: string): Text => ({
  en: `${name}${place}: this was not expected, and is a fault of payscore. Report it with this line and the command.`,
  zh: `${name}${place}:出现未预期的错误,属于 payscore 的缺陷。请附上本行和所用命令反馈。`,
})

/** Where in our own files the error was thrown. File names and line numbers hold no data. */
const placeOf = ({ stack = '' }: Error): string => {
  const [, file, line] = /\/lib\/([\w/.-]+\.ts):(\d+)/.exec(stack) ?? []
  return file === undefined ? '' : ` (${file}:${line})`
}

const FILES: Readonly<Record<string, Text>> = {
  ENOENT: { en: 'there is no such file or folder. Check the path.', zh: '文件或文件夹不存在,请检查路径。' },
  ENOTDIR: { en: 'a part of this path is no folder. Check the path.', zh: '路径中有一部分不是文件夹,请检查路径。' },
  EISDIR: { en: 'is a folder, where a file is needed. Check the path.', zh: '是文件夹,此处需要文件,请检查路径。' },
  EACCES: { en: 'may not be read or written by you. Check its permissions.', zh: '没有读写权限,请检查文件权限。' },
  EPERM: { en: 'may not be read or written by you. Check its permissions.', zh: '没有读写权限,请检查文件权限。' },
  EROFS: { en: 'lies where nothing can be written. Choose another folder.', zh: '所在位置不可写入,请另选文件夹。' },
  ENOSPC: { en: 'the disk is full. Make room, and run it again.', zh: '磁盘已满,请清理后重试。' },
  EEXIST: { en: 'is there already. Choose another name.', zh: '已存在,请另选名称。' },
  ENAMETOOLONG: { en: 'is too long for a file name. Choose a shorter one.', zh: '文件名过长,请改用较短的名称。' },
}

const NO_REGION: Text = {
  en: 'no region is set. Set AWS_REGION to where the stack is, as ap-east-1; for the world of npm start say --local.',
  zh: '未设置区域。请将 AWS_REGION 设为堆栈所在区域,如 ap-east-1;使用 npm start 的本地环境请加 --local。',
}

const AWS_ERRORS: readonly (readonly [RegExp, Text])[] = [
  [
    /Credential|UnrecognizedClient|ExpiredToken|InvalidClientTokenId|TokenProvider|InvalidAccessKeyId|SignatureDoesNotMatch|InvalidSignature/,
    {
      en: 'no credentials that AWS takes. Log in (aws sso login), or set AWS_PROFILE.',
      zh: '没有可用的 AWS 凭证。请登录(aws sso login)或设置 AWS_PROFILE。',
    },
  ],
  [
    /AccessDenied|NotAuthorized|UnauthorizedOperation|Forbidden/,
    {
      en: 'your identity may not do this. It needs the stack’s OperatorPolicy, or an administrator.',
      zh: '当前身份没有权限。请附加堆栈输出的 OperatorPolicy,或联系管理员。',
    },
  ],
  [
    /ResourceNotFound|NonExistentQueue|QueueDoesNotExist|NoSuchBucket/,
    {
      en: 'there is no such table, queue, bucket, bus or secret in this region. Check AWS_REGION, --stack, --table, --bucket, --queue and --bus.',
      zh: '该区域没有此表、队列、存储桶、事件总线或密钥。请检查 AWS_REGION、--stack、--table、--bucket、--queue 和 --bus。',
    },
  ],
  [
    /ValidationError|ValidationException/,
    {
      en: 'AWS does not take this name, there is no such stack, or its table lacks an index. Check AWS_REGION, --stack and --table, and deploy the stack again.',
      zh: 'AWS 不接受该名称、堆栈不存在或表缺少索引。请检查 AWS_REGION、--stack 和 --table,并重新部署堆栈。',
    },
  ],
  [
    /Throttl|TooManyRequests|SlowDown|ProvisionedThroughput/,
    { en: 'too much at once. Try again in a minute.', zh: '请求过多,请一分钟后重试。' },
  ],
  [/ConfigError|Region/, NO_REGION],
  [
    /ECONN|ENOTFOUND|EAI_AGAIN|Timeout|Network/,
    {
      en: 'AWS could not be reached. Check network and AWS_REGION; with --local, that npm start is up.',
      zh: '无法连接 AWS。请检查网络和 AWS_REGION;使用 --local 时请确认 npm start 正在运行。',
    },
  ],
]
