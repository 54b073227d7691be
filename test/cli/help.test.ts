import { describe, expect, test } from 'vitest'
import { createProgress } from '../../lib/cli/session.ts'
import { CHINESE, runCli } from './run-cli.ts'

const COMMANDS = [
  ['merchant', 'put'],
  ['doctor'],
  ['trigger'],
  ['status'],
  ['list'],
  ['redrive'],
  ['announce'],
  ['audit'],
  ['release'],
  ['reopen'],
  ['close'],
  ['settle'],
  ['withdraw'],
  ['receipt'],
  ['receipt', 'verify'],
]

describe('help', () => {
  test.each(COMMANDS)('of %s %s tells in both languages what it does, with an example and --json', async (...words) => {
    const argv = [...words.filter((word) => word !== undefined), '--help']

    const english = await runCli(argv)
    const chinese = await runCli(argv, { env: CHINESE })

    expect([english.code, chinese.code]).toEqual([0, 0])
    expect(english.out).toMatch(/^Usage: payscore .*\n\n[A-Z].*/)
    expect(english.out).toMatch(/\nExamples:\n {2}npx payscore /)
    expect(chinese.out).toMatch(/^用法: payscore .*\n\n\S*[\u4e00-\u9fff]/)
    expect(chinese.out).toMatch(/\n示例:\n {2}npx payscore /)
    for (const { out } of [english, chinese]) expect(out).toContain('--json')
    // Every option is explained in the language asked for.
    const options = chinese.out.match(/^ {2}-.*(?:\n {10,}\S.*)*/gm) ?? []
    expect(options.filter((option) => !/[\u4e00-\u9fff]|PENDING/.test(option))).toEqual([])
    expect(english.out).not.toMatch(/[\u4e00-\u9fff]/)
  })

  test.each([
    [['status'], '错误:缺少参数 order'],
    [['status', 'X', '--mchid'], '错误:选项 --mchid <mchid> 缺少值'],
    [['status', 'X', 'Y'], '错误:参数过多'],
    [['statsu'], '错误:未知命令 statsu\n(您是否想输入 status?)'],
    [['list', '--state', 'HELD', '--sate'], '错误:未知选项 --sate\n(您是否想输入 --state?)'],
  ])('words what is wrong with %j in Chinese', async (argv, said) => {
    const { code, err } = await runCli(argv, { env: CHINESE })

    expect([code, err]).toEqual([2, `${said}\n(使用 --help 查看帮助)\n`])
  })

  test('of nothing at all lists the commands', async () => {
    const { code, out, err } = await runCli([])

    expect(code).toBe(0)
    expect(`${out}${err}`).toContain('\nCommands:\n')
  })
})

describe('progress', () => {
  const watch = (isTTY: boolean) => {
    let text = ''
    let ms = 1_000_000
    const progress = createProgress({ now: () => ms, err: { isTTY, write: (part) => (text += part) } })
    const tellAfter = (wait: number, said: string) => {
      ms += wait
      progress.tell(said)
    }
    return { tellAfter, end: progress.end, text: () => text }
  }

  test('says nothing of what takes less than a second', () => {
    const { tellAfter, end, text } = watch(true)

    tellAfter(999, 'a')
    end()

    expect(text()).toBe('')
  })

  test('changes one line of a terminal, and takes it away', () => {
    const { tellAfter, end, text } = watch(true)

    tellAfter(1000, 'a')
    tellAfter(50, 'too soon')
    tellAfter(50, 'b')
    end()

    expect(text()).toBe('\r\u001b[2Ka\r\u001b[2Kb\r\u001b[2K')
  })

  test('writes a line every ten seconds elsewhere', () => {
    const { tellAfter, end, text } = watch(false)

    tellAfter(1000, 'a')
    tellAfter(9999, 'too soon')
    tellAfter(1, 'b')
    end()

    expect(text()).toBe('a\nb\n')
  })
})
