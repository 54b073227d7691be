/**
 * The page's only script: sends a payment notice, and refreshes the page every few seconds. It takes the token from the
 * first folder of the page's address.
 */
export const PAGE_SCRIPT = `
const token = location.pathname.split('/')[1]
const form = document.querySelector('form')
const answer = document.querySelector('output')
const say = (isGood, ...lines) => {
  answer.className = isGood ? 'good' : 'bad'
  answer.replaceChildren(...lines.filter(Boolean).map((line) => {
    const p = document.createElement('p')
    p.textContent = line
    return p
  }))
}
const refresh = async () => {
  const response = await fetch(location.pathname, { cache: 'no-store' })
  if (!response.ok) throw new Error(response.status)
  const page = new DOMParser().parseFromString(await response.text(), 'text/html')
  const open = [...document.querySelectorAll('#orders details[open]')].map(({ id }) => id)
  for (const id of ['orders', 'reports']) {
    const part = page.getElementById(id)
    if (id === 'orders') for (const one of open) part.querySelector('#' + CSS.escape(one))?.setAttribute('open', '')
    document.getElementById(id).replaceWith(part)
  }
}
const body = ({ paid_time, amount, service_id }) => ({
  detail: { paid_time: paid_time.replace(/\\D/g, '').padEnd(14, '0') },
  ...(amount && { amount: Math.round(Number(amount) * 100) }),
  ...(service_id && { service_id }),
})
form.elements.out_order_no.addEventListener('input', ({ target }) => {
  const known = [...document.querySelectorAll('#unpaid option')].find(({ value }) => value === target.value)
  if (known) form.elements.mchid.value = known.dataset.mchid
})
form.addEventListener('submit', async (event) => {
  event.preventDefault()
  const { mchid, out_order_no, ...rest } = Object.fromEntries(new FormData(form))
  const path = '/merchants/' + mchid + '/payafter-orders/' + encodeURIComponent(out_order_no) + '/sync'
  const headers = { 'content-type': 'application/json', authorization: 'Bearer ' + token }
  try {
    const response = await fetch(path, { method: 'POST', headers, body: JSON.stringify(body(rest)) })
    const told = await response.json()
    const state = [response.status, told.state, told.reason ?? (told.confirmed ? 'confirmed' : '')].filter(Boolean).join(' ')
    say(response.ok, state, told.meaning_zh ?? '', told.next_step_zh ?? '', told.detail ?? told.message ?? told.next_step ?? '')
    await refresh()
  } catch {
    say(false, '本地服务无应答,请查看运行 npm start 的终端', 'No answer: look at the terminal where npm start runs')
  }
})
setInterval(() => refresh().then(
  () => document.body.classList.remove('down'),
  () => document.body.classList.add('down'),
), 3000)
`
